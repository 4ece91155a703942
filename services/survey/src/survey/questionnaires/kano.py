"""From a Kano pair to its category, by the usual evaluation table.

Kano, Seraku, Takahashi, Tsuji (1984), "Attractive quality and must-be quality"; the table as in Berger et al.
(1993), "Kano's methods for understanding customer-defined quality".
"""

from typing import Literal

Feeling = Literal["like", "expect", "neutral", "live_with", "dislike"]
Category = Literal["attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable"]

HALVES = ("functional", "dysfunctional")
FEELINGS: tuple[Feeling, ...] = ("like", "expect", "neutral", "live_with", "dislike")
CATEGORIES: tuple[Category, ...] = (
    "must_be",
    "one_dimensional",
    "attractive",
    "indifferent",
    "reverse",
    "questionable",
)
_LETTERS: dict[str, Category] = {
    "A": "attractive",
    "O": "one_dimensional",
    "M": "must_be",
    "I": "indifferent",
    "R": "reverse",
    "Q": "questionable",
}
# A line per feeling with the feature, a letter per feeling without it, both in the order of FEELINGS.
_TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")


def category(functional: Feeling, dysfunctional: Feeling) -> Category:
    """What the feature is to a customer who feels so with it and so without it."""
    return _LETTERS[_TABLE[FEELINGS.index(functional)][FEELINGS.index(dysfunctional)]]
