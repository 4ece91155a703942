"""Accounts: making, changing and finding them."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from anyio import to_thread
from sqlalchemy import inspect, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.accounts.hashing import Hashing
from gateway.accounts.models import Account
from gateway.accounts.passwords import fault_of
from gateway.accounts.schemas import AccountChange, AccountKept, AccountShown, FirstAdministrator, NewAccount
from gateway.sessions.secrets import new_secret
from gateway.sessions.service import end_all
from kit.auth import EVERYWHERE, Actor, Role
from kit.context import Context
from kit.db import Database
from kit.encryption import Keyring
from kit.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from kit.ids import new_id


class UsernameTaken(Conflict):
    code, title = "username_taken", "The user name is taken"


class WeakPassword(Invalid):
    code, title = "weak_password", "The password is too weak"

    def __init__(self, fault: str, pointer: str) -> None:
        super().__init__(fault, errors=[{"pointer": pointer, "detail": fault}])


class OwnAccount(Forbidden):
    code, title = "own_account", "Not on one's own account"


class OutsideUnit(Forbidden):
    code, title = "outside_unit", "Outside your unit"


def check_grant(actor: Actor, roles: Iterable[Role], unit: str) -> None:
    """Nobody gives more than the company's rules and their own unit allow. Raises Invalid and OutsideUnit."""
    if Role.SERVICE in roles:
        raise Invalid(
            "The role 'service' belongs to the services themselves and is given to nobody.",
            errors=[{"pointer": "/roles", "detail": "must not contain 'service'"}],
        )
    if not actor.covers(unit):
        raise OutsideUnit(f"You may give access within {actor.unit} only, not to {unit}.")


def username_hash(keyring: Keyring, username: str) -> bytes:
    return keyring.hash(f"username:{username.casefold()}")


def require_good(password: str, username: str, *, pointer: str) -> None:
    """Raises WeakPassword with what is wrong, at the JSON pointer of the body's field."""
    if fault := fault_of(password, username):
        raise WeakPassword(fault, pointer)


async def find(session: AsyncSession, username: str, *, keyring: Keyring) -> Account | None:
    wanted = username_hash(keyring, username)
    found: Account | None = await session.scalar(select(Account).where(Account.username_hash == wanted))
    return found


async def get(session: AsyncSession, account_id: UUID, *, actor: Actor, lock: bool = False) -> Account:
    """Raises NotFound where there is none within the actor's unit."""
    statement = actor.scope(select(Account).where(Account.id == account_id))
    account: Account | None = await session.scalar(statement.with_for_update() if lock else statement)
    if account is None:
        raise NotFound(f"There is no account {account_id} in your unit.")
    return account


async def make(
    session: AsyncSession, new: NewAccount, *, password_hash: str, context: Context, actor: Actor
) -> Account:
    check_grant(actor, new.roles, new.unit)
    if await find(session, new.username, keyring=context.keyring):
        raise UsernameTaken("This user name is taken; choose another.")
    account = _built(new, password_hash, context.keyring)
    session.add(account)
    await session.flush()
    return account


def _built(new: NewAccount, password_hash: str, keyring: Keyring) -> Account:
    key = new_id()
    return Account(
        id=key,
        username=keyring.seal(key, new.username),
        username_hash=username_hash(keyring, new.username),
        name=keyring.seal(key, new.name),
        employee=new.employee,
        roles=[*new.roles],
        unit=new.unit,
        password_hash=password_hash,
        must_change_password=new.must_change_password or new.password is None,
        disabled=False,
        created_at=datetime.now(UTC),
    )


async def change(
    session: AsyncSession,
    account_id: UUID,
    change: AccountChange,
    *,
    version: int,
    context: Context,
    actor: Actor,
) -> Account:
    """Applies a change to the version that was seen; whoever loses access is signed out everywhere."""
    account = await get(session, account_id, actor=actor, lock=True)
    if account.version != version:
        raise Stale(f"The account is at version {account.version}, not {version}: read it again.")
    if str(account.id) == actor.subject and (change.disabled or change.roles is not None):
        raise OwnAccount("Nobody may close their own account or change their own roles; ask another administrator.")
    check_grant(actor, change.roles or map(Role, account.roles), change.unit or account.unit)
    given = _given(change)
    for field, value in given.items():
        setattr(account, field, value)
    if change.name is not None:
        account.name = context.keyring.seal(account.id, change.name)
    if given.keys() & {"roles", "unit", "disabled", "employee"}:
        await end_all(session, account.id, because="access_changed")
    await session.flush()
    return account


def _given(change: AccountChange) -> dict[str, object]:
    """The columns that are to change; only the employee number may be taken away."""
    present = change.model_dump(exclude_unset=True, exclude={"name"})
    return {field: value for field, value in present.items() if value is not None or field == "employee"}


async def reset_password(session: AsyncSession, account_id: UUID, *, hashing: Hashing, actor: Actor) -> str:
    """A one-time password for somebody who forgot theirs."""
    password = new_secret()
    kept = await hashing.hash(password)
    account = await get(session, account_id, actor=actor, lock=True)
    account.password_hash, account.must_change_password = kept, True
    await end_all(session, account.id, because="password_changed")
    return password


async def sign_out(session: AsyncSession, account_id: UUID, *, actor: Actor) -> None:
    """Ends all of an account's sessions."""
    account = await get(session, account_id, actor=actor)
    await end_all(session, account.id, because="access_changed")


def shown(account: Account | AccountKept, keyring: Keyring) -> AccountShown:
    return AccountShown(
        id=account.id,
        username=keyring.open(account.id, account.username),
        name=keyring.open(account.id, account.name),
        roles=[Role(role) for role in account.roles],
        unit=account.unit,
        employee=account.employee,
        disabled=account.disabled,
        must_change_password=account.must_change_password,
        created_at=account.created_at,
        version=account.version,
    )


async def ensure_first_administrator(database: Database, file: Path, *, hashing: Hashing, keyring: Keyring) -> None:
    """Opens the account named in ``file`` while there is none at all; its password is good for one sign-in."""
    async with database.reading() as session:
        if await session.scalar(select(Account.id).limit(1)):
            return
    first = FirstAdministrator.model_validate_json(await to_thread.run_sync(file.read_text))
    kept = await hashing.hash(first.password.get_secret_value())
    new = NewAccount(username=first.username, name=first.username, roles=[Role.ADMIN], unit=EVERYWHERE)
    account = _built(new, kept, keyring)
    columns = {column.key: getattr(account, column.key) for column in inspect(Account).column_attrs}
    async with database.writing() as session:
        # Another replica may be doing the same now.
        await session.execute(insert(Account).values(columns | {"version": 1}).on_conflict_do_nothing())
