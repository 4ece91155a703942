"""Reading what the indices are made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from incident.incidents.causes import codes_in
from incident.incidents.models import Incident
from incident.interruptions.duration import minutes_between
from incident.interruptions.models import Interruption, UnitInterruption
from incident.interruptions.service import units_of_loads
from incident.network import service as network
from incident.reliability import indices
from incident.reliability.figures import daily_saidi
from incident.reliability.major_event_days import YEARS, Limit, limit
from incident.reliability.served import mean_served
from incident.supply_points.models import SupplyPoint
from kit.auth import Actor

Rows = list[indices.Interruption]


@dataclass(frozen=True)
class Asked:
    """``unit``: the part of the company asked for; ``left_out``: groups of causes that are not counted."""

    basis: Literal["lv", "mv"]
    begin: datetime
    end: datetime
    unit: str
    left_out: frozenset[str]

    def during(self, begin: datetime, end: datetime) -> "Asked":
        return replace(self, begin=begin, end=end)


async def interruptions(session: AsyncSession, asked: Asked, actor: Actor) -> tuple[Rows, int]:
    """Those that began in the period and ended, and how many still last."""
    table: Any = Interruption if asked.basis == "lv" else UnitInterruption
    name = Interruption.account if asked.basis == "lv" else UnitInterruption.load
    statement: Any = select(name, table.began_at, table.ended_at).where(
        table.began_at >= asked.begin,
        table.began_at < asked.end,
        table.unit.startswith(asked.unit, autoescape=True),
    )
    excluded = codes_in(set(asked.left_out))
    if excluded:
        counted = or_(Incident.cause.is_(None), Incident.cause.not_in(sorted(excluded)))
        statement = statement.join(Incident, Incident.id == table.incident_id).where(counted)
    rows = (await session.execute(actor.scope(statement))).all()
    ended = [
        indices.Interruption(who, minutes_between(began_at, ended_at), began_at)
        for who, began_at, ended_at in rows
        if ended_at is not None
    ]
    return ended, len(rows) - len(ended)


async def served(session: AsyncSession, asked: Asked, actor: Actor) -> float:
    """N: the mean of customers served over the period, or the medium-voltage units of the current network."""
    if asked.basis == "mv":
        return await _units_served(session, asked, actor)
    columns = (SupplyPoint.served_from, SupplyPoint.served_to)
    here = SupplyPoint.unit.startswith(asked.unit, autoescape=True)
    statement: Any = select(*columns, func.count(SupplyPoint.id)).where(here).group_by(*columns)
    spans = await session.execute(actor.scope(statement))
    return mean_served(((start, stop, count) for start, stop, count in spans), asked.begin, asked.end)


async def _units_served(session: AsyncSession, asked: Asked, actor: Actor) -> float:
    """Each unit belongs to the unit of most of its customers, without any to the network's own."""
    version = await network.current_version(session)
    loads = (await network.current_network(session)).loads
    units = await units_of_loads(session, loads)
    here = [units.get(load, version.unit) for load in loads]
    return float(sum(1 for unit in here if unit.startswith(asked.unit) and actor.covers(unit)))


async def limit_of_year(session: AsyncSession, asked: Asked, threshold: float, actor: Actor) -> Limit:
    """T_MED of the year in which the period begins, from up to five years before it; N is each year's own."""
    year, zone = asked.begin.year, asked.begin.tzinfo
    before: list[float] = []
    for past in range(year - YEARS, year):
        span = asked.during(datetime(past, 1, 1, tzinfo=zone), datetime(past + 1, 1, 1, tzinfo=zone))
        rows, _ = await interruptions(session, span, actor)
        if rows:
            n = await served(session, span, actor)
            before.extend(daily_saidi(rows, n, threshold, zone).values())
    return limit(before)


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
