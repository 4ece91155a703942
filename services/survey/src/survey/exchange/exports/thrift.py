"""Thrift's compact protocol, as far as the footer of a Parquet file needs it.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from collections.abc import Sequence

I32, I64, BINARY, LIST, STRUCT = 5, 6, 8, 9, 12
SHORT_LIST = 15
SEVEN_BITS = 0x7F

Field = tuple[int, int, object]
"""Field id, type, value: a number, text, bytes, a ``Listed``, a list of fields for a struct, or an ``Encoded``."""


class Listed:
    """Elements of one type."""

    def __init__(self, kind: int, elements: Sequence[object]) -> None:
        self.kind, self.elements = kind, elements


class Encoded:
    """A struct that is written already: thousands of them are held in a fraction of the memory of their fields."""

    __slots__ = ("raw",)

    def __init__(self, fields: Sequence[Field]) -> None:
        self.raw = struct(fields)


def struct(fields: Sequence[Field]) -> bytes:
    """The fields, by rising id, and the stop."""
    out = bytearray()
    last = 0
    for number, kind, value in fields:
        out.append((number - last) << 4 | kind)
        last = number
        out += _value(kind, value)
    out.append(0)
    return bytes(out)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > SEVEN_BITS:
        out.append(value & SEVEN_BITS | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _value(kind: int, value: object) -> bytes:
    if isinstance(value, int):
        return varint(value << 1 ^ value >> 63)
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        return varint(len(raw)) + raw
    if isinstance(value, Listed):
        count = len(value.elements)
        head = bytes([count << 4 | value.kind]) if count < SHORT_LIST else bytes([0xF0 | value.kind]) + varint(count)
        return head + b"".join(_value(value.kind, element) for element in value.elements)
    if isinstance(value, Encoded):
        return value.raw
    if isinstance(value, list):
        return struct(value)
    raise TypeError(f"The compact protocol has no {type(value).__name__} of type {kind} here.")
