"""The life of a case, and what it needs before it may be closed. No finding is ever waited for."""

from typing import Literal

from kit.errors import WrongMove

CaseState = Literal["opened", "contacted", "answered", "made_good", "called_back", "closed", "reopened"]

MOVES: dict[CaseState, dict[str, CaseState]] = {
    "opened": {"contact": "contacted"},
    "contacted": {"contact": "contacted", "answer": "answered"},
    "answered": {"make_good": "made_good", "call_back": "called_back", "close": "closed"},
    "made_good": {"call_back": "called_back", "close": "closed"},
    "called_back": {"make_good": "made_good", "call_back": "called_back", "close": "closed"},
    "closed": {"reopen": "reopened"},
    "reopened": {"contact": "contacted", "answer": "answered"},
}
SPEAKING = frozenset({"contact", "call_back"})


def allowed(state: CaseState, *, may_contact: bool) -> dict[str, CaseState]:
    """The moves from ``state``; a customer who wished no contact is not called."""
    if may_contact:
        return MOVES[state]
    quiet = {move: after for move, after in MOVES[state].items() if move not in SPEAKING}
    return {"answer": "answered"} if state == "opened" else quiet


def after(state: CaseState, move: str, *, may_contact: bool) -> CaseState:
    moves = allowed(state, may_contact=may_contact)
    if move not in moves:
        raise WrongMove("case", state, move, sorted(moves))
    return moves[move]
