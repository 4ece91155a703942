"""Accounts, for administrators."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from sqlalchemy import select

from gateway.accounts import service
from gateway.accounts.hashing import Hashing
from gateway.accounts.models import Account
from gateway.accounts.schemas import AccountChange, AccountKept, AccountMade, AccountShown, NewAccount, OneTimePassword
from gateway.sessions.secrets import new_secret
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Malformed
from kit.http import Ctx
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/accounts", tags=["accounts"])
Administrator = Annotated[Actor, Depends(allow(Role.ADMIN))]


async def _hashing(request: Request) -> Hashing:
    hashing: Hashing = request.app.state.hashing
    return hashing


Hasher = Annotated[Hashing, Depends(_hashing)]


async def _seen_version(
    if_match: Annotated[str, Header(description='The ETag of the version that is changed, such as "3"', max_length=40)],
) -> int:
    digits = if_match.strip().removeprefix("W/").strip('"')
    if not digits.isdigit():
        raise Malformed('If-Match must hold the ETag that was read, such as "3".')
    return int(digits)


SeenVersion = Annotated[int, Depends(_seen_version)]


def _tagged(response: Response, account: AccountShown) -> AccountShown:
    response.headers["ETag"] = f'"{account.version}"'
    return account


@router.post("", status_code=201)
async def create_account(
    body: NewAccount, response: Response, session: WriteSession, context: Ctx, hashing: Hasher, actor: Administrator
) -> AccountMade:
    """Opens an account within one's own unit. Without a password a one-time password is made and shown once."""
    if body.password is not None:
        service.require_good(body.password.get_secret_value(), body.username, pointer="/password")
    one_time = None if body.password is not None else new_secret()
    password = one_time or (body.password.get_secret_value() if body.password else "")
    kept = await hashing.hash(password)
    account = await service.make(session, body, password_hash=kept, context=context, actor=actor)
    response.headers["Location"] = f"/v1/accounts/{account.id}"
    shown = _tagged(response, service.shown(account, context.keyring))
    return AccountMade(**shown.model_dump(), one_time_password=one_time)


@router.get("")
async def list_accounts(session: ReadSession, page: Page, context: Ctx, actor: Administrator) -> Items[AccountShown]:
    """The accounts of one's unit, oldest first."""
    found = await paged(session, actor.scope(select(Account)), page, Account.id, out=AccountKept)
    return Items[AccountShown](items=[service.shown(row, context.keyring) for row in found.items], next=found.next)


@router.get("/{account_id}")
async def read_account(
    account_id: UUID, response: Response, session: ReadSession, context: Ctx, actor: Administrator
) -> AccountShown:
    account = await service.get(session, account_id, actor=actor)
    return _tagged(response, service.shown(account, context.keyring))


@router.patch("/{account_id}")
async def change_account(
    account_id: UUID,
    body: AccountChange,
    version: SeenVersion,
    response: Response,
    session: WriteSession,
    context: Ctx,
    actor: Administrator,
) -> AccountShown:
    """Changes what is given; a change of access ends the account's sessions."""
    account = await service.change(session, account_id, body, version=version, context=context, actor=actor)
    return _tagged(response, service.shown(account, context.keyring))


@router.post("/{account_id}/password")
async def reset_password(
    account_id: UUID, session: WriteSession, hashing: Hasher, actor: Administrator
) -> OneTimePassword:
    """A one-time password for somebody who forgot theirs; ends their sessions."""
    password = await service.reset_password(session, account_id, hashing=hashing, actor=actor)
    return OneTimePassword(one_time_password=password)


@router.post("/{account_id}/sign-out", status_code=204)
async def sign_account_out(account_id: UUID, session: WriteSession, actor: Administrator) -> None:
    """Ends all sessions of the account."""
    await service.sign_out(session, account_id, actor=actor)
