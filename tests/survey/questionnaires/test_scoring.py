import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.definition import Definition
from survey.questionnaires.items import Rating
from survey.questionnaires.marks import mapped
from survey.questionnaires.scoring import KanoAnswer, NeedAnswer, Score, read, words


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


def item(code, type_, **more):
    return {"code": code, "type": type_, "text": text()} | more


def row(code, **more):
    return {"code": code, "text": text()} | more


YEARLY = Definition.model_validate(
    {
        "title": text(),
        "introduction": text(),
        "items": [
            item("overall", "csat", need="steady"),
            item("effort", "ces", need="easy"),
            item(
                "service",
                "matrix",
                rows=[
                    row("conduct", driver="staff_conduct", need="respected", sub_process="CS-01"),
                    row("forms", need="easy"),
                    row("plain"),
                ],
            ),
            item(
                "weight",
                "matrix",
                meaning="importance",
                most=10,
                rows=[row("steady", need="steady"), row("easy", need="easy")],
            ),
            item("respect", "rating", meaning="importance", need="respected"),
            item("told", "kano", need="told", functional=text(), dysfunctional=text()),
            item(
                "how",
                "single_choice",
                driver="price",
                options=[row("good"), row("other", free_text=True)],
                scoring={"kind": "table", "table": {"good": 5, "other": 2}},
            ),
            item("line", "short_text"),
            item("minutes", "number"),
            item("since", "date"),
        ],
    }
)


def said(**answers):
    return read(YEARLY, answers, sub_process="RB-09")


class TestEffort:
    @pytest.mark.parametrize(
        ("value", "score", "low"), [(1, 1, True), (2, 5 / 3, True), (3, 7 / 3, False), (7, 5, False)]
    )
    def test_seven_points_are_stretched_to_five_and_counted_for_convenience(self, value, score, low):
        reading = said(effort=value)
        (found,) = reading.scores
        assert (found.driver, found.low, reading.effort) == ("convenience", low, value)
        assert found.value == pytest.approx(score)

    def test_not_asked(self):
        assert said(overall=3).effort is None


class TestMatrix:
    def test_a_row_with_a_driver_is_a_score_of_its_own(self):
        (found,) = said(service={"conduct": 1, "forms": 2, "plain": 1}).scores
        assert found == Score("service.conduct", "staff_conduct", "respected", "CS-01", 1.0, low=True)

    def test_a_row_without_one_never_counts_as_the_overall_score(self):
        assert said(service={"forms": 1, "plain": 1}).scores == ()


class TestNeeds:
    def test_items_about_one_need_are_one_answer(self):
        reading = said(effort=7, service={"forms": 2, "conduct": 4})
        assert reading.needs == (NeedAnswer("easy", "performance", 3.5), NeedAnswer("respected", "performance", 4.0))

    def test_importance_is_no_performance(self):
        reading = said(weight={"steady": 10, "easy": 1}, respect=4)
        assert reading.scores == ()
        assert reading.needs == (
            NeedAnswer("steady", "importance", 5.0),
            NeedAnswer("easy", "importance", 1.0),
            NeedAnswer("respected", "importance", 4.0),
        )

    def test_a_pair_is_classed(self):
        reading = said(told={"functional": "expect", "dysfunctional": "dislike"})
        assert reading.kano == (KanoAnswer("told", "must_be"),)
        assert reading.needs == (NeedAnswer("told", "must_be"),)

    def test_half_a_pair_says_nothing_yet(self):
        assert said(told={"functional": "like"}).kano == ()

    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "effort": st.integers(1, 7),
                "service": st.dictionaries(
                    st.sampled_from(["conduct", "forms", "plain"]), st.integers(1, 5), min_size=1
                ),
                "weight": st.dictionaries(st.sampled_from(["steady", "easy"]), st.integers(1, 10), min_size=1),
                "respect": st.integers(1, 5),
            },
        )
    )
    def test_each_aspect_of_a_need_is_said_once_and_on_the_scale(self, answers):
        needs = said(**answers).needs
        assert len({(one.need, one.aspect) for one in needs}) == len(needs)
        assert all(1 <= one.value <= 5 for one in needs)


class TestWords:
    def test_short_texts_and_explained_options_are_words_too(self):
        answers = {"how": "other", "how.other": "路灯", "line": "张", "minutes": 3, "since": "2026-01-01"}
        assert words(YEARLY, answers) == {"how.other": "路灯", "line": "张"}
