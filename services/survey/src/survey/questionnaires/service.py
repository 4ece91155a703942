"""Drafts, publishes and reads questionnaires."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import Conflict, NotFound, Stale, WrongMove
from kit.ids import new_id
from survey.needs.service import states
from survey.questionnaires.definition import Definition
from survey.questionnaires.lifecycle import MOVES, State
from survey.questionnaires.models import Questionnaire, QuestionnaireNeed
from survey.questionnaires.translations import translations

MOST_KEPT = 256
MOST_ERRORS = 200
_definitions: dict[UUID, Definition] = {}
_names: dict[UUID, tuple[str, int]] = {}


class QuestionnaireNotFound(NotFound):
    code = "questionnaire_not_found"


class DraftExists(Conflict):
    code, title = "draft_exists", "There is a draft already"


class StaleDraft(Stale):
    code = "questionnaire_stale"


class NotADraft(Conflict):
    code, title = "questionnaire_immutable", "Published questionnaires never change"


class NothingToCopy(NotFound):
    code, title = "questionnaire_nothing_to_copy", "There is no version to copy"


class NotPublishable(Conflict):
    """``errors`` point into the definition, at all that is lacking."""

    code, title = "questionnaire_not_publishable", "The draft is not ready to be asked"


async def draft(session: AsyncSession, code: str, definition: Definition | None, *, context: Context) -> Questionnaire:
    """The next version of ``code``, without a definition a copy of the newest one.

    Raises DraftExists while one is being edited, NothingToCopy where there is none.
    """
    newest = await _newest(session, code)
    if newest is not None and newest.state == "draft":
        raise DraftExists(f"'{code}' has a draft already: change, publish or delete that one.")
    copied = newest.definition if newest else None
    content = copied if definition is None else _plain(definition)
    if content is None:
        raise NothingToCopy(f"There is no version of '{code}' to copy: send a definition.")
    made = Questionnaire(
        id=new_id(),
        code=code,
        version=newest.version + 1 if newest else 1,
        state="draft",
        revision=1,
        definition=content,
        created_at=context.clock.now(),
    )
    session.add(made)
    await session.flush()
    return made


async def change(
    session: AsyncSession, questionnaire_id: UUID, definition: Definition, *, expected: int
) -> Questionnaire:
    """Replaces a draft's definition; ``expected`` is the revision that the editor saw."""
    found = await _editable(session, questionnaire_id, expected)
    found.definition = _plain(definition)
    found.revision += 1
    return found


async def delete(session: AsyncSession, questionnaire_id: UUID, *, expected: int) -> None:
    """A draft that nobody shall be asked; raises NotADraft, StaleDraft."""
    found = await _editable(session, questionnaire_id, expected)
    await session.delete(found)


async def publish(session: AsyncSession, questionnaire_id: UUID, *, context: Context) -> Questionnaire:
    """Raises WrongMove where the life cycle does not allow it, NotPublishable with all that the draft lacks."""
    found = await _movable(session, questionnaire_id, "published")
    definition = Definition.model_validate(found.definition)
    asked = {need for _, need in definition.needs()}
    _require_nothing_lacking([*_untranslated(definition), *await _unknown_needs(session, definition, asked)])
    session.add_all(QuestionnaireNeed(questionnaire_id=found.id, need=need) for need in sorted(asked))
    found.state, found.published_at = "published", context.clock.now()
    return found


async def retire(session: AsyncSession, questionnaire_id: UUID) -> Questionnaire:
    """Raises WrongMove where the life cycle does not allow it."""
    found = await _movable(session, questionnaire_id, "retired")
    found.state = "retired"
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


async def published(session: AsyncSession) -> list[Definition]:
    """Every version that may be asked now."""
    ids = await session.scalars(select(Questionnaire.id).where(Questionnaire.state == "published"))
    return [await definition_of(session, one) for one in ids.all()]


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
    """How events name a questionnaire; neither ever changes, so each is read once per process."""
    known = _names.get(questionnaire_id)
    if known is None:
        row = select(Questionnaire.code, Questionnaire.version).where(Questionnaire.id == questionnaire_id)
        code, version = (await session.execute(row)).one()
        known = _names[questionnaire_id] = (code, version)
        if len(_names) > MOST_KEPT:
            _names.pop(next(iter(_names)))
    return known


async def _newest(session: AsyncSession, code: str) -> Questionnaire | None:
    versions = select(Questionnaire).where(Questionnaire.code == code).order_by(Questionnaire.version.desc())
    found: Questionnaire | None = await session.scalar(versions.limit(1))
    return found


async def _editable(session: AsyncSession, questionnaire_id: UUID, expected: int) -> Questionnaire:
    found = await find(session, questionnaire_id, lock=True)
    if found.state != "draft":
        raise NotADraft(f"Version {found.version} of '{found.code}' is {found.state}; draft the next version.")
    if found.revision != expected:
        raise StaleDraft(f"The draft is at revision {found.revision}, not {expected}: read it again.")
    return found


async def _movable(session: AsyncSession, questionnaire_id: UUID, to: State) -> Questionnaire:
    found = await find(session, questionnaire_id, lock=True)
    allowed = MOVES[cast("State", found.state)]
    if to not in allowed:
        raise WrongMove("questionnaire", found.state, to, list(allowed))
    return found


def _untranslated(definition: Definition) -> list[dict[str, str]]:
    return [
        {"pointer": f"/definition{pointer}", "detail": f"The text in {one.language} is lacking."}
        for one in translations(definition)
        for pointer in one.lacking
    ]


async def _unknown_needs(session: AsyncSession, definition: Definition, asked: set[str]) -> list[dict[str, str]]:
    known = await states(session, asked)
    return [
        {"pointer": f"/definition{pointer}", "detail": _of_no_use(need, known.get(need))}
        for pointer, need in definition.needs()
        if known.get(need) != "active"
    ]


def _of_no_use(need: str, state: str | None) -> str:
    if state is None:
        return f"The register has no need '{need}': add it there, or name another."
    return f"The need '{need}' is {state}: activate it, or name another."


def _require_nothing_lacking(errors: list[dict[str, str]]) -> None:
    if errors:
        where = ", ".join(one["pointer"] for one in errors[:3])
        raise NotPublishable(f"{len(errors)} thing(s) are lacking, at {where}.", errors=errors[:MOST_ERRORS])


def _plain(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(mode="json")
