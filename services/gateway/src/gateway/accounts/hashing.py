"""Argon2id hashes of passwords, made beside the event loop and never more than a few at a time.

One hash takes 64 MiB and tens of milliseconds (RFC 9106, second recommended option): the limiter bounds what
a burst of sign-ins may take, and the loop goes on serving meanwhile.
"""

from functools import cache

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from gateway.accounts.passwords import normalised

AT_ONCE = 2

_hasher = PasswordHasher()


@cache
def _of_nobody() -> str:
    """Verified where no such account exists, so that the answer takes as long as where one does."""
    return _hasher.hash("nobody has this password")


class Hashing:
    """Hashes and verifies passwords; one per process."""

    def __init__(self) -> None:
        self._limiter = CapacityLimiter(AT_ONCE)

    async def hash(self, password: str) -> str:
        return await to_thread.run_sync(_hasher.hash, normalised(password), limiter=self._limiter)

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one kept; False, after the same work, where nothing is kept."""
        return await to_thread.run_sync(_verify, kept, normalised(password), limiter=self._limiter)


def _verify(kept: str | None, password: str) -> bool:
    nobody = _of_nobody()
    try:
        _hasher.verify(kept or nobody, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return kept is not None
