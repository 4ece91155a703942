"""One matter, one number, one status."""

from typing import Literal

from kit.errors import WrongMove

RequestState = Literal["opened", "in_progress", "done", "not_solved"]
Source = Literal["phone", "hall", "app", "12345", "12398", "media"]
Kind = Literal["enquiry", "service", "complaint", "suggestion"]

MOVES: dict[RequestState, dict[str, RequestState]] = {
    "opened": {"take_up": "in_progress", "finish": "done"},
    "in_progress": {"finish": "done"},
    "done": {"object": "not_solved"},
    "not_solved": {"finish": "done"},
}


def after(state: RequestState, move: str) -> RequestState:
    if move not in MOVES[state]:
        raise WrongMove("request", state, move, sorted(MOVES[state]))
    return MOVES[state][move]
