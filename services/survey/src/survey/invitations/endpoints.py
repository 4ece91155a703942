"""``/v1/invitations``: asking by hand, links for the channel that sends them, and opening one on a phone."""

from collections.abc import Mapping
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor, Role, allow, public
from kit.context import Context
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.idempotency import Once
from kit.paging import Items, Page, paged
from survey.campaigns.schemas import Confidentiality
from survey.contacts.models import Contact
from survey.contacts.schemas import Account
from survey.invitations import service
from survey.invitations.code import normalised
from survey.invitations.guessing import Guesses
from survey.invitations.models import Invitation
from survey.invitations.schemas import (
    InvitationIn,
    InvitationLink,
    InvitationLinks,
    InvitationOut,
    LinkResult,
    LinksWanted,
    OpenedQuestionnaire,
    OpenRequest,
    OptedOut,
)
from survey.invitations.token import InvitationNotGenuine, Token, link
from survey.invitations.wording import Language
from survey.questionnaires.service import code_and_version, definition_of
from survey.settings import settings_of

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])

Sender = Annotated[Actor, Depends(allow(Role.INTEGRATOR))]
Reader = Annotated[
    Actor,
    Depends(
        allow(
            Role.INTEGRATOR,
            Role.AGENT,
            Role.OPERATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.ANALYST,
        )
    ),
]
Anyone = Annotated[None, Depends(public())]


class Door:
    """Where tokens and codes are presented: it counts the codes that were none, by address."""

    def __init__(self, guesses: Guesses, address: str) -> None:
        self._guesses = guesses
        self._address = address

    async def presented(self, session: AsyncSession, text: str, context: Context) -> Token:
        """Raises TooManyGuesses, and InvitationNotGenuine for what is neither a token nor a code of this service."""
        coded = normalised(text) is not None
        if coded:
            self._guesses.require_few(self._address)
        try:
            return await service.presented(session, text, context)
        except InvitationNotGenuine:
            if coded:
                self._guesses.count(self._address)
            raise


async def _door(request: Request) -> Door:
    direct = request.client.host if request.client else "unknown"
    # The gateway says whom it forwards, and lets nobody else say so.
    return Door(request.app.state.guesses, request.headers.get("x-forwarded-for", direct)[-60:])


FrontDoor = Annotated[Door, Depends(_door)]


@router.post("", status_code=201)
async def invite_customer(
    given: InvitationIn, session: WriteSession, context: Ctx, actor: Sender, once: Once, response: Response
) -> InvitationOut:
    """409 with ``reason`` where the customer opted out, rests, did not consent or was asked already."""
    kept = await once.seen(session)
    if kept is not None:
        return _shown(await service.find(session, UUID(kept), actor=actor), given.account)
    made = await service.ask_by_hand(session, given, context=context, actor=actor)
    await once.keep(session, str(made.id))
    response.headers["Location"] = f"/v1/invitations/{made.id}"
    return _shown(made, given.account)


@router.get("")
async def list_invitations(
    session: ReadSession,
    actor: Sender,
    page: Page,
    account: Annotated[Account | None, Query()] = None,
    trigger_id: UUID | None = None,
    campaign_id: UUID | None = None,
) -> Items[InvitationOut]:
    """Oldest first: a system that sends by a channel of its own reads on from the last it knows."""
    statement = actor.scope(_with_account())
    if account is not None:
        statement = statement.where(Contact.account == account)
    if trigger_id is not None:
        statement = statement.where(Invitation.trigger_id == trigger_id)
    if campaign_id is not None:
        statement = statement.where(Invitation.campaign_id == campaign_id)
    return await paged(session, statement, page, Invitation.id, out=InvitationOut)


@router.post("/open")
async def open_invitation(
    given: OpenRequest, session: WriteSession, context: Ctx, _: Anyone, door: FrontDoor
) -> OpenedQuestionnaire:
    """What the phone shows for its token or code. A POST: neither stands in a path or a header."""
    token = await door.presented(session, given.invitation, context)
    token.require_valid(context.clock.now())
    invitation = await service.known(session, token)
    await service.note_opened(session, invitation, context.clock.now())
    code, version = await code_and_version(session, invitation.questionnaire_id)
    return OpenedQuestionnaire(
        invitation_id=invitation.id,
        token=service.link_of(invitation, context)[0],
        confidentiality=cast("Confidentiality", invitation.confidentiality),
        questionnaire=code,
        version=version,
        definition=await definition_of(session, invitation.questionnaire_id),
        language=cast("Language", invitation.language),
        expires_at=invitation.expires_at,
    )


@router.post("/opt-out")
async def opt_out_of_surveys(
    given: OpenRequest, session: WriteSession, context: Ctx, _: Anyone, door: FrontDoor
) -> OptedOut:
    """The respondent's own word, without a login and for ever; an expired invitation says it as well."""
    token = await door.presented(session, given.invitation, context)
    await service.opt_out(session, await service.known(session, token), context.clock.now())
    return OptedOut()


@router.get("/{invitation_id}")
async def get_invitation(invitation_id: UUID, session: ReadSession, actor: Reader) -> InvitationOut:
    """When and about what somebody was asked; who it was is shown to the sending system alone."""
    found = await service.find(session, invitation_id, actor=actor)
    contact = await session.get_one(Contact, found.contact_id)
    shown = _shown(found, contact.account)
    if actor.has(Role.INTEGRATOR):
        return shown
    return shown.model_copy(update={"account": None, "trigger_id": None})


@router.post("/{invitation_id}/link")
async def link_invitation(invitation_id: UUID, session: WriteSession, context: Ctx, actor: Sender) -> InvitationLink:
    """The customer's key, for the system whose channel sends it."""
    found = await service.find(session, invitation_id, actor=actor)
    await service.keep_codes(session, [found.id], context)
    return _link(found, context)


@router.post("/links")
async def link_invitations(wanted: LinksWanted, session: WriteSession, context: Ctx, actor: Sender) -> InvitationLinks:
    """Up to 500 customers' keys, each as by ``POST /v1/invitations/{id}/link``; a missing one stops no other."""
    found = await service.find_many(session, set(wanted.invitations), actor=actor)
    await service.keep_codes(session, list(found), context)
    return InvitationLinks(items=[_linked(one, found, context) for one in wanted.invitations])


def _linked(invitation_id: UUID, found: Mapping[UUID, Invitation], context: Context) -> LinkResult:
    if invitation_id in found:
        return LinkResult(status=200, link=_link(found[invitation_id], context))
    problem = service.InvitationNotFound.of(invitation_id)
    return LinkResult(status=problem.status, problem=problem.body())


def _link(found: Invitation, context: Context) -> InvitationLink:
    token, address = service.link_of(found, context)
    code = service.code_for(found.id, context)
    return InvitationLink(
        invitation_id=found.id,
        token=token,
        link=address,
        code=code,
        short_link=link(settings_of(context).public_url, code),
        expires_at=found.expires_at,
    )


def _with_account() -> Select[tuple[object, ...]]:
    columns = [getattr(Invitation, name) for name in InvitationOut.model_fields if name != "account"]
    return select(*columns, Contact.account).join(Contact, Contact.id == Invitation.contact_id)


def _shown(found: Invitation, account: str) -> InvitationOut:
    columns = {name: getattr(found, name) for name in InvitationOut.model_fields if name != "account"}
    return InvitationOut(account=account, **columns)
