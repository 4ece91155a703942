"""Records disturbances once, with everybody whom they hit, and announces each of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from incident.disturbances.models import Disturbance, Disturbed
from incident.disturbances.schemas import DisturbanceIn, DisturbanceTaken
from incident.supply_points.models import SupplyPoint
from incident.supply_points.service import OutsideYourUnit, served_at
from kit.auth import Actor
from kit.context import Context
from kit.contracts.incident import DisturbanceRecorded
from kit.errors import Conflict, Invalid
from kit.events import emit
from kit.ids import new_id

TOLD = ("unit", "kind", "happened_at", "residual_percent", "duration_ms")


class HitsNobody(Invalid):
    code, title = "hits_nobody", "Nobody is served there"


class AnotherDisturbance(Conflict):
    code, title = "another_disturbance", "The number stands for another disturbance"


async def take(
    session: AsyncSession, sent: Sequence[DisturbanceIn], *, context: Context, actor: Actor
) -> list[DisturbanceTaken]:
    """All of them, in the order of their numbers.

    Raises OutsideYourUnit, HitsNobody, AnotherDisturbance, and Invalid for a time to come.
    """
    _check(sent, context, actor)
    order = sorted(range(len(sent)), key=lambda place: (sent[place].source, sent[place].number))
    taken = {place: await _take_one(session, sent[place], place, context, actor) for place in order}
    return [taken[place] for place in range(len(sent))]


def _check(sent: Sequence[DisturbanceIn], context: Context, actor: Actor) -> None:
    now = context.clock.now()
    late = [
        {"pointer": f"/items/{place}/happened_at", "detail": f"Must not be after {now.isoformat()}."}
        for place, one in enumerate(sent)
        if one.happened_at > now
    ]
    if late:
        raise Invalid(f"{len(late)} of them lie in the future.", errors=late)
    for one in sent:
        if not actor.covers(one.unit):
            raise OutsideYourUnit(f"The unit {one.unit} is outside yours, {actor.unit}.")


async def _take_one(
    session: AsyncSession, one: DisturbanceIn, place: int, context: Context, actor: Actor
) -> DisturbanceTaken:
    row = one.model_dump(exclude={"loads", "accounts"})
    row |= {"id": new_id(), "customers": 0, "recorded_at": context.clock.now(), "recorded_by": actor.subject}
    made = await session.scalar(insert(Disturbance).values(row).on_conflict_do_nothing().returning(Disturbance))
    if made is None:
        return await _known(session, one, place)
    hit = insert(Disturbed).from_select(["disturbance_id", "account", "unit"], _hit(one, made.id))
    rows = (await session.execute(hit.returning(Disturbed.account, Disturbed.unit))).all()
    if not rows:
        pointer = f"/items/{place}/{'loads' if one.loads else 'accounts'}"
        raise HitsNobody(
            f"Nobody within {one.unit} is served there at {one.happened_at.isoformat()}.",
            errors=[{"pointer": pointer, "detail": "Name loads or accounts that are served."}],
        )
    made.customers = len(rows)
    for account, unit in sorted((row.account, row.unit) for row in rows):
        _announce(session, made, account, unit)
    return DisturbanceTaken(source=one.source, number=one.number, outcome="created", customers=made.customers)


async def _known(session: AsyncSession, one: DisturbanceIn, place: int) -> DisturbanceTaken:
    """The same told again; of another that bears the number, of whichever unit, nothing is told."""
    known = select(Disturbance).where(Disturbance.source == one.source, Disturbance.number == one.number)
    found = (await session.scalars(known)).one()
    if any(getattr(found, name) != getattr(one, name) for name in TOLD):
        raise AnotherDisturbance(
            f"{one.source} used the number {one.number} for another disturbance; give each a number of its own.",
            errors=[{"pointer": f"/items/{place}/number", "detail": "Known with another unit, time, depth or length."}],
        )
    return DisturbanceTaken(source=one.source, number=one.number, outcome="unchanged", customers=found.customers)


def _hit(one: DisturbanceIn, disturbance: UUID) -> Select[UUID, str, str]:
    """Those served at the time; the unit bounds them."""
    named = SupplyPoint.load.in_(sorted(one.loads)) if one.loads else SupplyPoint.account.in_(one.accounts or [])
    return select(literal(disturbance), SupplyPoint.account, SupplyPoint.unit).where(
        named, served_at(one.happened_at), SupplyPoint.unit.startswith(one.unit, autoescape=True)
    )


def _announce(session: AsyncSession, made: Disturbance, account: str, unit: str) -> None:
    payload = DisturbanceRecorded(
        disturbance_id=made.id,
        kind="dip",
        happened_at=made.happened_at,
        residual_percent=made.residual_percent,
        duration_ms=made.duration_ms,
    )
    emit(session, payload, subject=f"{made.id}:{account}", unit=unit, account=account, correlation=str(made.id))
