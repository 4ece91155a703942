"""Taking supply points in, and who hangs on which load."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incident.network import service as network
from incident.network.model import Network
from incident.supply_points.models import SupplyPoint
from incident.supply_points.schemas import Outcome, SupplyPointOfMany, Taken
from kit.auth import Actor
from kit.context import Context
from kit.errors import Forbidden, Invalid, NotFound
from kit.ids import new_id

TAKING = 7_420_002
"""One writer at a time: what is sealed depends on the row known before."""
KEPT = {"id", "account", "data_key"}


class Known(NamedTuple):
    id: UUID
    data_key: bytes
    unit: str
    source_version: int


class SupplyPointNotFound(NotFound):
    code = "supply_point_not_found"


class OutsideYourUnit(Forbidden):
    code = "outside_your_unit"


async def take(
    session: AsyncSession, points: Sequence[SupplyPointOfMany], *, context: Context, actor: Actor
) -> list[Taken]:
    """Keeps each point unless a version as new is known. All of them, or Invalid with every fault."""
    _check_unique(points)
    await session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": TAKING})
    known = await _known(session, points)
    _check_units(points, known, actor)
    loads = await _loads(session, points)
    rows = [_row(point, load, known.get(point.account), context) for point, load in zip(points, loads, strict=True)]
    statement = insert(SupplyPoint)
    changed = {c.name: c for c in statement.excluded if c.name not in KEPT}
    newer = SupplyPoint.source_version < statement.excluded.source_version
    kept = statement.on_conflict_do_update(index_elements=["account"], set_=changed, where=newer)
    await session.execute(kept, rows)
    return [Taken(account=p.account, outcome=_outcome(known.get(p.account), p.source_version)) for p in points]


def _outcome(known: Known | None, version: int) -> Outcome:
    if known is None:
        return "created"
    return "updated" if version > known.source_version else "unchanged"


def _check_unique(points: Sequence[SupplyPointOfMany]) -> None:
    counts = Counter(point.account for point in points)
    errors = [
        {"pointer": f"/items/{i}/account", "detail": f"The account {point.account} stands in this list twice."}
        for i, point in enumerate(points)
        if counts[point.account] > 1
    ]
    if errors:
        raise Invalid(f"{len(errors)} rows share an account in one list.", errors=errors)


async def _known(session: AsyncSession, points: Sequence[SupplyPointOfMany]) -> dict[str, Known]:
    columns = (SupplyPoint.account, SupplyPoint.id, SupplyPoint.data_key, SupplyPoint.unit)
    statement = select(*columns, SupplyPoint.source_version).where(
        SupplyPoint.account.in_([point.account for point in points])
    )
    return {row.account: Known(*row[1:]) for row in await session.execute(statement)}


def _check_units(points: Sequence[SupplyPointOfMany], known: Mapping[str, Known], actor: Actor) -> None:
    for point in points:
        if not actor.covers(point.unit):
            raise OutsideYourUnit(f"The unit {point.unit} is outside yours, {actor.unit}.")
        if point.account in known and not actor.covers(known[point.account].unit):
            raise SupplyPointNotFound(f"There is no supply point of the account {point.account} in your unit.")


async def _loads(session: AsyncSession, points: Sequence[SupplyPointOfMany]) -> list[str | None]:
    """The load of each point; raises Invalid that names each device the network lacks."""
    if all(point.load is None and point.bus is None for point in points):
        return [None] * len(points)
    present = await network.current_network(session)
    at_bus = _loads_at_buses(present)
    found: list[str | None] = []
    errors = []
    for i, point in enumerate(points):
        load, fault = _load_of(point, present, at_bus)
        found.append(load)
        if fault:
            column = "load" if point.load is not None else "bus"
            errors.append({"pointer": f"/items/{i}/{column}", "detail": fault})
    if errors:
        raise Invalid(f"{len(errors)} supply point(s) at devices that do not fit.", errors=errors)
    return found


def _loads_at_buses(present: Network) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code in sorted(present.loads):
        found.setdefault(present.devices[code].terminals[0], []).append(code)
    return found


def _load_of(
    point: SupplyPointOfMany, present: Network, at_bus: Mapping[str, list[str]]
) -> tuple[str | None, str | None]:
    if point.load is not None:
        fits = point.load in present.loads
        return point.load, None if fits else f"The current network has no load '{point.load}'."
    if point.bus is None:
        return None, None
    loads = at_bus.get(point.bus, [])
    if len(loads) == 1:
        return loads[0], None
    return None, f"At '{point.bus}' there are {len(loads)} loads; name the load itself."


def _row(point: SupplyPointOfMany, load: str | None, known: Known | None, context: Context) -> dict[str, Any]:
    row_id = known.id if known else new_id()
    data_key = known.data_key if known else context.keyring.new_data_key(row_id)
    own = context.keyring.with_data_key(row_id, data_key)
    return {
        "id": row_id,
        "account": point.account,
        "unit": point.unit,
        "area": point.area,
        "load": load,
        "important": point.important,
        "data_key": data_key,
        "phone": own.seal(row_id, point.phone) if point.phone else None,
        "phone_hash": context.keyring.hash(point.phone) if point.phone else None,
        "served_from": point.served_from,
        "served_to": point.served_to,
        "source_version": point.source_version,
        "recorded_at": context.clock.now(),
    }


async def supply_point(session: AsyncSession, account: str, actor: Actor) -> SupplyPoint:
    """Raises SupplyPointNotFound, also for those outside the actor's unit."""
    statement = actor.scope(select(SupplyPoint).where(SupplyPoint.account == account))
    found: SupplyPoint | None = await session.scalar(statement)
    if found is None:
        raise SupplyPointNotFound(f"There is no supply point of the account {account} in your unit.")
    return found


async def place_of(session: AsyncSession, account: str) -> tuple[str, str | None] | None:
    """Unit and load of an account wherever it is: whoever takes a call may take it for every unit."""
    statement = select(SupplyPoint.unit, SupplyPoint.load).where(SupplyPoint.account == account)
    return (await session.execute(statement)).one_or_none()


def phone_of(point: SupplyPoint, context: Context) -> str | None:
    if point.phone is None:
        return None
    return context.keyring.with_data_key(point.id, point.data_key).open(point.id, point.phone)


def served_at(moment: datetime) -> Any:
    """The condition that a supply point is served at this time."""
    begun = or_(SupplyPoint.served_from.is_(None), SupplyPoint.served_from <= moment)
    return begun & or_(SupplyPoint.served_to.is_(None), SupplyPoint.served_to > moment)


async def customers_by_load(session: AsyncSession, moment: datetime) -> dict[str, int]:
    """Supply points served at this time, by load, over the whole network."""
    statement = (
        select(SupplyPoint.load, func.count())
        .where(SupplyPoint.load.is_not(None), served_at(moment))
        .group_by(SupplyPoint.load)
    )
    return {str(load): count for load, count in await session.execute(statement)}


async def customers_by_unit_and_area(
    session: AsyncSession, loads: Collection[str], moment: datetime
) -> tuple[Counter[str], Counter[str]]:
    """Supply points served at these loads at this time: how many of each unit, and of each area."""
    statement = (
        select(SupplyPoint.unit, SupplyPoint.area, func.count())
        .where(SupplyPoint.load.in_(sorted(loads)), served_at(moment))
        .group_by(SupplyPoint.unit, SupplyPoint.area)
    )
    units: Counter[str] = Counter()
    areas: Counter[str] = Counter()
    for unit, area, count in await session.execute(statement):
        units[unit] += count
        areas[area] += count
    return units, areas
