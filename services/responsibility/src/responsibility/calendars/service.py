"""The company's calendar, put together from the years that were told."""

from datetime import date, time, timedelta
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.errors import NotFound
from responsibility.calendars.models import CalendarYear
from responsibility.calendars.schemas import CalendarIn, HolidayIn
from responsibility.calendars.working_days import WorkCalendar
from responsibility.settings import Settings

CLOSING = time(17, 30)


class YearNotFound(NotFound):
    code = "year_not_found"


async def put_year(session: AsyncSession, body: CalendarIn) -> CalendarYear:
    year = CalendarYear(
        year=body.year,
        opens=body.business_hours.opens,
        closes=body.business_hours.closes,
        holidays=sorted({day for holiday in body.holidays for day in _days(holiday)}),
        made_up=sorted(body.made_up),
        source=body.source,
    )
    return await session.merge(year)


def _days(holiday: HolidayIn) -> list[date]:
    return [holiday.first + timedelta(days=n) for n in range((holiday.last - holiday.first).days + 1)]


async def find_year(session: AsyncSession, year: int) -> CalendarYear:
    found = await session.get(CalendarYear, year)
    if found is None:
        raise YearNotFound(f"No calendar was told for {year}; until then every Monday to Friday is worked.")
    return found


async def work_calendar(session: AsyncSession, context: Context) -> WorkCalendar:
    """Years that were not told have their plain weekdays; business closes as in the latest year told."""
    years = (await session.scalars(select(CalendarYear).order_by(CalendarYear.year))).all()
    return WorkCalendar(
        zone=cast("Settings", context.settings).zone,
        holidays=frozenset(day for year in years for day in year.holidays),
        made_up=frozenset(day for year in years for day in year.made_up),
        closes=years[-1].closes if years else CLOSING,
    )
