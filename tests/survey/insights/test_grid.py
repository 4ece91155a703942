from datetime import UTC, date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.insights.grid import Cell, Fact, Key, cells
from survey.questionnaires.scoring import Score

SHANGHAI = ZoneInfo("Asia/Shanghai")


def score(value, driver=None, sub_process="RB-09"):
    return Score("item", driver, None, sub_process, value, low=value <= 2)


def fact(*scores, at=datetime(2026, 3, 2, 1, tzinfo=UTC), unit="/city/east/", recommendation=None):
    return Fact(UUID(int=1), unit, "RB-09", "order_completed", at, scores, recommendation)


class TestCells:
    @pytest.mark.parametrize(("hour", "day"), [(15, date(2026, 3, 2)), (16, date(2026, 3, 3))])
    def test_a_day_ends_at_the_companys_midnight(self, hour, day):
        ((key, _),) = cells([fact(score(4.0), at=datetime(2026, 3, 2, hour, 30, tzinfo=UTC))], SHANGHAI)
        assert key.day == day

    def test_scores_and_recommendation_are_counted_apart(self):
        found = dict(cells([fact(score(2.0), score(4.0, "price"), recommendation=9)], SHANGHAI))
        place = (date(2026, 3, 2), "/city/east/", "RB-09", "order_completed")
        assert found == {
            Key(*place, "nps", ""): Cell(1, 9, 81, 1, 0),
            Key(*place, "score", ""): Cell(1, 2.0, 4.0, 0, 1),
            Key(*place, "score", "price"): Cell(1, 4.0, 16.0, 1, 0),
        }

    @pytest.mark.parametrize(("given_score", "sides"), [(6, (0, 1)), (7, (0, 0)), (8, (0, 0)), (9, (1, 0))])
    def test_promoters_and_detractors(self, given_score, sides):
        ((_, cell),) = cells([fact(recommendation=given_score)], SHANGHAI)
        assert (cell.favourable, cell.unfavourable) == sides


facts = st.lists(
    st.builds(
        fact,
        st.builds(
            score, st.integers(1, 5).map(float), st.sampled_from([None, "price"]), st.sampled_from(["RB-09", None])
        ),
        at=st.datetimes(datetime(2026, 3, 1), datetime(2026, 3, 4), timezones=st.just(UTC)),  # noqa: DTZ001
        unit=st.sampled_from(["/city/east/", "/city/west/"]),
        recommendation=st.none() | st.integers(0, 10),
    ),
    max_size=20,
)


class TestProperties:
    @given(facts)
    def test_keys_come_sorted_and_once(self, found):
        keys = [key for key, _ in cells(found, SHANGHAI)]
        assert keys == sorted(set(keys))

    @given(facts, st.randoms())
    def test_the_order_of_answers_does_not_matter(self, found, random):
        mixed = list(found)
        random.shuffle(mixed)
        assert cells(mixed, SHANGHAI) == cells(found, SHANGHAI)

    @given(facts, facts)
    def test_two_batches_add_up_to_one(self, one, other):
        together = dict(cells(one, SHANGHAI))
        for key, cell in cells(other, SHANGHAI):
            together[key] = together[key] + cell if key in together else cell
        assert together == dict(cells(one + other, SHANGHAI))
