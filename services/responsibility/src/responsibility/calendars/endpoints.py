"""The company's calendar over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Invalid
from kit.paging import Items, Page, paged
from responsibility.calendars import service
from responsibility.calendars.models import CalendarYear
from responsibility.calendars.schemas import CalendarIn, CalendarOut

Staff = Annotated[Actor, Depends(allow(*Role))]
CalendarWriter = Annotated[Actor, Depends(allow(Role.ADMIN))]
Year = Annotated[int, Path(ge=2000, le=2100)]

router = APIRouter(prefix="/v1/calendars", tags=["calendars"])


@router.put("/{year}")
async def put_calendar(year: Year, body: CalendarIn, session: WriteSession, _: CalendarWriter) -> CalendarOut:
    """The days of rest and the days made up for, as the state announces them each year."""
    if body.year != year:
        raise Invalid(f"The body is the calendar of {body.year}, the address that of {year}: they must agree.")
    return CalendarOut.model_validate(await service.put_year(session, body), from_attributes=True)


@router.get("")
async def list_calendars(session: ReadSession, _: Staff, page: Page) -> Items[CalendarOut]:
    return await paged(session, select(CalendarYear), page, CalendarYear.year, out=CalendarOut)


@router.get("/{year}")
async def get_calendar(year: Year, session: ReadSession, _: Staff) -> CalendarOut:
    return CalendarOut.model_validate(await service.find_year(session, year), from_attributes=True)
