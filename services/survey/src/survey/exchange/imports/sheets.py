"""Reads tables row by row from CSV and XLSX, whatever a spreadsheet program made of them."""

import codecs
import csv
import re
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import TextIOWrapper
from typing import IO, Literal

Cell = str | int | float | bool | date | datetime | time | timedelta
Encoding = Literal["auto", "utf-8", "gb18030"]
Delimiter = Literal["auto", ",", ";", "\t"]

LONGEST_CELL = 100_000
MOST_ROWS = 2_000_000
MOST_COLUMNS = 300
MOST_EXPANDED = 128 * 1024**2
MOST_ENTRIES = 1000
BLOCK = 1024**2
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
PLACE = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,4})[0-9]{1,9}"')


class Unreadable(ValueError):  # noqa: N818
    """The file as a whole cannot be read; ``row`` where it stopped, 0 where it never began."""

    def __init__(self, detail: str, row: int = 0) -> None:
        super().__init__(detail)
        self.row = row


@dataclass(frozen=True, slots=True)
class Line:
    """One row; ``number`` counts as spreadsheet programs do, the heading being 1."""

    number: int
    cells: list[Cell]


def lines(
    file: IO[bytes], *, encoding: Encoding = "auto", delimiter: Delimiter = "auto"
) -> Generator[Line, None, None]:
    """Every row that is not empty, the heading first. ``file`` can be rewound.

    A CSV is never whole in memory; an XLSX is, so what it may expand to is bounded. Formulas are not evaluated:
    the value stands that the spreadsheet program last stored. Raises Unreadable.
    """
    start = file.read(4)
    file.seek(0)
    if start.startswith(OLE):
        raise Unreadable("This is an old or encrypted Excel file; save it as XLSX without a password, or as CSV.")
    source = _workbook(file) if start.startswith(ZIP) else _delimited(file, encoding, delimiter)
    for line in source:
        if line.number > MOST_ROWS:
            raise Unreadable(f"A file may have {MOST_ROWS} rows at most; split it.", line.number)
        if len(line.cells) > MOST_COLUMNS:
            raise Unreadable(f"A row may have {MOST_COLUMNS} columns at most.", line.number)
        if any(cell != "" for cell in line.cells):
            yield line


def _delimited(file: IO[bytes], encoding: Encoding, delimiter: Delimiter) -> Iterator[Line]:
    name = _encoding(file, encoding)
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-8-sig" if name == "utf-8" else name, newline="")
    try:
        first = text.readline(LONGEST_CELL)
        text.seek(0)
        reader = csv.reader(text, delimiter=_delimiter(first) if delimiter == "auto" else delimiter, strict=True)
        yield from _records(reader)
    finally:
        text.detach()  # closing is up to who opened


def _records(reader: Iterator[list[str]]) -> Iterator[Line]:
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            yield Line(number, list(cells))
    except csv.Error as fault:
        raise Unreadable(_csv_fault(str(fault)), number + 1) from fault


def _csv_fault(words: str) -> str:
    if "field limit" in words:
        return f"A cell is longer than {csv.field_size_limit()} characters: a quotation mark is never closed, perhaps."
    if "end of data" in words:
        return "The file ends inside a quotation that is never closed."
    return "A quotation mark stands inside a cell; write it twice, and put the whole cell into quotation marks."


def _delimiter(first: str) -> str:
    """The one that the heading uses most, outside quotations."""
    bare = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=bare.count)


def _encoding(file: IO[bytes], wanted: Encoding) -> str:
    start = file.read(4)
    if start.startswith(WIDE):
        raise Unreadable("The file is UTF-16; save it as 'CSV UTF-8'.")
    for name in ("utf-8", "gb18030") if wanted == "auto" else (wanted,):
        if _decodes(file, name):
            return name
    raise Unreadable(
        f"The file is not text in {'UTF-8 or GB18030' if wanted == 'auto' else wanted}; save it as CSV UTF-8."
    )


def _decodes(file: IO[bytes], name: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _workbook(file: IO[bytes]) -> Iterator[Line]:
    _refuse_bombs(file)
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        known = book.sheets_metadata
        names = [
            one.name for one in known if (one.typ, one.visible) == (SheetTypeEnum.WorkSheet, SheetVisibleEnum.Visible)
        ]
        if not names:
            raise Unreadable("The workbook has no visible sheet.")
        sheet = book.get_sheet_by_name(names[0])
    except (CalamineError, OSError, ValueError) as fault:
        raise Unreadable("This is no readable XLSX workbook; save it again, or as CSV.") from fault
    first = sheet.start[0] if sheet.start else 0
    for place, cells in enumerate(sheet.iter_rows(), first + 1):
        yield Line(place, list(cells))


def _refuse_bombs(file: IO[bytes]) -> None:
    """Inflates every part once and counts: what a part says of its own size may be a lie."""
    try:
        with zipfile.ZipFile(file) as parts:
            if len(parts.infolist()) > MOST_ENTRIES:
                raise Unreadable(f"The workbook has more than {MOST_ENTRIES} parts.")
            left = MOST_EXPANDED
            for part in parts.infolist():
                with parts.open(part) as inner:
                    left = _inflated(inner, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise Unreadable("This is no readable XLSX workbook; save it again, or as CSV.") from fault


def _inflated(inner: IO[bytes], left: int) -> int:
    """What is left of the allowance; refuses cells far out, for which a reader would lay out the whole table."""
    tail = b""
    while block := inner.read(BLOCK):
        left -= len(block)
        if left < 0:
            raise Unreadable(f"The workbook expands to more than {MOST_EXPANDED} bytes; save it as CSV instead.")
        text = tail + block
        if any(_column(name) > MOST_COLUMNS for name in set(PLACE.findall(text))):
            raise Unreadable(f"A sheet may have {MOST_COLUMNS} columns at most; delete what stands far to the right.")
        tail = text[-256:]
    return left


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
