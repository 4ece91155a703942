"""Says whom a campaign would ask, and why not the others, by the same expressions that plan it."""

from collections.abc import Mapping
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.errors import Conflict
from survey.campaigns.models import Campaign
from survey.contacts.models import Contact
from survey.dry_runs.schemas import DryRun, DryRunIn, Reason, SomeAccount, StratumDrawn
from survey.frames.service import Frame, asked_reason, draw, frame_of
from survey.rounds.service import next_number


class NotDrawn(Conflict):
    code, title = "not_drawn", "The campaign draws no sample"


async def dry_run(
    session: AsyncSession, campaign: Campaign, given: DryRunIn, *, context: Context, actor: Actor
) -> DryRun:
    """Raises NotDrawn for a campaign that asks on occasions or by hand."""
    if campaign.kind not in {"one_off", "periodic"}:
        raise NotDrawn("This campaign has no frame of its own: it asks whoever an occasion brings, or one by one.")
    number = await next_number(session, campaign)
    frame = await frame_of(session, campaign, now=context.clock.now(), number=number)
    drawn = await draw(session, frame)
    asked = sum(drawn.wanted.values())
    reasons = await _reasons(session, frame, drawn.tickets)
    shown, after = await _some(session, frame, drawn.tickets, given) if _may_see(given, actor) else (None, None)
    return DryRun(
        at=frame.now,
        population=asked + sum(reasons.values()),
        asked=asked,
        strata=[
            StratumDrawn(stratum=name, may_be_asked=size, asked=drawn.wanted[name])
            for name, size in drawn.sizes.items()
        ],
        not_asked=reasons,
        accounts=shown,
        next=after,
    )


async def _reasons(session: AsyncSession, frame: Frame, tickets: Mapping[str, str]) -> dict[Reason, int]:
    reason = asked_reason(frame, tickets).label("reason")
    judged = select(reason).where(frame.population).subquery()
    counted = select(judged.c.reason, func.count()).where(judged.c.reason.is_not(None)).group_by(judged.c.reason)
    found = sorted((row[0], row[1]) for row in await session.execute(counted))
    return {cast("Reason", name): count for name, count in found}


def _may_see(given: DryRunIn, actor: Actor) -> bool:
    """Who is asked is for the systems that ask, and for who runs them: an analyst needs the counts."""
    return given.accounts != "none" and actor.has(Role.INTEGRATOR, Role.ADMIN)


async def _some(
    session: AsyncSession, frame: Frame, tickets: Mapping[str, str], given: DryRunIn
) -> tuple[list[SomeAccount], str | None]:
    reason = asked_reason(frame, tickets)
    kept = reason.is_(None) if given.accounts == "asked" else reason.is_not(None)
    statement = select(Contact.account, frame.stratum.label("stratum"), reason.label("reason"))
    statement = statement.where(frame.population, kept, Contact.account > (given.after or ""))
    found = (await session.execute(statement.order_by(Contact.account).limit(given.limit + 1))).all()
    shown = [SomeAccount.model_validate(row, from_attributes=True) for row in found[: given.limit]]
    return shown, shown[-1].account if len(found) > given.limit else None
