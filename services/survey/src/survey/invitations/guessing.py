"""How often somebody may present a code that is none.

Only guesses count, and only codes: a signed token proves itself without being looked up, so that whoever holds one is
never kept waiting by a neighbour at the same address. Counted in memory, per process; what protects the codes is their
90 bits, this keeps the guessing cheap for us.
"""

from math import ceil
from time import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from kit.errors import TooMany

GUESSES_FROM_ADDRESS = 30
_GUESSES = RateLimitItemPerMinute(GUESSES_FROM_ADDRESS)


class TooManyGuesses(TooMany):
    code, title = "too_many_guesses", "Too many codes that are none"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Too many codes from this address were none; try again in {seconds} seconds, or open the whole link.",
            headers={"Retry-After": str(seconds), "RateLimit": f'"codes";r=0;t={seconds}'},
        )


class Guesses:
    """One per process."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def require_few(self, address: str) -> None:
        """Raises TooManyGuesses."""
        reset, left = self._limiter.get_window_stats(_GUESSES, address)
        if left <= 0:
            raise TooManyGuesses(max(1, ceil(reset - time())))

    def count(self, address: str) -> None:
        self._limiter.hit(_GUESSES, address)
