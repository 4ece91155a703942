"""Takes anonymous answers in: each once, and none to be joined with whoever gave it.

An answer waits sealed until at least five of its campaign can leave together. Then all of them are written in one
transaction: the hashes of their invitations in one order, the answers in another, both by random numbers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db.rows import RowsStatement, first, run, run_rows
from kit.errors import Conflict, Problem
from kit.timers import schedule
from survey.anonymous.buckets import SMALLEST, Held, Place, alike, common, settled
from survey.anonymous.models import AnonymousResponse, AnonymousSpent, AnonymousWaiting
from survey.insights.grid import Fact
from survey.invitations.token import Token
from survey.questionnaires.scoring import read, words
from survey.questionnaires.service import definition_of
from survey.settings import settings_of

SETTLE = "anonymous.settle"
PATIENCE = timedelta(days=7)
LOCK = 7_410_301


class IdTaken(Conflict):
    code, title = "another_invitation", "The id belongs to another invitation"


class Spent(Conflict):
    code, title = "invitation_used", "The invitation was used"


class Differs(Conflict):
    code, title = "revision_clash", "This response is stored differently"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One checked delivery; ``digest`` is over its body without its invitation, so that it tells nothing of it."""

    response_id: UUID
    token: Token
    campaign_id: UUID
    place: Place
    revision: int
    complete: bool
    digest: str
    answers: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored under an id or an invitation; ``spent`` None once it is counted."""

    id: UUID
    spent: bytes | None
    digest: str
    revision: int
    complete: bool


def _statement(model: Any) -> RowsStatement:
    table: Table = model.__table__
    return RowsStatement(table, [column.name for column in table.columns])


WAIT, SPEND, COUNT = (_statement(model) for model in (AnonymousWaiting, AnonymousSpent, AnonymousResponse))


async def take(
    session: AsyncSession, deliveries: Sequence[Delivery], *, context: Context, at: datetime
) -> tuple[list[Problem | None], list[Fact]]:
    """Why each delivery was refused, None where it succeeded, and what is to be counted now.

    No row of an invitation is locked: the lock itself would name the transaction that took its answer.
    """
    campaigns = sorted({one.campaign_id for one in deliveries})
    for campaign in campaigns:
        await run(session, "SELECT pg_advisory_xact_lock($1, hashtext($2))", LOCK % 2**31, str(campaign))
    outcomes = [await _outcome(session, one, context, at) for one in deliveries]
    facts: list[Fact] = []
    for campaign in campaigns:
        held = await _held(session, campaign, context)
        facts += await _release(session, campaign, alike(held), context, at)
        if len(held) > len(facts):
            await _remind(session, campaign, at)
    return outcomes, facts


async def settle(session: AsyncSession, campaign_id: UUID, *, context: Context) -> list[Fact]:
    """Lets those go that waited for others like them, with what they have in common with others less like them."""
    at = context.clock.now()
    await run(session, "SELECT pg_advisory_xact_lock($1, hashtext($2))", LOCK % 2**31, str(campaign_id))
    held = await _held(session, campaign_id, context)
    facts = await _release(session, campaign_id, settled(held), context, at)
    if len(held) > len(facts):
        await _remind(session, campaign_id, at)
    return facts


async def _outcome(session: AsyncSession, one: Delivery, context: Context, at: datetime) -> Problem | None:
    try:
        await _store(session, one, context, at)
    except Problem as refusal:
        return refusal
    return None


async def _store(session: AsyncSession, one: Delivery, context: Context, at: datetime) -> None:
    """Into the waiting room, unless the same is stored already; raises IdTaken, Spent, Differs, InvitationExpired."""
    row, spent = _hidden_id(one, context), context.keyring.hash(f"anonymous spent|{one.token.invitation}")
    known = await _known(session, row, context)
    used = await _is_spent(session, spent)
    if known is None and (used or await _waits(session, spent)):
        raise Spent("This invitation was answered already under another response id.", errors=_at("/invitation"))
    if known is not None and known.spent != spent and not (known.spent is None and used):
        raise IdTaken("This response id was used with another invitation; make a new id.")
    if known is not None and _same(known, one):
        return
    one.token.require_valid(at)
    if known is not None:
        await run(session, "DELETE FROM anonymous_waiting WHERE id = $1", row)
    sealed = context.keyring.seal(row, json.dumps(_content(one)))
    values = {"spent": spent, "id": row, "campaign_id": one.campaign_id, "sealed": sealed}
    await run_rows(session, WAIT, [values])


def _same(known: _Known, one: Delivery) -> bool:
    """Whether nothing is to be stored; raises Differs where it may not be."""
    if known.digest == one.digest:
        return True
    if known.complete or one.revision <= known.revision:
        raise Differs("The answer is stored with another body or a higher revision, or it was complete already.")
    return False


def _at(pointer: str) -> list[dict[str, str]]:
    return [{"pointer": pointer, "detail": "Each invitation can be answered once."}]


def _hidden_id(one: Delivery, context: Context) -> UUID:
    """The phone's id may tell its time or be noted elsewhere; its keyed hash tells nothing."""
    return UUID(bytes=context.keyring.hash(f"anonymous id|{one.response_id}")[:16])


async def _known(session: AsyncSession, row: UUID, context: Context) -> _Known | None:
    waiting = await first(session, "SELECT spent, sealed FROM anonymous_waiting WHERE id = $1", row)
    if waiting is not None:
        content = json.loads(context.keyring.open(row, waiting.sealed))
        return _Known(row, bytes(waiting.spent), content["digest"], content["revision"], content["complete"])
    counted = await first(session, "SELECT digest FROM anonymous_response WHERE id = $1", row)
    return None if counted is None else _Known(row, None, counted.digest, 0, complete=True)


async def _is_spent(session: AsyncSession, spent: bytes) -> bool:
    return await first(session, "SELECT 1 FROM anonymous_spent WHERE hash = $1", spent) is not None


async def _waits(session: AsyncSession, spent: bytes) -> bool:
    return await first(session, "SELECT 1 FROM anonymous_waiting WHERE spent = $1", spent) is not None


def _content(one: Delivery) -> dict[str, Any]:
    place = one.place
    return {
        "questionnaire": str(place.questionnaire_id),
        "unit": place.unit,
        "sub_process": place.sub_process,
        "segment": place.segment,
        "trigger": place.trigger,
        "revision": one.revision,
        "complete": one.complete,
        "digest": one.digest,
        "answers": one.answers,
    }


async def _held(session: AsyncSession, campaign_id: UUID, context: Context) -> list[Held]:
    """The complete ones among those that wait."""
    waiting = select(AnonymousWaiting).where(AnonymousWaiting.campaign_id == campaign_id)
    found = []
    for row in await session.scalars(waiting.execution_options(populate_existing=True)):
        content = json.loads(context.keyring.open(row.id, row.sealed))
        if content["complete"]:
            place = (content["unit"], content["sub_process"], content["segment"], content["trigger"])
            about = Place(UUID(content["questionnaire"]), *place)
            found.append(Held(row.id, row.spent, about, content["digest"], content["answers"]))
    return found


async def _release(
    session: AsyncSession, campaign_id: UUID, buckets: Sequence[list[Held]], context: Context, at: datetime
) -> list[Fact]:
    zone = ZoneInfo(settings_of(context).time_zone)
    day = at.astimezone(zone).date()
    facts: list[Fact] = []
    for bucket in buckets:
        assert len(bucket) >= SMALLEST  # noqa: S101  (what all of this is for)
        place = common(bucket)
        definition = await definition_of(session, place.questionnaire_id)
        ids = [one.id for one in bucket]
        await run(session, "DELETE FROM anonymous_waiting WHERE id = ANY($1::uuid[])", ids)
        # Hashes and hidden ids are random numbers: in their orders nothing is left of who came when.
        await run_rows(session, SPEND, [{"hash": spent} for spent in sorted(one.spent for one in bucket)])
        rows = sorted((_counted(one, campaign_id, place, day, definition, context) for one in bucket), key=_id)
        await run_rows(session, COUNT, rows)
        facts += [_fact(one, place, day, zone, definition) for one in sorted(bucket, key=lambda one: one.id)]
    return facts


def _id(row: Mapping[str, Any]) -> UUID:
    found: UUID = row["id"]
    return found


def _counted(
    one: Held, campaign_id: UUID, place: Place, day: date, definition: Any, context: Context
) -> dict[str, Any]:
    said = words(definition, one.answers)
    return {
        "id": one.id,
        "campaign_id": campaign_id,
        "questionnaire_id": place.questionnaire_id,
        "unit": place.unit,
        "sub_process": place.sub_process,
        "segment": place.segment,
        "trigger": place.trigger,
        "day": day,
        "digest": one.digest,
        "answers": json.dumps({code: value for code, value in one.answers.items() if code not in said}),
        "words": context.keyring.seal(one.id, json.dumps(said)) if said else None,
    }


def _fact(one: Held, place: Place, day: date, zone: ZoneInfo, definition: Any) -> Fact:
    """The day stands for when the service happened: that itself would point at a customer."""
    reading = read(definition, one.answers, sub_process=place.sub_process)
    return Fact(
        response_id=one.id,
        unit=place.unit,
        sub_process=place.sub_process,
        trigger=place.trigger,
        occurred_at=datetime.combine(day, time(12), zone).astimezone(UTC),
        scores=reading.scores,
        recommendation=reading.recommendation,
        segment=place.segment,
        effort=reading.effort,
        needs=reading.needs,
    )


async def _remind(session: AsyncSession, campaign_id: UUID, at: datetime) -> None:
    """At a midnight, so that the timer doesn't tell when the last answer came."""
    due = datetime.combine((at + PATIENCE).date(), time(), UTC)
    await schedule(session, SETTLE, subject=str(campaign_id), due=due)
