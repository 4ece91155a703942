"""Drafts, publishes and reads questionnaires."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import Conflict, NotFound, Stale, WrongMove
from kit.ids import new_id
from survey.questionnaires.definition import Definition
from survey.questionnaires.lifecycle import MOVES, State
from survey.questionnaires.models import Questionnaire

MOST_KEPT = 256
_definitions: dict[UUID, Definition] = {}


class QuestionnaireNotFound(NotFound):
    code = "questionnaire_not_found"


class DraftExists(Conflict):
    code, title = "draft_exists", "There is a draft already"


class StaleDraft(Stale):
    code = "questionnaire_stale"


class NotADraft(Conflict):
    code, title = "questionnaire_immutable", "Published questionnaires never change"


async def draft(session: AsyncSession, code: str, definition: Definition, *, context: Context) -> Questionnaire:
    """The next version of ``code``; raises DraftExists while one is being edited."""
    versions = (await session.scalars(select(Questionnaire).where(Questionnaire.code == code))).all()
    if any(known.state == "draft" for known in versions):
        raise DraftExists(f"'{code}' has a draft already: change or publish that one.")
    made = Questionnaire(
        id=new_id(),
        code=code,
        version=1 + max((known.version for known in versions), default=0),
        state="draft",
        revision=1,
        definition=_plain(definition),
        created_at=context.clock.now(),
    )
    session.add(made)
    await session.flush()
    return made


async def change(
    session: AsyncSession, questionnaire_id: UUID, definition: Definition, *, expected: int
) -> Questionnaire:
    """Replaces a draft's definition; ``expected`` is the revision that the editor saw."""
    found = await find(session, questionnaire_id, lock=True)
    if found.state != "draft":
        raise NotADraft(f"Version {found.version} of '{found.code}' is {found.state}; draft the next version.")
    if found.revision != expected:
        raise StaleDraft(f"The draft is at revision {found.revision}, not {expected}: read it again.")
    found.definition = _plain(definition)
    found.revision += 1
    return found


async def move(session: AsyncSession, questionnaire_id: UUID, to: State, *, context: Context) -> Questionnaire:
    """Publishes or retires; raises WrongMove where the life cycle does not allow it."""
    found = await find(session, questionnaire_id, lock=True)
    allowed = MOVES[cast("State", found.state)]
    if to not in allowed:
        raise WrongMove("questionnaire", found.state, to, list(allowed))
    found.state = to
    if to == "published":
        found.published_at = context.clock.now()
    return found


async def find(session: AsyncSession, questionnaire_id: UUID, *, lock: bool = False) -> Questionnaire:
    """Raises QuestionnaireNotFound."""
    statement = select(Questionnaire).where(Questionnaire.id == questionnaire_id)
    found: Questionnaire | None = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise QuestionnaireNotFound(f"There is no questionnaire {questionnaire_id}.")
    return found


async def newest_published(session: AsyncSession, code: str) -> Questionnaire:
    """The version that a new campaign asks; raises QuestionnaireNotFound where none is published."""
    published = select(Questionnaire).where(Questionnaire.code == code, Questionnaire.state == "published")
    found: Questionnaire | None = await session.scalar(published.order_by(Questionnaire.version.desc()).limit(1))
    if found is None:
        raise QuestionnaireNotFound(f"No version of the questionnaire '{code}' is published.")
    return found


async def definition_of(session: AsyncSession, questionnaire_id: UUID) -> Definition:
    """A published definition. It never changes, so it is parsed once per process."""
    known = _definitions.get(questionnaire_id)
    if known is None:
        found = await find(session, questionnaire_id)
        known = Definition.model_validate(found.definition)
        if found.state != "draft":
            _definitions[questionnaire_id] = known
        if len(_definitions) > MOST_KEPT:
            _definitions.pop(next(iter(_definitions)))
    return known


async def code_and_version(session: AsyncSession, questionnaire_id: UUID) -> tuple[str, int]:
    """How events name a questionnaire."""
    row = select(Questionnaire.code, Questionnaire.version).where(Questionnaire.id == questionnaire_id)
    code, version = (await session.execute(row)).one()
    return code, version


def _plain(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json")
