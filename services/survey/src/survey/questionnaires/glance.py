"""Whether all answers are good, seen at one look by functions made once per questionnaire.

Most answers are good. What this look cannot tell it leaves to the walk of ``answers``, which alone names faults.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from survey.questionnaires.branching import Heard, holds
from survey.questionnaires.fits import fits, fits_whole, text
from survey.questionnaires.items import AnyItem, Choice, Matrix

Answers = Mapping[str, Any]


class Rule(NamedTuple):
    """What hides an item, or one row of it, while it is false."""

    item: str
    row: str | None
    heard: Heard


class Explanation(NamedTuple):
    """The text under ``code`` is about this option of the item."""

    code: str
    item: str
    option: str


class Glance:
    """At the answers to one questionnaire; ``conditions``: its rules by item code and ``<item>.<row>``."""

    def __init__(self, items: Sequence[AnyItem], conditions: Mapping[str, Heard]) -> None:
        choices = [item for item in items if isinstance(item, Choice)]
        texts = {told.code: text(item.longest_free_text) for item in choices for told in _explanations(item)}
        self._begun = {item.code: fits(item) for item in items} | texts
        self._whole = {item.code: fits_whole(item) for item in items} | texts
        self._explanations = tuple(told for item in choices for told in _explanations(item))
        self._conditions = conditions
        self._rules = tuple(_rules(items, conditions))
        self._required = frozenset(item.code for item in items if item.required)

    def good(self, answers: Answers, *, complete: bool) -> bool:
        """Whether there is no fault for certain."""
        checks = self._whole if complete else self._begun
        for code, value in answers.items():
            check = checks.get(code)
            if check is None or not check(value):
                return False
        return self._shown(answers) and self._chosen(answers) and not (complete and self._lacking(answers))

    def _shown(self, answers: Answers) -> bool:
        """Whether each answered item and row is asked; then the rules hear here what they hear on the walk."""
        for item, row, heard in self._rules:
            if item in answers and (row is None or row in answers[item]) and not holds(heard, answers):
                return False
        return True

    def _chosen(self, answers: Answers) -> bool:
        """Whether each option that a text explains is chosen."""
        for code, item, option in self._explanations:
            if code in answers:
                chosen = answers.get(item, ())
                if option not in ([chosen] if isinstance(chosen, str) else chosen):
                    return False
        return True

    def _lacking(self, answers: Answers) -> bool:
        """Whether a required item may be lacking: one that its rows hide is left to the walk."""
        if answers.keys() >= self._required:
            return False
        return any(self._asked(code, answers) for code in self._required if code not in answers)

    def _asked(self, code: str, answers: Answers) -> bool:
        heard = self._conditions.get(code)
        return heard is None or holds(heard, answers)


def _rules(items: Sequence[AnyItem], conditions: Mapping[str, Heard]) -> Iterator[Rule]:
    for item in items:
        if item.code in conditions:
            yield Rule(item.code, None, conditions[item.code])
        for row in item.rows if isinstance(item, Matrix) else ():
            if (code := f"{item.code}.{row.code}") in conditions:
                yield Rule(item.code, row.code, conditions[code])


def _explanations(item: Choice) -> list[Explanation]:
    return [Explanation(f"{item.code}.{one.code}", item.code, one.code) for one in item.options if one.free_text]
