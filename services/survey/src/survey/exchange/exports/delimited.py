"""CSV for spreadsheet programs: UTF-8 with its mark, and nothing in it that such a program would run.

A text that begins with ``= + - @``, a tab or a carriage return is taken for a formula by Excel, LibreOffice and
others (OWASP, "CSV Injection"): an apostrophe is put before it. Numbers are written as numbers.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO

Value = str | int | float | bool | date | datetime | None

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARK = "\ufeff"


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet program would take for a formula."""
    return "'" + text if text.lstrip(" \u00a0\u3000").startswith(STARTS) or text.startswith(STARTS) else text


class CsvWriter:
    """Writes rows into a binary file as they come."""

    def __init__(self, file: IO[bytes], headings: Sequence[str]) -> None:
        self._text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=False)
        self._text.write(MARK)
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow([harmless(name) for name in headings])

    def write(self, rows: Iterable[Sequence[Value]]) -> None:
        self._writer.writerows([[_cell(value) for value in row] for row in rows])

    def close(self) -> None:
        """Writes what is left; the file stays open."""
        self._text.detach()


def csv_file(rows: Sequence[Sequence[str]]) -> bytes:
    """A small file in memory, its first row the headings."""
    file = io.BytesIO()
    writer = CsvWriter(file, rows[0])
    writer.write(rows[1:])
    writer.close()
    return file.getvalue()


def _cell(value: Value) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | float) else value.isoformat()
