"""Reliability indices: the worked examples of the design, and what holds for any data."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.interruptions.duration import is_sustained
from incident.reliability import indices
from incident.reliability.indices import INDICES, Interruption
from incident.reliability.served import mean_served

JUNE = datetime(2026, 6, 1, tzinfo=UTC)
MINUTES_OF_JUNE = 30 * 24 * 60


def outage(first, last, minutes):
    return [Interruption(str(unit), minutes) for unit in range(first, last + 1)]


TWELVE = [
    *outage(0, 9, 6),
    *outage(0, 3, 45),
    *outage(0, 1, 500),
    *outage(2, 6, 2),
    *outage(0, 0, 61),
    *outage(7, 9, 5),
]


def values(interruptions, n, threshold=5.0):
    totals = indices.totals(interruptions, n, MINUTES_OF_JUNE, threshold)
    return {name: index(totals).value for name, index in INDICES.items()}


class TestTwelveCustomers:
    def test_totals(self):
        totals = indices.totals(TWELVE, 12, MINUTES_OF_JUNE, 5)

        assert (totals.ci, totals.cmi, totals.cn, totals.cmo) == (17, 1301, 10, 8)

    def test_indices(self):
        found = values(TWELVE, 12)

        assert found["SAIFI"] == pytest.approx(1.416667, abs=1e-6)
        assert found["SAIDI"] == pytest.approx(108.416667, abs=1e-6)
        assert found["CAIDI"] == pytest.approx(76.529412, abs=1e-6)
        assert found["CTAIDI"] == pytest.approx(130.1)
        assert found["CAIFI"] == pytest.approx(1.7)
        assert found["MAIFI"] == pytest.approx(8 / 12)
        assert found["ASAI"] == round(100 * (1 - 1301 / (12 * MINUTES_OF_JUNE)), 4)
        assert found["unit_hours_out"] == pytest.approx(1301 / 60)

    def test_shares_of_units(self):
        assert indices.cemi(TWELVE, 12, 5, 2).value == pytest.approx(0.333333, abs=1e-6)
        assert indices.celid_single(TWELVE, 12, 480).value == pytest.approx(0.166667, abs=1e-6)
        assert indices.celid_total(TWELVE, 12, 5, 51).value == pytest.approx(4 / 12)

    def test_a_threshold_of_three_minutes_takes_the_five_minute_ones_in(self):
        assert indices.totals(TWELVE, 12, MINUTES_OF_JUNE, 3).ci == 20

    def test_exactly_the_threshold_is_momentary(self):
        assert not is_sustained(5.0, 5.0)
        assert is_sustained(5.0001, 5.0)


def test_restoration_in_steps_counts_each_step_to_its_own_end():
    steps = [*outage(1, 600, 30), *outage(601, 900, 75), *outage(901, 1000, 180)]

    totals = indices.totals(steps, 2000, MINUTES_OF_JUNE, 5)

    assert totals.cmi == 58_500
    assert indices.saidi(totals).value == pytest.approx(29.25)


class TestUndefined:
    def test_without_interruptions_ratios_to_them_are_null_with_a_reason(self):
        totals = indices.totals([], 10, MINUTES_OF_JUNE, 5)

        assert indices.saifi(totals).value == 0
        for index in (indices.caidi, indices.ctaidi, indices.caifi):
            assert index(totals).value is None
            assert index(totals).reason

    def test_without_units_everything_is_null_with_a_reason(self):
        totals = indices.totals([], 0, MINUTES_OF_JUNE, 5)

        for name in ("SAIFI", "SAIDI", "ASAI", "MAIFI"):
            assert INDICES[name](totals).value is None
            assert INDICES[name](totals).reason


class TestMomentaryEvents:
    def at(self, minute, minutes):
        return Interruption("a", minutes, JUNE + timedelta(minutes=minute))

    def test_operations_near_the_first_are_one_event(self):
        reclosings = [self.at(0, 0.1), self.at(2, 0.1), self.at(5, 0.1), self.at(30, 1)]

        assert indices.maifi_e(reclosings, 1, 5).value == 2

    def test_an_event_that_ends_in_a_sustained_interruption_is_not_counted(self):
        assert indices.maifi_e([self.at(0, 0.1), self.at(1, 60)], 1, 5).value == 0


quarters = st.integers(0, 3000).map(lambda x: x / 4)
rows = st.lists(st.builds(Interruption, st.sampled_from("abcdefgh"), quarters), max_size=40)


class TestProperties:
    @given(rows, st.randoms())
    def test_order_does_not_matter(self, every, chance):
        shuffled = list(every)
        chance.shuffle(shuffled)

        assert values(every, 8) == values(shuffled, 8)

    @given(rows)
    def test_twice_the_company_has_the_same_indices(self, every):
        doubled = [*every, *(Interruption(f"{i.unit}'", i.minutes) for i in every)]
        once, twice = values(every, 8), values(doubled, 16)

        for name in ("SAIFI", "SAIDI", "CAIDI", "ASAI", "CTAIDI", "CAIFI", "MAIFI"):
            assert twice[name] == pytest.approx(once[name])

    @given(rows, rows)
    def test_sums_over_disjoint_interruptions_add_up(self, one, other):
        parts, whole = (values(one, 8), values(other, 8)), values([*one, *other], 8)

        for name in ("SAIFI", "SAIDI", "MAIFI"):
            assert whole[name] == pytest.approx(parts[0][name] + parts[1][name])


class TestServed:
    def test_those_served_all_the_time_count_whole(self):
        assert mean_served([(None, None, 100)], JUNE, JUNE + timedelta(days=30)) == 100

    def test_those_connected_halfway_count_half(self):
        spans = [(None, None, 10), (JUNE + timedelta(days=15), None, 4), (None, JUNE, 7)]

        assert mean_served(spans, JUNE, JUNE + timedelta(days=30)) == 12

    def test_an_empty_period_is_refused(self):
        with pytest.raises(ValueError, match="no length"):
            mean_served([], JUNE, JUNE)
