from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import samplesize_confint_proportion

from kit.auth import Role
from survey.dry_runs.sample_size import invitations_for, sample_size


@pytest.mark.parametrize(
    ("population", "margin", "n"),
    # the published tables of Krejcie and Morgan (1970): 95 %, p = .5, d = .05
    [(10, 0.05, 10), (100, 0.05, 80), (500, 0.05, 218), (1000, 0.05, 278), (10_000, 0.05, 370), (1_000_000, 0.05, 384)],
)
def test_published_sizes(population, margin, n):
    assert sample_size(population, margin=margin) == n


def test_a_large_population_needs_what_an_endless_one_does():
    endless = samplesize_confint_proportion(0.3, 0.02, alpha=0.01)
    assert sample_size(10**9, margin=0.02, confidence=0.99, proportion=0.3) == pytest.approx(endless, rel=1e-4, abs=1)


@settings(deadline=None)
@given(st.integers(1, 10**7), st.floats(0.005, 0.5), st.floats(0.5, 0.999), st.floats(0.01, 0.99))
def test_it_is_the_least_number_that_keeps_the_margin(population, margin, confidence, proportion):
    n = sample_size(population, margin=margin, confidence=confidence, proportion=proportion)
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2

    def half_width_squared(size):
        return z2 * proportion * (1 - proportion) / size * (population - size) / max(population - 1, 1)

    assert 0 < n <= population
    assert half_width_squared(n) <= margin**2 * (1 + 1e-6)
    if n > 1:
        assert half_width_squared(n - 1) >= margin**2 * (1 - 1e-6)


def test_more_are_asked_than_answer():
    assert (invitations_for(385, 0.2), invitations_for(385, 1.0), invitations_for(1, 0.3)) == (1925, 385, 4)


async def test_the_helper_names_its_formula(survey):
    async with survey.client(Role.ANALYST) as analyst:
        path = "/v1/campaigns/sample-size?population=1000000&response_rate=0.25"
        found = (await analyst.get(path)).json()
        wrong = await analyst.get("/v1/campaigns/sample-size?population=0&margin=1")
    assert (found["answers"], found["invitations"], found["margin"]) == (384, 1536, 0.05)
    assert found["formula"].startswith("n = z2 N p q / (d2 (N-1) + z2 p q)")
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["query:/population", "query:/margin"]
