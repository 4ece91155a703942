"""How often somebody may try to sign in: by account and address first, by address last.

A school or an office shares one address, so an address alone is given many more attempts. Counted in memory,
per process: what is protected is the guessing of passwords, which Argon2id slows down besides.
"""

from math import ceil
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

ATTEMPTS_OF_PAIR = 5
ATTEMPTS_ON_ACCOUNT = 30
ATTEMPTS_FROM_ADDRESS = 120


class Throttle:
    """Counts attempts; one per process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._pair = RateLimitItemPerMinute(ATTEMPTS_OF_PAIR)
        self._account = RateLimitItemPerMinute(ATTEMPTS_ON_ACCOUNT, 15)
        self._address = RateLimitItemPerMinute(ATTEMPTS_FROM_ADDRESS)

    def attempt(self, account: str, address: str) -> int:
        """Counts an attempt and returns the seconds to wait; 0 where it may be made.

        Counted before the password is looked at: of a hundred attempts at once, only the first few are.
        """
        waits = [0 if self._limiter.hit(*key) else self._wait(*key) for key in self._keys(account, address)]
        return max(waits)

    def succeeded(self, account: str, address: str) -> None:
        """Forgets the attempts of this account from this address."""
        self._limiter.clear(self._pair, "pair", account, address)

    def _keys(self, account: str, address: str) -> list[tuple[RateLimitItem, *tuple[str, ...]]]:
        return [
            (self._pair, "pair", account, address),
            (self._account, "account", account),
            (self._address, "address", address),
        ]

    def _wait(self, item: RateLimitItem, *identifiers: str) -> int:
        reset, _ = self._limiter.get_window_stats(item, *identifiers)
        return max(1, ceil(reset - time()))
