"""Signing in, continuing and ending sessions, and the tokens that come of it."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.access.schemas import Me, SessionToken, Token
from gateway.access.throttle import WrongCredentials
from gateway.accounts.hashing import Hashing
from gateway.accounts.models import Account
from gateway.accounts.service import WeakPassword, find, require_good
from gateway.clients.models import ApiClient
from gateway.clients.service import find as find_client
from gateway.sessions.secrets import matches
from gateway.sessions.service import Opened, continue_session, end_all, open_session
from gateway.settings import Settings
from kit.auth import Actor, Role, Signer
from kit.db import Database
from kit.encryption import Keyring
from kit.errors import Forbidden

WRONG = "The user name and the password do not belong together, or the account is closed."


class WrongClient(WrongCredentials):
    def __init__(self) -> None:
        super().__init__("The client id and the secret do not belong together, or the client was ended.")
        self.extra["error"] = "invalid_client"  # RFC 6749, 5.2


class PasswordChangeRequired(Forbidden):
    code, title = "password_change_required", "Change the password first"

    def __init__(self) -> None:
        super().__init__(
            "This password is good for one thing: choosing another by POST /v1/auth/password"
            ' with {"username", "password", "new_password"}, which also signs in.'
        )


async def identify(database: Database, username: str, password: str, *, hashing: Hashing, keyring: Keyring) -> Account:
    """Whose credentials these are; raises WrongCredentials, after the same work, where they are nobody's.

    The account is read beforehand in a transaction of its own: hashing takes its time and must hold none.
    """
    async with database.reading() as session:
        account = await find(session, username, keyring=keyring)
    right = await hashing.verify(account.password_hash if account else None, password)
    if account is None or account.disabled or not right:
        raise WrongCredentials(WRONG)
    return account


async def sign_in(session: AsyncSession, identified: Account, *, signer: Signer, settings: Settings) -> SessionToken:
    if identified.must_change_password:
        raise PasswordChangeRequired
    account = await _still(session, identified)
    opened = await open_session(session, account.id, settings=settings)
    return _session_token(account, opened, signer)


async def change_password(
    session: AsyncSession,
    identified: Account,
    new_password: str,
    *,
    username: str,
    hashing: Hashing,
    signer: Signer,
    settings: Settings,
) -> SessionToken:
    """Replaces the password, ends every session that the old one opened, and signs in with the new one."""
    require_good(new_password, username, pointer="/new_password")
    if await hashing.verify(identified.password_hash, new_password):
        raise WeakPassword("The new password is the old one; choose another.", "/new_password")
    kept = await hashing.hash(new_password)
    account = await _still(session, identified)
    account.password_hash, account.must_change_password = kept, False
    await end_all(session, account.id, because="password_changed")
    opened = await open_session(session, account.id, settings=settings)
    return _session_token(account, opened, signer)


async def refresh(
    session: AsyncSession, refresh_token: str, *, signer: Signer, settings: Settings
) -> SessionToken | None:
    """The next tokens of a session, with the account's present roles; None where it is over."""
    opened = await continue_session(session, refresh_token, settings=settings)
    if opened is None:
        return None
    account = await session.get_one(Account, opened.session.account_id)
    return _session_token(account, opened, signer)


async def client_token(session: AsyncSession, client_id: str, secret: str, *, signer: Signer) -> Token:
    """Raises WrongCredentials."""
    client = await find_client(session, client_id)
    right = matches(client.secret if client else None, secret)
    if client is None or client.ended_at is not None or not right:
        raise WrongClient
    return Token(access_token=_access_token(client, client.id, None, signer))


async def describe(session: AsyncSession, actor: Actor, *, keyring: Keyring) -> Me:
    account = await session.get(Account, UUID(actor.subject))
    return Me(
        subject=actor.subject,
        roles=sorted(actor.roles),
        unit=actor.unit,
        employee=actor.employee,
        session_id=actor.session,
        name=keyring.open(account.id, account.name) if account else None,
    )


async def _still(session: AsyncSession, identified: Account) -> Account:
    """The account, locked, if nothing about it changed while its password was checked."""
    account = await session.get(Account, identified.id, with_for_update=True)
    if account is None or account.disabled or account.password_hash != identified.password_hash:
        raise WrongCredentials(WRONG)
    return account


def _session_token(account: Account, opened: Opened, signer: Signer) -> SessionToken:
    return SessionToken(
        access_token=_access_token(account, opened.session.id, account.employee, signer),
        refresh_token=opened.refresh_token,
        refresh_expires_at=opened.refresh_expires_at,
    )


def _access_token(who: Account | ApiClient, session_id: UUID, employee: str | None, signer: Signer) -> str:
    roles = [Role(role) for role in who.roles]
    return signer.access(str(who.id), roles, unit=who.unit, employee=employee, session=session_id)
