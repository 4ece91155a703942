"""How often somebody may fail to sign in: by account and address first, by address last.

A school or an office shares one address, so an address alone is given many more attempts. Counted in memory,
per process: what is protected is the guessing of passwords, which Argon2id slows down besides.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kit.errors import TooMany, Unauthenticated

FAILURES_OF_PAIR = 5
FAILURES_ON_ACCOUNT = 30
FAILURES_FROM_ADDRESS = 120
_PAIR = RateLimitItemPerMinute(FAILURES_OF_PAIR)
_ACCOUNT = RateLimitItemPerMinute(FAILURES_ON_ACCOUNT, 15)
_ADDRESS = RateLimitItemPerMinute(FAILURES_FROM_ADDRESS)

Counted = tuple[RateLimitItem, tuple[str, ...]]


class WrongCredentials(Unauthenticated):
    """One answer for an unknown account, a wrong password and an account that is closed."""

    code, title = "wrong_credentials", "The credentials are wrong"


class TooManyAttempts(TooMany):
    code, title = "too_many_attempts", "Too many attempts to sign in"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Too many attempts failed; try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds), "RateLimit": f'"sign-in";r=0;t={seconds}'},
        )


class Throttle:
    """Counts failures and attempts under way; one per process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._under_way: Counter[tuple[str, ...]] = Counter()

    @contextmanager
    def attempt(self, account: str, address: str) -> Iterator[None]:
        """Around one attempt: refuses it, or counts the failure when WrongCredentials is raised within.

        Attempts under way count as failed until they end: of a hundred at once only the first few are made.
        """
        counted = _counted(account, address)
        if wait := max(map(self._wait, counted)):
            raise TooManyAttempts(wait)
        keys = [key for _, key in counted]
        self._under_way.update(keys)
        try:
            yield
        except WrongCredentials:
            for item, key in counted:
                self._limiter.hit(item, *key)
            raise
        finally:
            self._under_way.subtract(keys)
            self._under_way += Counter()  # drops what fell to zero

    def _wait(self, counted: Counted) -> int:
        item, key = counted
        reset, remaining = self._limiter.get_window_stats(item, *key)
        if remaining > self._under_way[key]:
            return 0
        return max(1, ceil(reset - time()))


def _counted(account: str, address: str) -> list[Counted]:
    return [
        (_PAIR, ("pair", account, address)),
        (_ACCOUNT, ("account", account)),
        (_ADDRESS, ("address", address)),
    ]
