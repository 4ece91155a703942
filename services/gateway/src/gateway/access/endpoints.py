"""Signing in and out, and the keys by which tokens are checked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from gateway.access import service
from gateway.access.schemas import Credentials, Me, PasswordChange, SessionToken
from gateway.access.throttle import Throttle
from gateway.accounts.endpoints import Hasher
from gateway.accounts.models import Account
from gateway.sessions.service import end_session
from gateway.settings import Settings
from kit.auth import Actor, Role, Signer, allow, public
from kit.db import Database, ReadSession, WriteSession
from kit.http import Ctx

router = APIRouter(prefix="/v1/auth", tags=["auth"])
Anyone = Annotated[None, Depends(public())]
SignedIn = Annotated[Actor, Depends(allow(*(role for role in Role if role is not Role.SERVICE)))]


async def _throttle(request: Request) -> Throttle:
    throttle: Throttle = request.app.state.throttle
    return throttle


async def _database(request: Request) -> Database:
    database: Database = request.app.state.runtime.database
    return database


async def _signer(request: Request) -> Signer:
    signer: Signer = request.app.state.runtime.signer
    return signer


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.runtime.settings
    return settings


async def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


Attempts = Annotated[Throttle, Depends(_throttle)]
Accounts = Annotated[Database, Depends(_database)]
Signing = Annotated[Signer, Depends(_signer)]
Rules = Annotated[Settings, Depends(_settings)]
Address = Annotated[str, Depends(_address)]


class SignInDesk:
    """Looks at credentials: at this address, so often, beside the loop."""

    def __init__(self, accounts: Accounts, hashing: Hasher, attempts: Attempts, address: Address, context: Ctx) -> None:
        self.hashing = hashing
        self._accounts = accounts
        self._attempts = attempts
        self._address = address
        self._keyring = context.keyring

    async def identify(self, given: Credentials) -> Account:
        """Raises WrongCredentials and TooManyAttempts."""
        with self._attempts.attempt(given.username.casefold(), self._address):
            return await service.identify(
                self._accounts,
                given.username,
                given.password.get_secret_value(),
                hashing=self.hashing,
                keyring=self._keyring,
            )


async def _desk(accounts: Accounts, hashing: Hasher, attempts: Attempts, address: Address, context: Ctx) -> SignInDesk:
    return SignInDesk(accounts, hashing, attempts, address, context)


Desk = Annotated[SignInDesk, Depends(_desk)]


@router.post("/sign-in")
async def sign_in(
    body: Credentials, desk: Desk, session: WriteSession, signing: Signing, rules: Rules, _: Anyone
) -> SessionToken:
    """Signs a person in. A one-time password is refused with ``password_change_required``."""
    identified = await desk.identify(body)
    return await service.sign_in(session, identified, signer=signing, settings=rules)


@router.post("/password")
async def change_password(
    body: PasswordChange, desk: Desk, session: WriteSession, signing: Signing, rules: Rules, _: Anyone
) -> SessionToken:
    """Replaces a password, signs out everywhere else, and signs in."""
    identified = await desk.identify(body)
    return await service.change_password(
        session,
        identified,
        body.new_password.get_secret_value(),
        username=body.username,
        hashing=desk.hashing,
        signer=signing,
        settings=rules,
    )


@router.post("/sign-out", status_code=204)
async def sign_out(session: WriteSession, actor: SignedIn) -> None:
    """Ends the session of the presented token, everywhere within seconds."""
    if actor.session is not None:
        await end_session(session, actor.session, because="signed_out")


@router.get("/me")
async def read_me(session: ReadSession, context: Ctx, actor: SignedIn) -> Me:
    """Who the presented token speaks for."""
    return await service.describe(session, actor, keyring=context.keyring)
