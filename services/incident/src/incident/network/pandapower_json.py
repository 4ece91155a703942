"""A network from pandapower's JSON (``pandapower.to_json``), read without pandas or pandapower.

Each table is a data frame, written "split" (columns, index, data) as a text inside the JSON. Codes become
``<kind>-<index>``. Read are the tables of ``TERMINAL_COLUMNS``; generators that hold the slack are sources;
tables which carry current but are not understood are refused rather than left out.

Source: pandapower.file_io (3.x), element tables as in its documentation.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from incident.network.checks import Placed, network_of
from incident.network.faults import Fault, FaultyFileError
from incident.network.model import Device, Kind, Network

TERMINAL_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "bus": (),
    "ext_grid": ("bus",),
    "gen": ("bus",),
    "line": ("from_bus", "to_bus"),
    "trafo": ("hv_bus", "lv_bus"),
    "switch": ("bus", "element"),
    "load": ("bus",),
}
KIND: Mapping[str, Kind] = {
    "bus": "bus",
    "ext_grid": "source",
    "gen": "source",
    "line": "line",
    "trafo": "transformer",
    "switch": "switch",
    "load": "load",
}
PREFIX: Mapping[str, str] = {**KIND, "gen": "generator"}
SWITCHED = {"l": "line", "t": "trafo", "b": "bus"}
SWITCH_TYPES = {"CB": "breaker", "LBS": "load_break", "LS": "load_switch", "DS": "disconnector"}
NOT_UNDERSTOOD = ("trafo3w", "impedance", "dcline", "tcsc", "vsc", "line_dc", "xward")

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: tuple[str, ...]
    rows: Mapping[int, Row]


def read(text: str | bytes) -> Network:
    """The network of a pandapower JSON text; raises ``FaultyFileError`` with every fault by its place."""
    tables, faults = _tables(text)
    placed: list[Placed] = []
    for table in tables:
        for index, row in table.rows.items():
            if table.name == "gen" and not row.get("slack"):
                continue
            found = list(_row_faults(table.name, index, row))
            faults.extend(found)
            if not found:
                placed.append(_placed(table.name, index, row))
    return network_of(placed, faults)


def _tables(text: str | bytes) -> tuple[list[Table], list[Fault]]:
    frames = _frames(text)
    faults = [
        Fault(name, "all", "in_service", "elements of this kind are not understood.")
        for name in NOT_UNDERSTOOD
        if _table(name, frames.get(name)).rows
    ]
    tables = [_table(name, frames.get(name)) for name in TERMINAL_COLUMNS]
    for table in tables:
        missing = [c for c in TERMINAL_COLUMNS[table.name] if table.rows and c not in table.columns]
        faults.extend(Fault(table.name, "all", c, "this column is missing.") for c in missing)
    return tables, faults


def _frames(text: str | bytes) -> Mapping[str, Any]:
    try:
        whole = json.loads(text)
    except ValueError as error:
        raise FaultyFileError([Fault("json", 1, "-", f"this is no JSON: {error}.")]) from error
    frames = whole.get("_object") if isinstance(whole, dict) else None
    if not isinstance(frames, dict) or whole.get("_class") != "pandapowerNet" or "bus" not in frames:
        raise FaultyFileError([Fault("json", 1, "_class", "this was not written by pandapower.to_json.")])
    return frames


def _table(name: str, frame: Any) -> Table:
    if frame is None:
        return Table(name, (), {})
    try:
        split = json.loads(frame["_object"]) if isinstance(frame["_object"], str) else frame["_object"]
        columns = tuple(split["columns"])
        rows = {
            int(index): dict(zip(columns, values, strict=True))
            for index, values in zip(split["index"], split["data"], strict=True)
        }
    except (KeyError, TypeError, ValueError) as error:
        message = f"the table is no data frame with columns, index and data ({error})."
        raise FaultyFileError([Fault(name, "all", "-", message)]) from error
    return Table(name, columns, rows)


def _row_faults(table: str, index: int, row: Row) -> Iterator[Fault]:
    for column in TERMINAL_COLUMNS[table]:
        if not isinstance(row.get(column), int) or isinstance(row.get(column), bool):
            yield Fault(table, index, column, f"{row.get(column)!r} is no index of a row.")
    state = "closed" if table == "switch" else "in_service"
    if not isinstance(row.get(state, True), bool):
        yield Fault(table, index, state, f"{row[state]!r} is neither true nor false.")
    if table == "switch" and row.get("et") not in SWITCHED:
        yield Fault(table, index, "et", f"{row.get('et')!r} is no kind of element: {', '.join(SWITCHED)}.")


def _placed(table: str, index: int, row: Row) -> Placed:
    device = Device(
        code=f"{PREFIX[table]}-{index}",
        kind=KIND[table],
        name=str(row.get("name") or ""),
        terminals=_terminals(table, row),
        normally_in=row.get("closed" if table == "switch" else "in_service", True),
        type=_type(table, row),
        kv=row.get("vn_kv") if table == "bus" else None,
    )
    return Placed(device, table, index, TERMINAL_COLUMNS[table])


def _terminals(table: str, row: Row) -> tuple[str, ...]:
    if table == "switch":
        return f"bus-{row['bus']}", f"{KIND[SWITCHED[row['et']]]}-{row['element']}"
    return tuple(f"bus-{row[column]}" for column in TERMINAL_COLUMNS[table])


def _type(table: str, row: Row) -> str:
    """pandapower leaves a load's type free; its MV networks call MV-metered users ``MV Load``."""
    given = str(row.get("type") or "")
    if table == "load":
        return "mv_user" if given.upper().startswith("MV LOAD") else "public_transformer"
    return SWITCH_TYPES.get(given, given.lower()) if table == "switch" else ""
