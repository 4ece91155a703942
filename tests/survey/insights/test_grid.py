import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.insights.grid import Fact, entries, entries_as_json, scores_as_json, spoken_of, teams_of
from survey.questionnaires.kano import CATEGORIES
from survey.questionnaires.scoring import NeedAnswer, Score

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


names = st.sampled_from(["RB-09", "BE-12", "FR-01"])
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
facts = st.builds(
    Fact,
    response_id=st.uuids(),
    unit=texts,
    sub_process=names | st.none(),
    trigger=texts,
    occurred_at=st.just(AT),
    scores=st.lists(
        st.builds(Score, texts, texts | st.none(), texts | st.none(), names | st.none(), st.floats(1, 5), st.booleans())
    ).map(tuple),
    recommendation=st.none() | st.integers(0, 10),
    teams=st.dictionaries(names, texts),
    effort=st.none() | st.integers(1, 7),
    needs=st.lists(
        st.builds(NeedAnswer, texts, st.sampled_from(["performance", "importance"]), st.floats(1, 5))
        | st.builds(NeedAnswer, texts, st.sampled_from(CATEGORIES))
    ).map(tuple),
)


@given(facts)
def test_an_answer_speaks_of_what_its_scores_speak_of(one):
    assert spoken_of(one) == {name for score in one.scores for name in teams_of(one, score)}


class TestJson:
    @given(facts)
    def test_the_entries_are_written_as_they_are(self, one):
        written = entries_as_json(one)
        assert (json.loads(written) if written else []) == [list(entry) for entry in entries(one)]

    @given(facts)
    def test_each_score_is_written_with_its_own_teams(self, one):
        assert json.loads(scores_as_json(one)) == [
            {
                "driver": score.driver or "",
                "sub_process": score.sub_process,
                "value": score.value,
                "teams": teams_of(one, score),
            }
            for score in one.scores
        ]
