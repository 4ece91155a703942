"""A route applied to one order: which stages run, side by side or in turn, within which limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import get_args

from responsibility.catalogue.document import Area, Limit, Route, RouteStage, Source, TimeUnit

MINUTES: dict[str, int] = {"minute": 1, "hour": 60, "day": 1440}


@dataclass(frozen=True)
class Attributes:
    """What an order is about, as far as routes ask: ``kinds`` such as important or special_load."""

    source: Source | None = None
    area: Area | None = None
    kinds: frozenset[str] = field(default_factory=frozenset)


def applies(limit: Limit, attributes: Attributes) -> bool:
    when = limit.when
    if when is None:
        return True
    return when.source in (None, attributes.source) and when.area in (None, attributes.area)


def limit_for(limits: Iterable[Limit], attributes: Attributes) -> Limit | None:
    return next((limit for limit in limits if applies(limit, attributes)), None)


def steps(route: Route, attributes: Attributes) -> list[list[RouteStage]]:
    """The stages that run for such an order, in steps: the stages of one step run side by side.

    A stage joins the step of the stage named in ``parallel``; where that one does not run, it is a step.
    """
    planned: list[list[RouteStage]] = []
    for stage in route.stages:
        if stage.only_for and not attributes.kinds.intersection(stage.only_for):
            continue
        beside = next((step for step in planned if _holds(step, stage.parallel)), None)
        if beside is None:
            planned.append([stage])
        else:
            beside.append(stage)
    return planned


def _holds(step: list[RouteStage], code: str | None) -> bool:
    return any(stage.sub_process == code for stage in step)


def asked(route: Route) -> set[str]:
    """The attributes on which this route's limits depend: ``source``, ``area``."""
    conditions = [limit.when for limit in _all_limits(route) if limit.when]
    return {name for name in ("source", "area") if any(getattr(when, name) for when in conditions)}


def variants(route: Route) -> Iterator[Attributes]:
    """Every kind of order the route may carry, with all conditional stages, which is the longest."""
    names = asked(route)
    kinds = frozenset(kind for stage in route.stages for kind in stage.only_for)
    sources: tuple[Source | None, ...] = get_args(Source) if "source" in names else (None,)
    areas: tuple[Area | None, ...] = get_args(Area) if "area" in names else (None,)
    for source, area in product(sources, areas):
        yield Attributes(source, area, kinds)


def _all_limits(route: Route) -> Iterator[Limit]:
    yield from route.total.limits if route.total else ()
    for stage in route.stages:
        yield from stage.limits


def measured(limit: Limit, unit: TimeUnit) -> float | None:
    """A limit's length in ``unit``; None where the two cannot be compared.

    A term on the clock never uses more working days than whole days, so days are read as working days; a
    working day has no length on the clock.
    """
    if limit.unit == unit:
        return limit.amount
    if limit.unit == "working_day":
        return None
    return limit.amount * MINUTES[limit.unit] / MINUTES["day" if unit == "working_day" else unit]


def longest(route: Route, attributes: Attributes, unit: TimeUnit) -> float | None:
    """The longest limits of all steps together, in ``unit``; None where a limit cannot be compared.

    Only the utility's stages count, unless the route's total covers the whole process. Limits that count
    backwards from a start do not add up.
    """
    total = 0.0
    for step in steps(route, attributes):
        lengths = [measured(limit, unit) for limit in _counted(step, route, attributes)]
        known = [length for length in lengths if length is not None]
        if len(known) < len(lengths):
            return None
        total += max(known, default=0.0)
    return total


def _counted(step: list[RouteStage], route: Route, attributes: Attributes) -> Iterator[Limit]:
    whole = route.total is not None and route.total.whole_process
    for stage in step:
        limit = limit_for(stage.limits, attributes)
        if limit and not limit.before and (whole or stage.party == "utility"):
            yield limit
