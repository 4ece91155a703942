import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.definition import Definition, Rating
from survey.questionnaires.scoring import Score, mapped, read, words


def text(said="?"):
    return {"zh-CN": said, "en": said}


def rating(code, **more):
    return {"code": code, "type": "rating", "text": text()} | more


DEFINITION = Definition.model_validate(
    {
        "title": text(),
        "introduction": text(),
        "items": [
            {"code": "contact", "type": "consent", "meaning": "may_contact", "text": text()},
            {"code": "know", "type": "consent", "meaning": "unit_may_know", "text": text()},
            rating("overall", need="easy_business"),
            rating("bill", driver="billing_accuracy", need="right_bills", sub_process="RB-05"),
            rating("ten", driver="convenience", least=1, most=10),
            rating("plain", driver="price", scoring=None),
            {"code": "nps", "type": "nps", "text": text()},
            {
                "code": "solved",
                "type": "single_choice",
                "meaning": "solved",
                "text": text(),
                "options": [{"code": "yes", "text": text()}, {"code": "no", "text": text()}],
            },
            {"code": "said", "type": "text", "text": text()},
        ],
    }
)


class TestReading:
    def test_scores_carry_driver_need_and_the_items_own_sub_process_or_the_occasions(self):
        reading = read(DEFINITION, {"overall": 3, "bill": 1}, sub_process="RB-09")
        assert reading.scores == (
            Score("overall", None, "easy_business", "RB-09", 3.0, low=False),
            Score("bill", "billing_accuracy", "right_bills", "RB-05", 1.0, low=True),
        )
        assert [score.item for score in reading.low] == ["bill"]

    def test_what_was_not_agreed_is_refused(self):
        reading = read(DEFINITION, {"overall": 5}, sub_process=None)
        assert (reading.may_contact, reading.unit_may_know) == (False, False)

    def test_consents_recommendation_and_solved(self):
        answers = {"contact": True, "know": False, "nps": 9, "solved": "no"}
        reading = read(DEFINITION, answers, sub_process=None)
        assert (reading.may_contact, reading.unit_may_know) == (True, False)
        assert (reading.recommendation, reading.solved) == (9, False)

    def test_an_unscored_item_gives_no_score(self):
        assert read(DEFINITION, {"plain": 1}, sub_process=None).scores == ()

    def test_only_texts_are_words(self):
        assert words(DEFINITION, {"said": "抄错了", "solved": "no"}) == {"said": "抄错了"}


class TestMapping:
    @pytest.mark.parametrize(
        ("value", "score", "low"), [(1, 1.0, True), (3, 1.8889, True), (4, 2.3333, False), (10, 5.0, False)]
    )
    def test_ten_points_are_stretched_to_five(self, value, score, low):
        (found,) = read(DEFINITION, {"ten": value}, sub_process=None).scores
        assert found.value == pytest.approx(score, abs=1e-4)
        assert found.low == low

    def test_a_table_may_turn_the_scale_round(self):
        table = {"1": 5, "2": 4, "3": 3, "4": 2, "5": 1}
        item = Rating(code="a", type="rating", text=text(), scoring={"kind": "table", "table": table})
        assert [mapped(item, value) for value in range(1, 6)] == [5, 4, 3, 2, 1]

    @given(st.integers(0, 9), st.integers(1, 10))
    def test_a_linear_scale_grows_from_one_to_five(self, least, reach):
        most = min(10, least + reach)
        item = Rating(code="a", type="rating", text=text(), least=least, most=most)
        scores = [mapped(item, value) for value in range(least, most + 1)]
        assert (scores[0], scores[-1]) == (1, 5)
        assert scores == sorted(scores)
