"""SPSS system files (.sav), row by row: UTF-8, compressed by bytecodes, with labels of variables and values.

After "System File Format" of the GNU PSPP developers' guide. No library on PyPI writes such a file without the
whole table in memory; pyreadstat reads it back in the tests. Texts are blank where missing, numbers system-missing.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO, Any

from survey.exchange.exports.columns import Column, Kind, Value

BIAS = 100
SMALLEST, LARGEST = 1 - BIAS, 251 - BIAS
RAW, BLANK, MISSING, END = 253, 254, 255, 252
SYSMIS = -1.7976931348623157e308
HIGHEST, LOWEST = 1.7976931348623157e308, -1.7976931348623155e308
GREGORIAN = date(1582, 10, 14).toordinal()
SECONDS = 86_400
LONGEST_STRING, CHUNK, LAST_CHUNK = 32_767, 255, 252
LONGEST_LABEL, LONGEST_VALUE_LABEL, LONGEST_NAME = 250, 120, 64
F, A, SDATE = 5, 1, 39
MEASURES = {"nominal": 1, "ordinal": 2, "scale": 3}
RESERVED = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})


@dataclass(frozen=True, slots=True)
class Variable:
    """``width`` 0 is a number, else bytes of a text; ``short`` its name in eight characters."""

    name: str
    short: str
    width: int
    column: Column

    @property
    def segments(self) -> list[int]:
        """Widths of the pieces that a long text is declared as."""
        if self.width <= CHUNK:
            return [self.width]
        count = -(-self.width // LAST_CHUNK)
        return [CHUNK] * (count - 1) + [self.width - (count - 1) * LAST_CHUNK]


class SavWriter:
    """``file`` must be seekable: the number of cases is filled in at the end."""

    def __init__(self, file: IO[bytes], columns: Sequence[Column], *, label: str, at: datetime) -> None:
        self._file = file
        self._variables = variables(columns)
        self._codes = [{code: place for place, (code, _) in enumerate(column.values, 1)} for column in columns]
        self._commands = bytearray()
        self._raw: list[bytes] = []
        self._cases = 0
        self._count_places: list[tuple[int, str]] = []
        self._write_header(label, at)
        self._write_dictionary()

    def write(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            for variable, codes, value in zip(self._variables, self._codes, row, strict=True):
                if variable.width:
                    self._put_text(variable, value)
                else:
                    self._put_number(None if value is None else _number(variable.column.kind, codes, value))
            self._cases += 1
        self._flush()

    def close(self) -> None:
        self._commands.append(END)
        self._commands.extend(bytes(-len(self._commands) % 8))
        self._flush()
        for place, form in self._count_places:
            self._file.seek(place)
            self._file.write(struct.pack(form, self._cases))
        self._file.seek(0, 2)

    def _put_number(self, value: float | None) -> None:
        if value is None:
            self._commands.append(MISSING)
        elif SMALLEST <= value <= LARGEST and value == int(value):
            self._commands.append(int(value) + BIAS)
        else:
            self._commands.append(RAW)
            self._raw.append(struct.pack("<d", value))

    def _put_text(self, variable: Variable, value: Value) -> None:
        raw = _cut(str(value), variable.width) if value is not None else b""
        for width in variable.segments:
            self._put_bytes(raw[:CHUNK], -(-width // 8))
            raw = raw[CHUNK:]

    def _put_bytes(self, raw: bytes, eights: int) -> None:
        used = -(-len(raw) // 8)
        padded = raw.ljust(8 * used)
        for place in range(0, 8 * used, 8):
            piece = padded[place : place + 8]
            if piece == b"        ":
                self._commands.append(BLANK)
            else:
                self._commands.append(RAW)
                self._raw.append(piece)
        self._commands.extend(bytes([BLANK]) * (eights - used))

    def _flush(self) -> None:
        """Eight commands, then the raw values that they announce, and again."""
        out: list[bytes] = []
        taken = whole = 0
        for whole in range(8, len(self._commands) + 1, 8):
            block = self._commands[whole - 8 : whole]
            count = block.count(RAW)
            out.append(bytes(block))
            out += self._raw[taken : taken + count]
            taken += count
        self._file.write(b"".join(out))
        del self._commands[:whole]
        del self._raw[:taken]

    def _write_header(self, label: str, at: datetime) -> None:
        size = sum(-(-max(width, 1) // 8) for one in self._variables for width in one.segments)
        product = b"@(#) SPSS DATA FILE - Gridloop".ljust(60)
        made = at.strftime("%d %b %y%H:%M:%S").encode()
        head = b"$FL2" + product + struct.pack("<5i", 2, size, 1, 0, -1)
        self._count_places.append((len(head) - 4, "<i"))
        self._file.write(head + struct.pack("<d", BIAS) + made + _cut(label, 64).ljust(64) + bytes(3))

    def _write_dictionary(self) -> None:
        index, numbered = 1, []
        for one in self._variables:
            numbered.append(index)
            index += self._write_variable(one)
        for one, place in zip(self._variables, numbered, strict=True):
            if not one.width and one.column.values:
                self._write_values(one.column, place)
        self._extension(3, 4, struct.pack("<8i", 1, 0, 0, -1, 1, 1, 2, 65001))
        self._extension(4, 8, struct.pack("<3d", SYSMIS, HIGHEST, LOWEST))
        display = [(MEASURES[one.column.measure], 8 if not one.width else 24, int(not one.width))
                   for one in self._variables for _ in one.segments]  # fmt: skip
        self._extension(11, 4, b"".join(struct.pack("<3i", *each) for each in display))
        self._extension(13, 1, "\t".join(f"{one.short}={one.name}" for one in self._variables).encode())
        long = [one for one in self._variables if one.width > CHUNK]
        if long:
            self._extension(14, 1, b"".join(f"{one.short}={one.width:05d}".encode() + b"\0\t" for one in long))
        self._extension(16, 8, struct.pack("<2q", 1, -1))
        self._count_places.append((self._file.tell() - 8, "<q"))
        self._extension(20, 1, b"UTF-8")
        self._file.write(struct.pack("<2i", 999, 0))

    def _write_variable(self, one: Variable) -> int:
        """The records of all its pieces; how many eight-byte elements they take in a case."""
        taken = 0
        for number, width in enumerate(one.segments):
            short = one.short if not number else f"{one.short[:5]}{number:03d}"
            label = _cut(one.column.label, LONGEST_LABEL) if not number else b""
            form = _format(one.column, width)
            head = struct.pack("<6i", 2, width, int(bool(label)), 0, form, form) + short.encode().ljust(8)
            self._file.write(head + (struct.pack("<i", len(label)) + _padded(label, 4) if label else b""))
            elements = -(-max(width, 1) // 8)
            rest = struct.pack("<6i", 2, -1, 0, 0, 0, 0) + b" " * 8
            self._file.write(rest * (elements - 1))
            taken += elements
        return taken

    def _write_values(self, column: Column, index: int) -> None:
        out = [struct.pack("<2i", 3, len(column.values))]
        for place, (value, label) in enumerate(column.values, 1):
            text = _cut(label or str(value), LONGEST_VALUE_LABEL)
            number = float(place if column.kind == "code" else value)
            out.append(struct.pack("<d", number) + _padded(bytes([len(text)]) + text, 8))
        self._file.write(b"".join(out) + struct.pack("<3i", 4, 1, index))

    def _extension(self, subtype: int, size: int, content: bytes) -> None:
        self._file.write(struct.pack("<4i", 7, subtype, size, len(content) // size) + content)


def variables(columns: Iterable[Column]) -> list[Variable]:
    """With names that SPSS takes: at most 64 bytes, no reserved word, no two alike in any case."""
    names: set[str] = set()
    found = []
    for number, column in enumerate(columns, 1):
        name = _name(column.name, names)
        width = min(max(column.longest, 1), LONGEST_STRING) if column.kind == "text" else 0
        found.append(Variable(name, f"V{number:04d}", width, column))
    return found


def _name(wanted: str, names: set[str]) -> str:
    name = wanted[:LONGEST_NAME].rstrip("._")
    if name.casefold() in RESERVED:
        name += "_1"
    number = 1
    while name.casefold() in names:
        number += 1
        name = f"{wanted[: LONGEST_NAME - 4].rstrip('._')}_{number}"
    names.add(name.casefold())
    return name


def _number(kind: Kind, codes: dict[Any, int], value: Any) -> float | None:
    if kind == "code":
        return codes.get(value)
    if kind == "day":
        return float((value.toordinal() - GREGORIAN) * SECONDS)
    return float(value)


def _format(column: Column, width: int) -> int:
    if width:
        return A << 16 | min(width, CHUNK) << 8
    if column.kind == "day":
        return SDATE << 16 | 10 << 8
    return F << 16 | (8 + column.decimals) << 8 | column.decimals


def _padded(raw: bytes, size: int) -> bytes:
    return raw + bytes(-len(raw) % size)


def _cut(text: str, most: int) -> bytes:
    """At most so many bytes of UTF-8, never half a character."""
    raw = text.replace("\x00", " ").encode("utf-8", "replace")
    return raw if len(raw) <= most else raw[:most].decode("utf-8", "ignore").encode()
