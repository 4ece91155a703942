"""Cases that add up to a finding, and effects that close one."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.responsibility import CaseOpened
from kit.contracts.survey import EffectMeasured
from kit.events.handlers import Consumers, Event
from responsibility.cases.models import Case
from responsibility.findings import service
from responsibility.findings.effect import Effect, verdict
from responsibility.findings.models import EffectMeasure, Finding, FindingCase
from responsibility.findings.pattern import is_pattern
from responsibility.promises.service import amount

consumers = Consumers()
UNNAMED = "unnamed"


@consumers.on(CaseOpened)
async def gather_cases(session: AsyncSession, event: Event[CaseOpened], context: Context) -> None:  # noqa: ARG001
    """A further case joins the finding of its kind that was open when it came; enough loose ones open or reopen one.

    What counts is when the case came, not when its event is read: else the last cases before an effect is proven
    would join or stay loose by chance.
    """
    case = await session.get(Case, event.data.case_id)
    if case is None:
        return
    cause = case.driver or UNNAMED
    kind = (case.sub_process, case.about_unit, cause)
    finding = await service.standing(session, *kind) or await service.that_stood(session, *kind, case.opened_at)
    if finding is not None:
        await service.attach(session, finding, case, event.time)
        return
    loose = await _loose(session, case)
    cases = await amount(session, "finding.pattern.cases", case.opened_at)
    days = await amount(session, "finding.pattern.window", case.opened_at)
    if is_pattern([c.opened_at for c in loose], case.opened_at, cases, days):
        since = case.opened_at - timedelta(days=days)
        await _begin(session, case, cause, [c for c in loose if c.opened_at > since])


async def _loose(session: AsyncSession, case: Case) -> list[Case]:
    """Cases of the same kind that no finding has gathered."""
    gathered = select(FindingCase.case_id)
    statement = select(Case).where(
        Case.sub_process == case.sub_process,
        Case.about_unit == case.about_unit,
        Case.driver.is_not_distinct_from(case.driver),
        Case.id.not_in(gathered),
    )
    return list(await session.scalars(statement.order_by(Case.opened_at)))


async def _begin(session: AsyncSession, case: Case, cause: str, loose: list[Case]) -> None:
    closed = select(Finding).where(
        Finding.sub_process == case.sub_process, Finding.unit == case.about_unit, Finding.cause == cause
    )
    earlier = await session.scalar(closed.order_by(Finding.closed_at.desc()).limit(1).with_for_update())
    if earlier is None:
        await service.open_finding(
            session,
            unit=case.about_unit,
            sub_process=case.sub_process,
            cause=cause,
            driver=case.driver,
            origin="cases",
            cases=loose,
            at=case.opened_at,
        )
        return
    for one in loose:
        await service.attach(session, earlier, one, case.opened_at)
    await service.reopen(session, earlier, case.opened_at, reason=None)


@consumers.on(EffectMeasured)
async def weigh_effect(session: AsyncSession, event: Event[EffectMeasured], context: Context) -> None:  # noqa: ARG001
    """Every measure is kept; one that proves better service closes the finding, all others leave it watched."""
    data = event.data
    finding = await session.scalar(select(Finding).where(Finding.id == data.finding_id).with_for_update())
    if finding is None:
        return
    minimum = finding.minimum_n or await amount(session, "effect.minimum_n", event.time)
    said = verdict(Effect(data.n_after, data.low, data.high), minimum)
    known = data.model_dump(include=set(EffectMeasure.__table__.columns.keys()) - {"id"})
    session.add(EffectMeasure(**known, measured_at=event.time, verdict=said))
    await session.flush()
    if said == "better" and finding.state == "effect_watch":
        await service.close_proven(session, finding, event.time)
