"""``/v1/reliability``: indices on two bases that are never mixed, and one customer's own record."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime

from incident.fields import AccountNumber, UnitPath
from incident.incidents.causes import groups
from incident.incidents.models import Incident
from incident.interruptions.duration import SUSTAINED_MINUTES, is_sustained, minutes_between
from incident.interruptions.models import Interruption
from incident.reliability import indices, service
from incident.reliability.figures import Parameters, daily_saidi, figures_of, local_day
from incident.reliability.indices import Figure, Totals
from incident.reliability.major_event_days import Limit, major_days
from incident.reliability.schemas import (
    AccountInterruption,
    AccountReliability,
    FigureShown,
    IndicesShown,
    MajorEventDaysShown,
    PeriodShown,
    PopulationShown,
    TotalsShown,
)
from incident.supply_points.service import supply_point
from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.errors import Forbidden, Invalid
from kit.paging import LONGEST_LIST

router = APIRouter(prefix="/v1/reliability", tags=["reliability"])

Reader = Annotated[
    Actor,
    Depends(
        allow(
            Role.DISPATCHER,
            Role.OPERATOR,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.ANALYST,
            Role.AUDITOR,
            Role.SERVICE,
        )
    ),
]
CardReader = Annotated[
    Actor,
    Depends(allow(Role.AGENT, Role.DISPATCHER, Role.OPERATOR, Role.MANAGER, Role.UNIT_HEAD, Role.SERVICE)),
]
Begin = Annotated[AwareDatetime, Query(alias="from", examples=["2026-03-01T00:00:00+08:00"])]
End = Annotated[AwareDatetime, Query(alias="to", examples=["2026-04-01T00:00:00+08:00"])]
Threshold = Annotated[
    float, Query(ge=0, le=1440, description="Sustained is strictly longer: 5 as IEEE 1366, 3 as in Chinese statistics")
]
WHOLE = "An interruption counts whole in the period in which it began."
SOURCE = "IEEE Std 1366-2022; DL/T 836"


class NoPeriod(Invalid):
    code, title = "no_period", "The period has no length"


@router.get("/indices")
async def get_indices(
    session: ReadSession,
    actor: Reader,
    begin: Begin,
    end: End,
    basis: Annotated[Literal["lv", "mv"], Query(description="LV customers or MV units")] = "lv",
    unit: Annotated[UnitPath | None, Query(description="By default the caller's whole unit")] = None,
    threshold_minutes: Threshold = SUSTAINED_MINUTES,
    exclude: Annotated[list[str] | None, Query(description="Groups of causes left out, such as external")] = None,
    cemi: Annotated[int, Query(ge=1, le=100)] = 3,
    celid_minutes: Annotated[float, Query(gt=0)] = 480,
) -> IndicesShown:
    """SAIFI, SAIDI, CAIDI, ASAI and more; an undefined figure is null with its reason."""
    _check_period(begin, end)
    asked = service.Asked(basis, begin, end, _narrowed(unit, actor), _groups(exclude or []))
    given = Parameters(threshold_minutes, cemi, celid_minutes)
    rows, running = await service.interruptions(session, asked, actor)
    n = await service.served(session, asked, actor)
    period = _period(begin, end)
    return IndicesShown(
        population=PopulationShown(basis=basis, unit=asked.unit, n=n, n_method=N_METHOD[basis], running=running),
        period=period,
        parameters={**asdict(given), "excluded_causes": sorted(asked.left_out)},
        totals=_totals(indices.totals(rows, n, period.minutes, threshold_minutes)),
        figures=_shown(figures_of(rows, n, period.minutes, given)),
        major_event_days=_major(
            rows, n, period, given, await service.limit_of_year(session, asked, threshold_minutes, actor)
        ),
        source=SOURCE,
    )


def _major(rows: service.Rows, n: float, period: PeriodShown, given: Parameters, limit: Limit) -> MajorEventDaysShown:
    zone = period.begin.tzinfo
    days = major_days(daily_saidi(rows, n, given.threshold_minutes, zone), limit)
    others = [row for row in rows if local_day(row, zone) not in set(days)]
    return MajorEventDaysShown(
        limit_minutes=limit.minutes,
        reason=limit.reason,
        alpha=limit.alpha,
        beta=limit.beta,
        ddof=1,
        days_of_history=limit.days,
        days=days,
        figures_without=None if limit.minutes is None else _shown(figures_of(others, n, period.minutes, given)),
    )


def _narrowed(unit: str | None, actor: Actor) -> str:
    """The unit that the figures are about: nobody sees beyond his own."""
    if unit is None or actor.unit.startswith(unit):
        return actor.unit
    if actor.covers(unit):
        return unit
    raise Forbidden(f"The unit {unit} is outside yours, {actor.unit}.")


@router.get("/accounts/{account}")
async def get_account_reliability(
    session: ReadSession,
    actor: CardReader,
    account: Annotated[AccountNumber, Path()],
    begin: Begin,
    end: End,
    threshold_minutes: Threshold = SUSTAINED_MINUTES,
) -> AccountReliability:
    """One customer's interruptions that began in the period; nothing is left out of them."""
    _check_period(begin, end)
    await supply_point(session, account, actor)
    rows = await service.of_account(session, account, begin, end, actor)
    shown = [_account_row(row, about, threshold_minutes) for row, about in rows[-LONGEST_LIST:]]
    return AccountReliability(
        account=account,
        period=_period(begin, end),
        threshold_minutes=threshold_minutes,
        sustained=sum(1 for one in shown if one.sustained),
        momentary=sum(1 for one in shown if one.sustained is False),
        minutes=sum(one.minutes for one in shown if one.sustained and one.minutes is not None),
        running=any(one.ended_at is None for one in shown),
        interruptions=shown,
    )


N_METHOD = {
    "lv": "supply points served, mean over the period weighted by time",
    "mv": "public transformers and MV-metered users of the current network",
}


def _account_row(row: Interruption, about: Incident, threshold: float) -> AccountInterruption:
    minutes = minutes_between(row.began_at, row.ended_at) if row.ended_at is not None else None
    return AccountInterruption(
        incident_id=row.incident_id,
        number=about.number,
        cause=about.cause,
        began_at=row.began_at,
        ended_at=row.ended_at,
        step=row.step,
        minutes=minutes,
        sustained=is_sustained(minutes, threshold) if minutes is not None else None,
    )


def _groups(named: list[str]) -> frozenset[str]:
    unknown = sorted(set(named) - set(groups()))
    if unknown:
        raise Invalid(f"No group of causes is called {', '.join(unknown)}; there are {', '.join(groups())}.")
    return frozenset(named)


def _check_period(begin: datetime, end: datetime) -> None:
    if begin >= end:
        raise NoPeriod(f"The period begins at {begin.isoformat()} and must end later than {end.isoformat()}.")


def _period(begin: datetime, end: datetime) -> PeriodShown:
    return PeriodShown(
        begin=begin,
        end=end,
        minutes=minutes_between(begin, end),
        zone=f"UTC{begin.strftime('%z')}",
        attribution=WHOLE,
    )


def _totals(totals: Totals) -> TotalsShown:
    return TotalsShown(interruptions=totals.ci, minutes=totals.cmi, units_hit=totals.cn, momentary=totals.cmo)


def _shown(figures: list[Figure]) -> list[FigureShown]:
    return [FigureShown.model_validate(figure) for figure in figures]
