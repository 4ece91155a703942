"""What a customer answers to the questionnaire ``yearly``, by what he lived through and how he is minded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from gridloop.demo.phones.answers import LOW, Answers, consents

LEAST, MOST = 1, 5
BEST = 10
PAIRS = {
    "attractive": ("like", "neutral"),
    "one_dimensional": ("like", "dislike"),
    "must_be": ("expect", "dislike"),
    "indifferent": ("neutral", "neutral"),
    "reverse": ("dislike", "like"),
}
"""Answers with and without the feature that fall into a category of Kano's table."""
BETRAYING = ("service.reliable", "service.informed", "service.billed")
"""Where one of these is low, the questionnaire asks what hurt; ``people.conduct`` and the overall score too."""
COMPLAINTS = {"service.reliable": "outages", "service.informed": "not_told", "service.billed": "bill"}


@dataclass(frozen=True)
class Lived:
    """``outage_minutes``: without supply in the quarter; ``troubles``: ``late``, ``returned``; ``order``: had one."""

    segment: str
    outage_minutes: float
    troubles: frozenset[str]
    order: bool


def yearly(
    story: Any, shares: Mapping[str, float], lived: Lived, language: str, today: date, chance: Random
) -> Answers:
    """``story``: its section ``yearly``; ``shares``: of those who agree to be known."""
    turned_to = _turned_to(story["turned_to"], lived, chance)
    cuts = _cuts(story, lived, chance)
    scores = _scores(story, lived, chance, cut=bool(cuts), served=turned_to != ["none"])
    overall = _point(_weighted(story["overall"], scores) + chance.gauss(0, story["spread"]["row"] / 2))
    answers: Answers = consents(shares, chance) | {
        "use": story["use"][lived.segment],
        "since": (today - timedelta(days=chance.randrange(200, 9000))).isoformat(),
        "overall": overall,
        "recommend": max(0, min(BEST, 2 * overall - chance.choice((0, 0, 1, 2)))),
        "outages": cuts,
        "contacts": turned_to,
        "importance": {row: _out_of_ten(mean, chance) for row, mean in story["importance"].items()},
    }
    if cuts:
        answers["longest_outage"] = round(max(lived.outage_minutes, 12) / 60, 1)
    if turned_to != ["none"]:
        answers["effort"] = max(1, min(7, round(scores["people.solving"] * 1.4 + chance.gauss(0, 0.7))))
    answers |= _matrices(scores) | _kano(story["kano"], chance)
    return answers | _hurt(scores, overall) | _words(story, lived, language, chance)


def _turned_to(shares: Mapping[str, float], lived: Lived, chance: Random) -> list[str]:
    if lived.order:
        return [chance.choice(("hall", "hotline"))]
    return [channel for channel, share in shares.items() if chance.random() < share] or ["none"]


def _cuts(story: Any, lived: Lived, chance: Random) -> int:
    """How often the supply was cut, as far as the customer remembers."""
    return int(lived.outage_minutes > 0 and chance.random() < story["remembered"])


def _scores(story: Any, lived: Lived, chance: Random, *, cut: bool, served: bool) -> dict[str, int]:
    """By ``matrix.row``: a mood of the customer's own, what was lived through, and chance."""
    mood = chance.gauss(0, story["spread"]["mood"])
    scores = {}
    for name, mean in _rows(story["rows"]):
        if (name == "service.repair" and not cut) or (name.startswith("people.") and not served):
            continue
        felt = mean + mood + sum(_felt(story["lived"], lived, name)) + chance.gauss(0, story["spread"]["row"])
        scores[name] = _point(felt)
    return scores


def _rows(matrices: Mapping[str, Mapping[str, float]]) -> Iterator[tuple[str, float]]:
    for matrix, rows in matrices.items():
        yield from ((f"{matrix}.{row}", mean) for row, mean in rows.items())


def _felt(story: Any, lived: Lived, name: str) -> Iterator[float]:
    yield story["outage_hour"].get(name, 0.0) * lived.outage_minutes / 60
    for what in (*sorted(lived.troubles), lived.segment):
        yield story.get(what, {}).get(name, 0.0)


def _point(felt: float) -> int:
    return max(LEAST, min(MOST, round(felt)))


def _out_of_ten(mean: float, chance: Random) -> int:
    return max(1, min(BEST, round(chance.gauss(mean, 1.1))))


def _weighted(weights: Mapping[str, float], scores: Mapping[str, int]) -> float:
    return sum(weight * scores[name] for name, weight in weights.items()) / sum(weights.values())


def _matrices(scores: Mapping[str, int]) -> Answers:
    found: Answers = {}
    for name, score in scores.items():
        matrix, row = name.split(".")
        found.setdefault(matrix, {})[row] = score
    return found


def _kano(story: Mapping[str, Mapping[str, float]], chance: Random) -> Answers:
    answers: Answers = {}
    for item, shares in story.items():
        (category,) = chance.choices(list(shares), weights=list(shares.values()))
        functional, dysfunctional = PAIRS[category]
        answers[item] = {"functional": functional, "dysfunctional": dysfunctional}
    return answers


def _hurt(scores: Mapping[str, int], overall: int) -> Answers:
    complaints = [COMPLAINTS[name] for name in BETRAYING if scores[name] <= LOW]
    if scores.get("people.conduct", MOST) <= LOW:
        complaints.append("rude")
    if overall <= LOW and not complaints:
        complaints.append("unsolved")
    return {"hurt": complaints[:3]} if complaints else {}


def _words(story: Any, lived: Lived, language: str, chance: Random) -> Answers:
    if chance.random() >= story["says"]:
        return {}
    about = "outage" if lived.outage_minutes else "order" if lived.order else "other"
    return {"words": chance.choice(story["words"][about])["en" if language == "en" else "zh"]}
