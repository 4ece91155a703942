from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.insights.grid import Fact, entries
from survey.questionnaires.scoring import Score

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


def score(value, driver=None, sub_process="RB-09"):
    return Score("item", driver, None, sub_process, value, low=value <= 2)


def fact(*scores, recommendation=None, effort=None, sub_process="RB-09"):
    return Fact(UUID(int=1), "/city/east/", sub_process, "order_completed", AT, scores, recommendation, effort=effort)


class TestEntries:
    def test_scores_recommendation_and_effort_are_counted_apart(self):
        found = entries(fact(score(2.0), score(4.0, "price", "BE-12"), recommendation=9, effort=2))
        assert found == [
            ("score", "", "RB-09", 2.0, 0, 1),
            ("score", "price", "BE-12", 4.0, 1, 0),
            ("nps", "", "RB-09", 9, 1, 0),
            ("ces", "", "RB-09", 2, 0, 1),
        ]

    @pytest.mark.parametrize(("given", "sides"), [(6, (0, 1)), (7, (0, 0)), (8, (0, 0)), (9, (1, 0))])
    def test_promoters_and_detractors(self, given, sides):
        (entry,) = entries(fact(recommendation=given))
        assert (entry.favourable, entry.unfavourable) == sides

    @pytest.mark.parametrize(("given", "sides"), [(2, (0, 1)), (3, (0, 0)), (5, (0, 0)), (6, (1, 0))])
    def test_easy_and_hard(self, given, sides):
        (entry,) = entries(fact(effort=given))
        assert (entry.favourable, entry.unfavourable) == sides

    def test_without_a_sub_process_there_is_an_empty_one(self):
        assert [entry.sub_process for entry in entries(fact(score(3.0, None, None), sub_process=None))] == [""]


@given(st.lists(st.integers(1, 5).map(float), max_size=6), st.none() | st.integers(0, 10))
def test_there_is_one_entry_for_each_thing_said(values, recommendation):
    found = entries(fact(*(score(value) for value in values), recommendation=recommendation))
    assert len(found) == len(values) + (recommendation is not None)
    assert all(entry.favourable + entry.unfavourable <= 1 for entry in found)
