"""The plan of an order: its route made concrete for its attributes."""

from collections.abc import Mapping
from dataclasses import dataclass

from responsibility.catalogue.document import Basis, HardGate, Limit, Party, Route, SubProcess
from responsibility.catalogue.routing import Attributes, asked, limit_for, steps


@dataclass(frozen=True)
class PlannedStage:
    """Stages with the same ``step`` run side by side; each hands on to all of the next step."""

    sub_process: str
    post: str
    step: int
    party: Party
    limit: Limit | None
    basis: Basis
    hard_gate: HardGate | None


def lacking(route: Route, attributes: Attributes) -> list[str]:
    """Attributes that the route's limits depend on and the order does not say."""
    return sorted(name for name in asked(route) if getattr(attributes, name) is None)


def plan(route: Route, attributes: Attributes, known: Mapping[str, SubProcess]) -> list[PlannedStage]:
    return [
        PlannedStage(
            sub_process=stage.sub_process,
            post=known[stage.sub_process].post,
            step=number,
            party=stage.party,
            limit=limit_for(stage.limits, attributes),
            basis=stage.basis,
            hard_gate=stage.hard_gate,
        )
        for number, step in enumerate(steps(route, attributes))
        for stage in step
    ]


def single(sub_process: SubProcess) -> list[PlannedStage]:
    """A flow without a route runs as one stage: its own sub-process."""
    return [PlannedStage(sub_process.code, sub_process.post, 0, "utility", None, "each_case", None)]
