"""How often one may fail."""

from contextlib import ExitStack, suppress

import pytest

from gateway.access.throttle import (
    FAILURES_FROM_ADDRESS,
    FAILURES_OF_PAIR,
    FAILURES_ON_ACCOUNT,
    Throttle,
    TooManyAttempts,
    WrongCredentials,
)


def fail(throttle: Throttle, account: str, address: str = "192.0.2.1") -> None:
    with suppress(WrongCredentials), throttle.attempt(account, address):
        raise WrongCredentials("wrong")


class TestThrottle:
    def test_stops_guessing_at_one_account(self) -> None:
        throttle = Throttle()
        for _ in range(FAILURES_OF_PAIR):
            fail(throttle, "li.mei")

        with pytest.raises(TooManyAttempts) as refused, throttle.attempt("li.mei", "192.0.2.1"):
            pass
        assert 1 <= int(refused.value.headers["Retry-After"]) <= 60

    def test_lets_others_in_from_the_same_address(self) -> None:
        throttle = Throttle()
        for _ in range(FAILURES_OF_PAIR):
            fail(throttle, "li.mei")

        with throttle.attempt("wang.wei", "192.0.2.1"):
            pass

    def test_stops_guessing_at_one_account_from_many_addresses(self) -> None:
        throttle = Throttle()
        for n in range(FAILURES_ON_ACCOUNT):
            fail(throttle, "li.mei", f"192.0.2.{n}")

        with pytest.raises(TooManyAttempts), throttle.attempt("li.mei", "198.51.100.1"):
            pass

    def test_stops_trying_many_accounts_from_one_address(self) -> None:
        throttle = Throttle()
        for n in range(FAILURES_FROM_ADDRESS):
            fail(throttle, f"user{n}")

        with pytest.raises(TooManyAttempts), throttle.attempt("li.mei", "192.0.2.1"):
            pass

    def test_never_counts_what_succeeds(self) -> None:
        throttle = Throttle()

        for _ in range(FAILURES_FROM_ADDRESS * 2):
            with throttle.attempt("demo", "192.0.2.1"):
                pass

    def test_lets_no_burst_through_before_the_first_answer(self) -> None:
        throttle = Throttle()
        with ExitStack() as burst:
            for _ in range(FAILURES_OF_PAIR):
                burst.enter_context(throttle.attempt("li.mei", "192.0.2.1"))

            with pytest.raises(TooManyAttempts), throttle.attempt("li.mei", "192.0.2.1"):
                pass
