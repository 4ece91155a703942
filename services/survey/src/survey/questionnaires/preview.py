"""What a questionnaire would do with some answers, before anybody is asked."""

from dataclasses import dataclass

from survey.questionnaires.answers import Answers, Fault, examine
from survey.questionnaires.definition import Definition
from survey.questionnaires.scoring import Reading, read


@dataclass(frozen=True, slots=True)
class Preview:
    """``shown``: items, and rows as ``<item>.<row>``, in the order of the questionnaire."""

    shown: tuple[str, ...]
    faults: tuple[Fault, ...]
    reading: Reading


def preview(definition: Definition, answers: Answers, *, complete: bool) -> Preview:
    """Reads the answers as intake would; what is wrong among them counts for nothing."""
    found = examine(definition, answers, complete=complete)
    shown = tuple(code for code in definition.codes if code in found.shown)
    return Preview(shown, tuple(found.faults), read(definition, found.good, sub_process=None))
