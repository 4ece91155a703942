"""Keeps the register of needs, each change as a version of its own."""

from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import Conflict, NotFound, Stale, WrongMove
from survey.needs.lifecycle import MOVES, State
from survey.needs.models import Need, NeedVersion
from survey.needs.schemas import NeedDefinition, NeedIn, NeedsImport, NeedsImported


class NeedNotFound(NotFound):
    code = "need_not_found"


class NeedExists(Conflict):
    code, title = "need_exists", "The code names another need"


class StaleNeed(Stale):
    code = "need_stale"


class NeedInUse(Conflict):
    code, title = "need_in_use", "A questionnaire asks about this need"


async def add(session: AsyncSession, given: NeedIn, *, context: Context) -> Need:
    """Raises NeedExists."""
    if not await _insert(session, given, context):
        raise NeedExists(f"There is a need '{given.code}' already: change that one, or choose another code.")
    return await find(session, given.code)


async def change(
    session: AsyncSession, code: str, definition: NeedDefinition, *, expected: int, context: Context
) -> Need:
    """``expected`` is the version that the editor saw; raises NeedNotFound, StaleNeed."""
    found = await find(session, code, lock=True)
    if found.version != expected:
        raise StaleNeed(f"The need is at version {found.version}, not {expected}: read it again.")
    await _become(session, found, _plain(definition), found.state, context)
    return found


async def move(session: AsyncSession, code: str, to: State, *, context: Context) -> Need:
    """Retires or brings back; raises NeedNotFound, WrongMove."""
    found = await find(session, code, lock=True)
    allowed = MOVES[cast("State", found.state)]
    if to not in allowed:
        raise WrongMove("need", found.state, to, list(allowed))
    await _become(session, found, found.definition, to, context)
    return found


async def delete(session: AsyncSession, code: str) -> None:
    """A need that no published questionnaire ever asked about; raises NeedNotFound, NeedInUse."""
    found = await find(session, code, lock=True)
    try:
        async with session.begin_nested():
            await session.delete(found)
    except IntegrityError as fault:
        raise NeedInUse(f"A published questionnaire asks about '{code}': retire it instead.") from fault


async def take_over(session: AsyncSession, given: NeedsImport, *, context: Context) -> NeedsImported:
    """All or nothing; in the order of the codes, so that two imports never wait for each other in a circle."""
    done = NeedsImported(added=[], changed=[], kept=[], unchanged=[])
    for one in sorted(given.needs, key=lambda need: need.code):
        if await _insert(session, one, context):
            done.added.append(one.code)
            continue
        found, plain = await find(session, one.code, lock=True), _plain(one)
        if found.definition == plain:
            done.unchanged.append(one.code)
        elif given.replace:
            await _become(session, found, plain, found.state, context)
            done.changed.append(one.code)
        else:
            done.kept.append(one.code)
    return done


async def find(session: AsyncSession, code: str, *, lock: bool = False) -> Need:
    """Raises NeedNotFound."""
    statement = select(Need).where(Need.code == code)
    found: Need | None = await session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise NeedNotFound(f"There is no need '{code}'.")
    return found


async def states(session: AsyncSession, codes: Collection[str]) -> dict[str, str]:
    """The states of those that exist, locked against a change until the transaction ends."""
    known = select(Need.code, Need.state).where(Need.code.in_(codes)).order_by(Need.code).with_for_update(read=True)
    return {row.code: row.state for row in await session.execute(known)}


async def _insert(session: AsyncSession, given: NeedIn, context: Context) -> bool:
    row = _row(given.code, 1, "active", _plain(given), context)
    added = await session.scalar(insert(Need).values(row).on_conflict_do_nothing().returning(Need.code))
    if added is not None:
        await session.execute(insert(NeedVersion).values(row))
    return added is not None


async def _become(session: AsyncSession, found: Need, definition: dict[str, Any], state: str, context: Context) -> None:
    found.version += 1
    found.definition, found.state, found.changed_at = definition, state, context.clock.now()
    await session.flush()
    await session.execute(insert(NeedVersion).values(_row(found.code, found.version, state, definition, context)))


def _row(code: str, version: int, state: str, definition: dict[str, Any], context: Context) -> dict[str, Any]:
    now = context.clock.now()
    return {"code": code, "version": version, "state": state, "definition": definition, "changed_at": now}


def _plain(definition: NeedDefinition) -> dict[str, Any]:
    return definition.model_dump(mode="json", exclude={"code"})
