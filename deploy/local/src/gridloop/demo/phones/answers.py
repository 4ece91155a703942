"""What a customer answers, by what was lived through."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

POINTS = (1, 2, 3, 4, 5)
LOW = 2
TELLING = ("overall", "conduct", "billing", "solving")
"""Where one of these is low, the questionnaire asks what was wrong."""
BEST = 10

Answers = dict[str, Any]


def consents(shares: Mapping[str, float], chance: Random) -> Answers:
    return {name: chance.random() < shares[name] for name in ("may_contact", "unit_may_know")}


def after_order(story: Any, course: str, language: str, chance: Random) -> Answers:
    """Answers to the questionnaire ``after_order``; ``story``: its section ``phones``."""
    scores = _none_below(story["least"], _scores(story["scores"][course], chance))
    answers: Answers = consents(story, chance) | scores | {"recommend": _recommendation(scores["overall"], chance)}
    if any(scores.get(item, BEST) <= LOW for item in TELLING):
        answers["hurt"] = list(story["hurt"][course])
        answers |= _words(story["words"].get(course, ()), language, chance)
    return answers


def after_outage(story: Any, language: str, chance: Random, *, last_step: bool) -> Answers:
    """Answers to ``after_outage``; who waited for the last step is less pleased."""
    scores = _scores(story["scores"]["outage"], chance)
    if last_step:
        scores = {item: max(1, score - (chance.random() < story["slower"])) for item, score in scores.items()}
    losses = chance.choices(("none", "some", "heavy"), weights=(70, 25, 5) if not last_step else (45, 40, 15))[0]
    answers: Answers = consents(story, chance) | scores | {"losses": losses}
    answers["recommend"] = _recommendation(scores["overall"], chance)
    if losses == "heavy" or scores["overall"] == POINTS[-1]:
        said = story["words"]["outage"][0 if losses == "heavy" else 1]
        answers["words"] = _in(said, language)
    return answers


def follow_up(story: Any, language: str, *, solved: bool, chance: Random) -> Answers:
    """Answers to ``follow_up``."""
    if solved:
        return {"solved": "yes", "handling": chance.choices((4, 5, 3), weights=(5, 4, 1))[0]}
    return {"solved": "no", "handling": LOW, "missing": _in(story["unsolved"], language)}


def _scores(weights: Mapping[str, Sequence[float]], chance: Random) -> dict[str, int]:
    return {item: chance.choices(POINTS, weights=shares)[0] for item, shares in weights.items()}


def _none_below(least: str, scores: dict[str, int]) -> dict[str, int]:
    """What hurts most in a matter keeps the lowest score of it."""
    floor = scores.get(least, POINTS[0])
    return {item: max(score, floor) for item, score in scores.items()}


def _recommendation(overall: int, chance: Random) -> int:
    return max(0, min(BEST, 2 * overall - chance.choice((0, 0, 1, 2))))


def _words(said: Sequence[Mapping[str, str]], language: str, chance: Random) -> Answers:
    return {"words": _in(chance.choice(said), language)} if said else {}


def _in(said: Mapping[str, str], language: str) -> str:
    return said["en" if language == "en" else "zh"]
