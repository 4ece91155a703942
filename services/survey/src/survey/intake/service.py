"""Takes answers in: each stored once, counted once, announced once, however often it is delivered."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db.rows import run, text_of
from kit.errors import Problem, Unavailable
from kit.events import emit
from survey.anonymous import service as anonymous
from survey.anonymous.buckets import Place
from survey.effects.service import look_again
from survey.insights.grid import Fact
from survey.insights.service import add_up, store_scores
from survey.intake.announcing import Completed, announcements
from survey.intake.checking import Checked, Occasion, Questions, Submission, check
from survey.intake.plan import Kept, Plan, plan
from survey.intake.revision import Version, digest
from survey.intake.schemas import ResponseTaken
from survey.invitations.service import token_key
from survey.invitations.token import Token, read
from survey.questionnaires.service import code_and_version, definition_of
from survey.responses import service as responses
from survey.settings import settings_of

ROUNDS = 3
Outcomes = dict[int, ResponseTaken | Problem]

# Locked in the order of their ids: two batches never wait for each other in a circle. What is stored for them comes
# along; where another transaction was faster its write is refused below, and the next round looks again. Nothing is
# looked for where the invitation says that nobody answered: plans made while few answers were there read them all.
LOCKED = """
    SELECT i.id, i.questionnaire_id, i.contact_id, i.confidentiality, i.unit, i.trigger, i.trigger_id, i.sub_process,
           i.teams::text AS teams, i.occurred_at, i.segment, i.correlation, i.campaign_id, i.expires_at,
           c.account, c.data_key, r.id AS response_id, r.revision, r.digest, r.complete, r.received_at
    FROM invitation i JOIN contact c ON c.id = i.contact_id LEFT JOIN LATERAL (
        SELECT id, revision, digest, complete, received_at FROM response
        WHERE invitation_id = i.id AND i.answered_at IS NOT NULL LIMIT 1
    ) r ON true
    WHERE i.id = ANY($1::uuid[]) AND i.confidentiality = 'confidential' ORDER BY i.id FOR NO KEY UPDATE OF i
"""
# Of an anonymous campaign's nothing is locked: a lock stands in the row as the transaction that took the answer.
OCCASIONS = f"""
    WITH locked AS ({LOCKED}) SELECT * FROM locked
    UNION ALL
    SELECT i.id, i.questionnaire_id, NULL, i.confidentiality, i.unit, i.trigger, NULL, i.sub_process, '{{}}',
           i.occurred_at, i.segment, i.correlation, i.campaign_id, i.expires_at,
           NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM invitation i WHERE i.id = ANY($1::uuid[]) AND i.confidentiality = 'anonymous'
"""  # noqa: S608  (a statement of this module)


async def take_in(
    session: AsyncSession, submissions: Sequence[Submission], *, context: Context
) -> list[ResponseTaken | Problem]:
    """Each delivery's outcome at its place; what was refused stores nothing and stops no other.

    Everything that follows from an answer (scores, rollups, events) is written in this transaction. May be called
    again with what is stored already: that is the same success.
    """
    outcomes: Outcomes = {}
    at = context.clock.now()
    checked, stored = await _check(session, submissions, outcomes, context)
    facts = await _take_anonymous(session, [one for one in checked if one.anonymous], outcomes, context, at)
    checked = [one for one in checked if not one.anonymous]
    written: list[Checked] = []
    for _ in range(ROUNDS):
        now_written, checked = await _settle(session, checked, stored, outcomes, context, at)
        written += now_written
        if not checked:
            break
        stored = await _stored(session, checked)
    # Only ids that other transactions keep inserting and rolling back can come to this.
    for left in checked:
        outcomes[left.place] = Unavailable("The same response is being stored elsewhere; send it again.")
    await _follow(session, [one for one in written if one.given.complete], facts, context, at)
    return [outcomes[place] for place in range(len(submissions))]


async def _check(
    session: AsyncSession, submissions: Sequence[Submission], outcomes: Outcomes, context: Context
) -> tuple[list[Checked], dict[UUID, Kept]]:
    tokens = _genuine(submissions, outcomes, token_key(context))
    ids = sorted({token.invitation for token in tokens.values()})
    rows = map(Occasion._make, await run(session, OCCASIONS, ids) if ids else ())
    occasions = {row.id: row for row in rows}
    questions = await _questions(session, {row.questionnaire_id for row in occasions.values()})
    checked = []
    for place, token in tokens.items():
        try:
            checked.append(check(place, submissions[place], token, occasions, questions))
        except Problem as refusal:
            outcomes[place] = refusal
    return checked, {row.response_id: _kept(row, row.id) for row in occasions.values() if row.response_id}


def _genuine(submissions: Sequence[Submission], outcomes: Outcomes, key: bytes) -> dict[int, Token]:
    tokens: dict[int, Token] = {}
    for place, submission in enumerate(submissions):
        try:
            tokens[place] = read(key, submission.given.invitation)
        except Problem as refusal:
            outcomes[place] = refusal
    return tokens


async def _questions(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Questions]:
    return {one: Questions(await definition_of(session, one), *await code_and_version(session, one)) for one in ids}


async def _settle(
    session: AsyncSession,
    checked: list[Checked],
    stored: dict[UUID, Kept],
    outcomes: Outcomes,
    context: Context,
    at: datetime,
) -> tuple[list[Checked], list[Checked]]:
    """Decides and writes; gives what was written, and what another transaction was faster with.

    A write that is refused cannot see the winner's row in its own statement: the next round compares with it.
    """
    planned = plan([one.delivery for one in checked], stored, at=at)
    by_place = {one.place: one for one in checked}
    writes = [by_place[delivery.place] for delivery in planned.inserts + planned.replaces]
    rows = [_row(one, context) for one in writes]
    new = len(planned.inserts)
    kept = await responses.insert_new(session, rows[:new], at) | await responses.replace(session, rows[new:], at)
    lost = {one.delivery.response_id for one in writes} - kept
    for one in checked:
        if one.delivery.response_id not in lost:
            outcomes[one.place] = _outcome(one, planned)
    written = [one for one in writes if one.delivery.response_id not in lost]
    return written, [one for one in checked if one.delivery.response_id in lost]


def _outcome(one: Checked, planned: Plan) -> ResponseTaken | Problem:
    if one.place in planned.refused:
        return planned.refused[one.place]
    version = one.delivery.version
    return ResponseTaken(
        id=one.delivery.response_id,
        revision=version.revision,
        complete=version.complete,
        received_at=planned.received[one.place],
    )


async def _stored(session: AsyncSession, checked: list[Checked]) -> dict[UUID, Kept]:
    ids = {one.delivery.response_id for one in checked}
    invitations = {one.delivery.invitation_id for one in checked}
    rows = await responses.heads(session, ids, invitations)
    return {row.id: _kept(row, row.invitation_id) for row in rows}


def _kept(row: Any, invitation_id: UUID) -> Kept:
    return Kept(invitation_id, Version(row.revision, row.digest, row.complete), row.received_at)


def _row(one: Checked, context: Context) -> dict[str, Any]:
    occasion, delivery, given, reading = one.occasion, one.delivery, one.given, one.reading
    return {
        "id": delivery.response_id,
        "invitation_id": occasion.id,
        "revision": delivery.version.revision,
        "digest": delivery.version.digest,
        "complete": delivery.version.complete,
        "answers": text_of(one.marked),
        "words": responses.sealed(delivery.response_id, one.said, (occasion.contact_id, occasion.data_key), context),
        "language": given.language,
        "may_contact": reading.may_contact,
        "unit_may_know": reading.unit_may_know,
        "started_at": given.started_at,
        "answered_at": given.answered_at,
        "device": context.keyring.hash(f"device|{given.device}") if given.device else None,
    }


async def _take_anonymous(
    session: AsyncSession, several: list[Checked], outcomes: Outcomes, context: Context, at: datetime
) -> list[Fact]:
    """Answers of anonymous campaigns go ways of their own; gives what may be counted of them now."""
    if not several:
        return []
    refusals, facts = await anonymous.take(session, [_unnamed(one, context) for one in several], context=context, at=at)
    for one, refusal in zip(several, refusals, strict=True):
        version = one.delivery.version
        outcomes[one.place] = refusal or ResponseTaken(
            id=one.delivery.response_id, revision=version.revision, complete=version.complete, received_at=None
        )
    return facts


def _unnamed(one: Checked, context: Context) -> anonymous.Delivery:
    occasion, given = one.occasion, one.given
    # Neither invitation nor any time: who guessed them could see from the digest that he guessed right.
    body = {"revision": given.revision, "complete": given.complete, "answers": given.answers}
    place = (occasion.unit, occasion.sub_process, occasion.segment, occasion.trigger)
    return anonymous.Delivery(
        response_id=one.delivery.response_id,
        token=one.delivery.token,
        campaign_id=occasion.campaign_id,
        place=Place(occasion.questionnaire_id, *place),
        revision=given.revision,
        complete=given.complete,
        digest=context.keyring.hash(f"anonymous digest|{digest(body)}").hex(),
        answers=given.answers,
    )


async def _follow(
    session: AsyncSession, done: list[Checked], unnamed: list[Fact], context: Context, at: datetime
) -> None:
    """What a complete answer leads to, always in the same order of locks: watches, then the log.

    ``unnamed``: anonymous answers, which are counted and never told of.
    """
    done.sort(key=lambda one: one.delivery.response_id)
    facts = [_fact(one) for one in done] + unnamed
    store_scores(session, facts)
    await look_again(session, facts, context)
    for one in done:
        _announce(session, one, at)
    add_up(session, facts, ZoneInfo(settings_of(context).time_zone))


def _fact(one: Checked) -> Fact:
    occasion, reading = one.occasion, one.reading
    return Fact(
        response_id=one.delivery.response_id,
        unit=occasion.unit,
        sub_process=occasion.sub_process,
        trigger=occasion.trigger,
        occurred_at=occasion.occurred_at,
        scores=reading.scores,
        recommendation=reading.recommendation,
        teams=json.loads(occasion.teams) if occasion.teams != "{}" else {},
        segment=occasion.segment,
        effort=reading.effort,
        needs=reading.needs,
    )


def _announce(session: AsyncSession, one: Checked, at: datetime) -> None:
    occasion, questions = one.occasion, one.questions
    done = Completed(
        response_id=one.delivery.response_id,
        invitation_id=occasion.id,
        account=occasion.account,
        unit=occasion.unit,
        trigger=occasion.trigger,
        trigger_id=occasion.trigger_id,
        sub_process=occasion.sub_process,
        correlation=occasion.correlation,
        questionnaire=questions.code,
        version=questions.version,
        received_at=at,
        reading=one.reading,
    )
    subject, lineage = str(done.response_id), one.submission.lineage
    for payload, account in announcements(done):
        emit(
            session,
            payload,
            subject=subject,
            unit=done.unit,
            account=account,
            correlation=done.story,
            time=at,
            lineage=lineage,
        )
