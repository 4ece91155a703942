"""Beginning and ending interruptions, exactly and once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incident.interruptions.duration import SUSTAINED_MINUTES, is_sustained, minutes_between
from incident.interruptions.models import Interruption, UnitInterruption
from incident.supply_points import service as supply_points
from incident.supply_points.models import SupplyPoint
from kit.contracts.incident import InterruptionEnded
from kit.db import TIME
from kit.errors import Invalid
from kit.events import emit
from kit.ids import new_id

Row = type[Interruption] | type[UnitInterruption]


class EndsBeforeItBegan(Invalid):
    code, title = "ends_before_it_began", "Restored before it was out"


async def begin(session: AsyncSession, incident_id: UUID, loads: Collection[str], began_at: datetime) -> int:
    """Interrupts every supply point served at these loads that is not out already; how many that were."""
    taken = ("account", "unit", "load", "area", "important")
    hit = (
        select(
            func.uuidv7(),
            literal(incident_id),
            *(getattr(SupplyPoint, name) for name in taken),
            literal(began_at, TIME),
        )
        .where(SupplyPoint.load.in_(sorted(loads)), supply_points.served_at(began_at))
        .order_by(SupplyPoint.account)
    )
    statement = insert(Interruption).from_select(["id", "incident_id", *taken, "began_at"], hit)
    return await _inserted(session, statement.returning(Interruption.id))


async def begin_units(
    session: AsyncSession, incident_id: UUID, loads: Collection[str], unit: str, began_at: datetime
) -> None:
    """Interrupts these medium-voltage units, each under the unit of most of its customers."""
    units = await units_of_loads(session, loads)
    rows = [
        {
            "id": new_id(),
            "incident_id": incident_id,
            "load": load,
            "unit": units.get(load, unit),
            "began_at": began_at,
        }
        for load in sorted(loads)
    ]
    if rows:
        await _inserted(session, insert(UnitInterruption).values(rows).returning(UnitInterruption.id))


async def _inserted(session: AsyncSession, statement: Any) -> int:
    """Whoever is out already stays in that interruption."""
    return len((await session.execute(statement.on_conflict_do_nothing())).all())


async def units_of_loads(session: AsyncSession, loads: Collection[str]) -> dict[str, str]:
    """The unit that most customers of each load belong to."""
    statement = (
        select(SupplyPoint.load, func.mode().within_group(SupplyPoint.unit))
        .where(SupplyPoint.load.in_(sorted(loads)))
        .group_by(SupplyPoint.load)
    )
    return {str(load): str(unit) for load, unit in await session.execute(statement)}


async def end_loads(
    session: AsyncSession, incident_id: UUID, loads: Collection[str], step: int, ended_at: datetime
) -> list[Interruption]:
    """Ends the running interruptions of this incident at these loads, customers and units alike."""
    await _end(session, UnitInterruption, UnitInterruption.load.in_(sorted(loads)), incident_id, step, ended_at)
    return await _end(session, Interruption, Interruption.load.in_(sorted(loads)), incident_id, step, ended_at)


async def end_all(session: AsyncSession, incident_id: UUID, step: int, ended_at: datetime) -> list[Interruption]:
    """Ends everything that still runs by this incident."""
    await _end(session, UnitInterruption, true(), incident_id, step, ended_at)
    return await _end(session, Interruption, true(), incident_id, step, ended_at)


async def end_accounts(
    session: AsyncSession, incident_id: UUID, accounts: Collection[str], step: int, ended_at: datetime
) -> list[Interruption]:
    """Ends the running interruptions of these customers; a unit with any customer back has a live source."""
    these = Interruption.account.in_(sorted(accounts))
    ended = await _end(session, Interruption, these, incident_id, step, ended_at)
    loads = sorted({row.load for row in ended if row.load is not None})
    await _end(session, UnitInterruption, UnitInterruption.load.in_(loads), incident_id, step, ended_at)
    return ended


async def _end(
    session: AsyncSession, table: Row, these: Any, incident_id: UUID, step: int, ended_at: datetime
) -> list[Any]:
    running = (table.incident_id == incident_id) & table.ended_at.is_(None) & these
    latest = await session.scalar(select(func.max(table.began_at)).where(running))
    if latest is not None and latest > ended_at:
        raise EndsBeforeItBegan(
            f"Some of them are out since {latest.isoformat()} only and cannot be back at {ended_at.isoformat()}.",
            errors=[{"pointer": "/happened_at", "detail": f"Must not be before {latest.isoformat()}."}],
        )
    statement = update(table).where(running).values(ended_at=ended_at, step=step).returning(table)
    options = {"synchronize_session": False, "populate_existing": True}
    return list((await session.scalars(statement, execution_options=options)).all())


def announce_ended(session: AsyncSession, ended: Sequence[Interruption]) -> None:
    """One event per customer, on the stream of its own."""
    for row in sorted(ended, key=lambda row: row.account):
        if row.ended_at is None or row.step is None:
            raise ValueError(f"The interruption {row.id} has not ended.")
        minutes = minutes_between(row.began_at, row.ended_at)
        payload = InterruptionEnded(
            interruption_id=row.id,
            incident_id=row.incident_id,
            step=row.step,
            began_at=row.began_at,
            ended_at=row.ended_at,
            minutes=minutes,
            sustained=is_sustained(minutes, SUSTAINED_MINUTES),
        )
        emit(
            session,
            payload,
            subject=str(row.id),
            unit=row.unit,
            account=row.account,
            correlation=str(row.incident_id),
            time=row.ended_at,
        )


async def withdraw(session: AsyncSession, incident_id: UUID) -> None:
    """Takes back the running interruptions of an incident whose device turned out to be another."""
    for table in (Interruption, UnitInterruption):
        await session.execute(delete(table).where(table.incident_id == incident_id, table.ended_at.is_(None)))


async def hand_over(session: AsyncSession, from_id: UUID, to_id: UUID, loads: Collection[str] | None = None) -> int:
    """Running interruptions (at these loads) go on as another incident's; how many customers they were."""
    moved = 0
    for table in (UnitInterruption, Interruption):
        these = (table.incident_id == from_id) & table.ended_at.is_(None)
        if loads is not None:
            these &= table.load.in_(sorted(loads))
        statement = update(table).where(these).values(incident_id=to_id).returning(table.id)
        moved = len((await session.execute(statement)).all())
    return moved


async def running(session: AsyncSession, incident_id: UUID) -> int:
    """Customers of this incident that are still out."""
    statement = select(func.count()).select_from(Interruption)
    these = statement.where(Interruption.incident_id == incident_id, Interruption.ended_at.is_(None))
    return await session.scalar(these) or 0


async def any_running(session: AsyncSession, incident_id: UUID) -> bool:
    """Whether a customer or a medium-voltage unit is still out by this incident."""
    for table in (Interruption, UnitInterruption):
        these = (table.incident_id == incident_id) & table.ended_at.is_(None)
        if await session.scalar(select(table.id).where(these).limit(1)) is not None:
            return True
    return False


async def running_loads(session: AsyncSession, incident_id: UUID) -> set[str]:
    """Loads of this incident where somebody, or the unit itself, is still out."""
    found: set[str] = set()
    for table in (Interruption, UnitInterruption):
        statement = select(table.load).where(table.incident_id == incident_id, table.ended_at.is_(None)).distinct()
        found.update(load for load in await session.scalars(statement) if load is not None)
    return found


async def customers_and_minutes(session: AsyncSession, incident_id: UUID) -> tuple[int, float]:
    """Distinct customers hit, and the minutes of all ended interruptions together."""
    seconds = func.extract("epoch", Interruption.ended_at - Interruption.began_at)
    statement = select(func.count(Interruption.account.distinct()), func.coalesce(func.sum(seconds), 0))
    row = (await session.execute(statement.where(Interruption.incident_id == incident_id))).one()
    return int(row[0]), float(row[1]) / 60
