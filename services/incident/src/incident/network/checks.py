"""What must hold between the devices of one network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from incident.network.faults import Fault, FaultyFileError
from incident.network.model import LOAD_TYPES, TERMINALS, Device, Network


@dataclass(frozen=True, slots=True)
class Placed:
    """A device and where the file says so; ``columns``: the file's names of its terminals."""

    device: Device
    table: str
    row: int | str
    columns: tuple[str, ...]

    def fault(self, column: str, message: str) -> Fault:
        return Fault(self.table, self.row, column, message)


def network_of(placed: Sequence[Placed], faults: Sequence[Fault] = ()) -> Network:
    """The network these devices form; raises ``FaultyFileError`` with all faults, the reader's too."""
    devices = {p.device.code: p.device for p in placed}
    found = [*faults, *_twice(placed)]
    for p in placed:
        found.extend(_terminals(p, devices))
        found.extend(_load(p))
    if placed and not faults and not any(p.device.kind == "source" for p in placed):
        found.append(Fault("network", 0, "kind", "no source: without an infeed nothing has supply."))
    if not placed and not faults:
        found.append(Fault("network", 0, "kind", "the file names no device."))
    if found:
        raise FaultyFileError(found)
    return Network(devices)


def _twice(placed: Sequence[Placed]) -> Iterator[Fault]:
    seen: set[str] = set()
    for p in placed:
        if p.device.code in seen:
            yield p.fault("code", f"{p.device.code} stands in the file twice; each code may occur once.")
        seen.add(p.device.code)


def _terminals(p: Placed, devices: Mapping[str, Device]) -> Iterator[Fault]:
    expected = TERMINALS[p.device.kind]
    if len(p.device.terminals) != expected:
        column = p.columns[min(len(p.device.terminals), len(p.columns) - 1)] if p.columns else "kind"
        yield p.fault(column, f"a {p.device.kind} has {expected} terminals, not {len(p.device.terminals)}.")
        return
    for column, code, position in zip(p.columns, p.device.terminals, range(expected), strict=False):
        allowed = _allowed(p.device, position)
        met = devices.get(code)
        if met is None:
            yield p.fault(column, f"there is no device {code}.")
        elif met.kind not in allowed:
            yield p.fault(column, f"{code} is a {met.kind}; here stands a {' or '.join(allowed)}.")
        elif met.kind in {"line", "transformer"} and p.device.terminals[0] not in met.terminals:
            yield p.fault(column, f"{code} does not end at {p.device.terminals[0]}.")
    if expected == 2 and p.device.terminals[0] == p.device.terminals[1]:  # noqa: PLR2004
        yield p.fault(p.columns[-1], "both ends are the same device.")


def _allowed(device: Device, position: int) -> tuple[str, ...]:
    if device.kind == "switch" and position == 1:
        return ("line", "transformer", "bus")
    return ("bus",)


def _load(p: Placed) -> Iterator[Fault]:
    if p.device.kind == "load" and p.device.type not in LOAD_TYPES:
        yield p.fault("type", f"{p.device.type!r} is no type of load: {' or '.join(LOAD_TYPES)}.")
