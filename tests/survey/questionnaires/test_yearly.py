"""The ready-made yearly survey as a phone answers it."""

import pytest

from survey.questionnaires.answers import examine
from survey.questionnaires.definition import Definition
from survey.questionnaires.scoring import read
from tests.survey.asking import Asking, content

YEARLY = Definition.model_validate(content("yearly"))
ROWS = ("reliable", "informed", "billed", "understood", "paid", "priced", "kept_safe", "safe")
QUIET = {"use": "home", "overall": 5, "outages": 0, "contacts": ["none"], "service": dict.fromkeys(ROWS, 5)}
PAIR = {"functional": "expect", "dysfunctional": "dislike"}
ANGRY = {
    "may_contact": True,
    "unit_may_know": True,
    "use": "other",
    "use.other": "路灯",
    "since": "2015-06-01",
    "overall": 1,
    "recommend": 2,
    "outages": 9,
    "longest_outage": 7.5,
    "contacts": ["hotline", "other"],
    "contacts.other": "微信群",
    "effort": 1,
    "service": dict.fromkeys((*ROWS, "repair"), 2),
    "people": {"conduct": 1, "skill": 3, "solving": 2, "promises": 1},
    "hurt": ["outages", "rude", "other"],
    "hurt.other": "没人管",
    "importance": {"steady": 10, "told": 9},
    "with_notice": PAIR,
    "one_wish": "少停电",
    "words": "一年停了九次电，\n打电话没人接。",
}


def faults(answers):
    return [fault.pointer for fault in examine(YEARLY, answers, complete=True).faults]


class TestBranching:
    def test_who_needed_nothing_is_asked_little(self):
        assert faults(QUIET) == []
        shown = examine(YEARLY, QUIET, complete=True).shown
        assert not {"longest_outage", "effort", "people", "hurt", "service.repair"} & shown

    def test_who_is_angry_is_asked_why(self):
        assert faults(ANGRY) == []
        assert set(ANGRY) - {"use.other", "contacts.other", "hurt.other"} <= examine(YEARLY, ANGRY, complete=True).shown

    @pytest.mark.parametrize(
        ("change", "pointers"),
        [
            ({"service": dict.fromkeys((*ROWS, "repair"), 5)}, ["/answers/service/repair"]),
            ({"contacts": ["none", "hall"]}, ["/answers/contacts/0"]),
            ({"effort": 3}, ["/answers/effort"]),
            ({"outages": 1.5}, ["/answers/outages"]),
            ({"with_notice": {"functional": "like"}}, ["/answers/with_notice/dysfunctional"]),
        ],
    )
    def test_faults(self, change, pointers):
        assert faults(QUIET | change) == pointers


class TestReading:
    def test_what_an_angry_answer_comes_to(self):
        reading = read(YEARLY, ANGRY, sub_process=None)
        assert {one.driver for one in reading.low} == {
            None,
            "convenience",
            "reliability",
            "emergency_response",
            "information",
            "billing_accuracy",
            "price",
            "staff_conduct",
            "problem_solving",
        }
        assert (reading.recommendation, reading.effort) == (2, 1)
        assert {(one.need, one.category) for one in reading.kano} == {("being_told", "must_be")}

    def test_each_need_that_matters_is_measured_too(self):
        met = {need for pointer, need in YEARLY.needs() if pointer.startswith("/items/10") or "rows" in pointer}
        assert {row.need for row in YEARLY.by_code["importance"].rows} <= met | {"easy_business"}


class TestOnThePhone:
    async def test_it_is_published_asked_and_answered(self, survey):
        asking = Asking(survey)
        await asking.publish("yearly")
        await asking.campaign("yearly", questionnaire="yearly", trigger="order_completed")
        response = await asking.answer(await asking.invited(), **ANGRY)
        (row,) = await survey.sql("SELECT answers::text AS answers FROM response WHERE id = $1", response)
        assert "九次" not in row["answers"]
        assert "路灯" not in row["answers"]
        assert "微信" not in row["answers"]
