"""What an analysis does not tell: what rests on a few, and what could be subtracted from published figures."""

import random

import numpy as np
import pytest

from survey.analyses.drivers import Refused
from survey.analyses.schemas import AnalysisIn
from survey.analyses.study import Answers, Study

N = 40


def answers(*columns, names=()):
    """``columns``: the predictors, then the outcome."""
    matrix = np.column_stack([np.array(column, dtype=float) for column in columns])
    everywhere = {"segment": ["home"] * len(matrix), "unit": ["/"] * len(matrix)}
    return Answers(names, matrix, everywhere, len(matrix), "digest")


def scores(seed=1, n=N):
    chance = random.Random(seed)
    return [float(chance.randint(1, 5)) for _ in range(n)]


def cost(hours):
    asked = AnalysisIn(kind="experience_cost", experiences=["outage_hours"])
    return Study(asked, answers(hours, scores(), names=["outage_hours"])).result(None)


class TestFew:
    @pytest.mark.parametrize("hurt", [1, 4])
    def test_what_fewer_than_five_lived_through_has_no_cost(self, hurt):
        with pytest.raises(Refused, match="Fewer than 5"):
            cost([3.0] * hurt + [0.0] * (N - hurt))

    @pytest.mark.parametrize("spared", [1, 4])
    def test_nor_what_all_but_four_lived_through_alike(self, spared):
        with pytest.raises(Refused, match="Fewer than 5"):
            cost([0.0] * spared + [3.0] * (N - spared))

    def test_five_may_be_told_of_and_are_counted_in_fives(self):
        (row,) = cost([3.0] * 8 + [0.0] * (N - 8))["coefficients"]
        assert row["exposed"] == 5
        assert "mean" not in row

    @pytest.mark.parametrize("which", ["driver", "outcome"])
    def test_shares_do_not_rest_on_a_few_either(self, which):
        few = [1.0, 2.0, 1.0, 1.0] + [5.0] * (N - 4)
        columns = [few, scores()] if which == "driver" else [scores(), few]
        asked = AnalysisIn(kind="drivers_lmg", drivers=["price"], resamples=0)
        with pytest.raises(Refused, match="fewer than 5"):
            Study(asked, answers(*columns, names=["price"]))


class TestSteps:
    """Who knows all but four of the answers, from the published grid or from elsewhere, learns next to nothing."""

    @staticmethod
    def told(last):
        asked = AnalysisIn(kind="raking", margins={"segment": {"home": 1.0}})
        return Study(asked, answers([*scores(n=N - 4), *last])).result(None)

    def test_whatever_four_said_a_mean_takes_one_of_two_values(self):
        possible = [[score] * 4 for score in (1.0, 2.0, 3.0, 4.0, 5.0)]
        for name in ("mean", "csat"):
            assert len({self.told(last)[name]["value"] for last in possible}) <= 2

    def test_every_end_of_an_interval_is_in_steps_too_and_holds_the_exact_one(self):
        found, step = self.told([1.0, 2.0, 3.0, 4.0])["mean"], 5 * 4 / N
        assert all(value / step == pytest.approx(round(value / step)) for value in found.values())
        exact = np.array([*scores(n=N - 4), 1.0, 2.0, 3.0, 4.0])
        reach = 1.96 * exact.std() / np.sqrt(N)
        assert found["low"] <= exact.mean() - reach < exact.mean() + reach <= found["high"]

    def test_a_mean_of_many_is_told_finely(self):
        asked = AnalysisIn(kind="raking", margins={"segment": {"home": 1.0}})
        given = scores(n=4000)
        found = Study(asked, answers(given)).result(None)["mean"]
        assert found["value"] == pytest.approx(np.mean(given), abs=0.003)

    def test_means_of_drivers_and_the_intercept_are_in_steps(self):
        names, step = ["price", "convenience"], 5 * 4 / N
        asked = AnalysisIn(kind="importance_performance", drivers=names, resamples=0)
        rows = Study(asked, answers(scores(2), scores(3), scores(4), names=names)).result(None)["drivers"]
        told = [row["mean"] for row in rows] + [cost([3.0] * 20 + [0.0] * 20)["intercept"]]
        assert all(value / step == pytest.approx(round(value / step)) for value in told)
