"""How often one may try."""

from gateway.access.throttle import ATTEMPTS_FROM_ADDRESS, ATTEMPTS_OF_PAIR, ATTEMPTS_ON_ACCOUNT, Throttle


class TestThrottle:
    def test_stops_guessing_at_one_account(self) -> None:
        throttle = Throttle()

        waits = [throttle.attempt("li.mei", "192.0.2.1") for _ in range(ATTEMPTS_OF_PAIR + 1)]

        assert waits[:-1] == [0] * ATTEMPTS_OF_PAIR
        assert 1 <= waits[-1] <= 60

    def test_lets_others_in_from_the_same_address(self) -> None:
        throttle = Throttle()
        for _ in range(ATTEMPTS_OF_PAIR + 1):
            throttle.attempt("li.mei", "192.0.2.1")

        assert throttle.attempt("wang.wei", "192.0.2.1") == 0

    def test_stops_guessing_at_one_account_from_many_addresses(self) -> None:
        throttle = Throttle()

        waits = [throttle.attempt("li.mei", f"192.0.2.{n}") for n in range(ATTEMPTS_ON_ACCOUNT + 1)]

        assert waits[-1] > 0

    def test_stops_trying_many_accounts_from_one_address(self) -> None:
        throttle = Throttle()

        waits = [throttle.attempt(f"user{n}", "192.0.2.1") for n in range(ATTEMPTS_FROM_ADDRESS + 1)]

        assert waits[:-1] == [0] * ATTEMPTS_FROM_ADDRESS
        assert waits[-1] > 0

    def test_forgets_slips_after_success(self) -> None:
        throttle = Throttle()
        for _ in range(ATTEMPTS_OF_PAIR):
            throttle.attempt("li.mei", "192.0.2.1")

        throttle.succeeded("li.mei", "192.0.2.1")

        assert throttle.attempt("li.mei", "192.0.2.1") == 0
