"""A network in CSV: one row per device.

=============  =====================================================================================
column         meaning
=============  =====================================================================================
kind           bus, source, line, transformer, switch or load
code           the device's own code, once in the file
name           as people call it; may be empty
terminal_1     the bus a source, switch or load sits at; a line's or transformer's first bus
terminal_2     a line's or transformer's second bus; the line, transformer or bus a switch connects
normal_state   in (closed, in service; also when empty) or out (open, out of service)
type           of a load: public_transformer or mv_user; of a switch: breaker, fuse, load_break, ...
kv             a bus's nominal voltage in kilovolts; may be empty
=============  =====================================================================================

Comma separated, UTF-8 (with or without a byte order mark), the header first, columns in any order.
"""

import csv
import io
from collections.abc import Iterator
from typing import cast

from incident.network.checks import Placed, network_of
from incident.network.faults import Fault, FaultyFileError
from incident.network.model import KINDS, Device, Kind, Network

TABLE = "csv"
COLUMNS = ("kind", "code", "name", "terminal_1", "terminal_2", "normal_state", "type", "kv")
REQUIRED = ("kind", "code", "terminal_1", "terminal_2")
STATES = {"": True, "in": True, "out": False}


def read(text: str) -> Network:
    """The network of a CSV text; raises ``FaultyFileError`` with every fault by line and column."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    _header(list(rows.fieldnames or []))
    placed: list[Placed] = []
    faults: list[Fault] = []
    for row in rows:
        found = list(_row_faults(row, rows.line_num))
        faults.extend(found)
        if not found:
            placed.append(_placed(row, rows.line_num))
    return network_of(placed, faults)


def _header(names: list[str]) -> None:
    faults = [Fault(TABLE, 1, name, "this column is missing.") for name in REQUIRED if name not in names]
    faults += [
        Fault(TABLE, 1, name, f"no such column; there are {', '.join(COLUMNS)}.")
        for name in names
        if name not in COLUMNS
    ]
    if faults:
        raise FaultyFileError(faults)


def _row_faults(row: dict[str, str], line: int) -> Iterator[Fault]:
    if None in row or None in row.values():
        yield Fault(TABLE, line, "kind", "the row has more or fewer fields than the header.")
        return
    if row["kind"] not in KINDS:
        yield Fault(TABLE, line, "kind", f"{row['kind']!r} is no kind of device: {', '.join(KINDS)}.")
    if not row["code"].strip():
        yield Fault(TABLE, line, "code", "a device needs a code.")
    if row.get("normal_state", "") not in STATES:
        yield Fault(TABLE, line, "normal_state", f"{row['normal_state']!r} is neither in nor out.")
    if not _is_number(row.get("kv", "")):
        yield Fault(TABLE, line, "kv", f"{row['kv']!r} is no voltage in kilovolts.")


def _is_number(text: str) -> bool:
    try:
        return not text or float(text) > 0
    except ValueError:
        return False


def _placed(row: dict[str, str], line: int) -> Placed:
    kv = row.get("kv", "")
    device = Device(
        code=row["code"].strip(),
        kind=cast("Kind", row["kind"]),
        name=row.get("name", "").strip(),
        terminals=tuple(t for t in (row["terminal_1"].strip(), row["terminal_2"].strip()) if t),
        normally_in=STATES[row.get("normal_state", "")],
        type=row.get("type", "").strip(),
        kv=float(kv) if kv else None,
    )
    return Placed(device, TABLE, line, ("terminal_1", "terminal_2"))
