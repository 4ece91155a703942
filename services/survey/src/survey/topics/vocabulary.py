"""Texts as lists of terms: Chinese cut into words by a dictionary, English by spaces."""

import re
from typing import Literal

Language = Literal["zh-CN", "en"]

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z][a-z'-]+")
_PLAIN = re.compile(r"[\u4e00-\u9fff]{2,}")
STOP_EN = frozenset(
    """
    a about after all also am an and any are as at be because been before but by can could did didn't do does
    don't for from get got had has have he her here him his how i i'm if in into is isn't it it's its just me more
    my no not now of off on one only or our out over she so some than that the their them then there they this to
    too up us very was wasn't we were what when which who will with would you your
    """.split()  # noqa: SIM905 - a list of words reads as words
)
STOP_ZH = frozenset(
    """
    一下 一个 一次 一直 不会 不是 不能 不要 东西 什么 他们 但是 你们 出来 可以 可能 因为 如果 就是
    已经 希望 怎么 感觉 我们 或者 所以 时候 有点 比较 没有 现在 真的 知道 而且 自己 觉得 起来 还是
    还有 这个 这么 这样 那个 那么 那样 非常
    """.split()  # noqa: SIM905 - a list of words reads as words
)


def language_of(text: str) -> Language:
    """Chinese where it has a Chinese character."""
    return "zh-CN" if _CHINESE.search(text) else "en"


def terms(text: str, language: Language) -> list[str]:
    """The words that say what a text is about, in their order."""
    if language == "en":
        found = (_singular(word) for word in _WORD.findall(text.lower()))
        return [word for word in found if word not in STOP_EN and len(word) > 2]  # noqa: PLR2004 - he, it, so
    import rjieba

    return [word for word in rjieba.cut(text, False) if _PLAIN.fullmatch(word) and word not in STOP_ZH]


def names_in(text: str) -> frozenset[str]:
    """What a Chinese dictionary takes for names of persons."""
    import rjieba

    return frozenset(word for word, tag in rjieba.tag(text) if tag == "nr" and len(word) > 1)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - ties
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
