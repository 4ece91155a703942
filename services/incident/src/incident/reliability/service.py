"""Reading what the indices are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incident.incidents.causes import codes_in
from incident.incidents.models import Incident
from incident.interruptions.duration import minutes_between
from incident.interruptions.models import Interruption, UnitInterruption
from incident.interruptions.service import units_of_loads
from incident.network import service as network
from incident.reliability import indices
from incident.reliability.served import mean_served
from incident.supply_points.models import SupplyPoint
from kit.auth import Actor

Rows = list[indices.Interruption]


@dataclass(frozen=True)
class Asked:
    """``unit``: the part of the company asked for; ``left_out``: groups of causes that are not counted."""

    begin: datetime
    end: datetime
    unit: str
    left_out: frozenset[str]


async def lv_interruptions(session: AsyncSession, asked: Asked, actor: Actor) -> tuple[Rows, int]:
    """Interruptions of customers that began in the period and ended, and how many still last."""
    statement: Any = select(Interruption.account, Interruption.began_at, Interruption.ended_at)
    return await _rows(session, Interruption, actor.scope(statement), asked)


async def mv_interruptions(session: AsyncSession, asked: Asked, actor: Actor) -> tuple[Rows, int]:
    """The same of medium-voltage units."""
    statement: Any = select(UnitInterruption.load, UnitInterruption.began_at, UnitInterruption.ended_at)
    return await _rows(session, UnitInterruption, actor.scope(statement), asked)


async def _rows(session: AsyncSession, table: Any, statement: Any, asked: Asked) -> tuple[Rows, int]:
    statement = statement.where(
        table.began_at >= asked.begin,
        table.began_at < asked.end,
        table.unit.startswith(asked.unit, autoescape=True),
    )
    excluded = codes_in(set(asked.left_out))
    if excluded:
        counted = or_(Incident.cause.is_(None), Incident.cause.not_in(sorted(excluded)))
        statement = statement.join(Incident, Incident.id == table.incident_id).where(counted)
    ended: Rows = []
    running = 0
    for name, began_at, ended_at in await session.execute(statement):
        if ended_at is None:
            running += 1
        else:
            ended.append(indices.Interruption(name, minutes_between(began_at, ended_at), began_at))
    return ended, running


async def lv_served(session: AsyncSession, asked: Asked, actor: Actor) -> float:
    """Customers served, as the mean over the period."""
    columns = (SupplyPoint.served_from, SupplyPoint.served_to)
    here = SupplyPoint.unit.startswith(asked.unit, autoescape=True)
    statement: Any = select(*columns, func.count(SupplyPoint.id)).where(here).group_by(*columns)
    spans = await session.execute(actor.scope(statement))
    return mean_served(((start, stop, count) for start, stop, count in spans), asked.begin, asked.end)


async def mv_served(session: AsyncSession, asked: Asked, actor: Actor) -> float:
    """Medium-voltage units of the current network; each belongs to the unit of most of its customers."""
    version = await network.current_version(session)
    loads = (await network.current_network(session)).loads
    units = await units_of_loads(session, loads)
    here = [units.get(load, version.unit) for load in loads]
    return float(sum(1 for unit in here if unit.startswith(asked.unit) and actor.covers(unit)))


async def of_account(
    session: AsyncSession, account: str, begin: datetime, end: datetime, actor: Actor
) -> Sequence[tuple[Interruption, Incident]]:
    """The account's interruptions that began in the period, oldest first."""
    statement: Any = (
        select(Interruption, Incident)
        .join(Incident, Incident.id == Interruption.incident_id)
        .where(Interruption.account == account, Interruption.began_at >= begin, Interruption.began_at < end)
        .order_by(Interruption.began_at)
    )
    return [(row, about) for row, about in await session.execute(actor.scope(statement))]
