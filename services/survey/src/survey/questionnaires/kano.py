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
LABELS: dict[Feeling, dict[Literal["zh-CN", "en"], str]] = {
    "like": {"zh-CN": "我很喜欢", "en": "I like it that way"},
    "expect": {"zh-CN": "理应如此", "en": "It must be that way"},
    "neutral": {"zh-CN": "无所谓", "en": "I am neutral"},
    "live_with": {"zh-CN": "勉强接受", "en": "I can live with it that way"},
    "dislike": {"zh-CN": "我很不喜欢", "en": "I dislike it that way"},
}
"""The usual wording of the five answers."""
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
