"""Examples without what names a person: numbers, addresses, names, e-mail. What is masked stays visible as masked."""

import re

MASK = "＊＊"
_PATTERNS = [
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),
    re.compile(r"\+?\d(?:[\s()-]?\d){6,}"),
    re.compile(r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·\s]?[A-Z0-9]{5,6}"),
    re.compile(
        r"[\u4e00-\u9fff]{0,4}?[\u4e00-\u9fff]{2}(?:路|街|大道|巷|弄|小区|花园|新村|家园|公寓|大厦)"
        r"(?:\s*[\d一二三四五六七八九十百]+\s*(?:弄|号楼|号|栋|幢|单元|楼|室))*"
    ),
    re.compile(r"[\d一二三四五六七八九十百]+\s*(?:号楼|栋|幢|单元|室)"),
    re.compile(r"\b\d+\s+(?:[A-Z]\w+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive)\b\.?"),
    re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Dr)\.?\s+[A-Z][\w'-]+"),
    re.compile(r"(?:欧阳|司马|上官|诸葛|[\u4e00-\u9fff])[\u4e00-\u9fff]{0,2}?(?=先生|女士|小姐|师傅|经理|主任)"),
]


def masked(text: str, *, names: frozenset[str] = frozenset()) -> str:
    """``names``: what is known to be a name in this text, such as the customer's own.

    It masks what has the form of a number, an address or a name; a person's nickname has none, so examples stay for
    those who may read the words.
    """
    for name in sorted(names, key=len, reverse=True):
        if name:
            text = text.replace(name, MASK)
    for pattern in _PATTERNS:
        text = pattern.sub(MASK, text)
    return text
