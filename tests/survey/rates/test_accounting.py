import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.rates.accounting import ANONYMOUS, FEW, NOBODY, Cases, rates, shown, total


def cases(**counts):
    return Cases(**(dict.fromkeys(Cases.__slots__, 0) | counts))


def values(given_cases, **more):
    return {rate.name: rate.value for rate in rates(given_cases, **more)}


def test_each_rate_by_its_formula():
    """200 asked: 80 complete, 20 partial, 10 opted out, 40 undeliverable, the others silent."""
    found = values(cases(issued=210, withheld=10, complete=80, partial=20, opted_out=10, undeliverable=40))
    assert found == {
        "response_rate_1": 80 / 200,
        "response_rate_2": 100 / 200,
        "response_rate_5": 80 / 160,
        "response_rate_6": 100 / 160,
        "completion_rate": 80 / 100,
        "refusal_rate_1": 10 / 200,
        "delivery_rate": 160 / 200,
    }


def test_an_undefined_rate_is_null_with_its_reason():
    for rate in rates(cases()):
        assert (rate.value, rate.reason) == (None, NOBODY)


def test_nobody_answered_is_zero_and_no_satisfaction():
    found = values(cases(issued=50))
    assert (found["response_rate_1"], found["completion_rate"]) == (0.0, None)


@pytest.mark.parametrize(("count", "seen"), [(0, 0), (1, None), (4, None), (5, 5), (9, 5), (10, 10), (263, 260)])
def test_counts_of_customers_stand_in_steps_of_five(count, seen):
    assert shown(count) == seen


def test_a_rate_of_a_few_is_withheld():
    (rate, *_) = rates(cases(issued=50, complete=3))
    assert (rate.value, rate.reason) == (None, FEW)


def test_of_an_anonymous_campaign_only_the_whole_is_known():
    whole = {rate.name: rate for rate in rates(cases(issued=50, complete=10, opted_out=5), anonymous=True)}
    assert (whole["response_rate_1"].value, whole["refusal_rate_1"].value) == (0.2, 0.1)
    assert (whole["response_rate_2"].value, whole["response_rate_2"].reason) == (None, ANONYMOUS)
    part = {rate.name: rate for rate in rates(cases(issued=50, complete=-1), anonymous=True)}
    assert (part["response_rate_1"].value, part["response_rate_1"].reason) == (None, ANONYMOUS)


COUNTS = st.builds(
    lambda complete, partial, refused, lost, silent: cases(
        issued=complete + partial + refused + lost + silent,
        complete=complete,
        partial=partial,
        opted_out=refused,
        undeliverable=lost,
    ),
    *[st.integers(0, 500)] * 5,
)


@given(COUNTS)
def test_rates_are_shares_and_keep_their_order(given_cases):
    found = values(given_cases)
    assert all(value is None or 0 <= value <= 1 for value in found.values())
    for low, high in (("response_rate_1", "response_rate_2"), ("response_rate_1", "response_rate_5")):
        if found[low] is not None and found[high] is not None:
            assert found[low] <= found[high]


@given(COUNTS, st.integers(0, 4))
def test_one_more_customer_cannot_be_seen_between_two_steps(given_cases, more):
    base = given_cases.complete - given_cases.complete % 5
    one, other = (cases(issued=2000, complete=base + n) for n in (0, more))
    if base:
        assert values(one) == values(other)


@given(st.lists(COUNTS, max_size=5))
def test_the_whole_is_the_sum_of_its_strata(cells):
    assert total(cells).issued == sum(cell.issued for cell in cells)
