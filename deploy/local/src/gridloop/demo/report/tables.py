"""Tables and paragraphs for a terminal in which Chinese characters are two cells wide."""

import re
from collections.abc import Sequence

from rich.cells import cell_len

WIDTH = 100
INDENT = "  "
TOKEN = re.compile(r"[!-~\u2212\u2013]+|\s+|.")
NEVER_FIRST = set("，。；：！？、）”』」")
NEVER_LAST = set("（“『「")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """One line per row, columns as wide as their widest cell."""
    every = [columns, *rows]
    widths = [max(cell_len(row[place]) for row in every) for place in range(len(columns))]
    return [INDENT + "  ".join(map(_padded, row, widths)).rstrip() for row in every]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def paragraph(text: str, *, indent: str = INDENT) -> list[str]:
    """Wrapped between words and between Chinese characters, never inside a number nor before a full stop."""
    lines, line = [], ""
    for token in _pieces(text):
        if line and cell_len(indent + line + token.rstrip()) > WIDTH:
            lines.append(indent + line.rstrip())
            line = token.lstrip()
        else:
            line += token
    return [*lines, indent + line.rstrip()]


def _pieces(text: str) -> list[str]:
    """The parts between which a line may end."""
    pieces: list[str] = []
    for token in TOKEN.findall(text):
        if pieces and (token in NEVER_FIRST or pieces[-1][-1] in NEVER_LAST):
            pieces[-1] += token
        else:
            pieces.append(token)
    return pieces
