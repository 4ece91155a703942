"""``/v1/insights/honesty``: answers that may not be a customer's own, by unit and month."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response, status

from kit import jobs
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from survey.contacts.schemas import UnitPath
from survey.honesty import service
from survey.honesty.figures import LAST_DAYS, LEAST_RISE, LEAST_Z, SMALLEST_SHOWN, shown
from survey.honesty.jobs import LOOK_THROUGH
from survey.honesty.schemas import (
    HonestyOut,
    JumpOut,
    Month,
    RunIn,
    RunStarted,
    StaffNumbersIn,
    StaffNumbersOut,
    UnitHonesty,
)
from survey.settings import settings_of

router = APIRouter(prefix="/v1/insights/honesty", tags=["insights"])

MANY_NUMBERS = 4 * 1024**2
JUMP = (
    f"The share of fives rises by {LEAST_RISE:.0%} or more in the last {LAST_DAYS} days, with z of {LEAST_Z:g} or more."
)
Reader = Annotated[
    Actor, Depends(allow(Role.ANALYST, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR, Role.ADMIN))
]
Analyst = Annotated[Actor, Depends(allow(Role.ANALYST))]
Keeper = Annotated[Actor, Depends(allow(Role.ANALYST, Role.ADMIN))]


@router.put("/staff-numbers", max_body_size=MANY_NUMBERS)
async def put_staff_numbers(given: StaffNumbersIn, session: WriteSession, context: Ctx, _: Keeper) -> StaffNumbersOut:
    """Replaces the list; a number is never shown again."""
    return StaffNumbersOut(known=await service.replace_staff_numbers(session, given.numbers, context=context))


@router.post("/runs", status_code=status.HTTP_202_ACCEPTED)
async def look_through_month(
    asked: RunIn, session: WriteSession, context: Ctx, actor: Analyst, response: Response
) -> RunStarted:
    """Starts a job that flags the month's answers and counts what they come to; later ones replace earlier."""
    service.ended(asked.month, context)
    job = await jobs.enqueue(session, LOOK_THROUGH, {"month": asked.month}, actor=actor)
    response.headers["Location"] = f"/v1/insights/honesty/jobs/{job}"
    return RunStarted(job=job)


@router.get("/jobs/{job_id}")
async def get_honesty_job(job_id: UUID, session: ReadSession, actor: Analyst) -> jobs.JobOut:
    """How far the look through a month is."""
    return await jobs.find(session, job_id, actor=actor)


@router.get("")
async def get_honesty(
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    month: Annotated[Month, Query()],
    unit: Annotated[UnitPath | None, Query()] = None,
) -> HonestyOut:
    """Each unit's own answers, without those of units below it; empty until the month was looked through."""
    first = service.ended(month, context)
    found = await service.kept(session, first, unit=unit, actor=actor)
    items = []
    for name, counts in found:
        figures = shown(counts)
        jump = JumpOut(**asdict(figures.pop("jump"))) if figures["jump"] else figures.pop("jump")
        items.append(UnitHonesty(unit=name, jump=jump, **figures))
    zone = settings_of(context).time_zone
    rules = service.RULES | {"jump": JUMP}
    return HonestyOut(
        month=month, time_zone=zone, steps_of=SMALLEST_SHOWN, scores=_scores(first, unit), rules=rules, items=items
    )


def _scores(first: date, unit: str | None) -> str:
    """Where the month's figures with and without flagged answers are asked for."""
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    about = {"from": first, "to": last, "group_by": "unit", "without_flagged": "true"}
    return "/v1/insights/scores?" + urlencode(about | ({"unit": unit} if unit else {}))
