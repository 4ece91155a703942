"""Watches findings: has the service become better for later customers?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.contracts.responsibility import FindingVerified
from kit.contracts.survey import EffectMeasured
from kit.db.rows import run_waiting, scalars
from kit.errors import Invalid, NotFound
from kit.events import Event, emit
from kit.ids import new_id
from survey.effects.comparable import Compared, concerns
from survey.effects.measure import Effect, advanced, effect, next_look
from survey.effects.models import EffectWatch
from survey.insights.cells import measure_of, moments_of
from survey.insights.figures import Moments
from survey.insights.grid import Fact, spoken_of
from survey.insights.models import OVERALL, ScoreRow
from survey.insights.questions import Question
from survey.insights.service import CellFound, answer
from survey.published.disclosure import Sums

LOOK_BACK = timedelta(days=365)
NOBODY = [0, 0.0, 0.0]
WATCHING = """
    SELECT id FROM effect_watch WHERE sub_process = ANY($1::text[]) AND state = 'watching' AND next_n IS NOT NULL
    ORDER BY id FOR UPDATE
"""


class EffectNotFound(NotFound):
    code = "effect_not_found"


class SplitOutside(Invalid):
    code, title = "split_outside", "The split lies outside the period"


async def watch(session: AsyncSession, event: Event[FindingVerified], context: Context) -> None:
    """Begins to watch a finding, or begins anew when it was verified again; measures what is there already."""
    found = await _locked(session, event.data.finding_id)
    if found is None:
        found = EffectWatch(id=new_id(), finding_id=event.data.finding_id)
        session.add(found)
    verified = event.data
    found.state, found.looks = "watching", 0
    found.shown_before = found.shown_after = NOBODY
    found.unit, found.sub_process, found.driver = verified.unit, verified.sub_process, verified.driver or OVERALL
    found.before_from, found.before_to = verified.before_to - LOOK_BACK, verified.before_to
    found.effective_at = verified.effective_at
    found.minimum_n = found.next_n = max(1, verified.minimum_n)
    found.correlation = event.correlation or str(verified.finding_id)
    await session.flush()
    await _look(session, found, context)


async def stop(session: AsyncSession, finding_id: UUID) -> None:
    """The finding was closed: nothing is measured for it any more."""
    found = await _locked(session, finding_id)
    if found is not None:
        found.state = "closed"


async def look_again(session: AsyncSession, facts: Sequence[Fact], context: Context) -> None:
    """Measures the watches that these new answers belong to, once their scores are stored.

    Each watch is locked first: of two answers at once the later sees the earlier, so none is missed.
    """
    touched = sorted({name for fact in facts for name in spoken_of(fact)})
    if not touched:
        return
    watching = await scalars(session, WATCHING, touched)
    if not watching:
        return
    await run_waiting(session)
    for found in await session.scalars(
        select(EffectWatch).where(EffectWatch.id.in_(watching)).order_by(EffectWatch.id)
    ):
        compared = Compared(found.sub_process, found.driver or None, found.unit)
        if any(concerns(compared, fact) and fact.occurred_at >= found.effective_at for fact in facts):
            await _look(session, found, context)


async def present(session: AsyncSession, finding_id: UUID, *, actor: Actor) -> tuple[EffectWatch, Effect]:
    """The watch and the effect as far as it may be told of now; raises EffectNotFound."""
    wanted = actor.scope(select(EffectWatch).where(EffectWatch.finding_id == finding_id)).with_for_update()
    found = await session.scalar(wanted)
    if found is None:
        raise EffectNotFound(f"No effect is watched for the finding {finding_id}.")
    return found, await _measure(session, found, max(found.looks, 1))


@dataclass(frozen=True, slots=True)
class TwoSides:
    """One group before and after."""

    unit: str
    segment: str | None
    before: CellFound
    after: CellFound

    def sums(self, figure: str) -> tuple[Sums | None, Sums | None]:
        """Of the measure that the figure is made of; None where withheld."""
        name = measure_of(figure)
        return getattr(self.before, name), getattr(self.after, name)


async def two_sides(session: AsyncSession, bounds: Question, split: date, *, actor: Actor) -> TwoSides:
    """The published grid's answer for the days before ``split`` and from it on, within the bounds."""
    last, first = split - timedelta(days=1), split
    if bounds.period_to is not None and bounds.period_to < first:
        raise SplitOutside(f"The period ends on {bounds.period_to}, before the split on {split}.")
    if bounds.period_from is not None and bounds.period_from > last:
        raise SplitOutside(f"The period begins on {bounds.period_from}, not before the split on {split}.")
    unit, (before,) = await answer(session, replace(bounds, period_to=last), actor=actor)
    _, (after,) = await answer(session, replace(bounds, period_from=first), actor=actor)
    return TwoSides(unit, bounds.segment, before, after)


def spread_of(sums: Sums, figure: str) -> Moments:
    """The moments of what the figure is the mean of: the score, the effort, 0 or 100, or -100, 0 or 100."""
    if figure in {"mean", "ces"}:
        return moments_of(sums)
    against = sums.unfavourable if figure == "nps" else 0
    return Moments(sums.n, 100.0 * (sums.favourable - against), 10_000.0 * (sums.favourable + against))


async def _look(session: AsyncSession, found: EffectWatch, context: Context) -> None:
    measured = await _measure(session, found, found.looks + 1)
    if found.next_n is None or measured.after.n < found.next_n:
        return
    found.looks += 1
    found.next_n = next_look(measured.after.n, conclusive=measured.conclusive)
    payload = _payload(found, measured, context)
    emit(session, payload, subject=str(found.finding_id), unit=found.unit, correlation=found.correlation)


async def _measure(session: AsyncSession, found: EffectWatch, look: int) -> Effect:
    """From what may be told of both sides by now, which is kept: the watch is locked."""
    before = (ScoreRow.occurred_at >= found.before_from) & (ScoreRow.occurred_at < found.before_to)
    earlier = advanced(_moments_of(found.shown_before), await _moments(session, found, before))
    later = advanced(
        _moments_of(found.shown_after), await _moments(session, found, ScoreRow.occurred_at >= found.effective_at)
    )
    found.shown_before, found.shown_after = _kept(earlier), _kept(later)
    return effect(earlier, later, look=look)


def _moments_of(kept: Sequence[float]) -> Moments:
    n, total, squares = kept
    return Moments(int(n), total, squares)


def _kept(shown: Moments) -> list[float]:
    return [shown.n, shown.total, shown.squares]


async def _moments(session: AsyncSession, found: EffectWatch, period: ColumnElement[bool]) -> Moments:
    """What ``comparable.concerns`` says of one answer, said of all that are stored."""
    team = ScoreRow.teams[found.sub_process].as_string()
    district = (ScoreRow.trigger == "incident_restored") & func.starts_with(found.unit, team)
    sums = select(
        func.count(), func.coalesce(func.sum(ScoreRow.value), 0), func.coalesce(func.sum(ScoreRow.value**2), 0)
    ).where(
        ScoreRow.driver == found.driver,
        func.starts_with(team, found.unit) | district,
        ScoreRow.trigger != "case_closed",
        period,
    )
    row: Any = (await session.execute(sums)).one()
    return Moments(int(row[0]), float(row[1]), float(row[2]))


def _payload(found: EffectWatch, measured: Effect, context: Context) -> EffectMeasured:
    return EffectMeasured(
        finding_id=found.finding_id,
        sub_process=found.sub_process,
        driver=found.driver or None,
        unit=found.unit,
        before_from=found.before_from,
        split_at=found.effective_at,
        after_to=context.clock.now(),
        n_before=measured.before.n,
        n_after=measured.after.n,
        mean_before=measured.before.mean if measured.before.n else None,
        mean_after=measured.after.mean if measured.after.n else None,
        difference=measured.difference,
        low=measured.low,
        high=measured.high,
        confidence=measured.confidence,
        method=measured.method,
        caveat=measured.caveat,
    )


async def _locked(session: AsyncSession, finding_id: UUID) -> EffectWatch | None:
    statement = select(EffectWatch).where(EffectWatch.finding_id == finding_id).with_for_update()
    found: EffectWatch | None = await session.scalar(statement)
    return found
