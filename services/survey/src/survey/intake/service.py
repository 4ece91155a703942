"""Takes answers in: each stored once, counted once, announced once, however often it is delivered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import Invalid, Problem, Unavailable
from kit.events import emit
from survey.contacts.models import Contact
from survey.effects.service import look_again
from survey.insights.grid import Fact
from survey.insights.service import add_up, store_scores
from survey.intake.announcing import Completed, announcements
from survey.intake.plan import Delivery, Kept, plan
from survey.intake.revision import Version, digest
from survey.intake.schemas import ResponseIn, ResponseTaken
from survey.invitations.models import Invitation
from survey.invitations.service import InvitationNotFound, genuine
from survey.invitations.token import Token
from survey.questionnaires.answers import faults
from survey.questionnaires.definition import Definition
from survey.questionnaires.scoring import Reading, read, words
from survey.questionnaires.service import code_and_version, definition_of
from survey.responses import service as responses
from survey.settings import settings_of

ROUNDS = 3


class WrongAnswers(Invalid):
    code, title = "wrong_answers", "The answers do not fit the questionnaire"


@dataclass(frozen=True, slots=True)
class Submission:
    """One delivery as it came; ``response_id`` was made by the phone."""

    response_id: UUID
    given: ResponseIn


@dataclass(frozen=True, slots=True)
class Checked:
    """A delivery whose invitation is genuine and whose answers fit; ``occasion`` is the invitation's row."""

    delivery: Delivery
    given: ResponseIn
    occasion: Any
    definition: Definition

    @property
    def reading(self) -> Reading:
        return read(self.definition, self.given.answers, sub_process=self.occasion.sub_process)


async def take_in(
    session: AsyncSession, submissions: Sequence[Submission], *, context: Context
) -> list[ResponseTaken | Problem]:
    """Each delivery's outcome at its place; what was refused stores nothing and stops no other.

    Everything that follows from an answer (scores, rollups, events) is written in this transaction.
    """
    outcomes: dict[int, ResponseTaken | Problem] = {}
    at = context.clock.now()
    checked = await _check(session, submissions, outcomes, context)
    written: list[Checked] = []
    for _ in range(ROUNDS):
        written_now, checked = await _settle(session, checked, outcomes, context, at)
        written += written_now
        if not checked:
            break
    # Only ids that other transactions keep inserting and rolling back can come to this.
    for left in checked:
        outcomes[left.delivery.place] = Unavailable("The same response is being stored elsewhere; send it again.")
    await _follow(session, [one for one in written if one.given.complete], context, at)
    return [outcomes[place] for place in range(len(submissions))]


async def _check(
    session: AsyncSession, submissions: Sequence[Submission], outcomes: dict[int, Any], context: Context
) -> list[Checked]:
    tokens: dict[int, Token] = {}
    for place, submission in enumerate(submissions):
        try:
            tokens[place] = genuine(submission.given.invitation, context)
        except Problem as refusal:
            outcomes[place] = refusal
    occasions = await _occasions(session, {token.invitation for token in tokens.values()})
    checked = []
    for place, token in tokens.items():
        try:
            occasion = occasions.get(token.invitation)
            checked.append(await _fitting(session, place, submissions[place], token, occasion))
        except Problem as refusal:
            outcomes[place] = refusal
    return checked


async def _fitting(
    session: AsyncSession, place: int, submission: Submission, token: Token, occasion: Any | None
) -> Checked:
    if occasion is None:
        raise InvitationNotFound("This invitation no longer exists.")
    given = submission.given
    definition = await definition_of(session, occasion.questionnaire_id)
    wrong = faults(definition, given.answers, complete=given.complete)
    if wrong:
        errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in wrong]
        where = ", ".join(fault.pointer for fault in wrong[:3])
        raise WrongAnswers(f"{len(wrong)} answer(s) do not fit the questionnaire, at {where}.", errors=errors)
    body = given.model_dump(mode="json", exclude={"invitation"}) | {"invitation_id": str(token.invitation)}
    version = Version(given.revision, digest(body), given.complete)
    return Checked(Delivery(place, submission.response_id, token, version), given, occasion, definition)


async def _occasions(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, Any]:
    """The invitations, locked in the order of their ids: two batches never wait for each other in a circle."""
    statement = (
        select(*Invitation.__table__.columns, Contact.account, Contact.data_key)
        .join(Contact, Contact.id == Invitation.contact_id)
        .where(Invitation.id.in_(sorted(ids)))
        .order_by(Invitation.id)
        .with_for_update(of=Invitation, key_share=True)
    )
    return {row.id: row for row in await session.execute(statement)}


async def _settle(
    session: AsyncSession, checked: list[Checked], outcomes: dict[int, Any], context: Context, at: datetime
) -> tuple[list[Checked], list[Checked]]:
    """Decides and writes; gives what was written, and what lost its id to a concurrent transaction.

    An insert that conflicts cannot see the winner's row in its own statement: the next round compares with it.
    """
    planned = plan([one.delivery for one in checked], await _stored(session, checked), at=at)
    by_place = {one.delivery.place: one for one in checked}
    inserts = [by_place[delivery.place] for delivery in planned.inserts]
    replaces = [by_place[delivery.place] for delivery in planned.replaces]
    taken = await responses.insert_new(session, [_row(one, context, at) for one in inserts])
    lost = {one.delivery.response_id for one in inserts} - taken
    for one in replaces:
        await responses.replace(session, _row(one, context, at))
    for one in checked:
        place, version = one.delivery.place, one.delivery.version
        if one.delivery.response_id in lost:
            continue
        outcomes[place] = planned.refused.get(place) or ResponseTaken(
            id=one.delivery.response_id,
            revision=version.revision,
            complete=version.complete,
            received_at=planned.received[place],
        )
    written = [one for one in inserts + replaces if one.delivery.response_id not in lost]
    return written, [one for one in checked if one.delivery.response_id in lost]


async def _stored(session: AsyncSession, checked: list[Checked]) -> dict[UUID, Kept]:
    ids = {one.delivery.response_id for one in checked}
    invitations = {one.delivery.invitation_id for one in checked}
    return {
        row.id: Kept(row.invitation_id, Version(row.revision, row.digest, row.complete), row.received_at)
        for row in await responses.heads(session, ids, invitations)
    }


def _row(one: Checked, context: Context, at: datetime) -> dict[str, Any]:
    occasion, delivery, given, reading = one.occasion, one.delivery, one.given, one.reading
    said = words(one.definition, given.answers)
    person = (occasion.contact_id, occasion.data_key)
    return {
        "id": delivery.response_id,
        "invitation_id": occasion.id,
        "questionnaire_id": occasion.questionnaire_id,
        "contact_id": occasion.contact_id,
        "unit": occasion.unit,
        "sub_process": occasion.sub_process,
        "trigger": occasion.trigger,
        "trigger_id": occasion.trigger_id,
        "occurred_at": occasion.occurred_at,
        "revision": delivery.version.revision,
        "digest": delivery.version.digest,
        "complete": delivery.version.complete,
        "answers": {code: value for code, value in given.answers.items() if code not in said},
        "words": responses.sealed(delivery.response_id, said, person, context),
        "language": given.language,
        "segment": occasion.segment,
        "may_contact": reading.may_contact,
        "unit_may_know": reading.unit_may_know,
        "answered_at": given.answered_at,
        "received_at": at,
    }


async def _follow(session: AsyncSession, done: list[Checked], context: Context, at: datetime) -> None:
    """What a complete answer leads to, always in the same order of locks: watches, then rollups."""
    facts = [_fact(one) for one in done]
    await store_scores(session, facts)
    await look_again(session, facts, context)
    for one in sorted(done, key=lambda one: one.delivery.response_id):
        await _announce(session, one, at)
    await add_up(session, facts, ZoneInfo(settings_of(context).time_zone))


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
        teams=occasion.teams,
        segment=occasion.segment,
    )


async def _announce(session: AsyncSession, one: Checked, at: datetime) -> None:
    occasion = one.occasion
    code, version = await code_and_version(session, occasion.questionnaire_id)
    done = Completed(
        response_id=one.delivery.response_id,
        invitation_id=occasion.id,
        account=occasion.account,
        unit=occasion.unit,
        trigger=occasion.trigger,
        trigger_id=occasion.trigger_id,
        sub_process=occasion.sub_process,
        correlation=occasion.correlation,
        questionnaire=code,
        version=version,
        received_at=at,
        reading=one.reading,
    )
    for payload, account in announcements(done):
        emit(
            session,
            payload,
            subject=str(done.response_id),
            unit=done.unit,
            account=account,
            correlation=done.story,
        )
