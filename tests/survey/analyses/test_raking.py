import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ipfn.ipfn import ipfn

from survey.analyses.drivers import Refused
from survey.analyses.raking import kish, rake

SEGMENTS, DISTRICTS = ["home", "trade", "works"], ["east", "west"]
TARGETS = {"segment": {"home": 0.7, "trade": 0.2, "works": 0.1}, "district": {"east": 0.4, "west": 0.6}}


def sample(seed, n=300):
    chance = np.random.default_rng(seed)
    return {
        "segment": list(chance.choice(SEGMENTS, n, p=[0.4, 0.3, 0.3])),
        "district": list(chance.choice(DISTRICTS, n, p=[0.7, 0.3])),
    }


def table(people, weights):
    frame = pd.DataFrame(people | {"w": weights})
    return frame.pivot_table(index="segment", columns="district", values="w", aggfunc="sum").to_numpy()


class TestRake:
    @pytest.mark.parametrize("seed", range(3))
    def test_agrees_with_ipfn(self, seed):
        people = sample(seed)
        start = table(people, np.ones(300))
        aims = [300 * np.array(list(TARGETS[margin].values())) for margin in TARGETS]
        expected = ipfn(start.copy(), aims, [[0], [1]], convergence_rate=1e-12, max_iteration=1000).iteration()
        found = rake(people, TARGETS)
        assert found.converged
        assert table(people, found.weights) == pytest.approx(expected, rel=1e-6)

    @settings(max_examples=20)
    @given(st.integers(0, 1000))
    def test_the_margins_are_met_and_no_odds_ratio_changes(self, seed):
        people = sample(seed)
        found = rake(people, TARGETS)
        before, after = table(people, np.ones(300)), table(people, found.weights)
        assert after.sum(axis=1) / 300 == pytest.approx([0.7, 0.2, 0.1])
        assert after.sum(axis=0) / 300 == pytest.approx([0.4, 0.6])
        for one, other in ((0, 1), (1, 2)):
            odds = [t[one, 0] * t[other, 1] / (t[one, 1] * t[other, 0]) for t in (before, after)]
            assert odds[0] == pytest.approx(odds[1])

    def test_limits_hold_and_what_they_cost_is_said(self):
        found = rake(sample(1), TARGETS, limits=(0.7, 1.4))
        assert found.weights.mean() == pytest.approx(1)
        assert found.weights.max() / found.weights.min() <= 2 + 1e-9
        assert not found.converged
        assert found.largest_gap > 0.01

    def test_known_margins_leave_all_alike(self):
        people = {"segment": ["home", "trade"] * 50}
        found = rake(people, {"segment": {"home": 0.5, "trade": 0.5}})
        assert found.weights == pytest.approx(np.ones(100))
        assert found.effective_n == pytest.approx(100)

    def test_nobody_to_stand_for_a_share_is_refused(self):
        with pytest.raises(Refused, match="Nobody answered from segment 'works'"):
            rake({"segment": ["home"] * 9}, {"segment": {"home": 0.9, "works": 0.1}})
        with pytest.raises(Refused, match="'trade' have no target"):
            rake({"segment": ["home", "trade"]}, {"segment": {"home": 1.0}})


class TestKish:
    @given(st.lists(st.floats(0.1, 10), min_size=1, max_size=50), st.floats(0.1, 10))
    def test_at_most_n_and_blind_to_scale(self, weights, factor):
        found = kish(np.array(weights))
        assert 0 < found <= len(weights) + 1e-9
        assert kish(np.array(weights) * factor) == pytest.approx(found)
