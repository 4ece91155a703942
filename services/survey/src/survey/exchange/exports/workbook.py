"""XLSX in constant memory: each text is written as text, never as a formula, a link or a number."""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO, Any

import xlsxwriter

from survey.exchange.exports.delimited import Value

LAST_ROW = 1_048_575
LONGEST_CELL = 32_767
# What XML 1.0 cannot hold.
UNWRITABLE = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0xFFFE, 0xFFFF], "\ufffd")


class WorkbookWriter:
    """A sheet that is full is followed by the next one with the same headings."""

    def __init__(self, file: IO[bytes], headings: Sequence[str], codebook: Sequence[Sequence[Value]] = ()) -> None:
        self._codebook = codebook
        self._book = xlsxwriter.Workbook(file, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        self._bold = self._book.add_format({"bold": True})
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._headings = headings
        self._sheet, self._row = self._new_sheet("responses"), 1

    def write(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            if self._row > LAST_ROW:
                self._sheet, self._row = self._new_sheet(), 1
            for place, value in enumerate(row):
                if value is not None:
                    self._put(place, value)
            self._row += 1

    def close(self) -> None:
        """A second sheet says what the columns mean."""
        if self._codebook:
            self._sheet, self._row = self._book.add_worksheet("codebook"), 0
            self.write(self._codebook)
        self._book.close()

    def _new_sheet(self, name: str | None = None) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, heading in enumerate(self._headings):
            sheet.write_string(0, place, heading, self._bold)
        return sheet

    def _put(self, place: int, value: Value) -> None:
        if isinstance(value, str):
            self._sheet.write_string(self._row, place, value.translate(UNWRITABLE)[:LONGEST_CELL])
        elif isinstance(value, bool):
            self._sheet.write_number(self._row, place, int(value))
        elif isinstance(value, date) and not isinstance(value, datetime):
            self._sheet.write_datetime(self._row, place, value, self._day)
        elif isinstance(value, datetime):
            self._sheet.write_string(self._row, place, value.isoformat())
        elif value is not None:
            self._sheet.write_number(self._row, place, value)


def xlsx_file(rows: Sequence[Sequence[str]]) -> bytes:
    """A small file in memory, its first row the headings."""
    file = io.BytesIO()
    writer = WorkbookWriter(file, rows[0])
    writer.write(rows[1:])
    writer.close()
    return file.getvalue()
