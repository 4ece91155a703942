"""Importing networks, and reading them with their present states."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from incident.network import device_csv, pandapower_json
from incident.network.faults import FaultyFileError
from incident.network.model import Device, Network
from incident.network.models import DeviceRow, DeviceState, NetworkVersion
from incident.network.topology import Topology
from kit.auth import Actor
from kit.context import Context
from kit.errors import Conflict, Invalid, NotFound
from kit.ids import new_id

MOST_DEVICES = 60_000
MOST_FAULTS = 1000
IMPORT_LOCK = 7_420_001
_known: dict[UUID, Network] = {}
"""Networks by version, which never changes; the newest two."""


class NoNetwork(Conflict):
    code, title = "no_network", "No network was imported yet"

    def __init__(self) -> None:
        super().__init__("No network was imported yet; send one to POST /v1/network/imports.")


class UnknownDevice(NotFound):
    code = "device_not_found"


class FaultyFile(Invalid):
    code, title = "faulty_file", "The file has faults; nothing was imported"


class InTheFuture(Invalid):
    code, title = "in_the_future", "That time has not come yet"


def read_file(source: str, body: bytes) -> Network:
    """The network in a file; raises FaultyFile with each fault's table, row and column."""
    try:
        readers = {"pandapower": pandapower_json.read, "csv": device_csv.read}
        network = readers[source](body.decode("utf-8"))
    except UnicodeDecodeError as fault:
        raise FaultyFile(f"The file is not UTF-8: {fault.reason} at byte {fault.start}.") from fault
    except FaultyFileError as fault:
        raise _described(fault) from fault
    if len(network.devices) > MOST_DEVICES:
        raise FaultyFile(f"The file has {len(network.devices)} devices; one import takes {MOST_DEVICES}.")
    return network


def _described(fault: FaultyFileError) -> FaultyFile:
    shown = fault.faults[:MOST_FAULTS]
    return FaultyFile(
        f"{len(fault.faults)} fault(s) in the file, the first at {fault.faults[0]}",
        errors=[{"pointer": f"/{f.table}/{f.row}/{f.column}", "detail": f.message} for f in shown],
        faults=[{"table": f.table, "row": f.row, "column": f.column, "detail": f.message} for f in shown],
    )


async def import_network(
    session: AsyncSession,
    network: Network,
    body: bytes,
    *,
    source: str,
    name: str,
    unit: str,
    context: Context,
    actor: Actor,
) -> NetworkVersion:
    """Makes this network the current one. The same file again is the version that it made."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": IMPORT_LOCK})
    digest = hashlib.sha256(body).digest()
    present = await session.scalar(select(NetworkVersion).where(NetworkVersion.current))
    if present is not None and present.digest == digest:
        return present
    await session.execute(update(NetworkVersion).where(NetworkVersion.current).values(current=False))
    version = NetworkVersion(
        id=new_id(),
        name=name,
        source=source,
        unit=unit,
        digest=digest,
        devices=len(network.devices),
        imported_by=actor.subject,
        imported_at=context.clock.now(),
        current=True,
    )
    session.add(version)
    await session.flush()
    await session.execute(insert(DeviceRow), [_row(version.id, device) for device in network.devices.values()])
    return version


def _row(network_id: UUID, device: Device) -> dict[str, Any]:
    first, second = (*device.terminals, None, None)[:2]
    return {
        "network_id": network_id,
        "code": device.code,
        "kind": device.kind,
        "name": device.name,
        "terminal_1": first,
        "terminal_2": second,
        "normally_in": device.normally_in,
        "type": device.type,
        "kv": device.kv,
    }


async def current_version(session: AsyncSession) -> NetworkVersion:
    """Raises NoNetwork."""
    version = await session.scalar(select(NetworkVersion).where(NetworkVersion.current))
    if version is None:
        raise NoNetwork
    return version


async def current_network(session: AsyncSession) -> Network:
    """Raises NoNetwork."""
    version = await current_version(session)
    if version.id not in _known:
        rows = await session.scalars(select(DeviceRow).where(DeviceRow.network_id == version.id))
        while len(_known) > 1:
            _known.pop(next(iter(_known)))
        _known[version.id] = Network.of(_device(row) for row in rows)
    return _known[version.id]


def _device(row: DeviceRow) -> Device:
    terminals = tuple(t for t in (row.terminal_1, row.terminal_2) if t is not None)
    return Device(row.code, row.kind, row.name, terminals, row.normally_in, row.type, row.kv)


async def present_states(session: AsyncSession) -> dict[str, bool]:
    """Whether a device is in, for those told of."""
    rows = await session.execute(select(DeviceState.code, DeviceState.is_in))
    return dict(rows.all())


async def present_topology(session: AsyncSession) -> Topology:
    """The current network in its present state. Raises NoNetwork."""
    network = await current_network(session)
    return Topology(network, network.state(await present_states(session)))


async def device(session: AsyncSession, code: str) -> DeviceRow:
    """Raises NoNetwork, UnknownDevice."""
    version = await current_version(session)
    found = await session.get(DeviceRow, (version.id, code))
    if found is None:
        raise UnknownDevice(f"The current network has no device '{code}'; GET /v1/network/devices lists them.")
    return found


async def state_of(session: AsyncSession, code: str) -> DeviceState | None:
    return await session.get(DeviceState, code)


def check_devices(network: Network, codes: Sequence[str], pointer: str = "/operations/{}/device") -> None:
    """Raises Invalid that names each code the network lacks."""
    errors = [
        {"pointer": pointer.format(i), "detail": f"The current network has no device '{code}'."}
        for i, code in enumerate(codes)
        if code not in network.devices
    ]
    if errors:
        raise Invalid(f"{len(errors)} unknown device(s).", errors=errors)


async def record_states(
    session: AsyncSession, states: Mapping[str, bool], *, since: datetime, context: Context, actor: Actor
) -> None:
    """What devices are from ``since`` on. An older report never overwrites a newer one."""
    now = context.clock.now()
    rows = [
        {"code": code, "is_in": is_in, "since": since, "recorded_at": now, "recorded_by": actor.subject}
        for code, is_in in sorted(states.items())
    ]
    if not rows:
        return
    statement = upsert(DeviceState).values(rows)
    changed = {name: statement.excluded[name] for name in ("is_in", "since", "recorded_at", "recorded_by")}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["code"], set_=changed, where=DeviceState.since <= statement.excluded.since
        )
    )


def not_in_the_future(moment: datetime | None, context: Context) -> datetime:
    """The moment, or now; raises InTheFuture."""
    now = context.clock.now()
    if moment is not None and moment > now:
        raise InTheFuture(f"It is {now.isoformat()} now; {moment.isoformat()} has not come yet.")
    return moment or now


def counted(network: Network) -> dict[str, int]:
    """Devices by kind."""
    return dict(sorted(Counter(device.kind for device in network.devices.values()).items()))
