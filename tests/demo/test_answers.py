"""What phones answer fits the questionnaires, and hangs on what the customer lived through."""

from datetime import date
from itertools import product
from random import Random
from statistics import mean
from typing import Any

import pytest

from gridloop.demo.content import read
from gridloop.demo.phones.answers import after_order, after_outage, follow_up
from gridloop.demo.yearly.answers import PAIRS, Lived, yearly
from survey.questionnaires.answers import faults
from survey.questionnaires.definition import Definition
from survey.questionnaires.kano import category

STORY = read("demo/story")["phones"]
YEARLY = read("demo/story")["yearly"]
TODAY = date(2027, 5, 2)
COURSES = [course for course in STORY["scores"] if course != "outage"]


def definition(code: str) -> Definition:
    return Definition.model_validate(read(f"questionnaires/{code}"))


def wrong(code: str, answers: dict[str, Any]) -> list[str]:
    return [fault.detail for fault in faults(definition(code), answers, complete=True)]


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_answers_after_an_order_fit_the_questionnaire(course: str, language: str) -> None:
    for seed in range(60):
        assert wrong("after_order", after_order(STORY, course, language, Random(seed))) == []


@pytest.mark.parametrize("last_step", [True, False])
def test_answers_after_the_outage_fit_the_questionnaire(*, last_step: bool) -> None:
    for seed in range(60):
        assert wrong("after_outage", after_outage(STORY, "zh-CN", Random(seed), last_step=last_step)) == []


@pytest.mark.parametrize("solved", [True, False])
def test_answers_to_the_follow_up_fit_the_questionnaire(*, solved: bool) -> None:
    assert wrong("follow_up", follow_up(STORY, "en", solved=solved, chance=Random(1))) == []


def test_the_followed_customers_answers_fit_the_questionnaire() -> None:
    followed = STORY["followed"]
    consents = {"may_contact": True, "unit_may_know": True}
    assert wrong("after_order", consents | followed["answers"] | {"words": followed["words"]["zh"]}) == []


def test_who_was_served_badly_answers_lower() -> None:
    def billing(course: str) -> float:
        return mean(after_order(STORY, course, "zh-CN", Random(seed))["billing"] for seed in range(300))

    assert billing("late_returned") < billing("returned") < billing("caught") <= billing("clean")


def test_no_answer_is_lower_than_the_one_about_what_hurts_most() -> None:
    for seed in range(200):
        answers = after_order(STORY, "returned", "zh-CN", Random(seed))
        scores = [answers[item] for item in STORY["scores"]["returned"]]
        assert min(scores) == answers["billing"]


class TestYearly:
    @staticmethod
    def answers(lived: Lived, seed: int) -> dict[str, Any]:
        return yearly(YEARLY, STORY, lived, "zh-CN", TODAY, Random(seed))

    @pytest.mark.parametrize(("segment", "minutes", "order"), [*product(YEARLY["use"], (0.0, 95.0), (True, False))])
    def test_answers_fit_the_questionnaire(self, segment: str, minutes: float, *, order: bool) -> None:
        lived = Lived(segment, minutes, frozenset({"late", "returned"} if order else ()), order)
        for seed in range(40):
            assert wrong("yearly", self.answers(lived, seed)) == []

    def test_an_hour_without_supply_lowers_what_is_said_of_reliability(self) -> None:
        def reliable(minutes: float) -> float:
            lived = Lived("residential", minutes, frozenset(), order=False)
            return mean(self.answers(lived, seed)["service"]["reliable"] for seed in range(300))

        assert reliable(180.0) < reliable(60.0) < reliable(0.0)

    def test_the_pairs_fall_into_their_categories(self) -> None:
        for name, (functional, dysfunctional) in PAIRS.items():
            assert category(functional, dysfunctional) == name  # type: ignore[arg-type]
