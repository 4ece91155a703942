"""The life of a finding: from what was seen to the effect on later customers."""

from typing import Literal

from kit.errors import WrongMove

FindingState = Literal[
    "opened",
    "contained",
    "analysed",
    "planned",
    "implemented",
    "verified",
    "effect_watch",
    "closed",
    "reopened",
]
Outcome = Literal["effect_proven", "effect_not_measurable"]
RootCause = Literal["RC1", "RC2", "RC3", "RC4"]

MOVES: dict[FindingState, dict[str, FindingState]] = {
    "opened": {"contain": "contained", "analyse": "analysed"},
    "contained": {"analyse": "analysed"},
    "analysed": {"analyse": "analysed", "plan": "planned"},
    "planned": {"plan": "planned", "implement": "implemented"},
    "implemented": {"verify": "verified", "refuse": "planned", "plan": "planned"},
    "verified": {"watch": "effect_watch"},
    "effect_watch": {"close": "closed", "reopen": "reopened"},
    "closed": {"reopen": "reopened"},
    "reopened": {"contain": "contained", "analyse": "analysed", "plan": "planned"},
}


def after(state: FindingState, move: str) -> FindingState:
    if move not in MOVES[state]:
        raise WrongMove("finding", state, move, sorted(MOVES[state]))
    return MOVES[state][move]
