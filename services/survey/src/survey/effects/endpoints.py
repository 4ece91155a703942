"""``/v1/insights/effects`` and ``before-after``: what changed for later customers."""

from dataclasses import asdict, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from survey.contacts.schemas import UnitPath
from survey.effects import service
from survey.effects.comparison import DIFFERENCES, MEANS, in_differences, of_means, of_shares
from survey.effects.measure import Effect
from survey.effects.schemas import BeforeAfterOut, DifferenceOut, EffectOut, SidesOut
from survey.effects.service import TwoSides, spread_of
from survey.insights.cells import figure as cell_figure
from survey.insights.endpoints import COUNTED, READERS, Bounds, Segment, parameters_of
from survey.insights.figures import CONFIDENCE
from survey.insights.schemas import FigureOut, Shown
from survey.published.disclosure import SMALLEST_SHOWN
from survey.settings import settings_of

router = APIRouter(prefix="/v1/insights", tags=["insights"])

Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR, Role.SERVICE)),
]
Analyst = Annotated[Actor, Depends(allow(*READERS))]
WATCH = ("finding_id", "state", "unit", "sub_process", "before_from", "before_to", "effective_at")
LOOKS = ("minimum_n", "next_n", "looks")
COUNTING = (
    "Complete answers but follow-ups to cases, one score of the driver (none: the overall one) per respondent, about "
    "service in the sub-process by teams of the unit; each side in steps of five respondents and more."
)


@router.get("/effects/{finding_id}")
async def get_effect(finding_id: UUID, session: WriteSession, context: Ctx, actor: Reader) -> EffectOut:
    """What may be told by now: both sides advance by five respondents and more, and what was told is kept.

    The events ``survey.effect.measured`` are those of the announced looks.
    """
    watch, measured = await service.present(session, finding_id, actor=actor)
    named = {name: getattr(watch, name) for name in WATCH + LOOKS} | {"driver": watch.driver or None}
    return EffectOut(
        **named,
        **_figures(measured),
        confidence=measured.confidence,
        method=measured.method,
        time_zone=settings_of(context).time_zone,
        smallest_shown=SMALLEST_SHOWN,
        counting=COUNTING,
    )


@router.get("/before-after", dependencies=COUNTED)
async def get_before_after(
    session: ReadSession,
    context: Ctx,
    actor: Analyst,
    bounds: Bounds,
    split: Annotated[date, Query(ge=date(2000, 1, 2), le=date(2199, 12, 31), description="The first day of after")],
    figure: Shown = "mean",
    comparison_unit: Annotated[UnitPath | None, Query()] = None,
    comparison_segment: Annotated[Segment | None, Query()] = None,
) -> BeforeAfterOut:
    """A figure about service before a day and from it on, with the interval of the difference; against another group.

    The comparison group is asked the same but for its unit or segment.
    """
    group = await service.two_sides(session, bounds, split, actor=actor)
    other = None
    if comparison_unit is not None or comparison_segment is not None:
        compared = replace(bounds, unit=comparison_unit or bounds.unit, segment=comparison_segment or bounds.segment)
        other = await service.two_sides(session, compared, split, actor=actor)
    return BeforeAfterOut(
        parameters=parameters_of(bounds, group.unit, context),
        figure=figure,
        split=split,
        group=_sides(group, figure),
        comparison=_sides(other, figure) if other else None,
        difference_in_differences=_in_differences(group, other, figure) if other else None,
    )


def _sides(sides: TwoSides, figure: Shown) -> SidesOut:
    before, after = (FigureOut(**cell_figure(figure, sums)) for sums in sides.sums(figure))
    difference = _difference(sides, figure)
    return SidesOut(unit=sides.unit, segment=sides.segment, before=before, after=after, difference=difference)


def _difference(sides: TwoSides, figure: Shown) -> DifferenceOut:
    before, after = sides.sums(figure)
    if before is None or after is None:
        return _withheld(MEANS)
    if figure == "csat":
        return DifferenceOut(**asdict(of_shares((before.favourable, before.n), (after.favourable, after.n))))
    return DifferenceOut(**asdict(of_means(spread_of(before, figure), spread_of(after, figure))))


def _in_differences(group: TwoSides, other: TwoSides, figure: Shown) -> DifferenceOut:
    found = [*group.sums(figure), *other.sums(figure)]
    shown = [spread_of(one, figure) for one in found if one is not None]
    if len(shown) < len(found):
        return _withheld(DIFFERENCES)
    return DifferenceOut(**asdict(in_differences(*shown)))


def _withheld(method: str) -> DifferenceOut:
    reason = "Withheld: a side has too few respondents that may be counted."
    return DifferenceOut(
        value=None, low=None, high=None, method=method, confidence=CONFIDENCE, caveat=None, reason=reason
    )


def _figures(measured: Effect) -> dict[str, Any]:
    sides = (measured.before, measured.after)
    if any(side.n < SMALLEST_SHOWN for side in sides):
        names = ("n_before", "n_after", "mean_before", "mean_after", "difference", "low", "high")
        caveat = f"Withheld: a side has fewer than {SMALLEST_SHOWN} respondents."
        return dict.fromkeys(names) | {"conclusive": False, "caveat": caveat}
    before, after = ((side.n, side.mean if side.n else None) for side in sides)
    return {
        "n_before": before[0],
        "n_after": after[0],
        "mean_before": before[1],
        "mean_after": after[1],
        "difference": measured.difference,
        "low": measured.low,
        "high": measured.high,
        "conclusive": measured.conclusive,
        "caveat": measured.caveat,
    }
