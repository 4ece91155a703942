"""Destroys what is kept no longer, a few hundred at a time, and says how much it was."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db.tables import message
from kit.errors import Conflict
from kit.ids import new_id
from kit.timers import schedule
from survey.anonymous.models import AnonymousResponse
from survey.invitations.models import Invitation
from survey.privacy.persons.service import anonymise, forget_invitations
from survey.privacy.retention.ageing import before
from survey.privacy.retention.models import RetentionRule, RetentionRun
from survey.privacy.retention.schemas import Kind, RuleIn
from survey.responses.models import Response
from survey.settings import settings_of

SWEEP = "privacy.retention"
CHUNK = 200
EVERY = timedelta(days=1)


class RuleInThePast(Conflict):
    code, title = "rule_in_the_past", "Rules begin now or later"


async def decide(session: AsyncSession, given: RuleIn, *, context: Context) -> RetentionRule:
    """A rule from now or a later time on; raises RuleInThePast."""
    now = context.clock.now()
    begins = given.valid_from or now
    if begins < now:
        raise RuleInThePast(f"A rule cannot have been in force since {begins.isoformat()}; let it begin now or later.")
    rule = RetentionRule(
        id=new_id(), kind=given.kind, months=given.months, valid_from=begins, document=given.document, made_at=now
    )
    session.add(rule)
    await session.flush()
    await schedule(session, SWEEP, subject=f"{given.kind}:{rule.id}", due=begins)
    return rule


async def in_force(session: AsyncSession, kind: str, at: datetime) -> RetentionRule | None:
    begun = select(RetentionRule).where(RetentionRule.kind == kind, RetentionRule.valid_from <= at)
    found: RetentionRule | None = await session.scalar(
        begun.order_by(RetentionRule.valid_from.desc(), RetentionRule.id.desc()).limit(1)
    )
    return found


async def sweep(session: AsyncSession, kind: Kind, *, context: Context) -> bool | None:
    """One chunk; whether there is more of it, None where no rule is in force."""
    now = context.clock.now()
    rule = await in_force(session, kind, now)
    if rule is None or rule.months is None:
        return None
    run = await _run(session, rule, before(now, rule.months), now)
    destroyed = await SWEEPS[kind](session, run.cutoff, context)
    run.destroyed += destroyed
    if not destroyed:
        run.ended_at = now
    return run.ended_at is None


async def _run(session: AsyncSession, rule: RetentionRule, cutoff: datetime, now: datetime) -> RetentionRun:
    """The one that is going on, or a new one."""
    open_runs = select(RetentionRun).where(RetentionRun.kind == rule.kind, RetentionRun.ended_at.is_(None))
    run: RetentionRun | None = await session.scalar(open_runs.with_for_update())
    if run is None:
        run = RetentionRun(
            id=new_id(), rule_id=rule.id, kind=rule.kind, cutoff=cutoff, destroyed=0, began_at=now, ended_at=None
        )
        session.add(run)
    return run


async def _words(session: AsyncSession, cutoff: datetime, context: Context) -> int:
    day = cutoff.astimezone(ZoneInfo(settings_of(context).time_zone)).date()
    return await _emptied(session, Response, Response.received_at, cutoff) + await _emptied(
        session, AnonymousResponse, AnonymousResponse.day, day
    )


async def _emptied(session: AsyncSession, kind: Any, came: Any, cutoff: datetime | date) -> int:
    some = (await session.scalars(select(kind.id).where(kind.words.is_not(None), came < cutoff).limit(CHUNK))).all()
    gone = update(kind).where(kind.id.in_(some)).values(words=None)
    await session.execute(gone.execution_options(synchronize_session=False))
    return len(some)


async def _messages(session: AsyncSession, cutoff: datetime, _: Context) -> int:
    old = select(message.c.id).where(message.c.created_at < cutoff, message.c.state != "waiting")
    some = (await session.scalars(old.order_by(message.c.created_at).limit(CHUNK))).all()
    await session.execute(delete(message).where(message.c.id.in_(some)))
    return len(some)


async def _persons(session: AsyncSession, cutoff: datetime, context: Context) -> int:
    """Answers first: an invitation goes when no answer leads to it any more."""
    zone = ZoneInfo(settings_of(context).time_zone)
    led = Response.contact_id.is_not(None) | Response.invitation_id.is_not(None)
    old = select(Response.id).where(led, Response.received_at < cutoff)
    some: Sequence[Any] = (await session.scalars(old.order_by(Response.received_at).limit(CHUNK))).all()
    if some:
        await anonymise(session, Response.id.in_(some), zone)
        return len(some)
    left = select(Response.invitation_id).where(Response.invitation_id == Invitation.id)
    past = select(Invitation.id).where(
        Invitation.issued_at < cutoff, Invitation.expires_at < context.clock.now(), ~left.exists()
    )
    some = (await session.scalars(past.order_by(Invitation.issued_at).limit(CHUNK))).all()
    await forget_invitations(session, some)
    return len(some)


SWEEPS: dict[Kind, Callable[[AsyncSession, datetime, Context], Awaitable[int]]] = {
    "words": _words,
    "messages": _messages,
    "persons": _persons,
}
