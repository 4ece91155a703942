"""``/v1/questionnaires``: versions that are edited as drafts and never change once published."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Response
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Invalid
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from survey.questionnaires import service
from survey.questionnaires.definition import Code, Definition
from survey.questionnaires.models import Questionnaire
from survey.questionnaires.schemas import QuestionnaireHead, QuestionnaireIn, QuestionnaireOut

router = APIRouter(prefix="/v1/questionnaires", tags=["questionnaires"])

Editor = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]
Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.ADMIN, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR)),
]
IfMatch = Annotated[str, Header(alias="If-Match", description='The ETag of the draft that was edited, as "3"')]


class BadETag(Invalid):
    code = "bad_etag"


@router.post("", status_code=201)
async def draft_questionnaire(
    given: QuestionnaireIn, session: WriteSession, context: Ctx, _: Editor, once: Once, response: Response
) -> QuestionnaireOut:
    """A draft: the first version of its code, or the next."""
    kept = await once.seen(session)
    if kept is not None:
        return _shown(await service.find(session, UUID(kept)), response)
    made = await service.draft(session, given.code, given.definition, context=context)
    await once.keep(session, str(made.id))
    response.headers["Location"] = f"/v1/questionnaires/{made.id}"
    return _shown(made, response)


@router.get("")
async def list_questionnaires(
    session: ReadSession, _: Reader, page: Page, code: Code | None = None
) -> Items[QuestionnaireHead]:
    """Oldest first."""
    statement = select(Questionnaire)
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
    if_match: IfMatch,
) -> QuestionnaireOut:
    """Replaces a draft's definition; 412 when somebody else changed it meanwhile."""
    revision = if_match.strip('"')
    if not (revision.isascii() and revision.isdigit()):
        raise BadETag('If-Match must be the ETag of the draft as it was read, for example "3".')
    changed = await service.change(session, questionnaire_id, definition, expected=int(revision))
    return _shown(changed, response)


@router.post("/{questionnaire_id}/publish")
async def publish_questionnaire(
    questionnaire_id: UUID, session: WriteSession, context: Ctx, _: Editor, response: Response
) -> QuestionnaireOut:
    """From now on this version is asked and never changes."""
    return _shown(await service.move(session, questionnaire_id, "published", context=context), response)


@router.post("/{questionnaire_id}/retire")
async def retire_questionnaire(
    questionnaire_id: UUID, session: WriteSession, context: Ctx, _: Editor, response: Response
) -> QuestionnaireOut:
    """No new campaign may ask it; who was invited may still answer."""
    return _shown(await service.move(session, questionnaire_id, "retired", context=context), response)


def _shown(found: Questionnaire, response: Response) -> QuestionnaireOut:
    response.headers["ETag"] = f'"{found.revision}"'
    return QuestionnaireOut.model_validate(found, from_attributes=True)
