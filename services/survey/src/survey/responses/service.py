"""Stores answers and reads them for those who may."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role
from kit.context import Context
from kit.db.rows import RowsStatement, run_rows
from kit.errors import NotFound
from survey.contacts.models import Contact
from survey.contacts.service import person
from survey.questionnaires.scoring import read
from survey.questionnaires.service import code_and_version, definition_of
from survey.responses.models import Response
from survey.responses.schemas import ResponseOut, ScoreOut

Owner = tuple[UUID, bytes]
"""A contact's id and wrapped data key."""
TABLE = Response.__table__
# What the invitation knows is taken from it where both stand: sent along it would be half of all that is sent.
OCCASION = ("questionnaire_id", "contact_id", "unit", "sub_process", "trigger", "trigger_id", "occurred_at", "segment")
APART = {*OCCASION, "received_at", "source"}
GIVEN = tuple(column.name for column in TABLE.columns if column.name not in APART)
# An answer is noted on its invitation in the same statement: one more round trip would be felt.
NOTED = """
    noted AS (
        UPDATE invitation i SET answered_at = coalesce(i.answered_at, stored.received_at),
            completed_at = CASE WHEN stored.complete THEN stored.received_at END
        FROM stored WHERE i.id = stored.invitation_id
    )
    SELECT id FROM stored
"""
STORE = RowsStatement(
    TABLE,
    GIVEN,
    f"""
    WITH stored AS (
        INSERT INTO response ({{columns}}, received_at, {", ".join(OCCASION)})
        SELECT {{values}}, {{next}}::timestamptz, {", ".join(f"i.{name}" for name in OCCASION)}
        FROM {{rows}} JOIN invitation i ON i.id = given.invitation_id ORDER BY given.id ON CONFLICT DO NOTHING
        RETURNING id, invitation_id, complete, received_at
    ), """  # noqa: S608  (own names)
    + NOTED,
)
REPLACE = RowsStatement(
    TABLE,
    GIVEN,
    """
    WITH stored AS (
        UPDATE response r SET {assigned}, received_at = {next}::timestamptz FROM {rows}
        WHERE r.id = given.id AND NOT r.complete AND r.revision < given.revision
        RETURNING r.id, r.invitation_id, r.complete, r.received_at
    ), """  # noqa: S608  (own names)
    + NOTED,
)


class ResponseNotFound(NotFound):
    code = "response_not_found"


async def heads(session: AsyncSession, ids: Collection[UUID], invitations: Collection[UUID]) -> Sequence[Any]:
    """What is stored under these ids or for these invitations, without the answers."""
    columns = (Response.id, Response.invitation_id, Response.revision, Response.digest, Response.complete)
    statement = select(*columns, Response.received_at).where(
        or_(Response.id.in_(ids), Response.invitation_id.in_(invitations))
    )
    return (await session.execute(statement)).all()


async def insert_new(session: AsyncSession, rows: Sequence[dict[str, Any]], at: datetime) -> set[UUID]:
    """Inserts in the order of the ids and notes it on the invitations; the ids stored.

    One missing was taken by another transaction meanwhile.
    """
    return await _ids(session, STORE, rows, at)


async def replace(session: AsyncSession, rows: Sequence[dict[str, Any]], at: datetime) -> set[UUID]:
    """Replaces incomplete answers of lower revisions; the ids replaced."""
    return await _ids(session, REPLACE, rows, at)


async def _ids(
    session: AsyncSession, statement: RowsStatement, rows: Sequence[dict[str, Any]], at: datetime
) -> set[UUID]:
    return {row[0] for row in await run_rows(session, statement, rows, at)} if rows else set()


def sealed(response_id: UUID, words: dict[str, str], owner: Owner | None, context: Context) -> bytes | None:
    """The words under the person's own key; ``owner``: the contact's id and wrapped data key, None for nobody known."""
    if not words:
        return None
    keyring = person(*owner, context) if owner else context.keyring
    return keyring.seal_bytes(response_id, to_json(words))


async def read_response(session: AsyncSession, response_id: UUID, *, context: Context, actor: Actor) -> ResponseOut:
    """A complete answer with its words; raises ResponseNotFound.

    The customer is named where he agreed that the unit may know, and to the hotline where he may be contacted.
    """
    found = await session.scalar(actor.scope(select(Response).where(Response.id == response_id, Response.complete)))
    if found is None:
        raise ResponseNotFound(f"There is no complete response {response_id}.")
    contact = await session.get_one(Contact, found.contact_id) if found.contact_id else None
    owner = (contact.id, contact.data_key) if contact else None
    named = found.unit_may_know or (found.may_contact and actor.has(Role.AGENT))
    code, version = await code_and_version(session, found.questionnaire_id)
    return ResponseOut(
        id=found.id,
        questionnaire=code,
        version=version,
        unit=found.unit,
        sub_process=found.sub_process,
        occurred_at=found.occurred_at,
        received_at=found.received_at,
        may_contact=found.may_contact,
        unit_may_know=found.unit_may_know,
        answers=found.answers,
        scores=await _scores(session, found),
        words=opened_words(found.id, found.words, owner, context),
        account=contact.account if contact and named else None,
        trigger_id=found.trigger_id if found.unit_may_know else None,
    )


async def _scores(session: AsyncSession, found: Response) -> list[ScoreOut]:
    definition = await definition_of(session, found.questionnaire_id)
    reading = read(definition, found.answers, sub_process=found.sub_process)
    return [
        ScoreOut(
            item=one.item,
            driver=one.driver,
            need=one.need,
            sub_process=one.sub_process,
            score=one.value,
            low=one.low,
        )
        for one in reading.scores
    ]


def opened_words(response_id: UUID, words: bytes | None, owner: Owner | None, context: Context) -> dict[str, str]:
    """The texts by item; those that belong to nobody known are sealed with the service's own key."""
    if words is None:
        return {}
    keyring = person(*owner, context) if owner else context.keyring
    opened: dict[str, str] = json.loads(keyring.open(response_id, words))
    return opened
