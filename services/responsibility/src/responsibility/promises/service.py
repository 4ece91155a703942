"""The rule in force at a moment, and the deadlines that follow from it."""

from datetime import datetime
from typing import cast

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.context import Context
from kit.errors import Conflict, Invalid
from responsibility.calendars.service import work_calendar
from responsibility.promises.models import Promise
from responsibility.promises.schemas import PromiseIn
from responsibility.promises.terms import CLOCK, TermUnit, due


class PromiseMissing(Conflict):
    code, title = "promise_missing", "No rule is in force"


class PromiseTaken(Conflict):
    code = "promise_taken"


def in_force(at: datetime) -> Select[Promise]:
    """The newest row of each code at ``at``."""
    later = aliased(Promise)
    superseded = exists().where(
        later.code == Promise.code, later.valid_from > Promise.valid_from, later.valid_from <= at
    )
    return select(Promise).where(Promise.valid_from <= at, ~superseded)


async def promised(session: AsyncSession, code: str, at: datetime) -> Promise:
    found = await session.scalar(in_force(at).where(Promise.code == code))
    if found is None:
        raise PromiseMissing(f"No rule '{code}' is in force at {at.isoformat()}; PUT /v1/promises/{code} sets one.")
    return found


async def amount(session: AsyncSession, code: str, at: datetime) -> int:
    """A number that counts, such as ``effect.minimum_n``."""
    return (await promised(session, code, at)).amount


async def due_by(session: AsyncSession, code: str, start: datetime, *, context: Context) -> datetime:
    """When what began at ``start`` is due by the rule then in force."""
    rule = await promised(session, code, start)
    calendar = await work_calendar(session, context)
    return due(rule.amount, cast("TermUnit", rule.unit), start, calendar)


async def add_rule(session: AsyncSession, code: str, body: PromiseIn) -> Promise:
    """A new rule beside the earlier ones, which stay as they were. Raises PromiseTaken for the same date."""
    if await session.get(Promise, (code, body.valid_from)) is not None:
        raise PromiseTaken(
            f"'{code}' has a rule from {body.valid_from.isoformat()} already; a change has a later date."
        )
    earlier = await session.scalar(select(Promise).where(Promise.code == code).limit(1))
    if earlier is not None and (earlier.unit in TERMS) != (body.unit in TERMS):
        raise Invalid(f"'{code}' is measured in {earlier.unit}s, which cannot become {body.unit}s.")
    rule = Promise(code=code, **body.model_dump())
    session.add(rule)
    await session.flush()
    return rule


TERMS = {"working_day", *CLOCK}
