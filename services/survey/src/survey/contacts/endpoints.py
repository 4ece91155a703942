"""``/v1/contacts``: how customers are reached, pushed by the system that knows them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from survey.contacts import service
from survey.contacts.models import Contact
from survey.contacts.schemas import (
    Accounts,
    ContactIn,
    ContactOut,
    ContactsIn,
    ContactState,
    ContactStates,
    PhoneLookup,
)

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])

ContactKeeper = Annotated[Actor, Depends(allow(Role.INTEGRATOR, Role.ADMIN, Role.SERVICE))]
ContactReader = Annotated[Actor, Depends(allow(Role.AGENT, Role.MANAGER, Role.INTEGRATOR, Role.SERVICE))]
WishKeeper = Annotated[Actor, Depends(allow(Role.AGENT, Role.MANAGER, Role.INTEGRATOR))]
MANY_LIMIT = 4 * 1024**2
AccountPath = Annotated[str, Path(pattern=r"^[0-9]{4,20}$")]


@router.put("/{account}")
async def put_contact(
    account: AccountPath, given: ContactIn, session: WriteSession, context: Ctx, actor: ContactKeeper
) -> ContactState:
    """Idempotent by ``source_version``: the same or an older one changes nothing and succeeds."""
    stored = await service.put_contacts(session, {account: given}, context=context, actor=actor)
    return _state(stored[account])


@router.post("", max_body_size=MANY_LIMIT)
async def put_contacts(given: ContactsIn, session: WriteSession, context: Ctx, actor: ContactKeeper) -> ContactStates:
    """Up to 1000 contacts at once, each as by ``PUT``; a fault in any is a fault of all."""
    pushes = {entry.account: entry for entry in given.items}
    stored = await service.put_contacts(session, pushes, context=context, actor=actor)
    return ContactStates(items=[_state(stored[entry.account]) for entry in given.items])


@router.get("/{account}")
async def get_contact(account: AccountPath, session: ReadSession, context: Ctx, actor: ContactReader) -> ContactOut:
    return service.opened(await service.find_contact(session, account, actor=actor), context)


@router.post("/lookup")
async def look_up_contacts(wanted: PhoneLookup, session: ReadSession, context: Ctx, actor: ContactReader) -> Accounts:
    """The accounts of a telephone number; a POST, so that the number stands in no log of addresses."""
    found = await service.accounts_of_phone(session, wanted.phone, context=context, actor=actor)
    return Accounts(accounts=found)


@router.put("/{account}/opt-out")
async def note_opt_out(account: AccountPath, session: WriteSession, context: Ctx, actor: WishKeeper) -> ContactState:
    """The customer told staff that he wants no surveys: holds whatever the source pushes later."""
    return _state(await service.note_opt_out(session, account, wanted=False, context=context, actor=actor))


@router.delete("/{account}/opt-out")
async def take_back_opt_out(
    account: AccountPath, session: WriteSession, context: Ctx, actor: WishKeeper
) -> ContactState:
    """The customer changed his mind, and said so to staff."""
    return _state(await service.note_opt_out(session, account, wanted=True, context=context, actor=actor))


def _state(contact: Contact | service.Stored) -> ContactState:
    return ContactState.model_validate(contact, from_attributes=True)
