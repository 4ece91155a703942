"""``/v1/contacts/{account}``: a person's right to all that is held about him, and to be forgotten."""

from typing import Annotated

from fastapi import APIRouter, Depends

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from survey.contacts.endpoints import AccountPath
from survey.privacy.persons import service
from survey.privacy.persons.schemas import Erasure, PersonOut

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])

PrivacyOfficer = Annotated[Actor, Depends(allow(Role.ADMIN, Role.SERVICE))]


@router.get("/{account}/export")
async def export_person(account: AccountPath, session: ReadSession, context: Ctx, actor: PrivacyOfficer) -> PersonOut:
    """Everything about one person, names and words opened, for him to take along."""
    return await service.everything(session, account, context=context, actor=actor)


@router.delete("/{account}")
async def erase_person(
    account: AccountPath, session: WriteSession, context: Ctx, actor: PrivacyOfficer, keep_out: bool = True
) -> Erasure:
    """Destroys the person's data key and all that leads to him; answers stay as anonymous figures. Idempotent.

    Unless ``keep_out`` is false, later pushes of the account are stored nowhere.
    """
    return await service.erase(session, account, keep_out=keep_out, context=context, actor=actor)


@router.post("/{account}/readmission")
async def readmit_account(account: AccountPath, session: WriteSession, context: Ctx, actor: PrivacyOfficer) -> Erasure:
    """Takes pushes of an erased account again, from a newer version on: the person, or the next one there."""
    return await service.readmit(session, account, context=context, actor=actor)
