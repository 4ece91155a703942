"""A network as plain values: everything is a device, and devices touch at their terminals.

==============  ==========================================================================
kind            terminals
==============  ==========================================================================
bus             none
source          the bus it feeds (an external grid or a substation's infeed)
line            its two buses
transformer     its two buses
switch          the bus it sits at, and the line, transformer or second bus it connects
load            its bus; a public transformer with its area (台区) or one MV-metered user
==============  ==========================================================================

Every device has one state: in (closed, in service) or out (open, out of service). All of this is information:
a device that is "out" here may be live.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

Kind = Literal["bus", "source", "line", "transformer", "switch", "load"]
KINDS: tuple[Kind, ...] = get_args(Kind)

LoadType = Literal["public_transformer", "mv_user"]
LOAD_TYPES: tuple[LoadType, ...] = get_args(LoadType)

TERMINALS: Mapping[Kind, int] = {"bus": 0, "source": 1, "line": 2, "transformer": 2, "switch": 2, "load": 1}


@dataclass(frozen=True, slots=True)
class Device:
    """``normally_in``: the normal state; ``type``: of a switch or load; ``kv``: nominal voltage of a bus."""

    code: str
    kind: Kind
    name: str = ""
    terminals: tuple[str, ...] = ()
    normally_in: bool = True
    type: str = ""
    kv: float | None = None


@dataclass(frozen=True)
class Network:
    """Devices by code, each code once."""

    devices: Mapping[str, Device] = field(default_factory=dict)

    @classmethod
    def of(cls, devices: Iterable[Device]) -> "Network":
        return cls({device.code: device for device in devices})

    @cached_property
    def loads(self) -> frozenset[str]:
        return frozenset(self.codes("load"))

    def codes(self, kind: Kind) -> list[str]:
        return [device.code for device in self.devices.values() if device.kind == kind]

    def state(self, present: Mapping[str, bool]) -> frozenset[str]:
        """Codes of the devices that are out, when ``present`` overrides the normal state of some."""
        return frozenset(code for code, device in self.devices.items() if not present.get(code, device.normally_in))
