import itertools
import math
import random

from hypothesis import given
from hypothesis import strategies as st

from survey.insights.changes import Point, _Cost, _pelt, changes


def series(levels, *, n=100, spread=1.0, seed=1):
    """Weekly means that scatter as the means of ``n`` answers do."""
    chance = random.Random(seed)
    return [Point(chance.gauss(level, spread / math.sqrt(n)), n, spread**2) for level in levels]


class TestChanges:
    def test_a_step_is_found_where_it_is(self):
        (found,) = changes(series([4.0] * 20 + [3.4] * 15))
        assert found.place == 20
        assert abs(found.before - 4.0) < 0.1
        assert abs(found.after - 3.4) < 0.1

    def test_a_fall_and_its_recovery_are_two(self):
        assert [one.place for one in changes(series([4.0] * 15 + [3.0] * 10 + [4.0] * 15))] == [15, 25]

    def test_a_steady_level_is_seldom_called_changed(self):
        alarms = sum(bool(changes(series([4.0] * 52, seed=seed))) for seed in range(200))
        assert alarms <= 10

    def test_more_scatter_than_sampling_gives_is_no_change(self):
        chance = random.Random(3)
        noisy = [[Point(4 + chance.gauss(0, 0.3), 400, 1.0) for _ in range(52)] for _ in range(100)]
        assert sum(bool(changes(points)) for points in noisy) <= 10

    def test_a_week_of_few_answers_weighs_little(self):
        points = series([4.0] * 30, n=400)
        points[15] = Point(3.2, 5, 1.0)
        assert changes(points) == []

    def test_few_points_or_no_variance_say_nothing(self):
        assert changes(series([1.0, 5.0])) == []
        assert changes([Point(4.0, 10, 0.0)] * 10) == []

    @given(st.floats(-50, 50), st.floats(0.1, 30))
    def test_another_unit_of_the_score_moves_no_change(self, shift, factor):
        points = series([4.0] * 12 + [3.0] * 12)
        moved = [Point(point.value * factor + shift, point.n, point.variance * factor**2) for point in points]
        assert [one.place for one in changes(moved)] == [one.place for one in changes(points)] == [12]


def test_no_other_segmentation_is_cheaper():
    """PELT is exact: compared with every segmentation of a short series."""
    for seed in range(20):
        points = series([4.0, 4.0, 4.0, 3.0, 3.0, 3.0, 3.6, 3.6, 3.6], n=30, seed=seed)
        penalty, weights = 3 * math.log(9), [30.0] * 9
        cost = _Cost([point.value for point in points], weights)

        def price(cuts, cost=cost, penalty=penalty):
            edges = [0, *cuts, 9]
            return sum(cost(a, b) for a, b in itertools.pairwise(edges)) + penalty * len(cuts)

        best = min(price(cuts) for k in range(9) for cuts in itertools.combinations(range(1, 9), k))
        assert math.isclose(price(_pelt(cost, 9, penalty)), best, rel_tol=1e-9)
