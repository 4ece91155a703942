"""The life of an order and of its stages: which move leads where."""

from collections.abc import Iterable
from typing import Literal

from kit.errors import WrongMove

OrderState = Literal["opened", "in_progress", "completed", "cancelled"]
StageState = Literal["planned", "offered", "working", "handed", "done"]
HandoverState = Literal["offered", "accepted", "returned"]

ORDER_MOVES: dict[OrderState, dict[str, OrderState]] = {
    "opened": {"begin": "in_progress", "cancel": "cancelled"},
    "in_progress": {"complete": "completed", "cancel": "cancelled"},
    "completed": {},
    "cancelled": {},
}
STAGE_MOVES: dict[StageState, dict[str, StageState]] = {
    "planned": {"start": "working"},
    "offered": {"accept": "working", "return": "planned"},
    "working": {"hand_over": "handed"},
    "handed": {"be_accepted": "done", "be_returned": "working"},
    "done": {},
}
HANDOVER_MOVES: dict[HandoverState, dict[str, HandoverState]] = {
    "offered": {"accept": "accepted", "return": "returned"},
    "accepted": {},
    "returned": {},
}


def order_after(state: OrderState, move: str) -> OrderState:
    if move not in ORDER_MOVES[state]:
        raise WrongMove("order", state, move, sorted(ORDER_MOVES[state]))
    return ORDER_MOVES[state][move]


def stage_after(state: StageState, move: str) -> StageState:
    if move not in STAGE_MOVES[state]:
        raise WrongMove("stage", state, move, sorted(STAGE_MOVES[state]))
    return STAGE_MOVES[state][move]


def handover_after(state: HandoverState, move: str) -> HandoverState:
    if move not in HANDOVER_MOVES[state]:
        raise WrongMove("handover", state, move, sorted(HANDOVER_MOVES[state]))
    return HANDOVER_MOVES[state][move]


def receiving(expected: int, handovers: Iterable[HandoverState]) -> StageState:
    """The state of a stage that waits for ``expected`` handovers: the newest state of each.

    It works only once it has accepted all; a returned one leaves it planned until it is offered again.
    """
    states = list(handovers)
    if states.count("accepted") == expected:
        return "working"
    return "offered" if "offered" in states else "planned"


def giving(expected: int, handovers: Iterable[HandoverState]) -> StageState:
    """The state of a stage that handed on to ``expected`` next posts: one return gives the work back."""
    states = list(handovers)
    if "returned" in states:
        return "working"
    return "done" if states.count("accepted") == expected else "handed"
