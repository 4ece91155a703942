"""Parquet, one row group after the other: plain encoding, gzip, every column optional.

https://github.com/apache/parquet-format: readers of every make take this subset. pyarrow, which would need 165 MB
on each machine, reads it back in the tests.
"""

import json
import struct as binary
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import IO, Any

from survey.exchange.exports.codebook import entries
from survey.exchange.exports.columns import Column, Kind, Value
from survey.exchange.exports.thrift import BINARY, I32, I64, LIST, STRUCT, Encoded, Listed, struct, varint

MAGIC = b"PAR1"
ROWS_IN_A_GROUP = 4096
EPOCH = date(1970, 1, 1).toordinal()
PLAIN, RLE, GZIP = 0, 3, 2
OPTIONAL = 1
BOOLEAN, INT32, DOUBLE, BYTE_ARRAY = 0, 1, 5, 6
UTF8, DATE = 0, 6
TYPES: dict[Kind, tuple[int, int | None]] = {
    "text": (BYTE_ARRAY, UTF8),
    "code": (BYTE_ARRAY, UTF8),
    "integer": (INT32, None),
    "number": (DOUBLE, None),
    "day": (INT32, DATE),
    "flag": (BOOLEAN, None),
}


class ParquetWriter:
    """The codebook stands in the footer under ``gridloop.codebook``, as JSON."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column]) -> None:
        self._file, self._columns = file, columns
        self._groups: list[Encoded] = []
        self._rows: list[Sequence[Value]] = []
        self._count = 0
        file.write(MAGIC)

    def write(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            self._rows.append(row)
            if len(self._rows) == ROWS_IN_A_GROUP:
                self._write_group()

    def close(self) -> None:
        if self._rows:
            self._write_group()
        footer = struct(self._footer())
        self._file.write(footer + binary.pack("<I", len(footer)) + MAGIC)

    def _write_group(self) -> None:
        begun = self._file.tell()
        values = list(zip(*self._rows, strict=True))
        chunks = [self._write_chunk(column, values[place]) for place, column in enumerate(self._columns)]
        size, count = self._file.tell() - begun, len(self._rows)
        self._groups.append(Encoded([(1, LIST, Listed(STRUCT, chunks)), (2, I64, size), (3, I64, count)]))
        self._count += count
        self._rows = []

    def _write_chunk(self, column: Column, values: Sequence[Value]) -> list[object]:
        present = [value for value in values if value is not None]
        page = _levels(values, len(present)) + ENCODED[column.kind](present)
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = packer.compress(page) + packer.flush()
        data_page = [(1, I32, len(values)), (2, I32, PLAIN), (3, I32, RLE), (4, I32, RLE)]
        header = struct([(1, I32, 0), (2, I32, len(page)), (3, I32, len(packed)), (5, STRUCT, data_page)])
        place = self._file.tell()
        self._file.write(header + packed)
        about = [
            (1, I32, TYPES[column.kind][0]),
            (2, LIST, Listed(I32, [PLAIN, RLE])),
            (3, LIST, Listed(BINARY, [column.name])),
            (4, I32, GZIP),
            (5, I64, len(values)),
            (6, I64, len(header) + len(page)),
            (7, I64, len(header) + len(packed)),
            (9, I64, place),
        ]
        return [(2, I64, place), (3, STRUCT, about)]

    def _footer(self) -> list[Any]:
        root = [(4, BINARY, "responses"), (5, I32, len(self._columns))]
        codebook = json.dumps(entries(self._columns), ensure_ascii=False)
        return [
            (1, I32, 2),
            (2, LIST, Listed(STRUCT, [root, *map(_element, self._columns)])),
            (3, I64, self._count),
            (4, LIST, Listed(STRUCT, self._groups)),
            (5, LIST, Listed(STRUCT, [[(1, BINARY, "gridloop.codebook"), (2, BINARY, codebook)]])),
            (6, BINARY, "gridloop"),
        ]


def _element(column: Column) -> list[Any]:
    physical, logical = TYPES[column.kind]
    said = [] if logical is None else [(6, I32, logical)]
    return [(1, I32, physical), (3, I32, OPTIONAL), (4, BINARY, column.name), *said]


def _levels(values: Sequence[Value], present: int) -> bytes:
    """Which rows have a value: one run where all have, else a bit each; led by its length."""
    if present == len(values):
        run = varint(present << 1) + b"\x01"
    else:
        run = varint((len(values) + 7) // 8 << 1 | 1) + _bits([value is not None for value in values])
    return binary.pack("<I", len(run)) + run


def _bits(values: Sequence[Any]) -> bytes:
    """The first value in the lowest bit of the first byte."""
    if not values:
        return b""
    text = "".join("1" if value else "0" for value in reversed(values))
    return int(text, 2).to_bytes((len(values) + 7) // 8, "little")


def _texts(values: Sequence[Any]) -> bytes:
    raw = [value.encode() for value in values]
    return b"".join(binary.pack("<I", len(one)) + one for one in raw)


ENCODED: dict[Kind, Callable[[Sequence[Any]], bytes]] = {
    "text": _texts,
    "code": _texts,
    "integer": lambda values: binary.pack(f"<{len(values)}i", *values),
    "number": lambda values: binary.pack(f"<{len(values)}d", *values),
    "day": lambda values: binary.pack(f"<{len(values)}i", *(value.toordinal() - EPOCH for value in values)),
    "flag": _bits,
}
