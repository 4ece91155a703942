"""``/v1/questionnaires``: versions that are edited as drafts and never change once published."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.etags import Expected, tag
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from survey.questionnaires import service
from survey.questionnaires.definition import Code, Definition
from survey.questionnaires.diff import difference
from survey.questionnaires.lifecycle import State
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.preview import preview
from survey.questionnaires.schemas import (
    DifferenceOut,
    PreviewIn,
    PreviewOut,
    QuestionnaireHead,
    QuestionnaireIn,
    QuestionnaireOut,
    TranslationOut,
    TranslationsOut,
)
from survey.questionnaires.translations import translations

router = APIRouter(prefix="/v1/questionnaires", tags=["questionnaires"])

Editor = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]
Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.ADMIN, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR)),
]
MOST_PREVIEWED = 256 * 1024


@router.post("", status_code=201)
async def draft_questionnaire(
    given: QuestionnaireIn, session: WriteSession, context: Ctx, _: Editor, once: Once, response: Response
) -> QuestionnaireOut:
    """A draft: the first version of its code, or the next; without a definition a copy of the newest version."""
    kept = await once.seen(session)
    if kept is not None:
        return _shown(await service.find(session, UUID(kept)), response)
    made = await service.draft(session, given.code, given.definition, context=context)
    await once.keep(session, str(made.id))
    response.headers["Location"] = f"/v1/questionnaires/{made.id}"
    return _shown(made, response)


@router.get("")
async def list_questionnaires(
    session: ReadSession, _: Reader, page: Page, code: Code | None = None, state: State | None = None
) -> Items[QuestionnaireHead]:
    """All versions, or those of a code or in a state; oldest first."""
    statement = select(Questionnaire)
    if state is not None:
        statement = statement.where(Questionnaire.state == state)
    if code is not None:
        statement = statement.where(Questionnaire.code == code)
    return await paged(session, statement, page, Questionnaire.id, out=QuestionnaireHead)


@router.get("/{questionnaire_id}")
async def get_questionnaire(
    questionnaire_id: UUID, session: ReadSession, _: Reader, response: Response
) -> QuestionnaireOut:
    return _shown(await service.find(session, questionnaire_id), response)


@router.put("/{questionnaire_id}")
async def change_questionnaire(
    questionnaire_id: UUID,
    definition: Definition,
    session: WriteSession,
    _: Editor,
    response: Response,
    expected: Expected,
) -> QuestionnaireOut:
    """Replaces a draft's definition; 412 when somebody else changed it meanwhile."""
    return _shown(await service.change(session, questionnaire_id, definition, expected=expected), response)


@router.delete("/{questionnaire_id}", status_code=204)
async def delete_questionnaire(questionnaire_id: UUID, session: WriteSession, _: Editor, expected: Expected) -> None:
    """A draft only: what was published is kept for ever."""
    await service.delete(session, questionnaire_id, expected=expected)


@router.post("/{questionnaire_id}/publish")
async def publish_questionnaire(
    questionnaire_id: UUID, session: WriteSession, context: Ctx, _: Editor, response: Response
) -> QuestionnaireOut:
    """From now on this version is asked and never changes. 409 names all that it lacks."""
    return _shown(await service.publish(session, questionnaire_id, context=context), response)


@router.post("/{questionnaire_id}/retire")
async def retire_questionnaire(
    questionnaire_id: UUID, session: WriteSession, _: Editor, response: Response
) -> QuestionnaireOut:
    """No new campaign may ask it; who was invited may still answer."""
    return _shown(await service.retire(session, questionnaire_id), response)


@router.get("/{questionnaire_id}/translations")
async def get_translations(questionnaire_id: UUID, session: ReadSession, _: Reader) -> TranslationsOut:
    """Per language how many texts there should be and where some are lacking."""
    found = translations(await service.definition_of(session, questionnaire_id))
    return TranslationsOut(languages=[TranslationOut.model_validate(one, from_attributes=True) for one in found])


@router.get("/{questionnaire_id}/diff")
async def get_difference(
    questionnaire_id: UUID,
    session: ReadSession,
    _: Reader,
    since: Annotated[UUID, Query(description="The id of the version to compare with")],
) -> DifferenceOut:
    """What changed from the version ``since`` to this one: items, fields, texts by language."""
    before, after = [await service.definition_of(session, one) for one in (since, questionnaire_id)]
    return DifferenceOut.model_validate(difference(before, after), from_attributes=True)


@router.post("/{questionnaire_id}/preview", max_body_size=MOST_PREVIEWED)
async def preview_questionnaire(
    questionnaire_id: UUID, given: PreviewIn, session: ReadSession, _: Editor
) -> PreviewOut:
    """What these answers show, what is wrong with them and what they come to; nothing is stored."""
    definition = await service.definition_of(session, questionnaire_id)
    found = preview(definition, given.answers, complete=given.complete)
    return PreviewOut.model_validate(found, from_attributes=True)


def _shown(found: Questionnaire, response: Response) -> QuestionnaireOut:
    tag(response, found.revision)
    return QuestionnaireOut.model_validate(found, from_attributes=True)
