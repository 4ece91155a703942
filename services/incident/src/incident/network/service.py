"""Importing networks, and reading them with their present states."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
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
COLUMNS = ("code", "kind", "name", "terminal_1", "terminal_2", "normally_in", "type", "kv")
IMPORT_LOCK = 7_420_001
SWITCHING_LOCK = 7_420_003
MOST_KEPT = 3
_known: dict[UUID, Network] = {}
"""Networks by version, which never changes."""
_topologies: dict[tuple[int, frozenset[str]], Topology] = {}
"""Topologies by network and the devices that are out; each holds its network, so that its id stays its own."""


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
    await _copy_devices(session, version.id, network)
    return version


async def _copy_devices(session: AsyncSession, network_id: UUID, network: Network) -> None:
    """By COPY: ten thousands of devices in one statement, so that the transaction stays short."""
    connection = await (await session.connection()).get_raw_connection()
    records = [(network_id, *_columns(device)) for device in network.devices.values()]
    await connection.driver_connection.copy_records_to_table(  # type: ignore[union-attr]
        DeviceRow.__tablename__, records=records, columns=["network_id", *COLUMNS]
    )


def _columns(device: Device) -> tuple[Any, ...]:
    """The values of ``COLUMNS``."""
    first, second = (*device.terminals, None, None)[:2]
    return device.code, device.kind, device.name, first, second, device.normally_in, device.type, device.kv


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
        columns = [getattr(DeviceRow, name) for name in COLUMNS]
        rows = await session.execute(select(*columns).where(DeviceRow.network_id == version.id))
        _keep(_known, version.id, Network.of(_device(row) for row in rows))
    return _known[version.id]


def _keep(cache: dict[Any, Any], key: Any, value: Any) -> None:
    while len(cache) >= MOST_KEPT:
        cache.pop(next(iter(cache)))
    cache[key] = value


def _device(row: Any) -> Device:
    terminals = tuple(t for t in (row.terminal_1, row.terminal_2) if t is not None)
    return Device(row.code, row.kind, row.name, terminals, row.normally_in, row.type, row.kv)


async def present_states(session: AsyncSession) -> dict[str, bool]:
    """Whether a device is in, for those told of."""
    rows = await session.execute(select(DeviceState.code, DeviceState.is_in))
    return dict(rows.all())


async def present_topology(session: AsyncSession) -> Topology:
    """The current network in its present state. Raises NoNetwork."""
    network = await current_network(session)
    key = (id(network), network.state(await present_states(session)))
    if key not in _topologies:
        _keep(_topologies, key, Topology(network, key[1]))
    return _topologies[key]


async def lock_states(session: AsyncSession) -> None:
    """Until this transaction ends nobody else switches: who is back depends on the states before."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": SWITCHING_LOCK})


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
