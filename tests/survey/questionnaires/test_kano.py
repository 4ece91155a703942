import pytest

from survey.questionnaires.kano import CATEGORIES, FEELINGS, category


class TestEvaluationTable:
    @pytest.mark.parametrize(
        ("functional", "row"),
        [
            ("like", ["questionable", "attractive", "attractive", "attractive", "one_dimensional"]),
            ("expect", ["reverse", "indifferent", "indifferent", "indifferent", "must_be"]),
            ("neutral", ["reverse", "indifferent", "indifferent", "indifferent", "must_be"]),
            ("live_with", ["reverse", "indifferent", "indifferent", "indifferent", "must_be"]),
            ("dislike", ["reverse", "reverse", "reverse", "reverse", "questionable"]),
        ],
    )
    def test_each_pair_has_the_usual_category(self, functional, row):
        assert [category(functional, dysfunctional) for dysfunctional in FEELINGS] == row

    def test_every_category_can_come_out(self):
        assert {category(one, other) for one in FEELINGS for other in FEELINGS} == set(CATEGORIES)

    def test_turning_the_question_round_turns_what_is_wanted_into_its_reverse(self):
        wanted = {"attractive", "one_dimensional", "must_be"}
        for one in FEELINGS:
            for other in FEELINGS:
                if category(one, other) in wanted:
                    assert category(other, one) == "reverse"
