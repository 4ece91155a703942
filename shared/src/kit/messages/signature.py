"""Signed bodies between Gridloop and the utility's message gateway, in both directions.

``Gridloop-Timestamp``: Unix seconds. ``Gridloop-Signature``: ``v1=`` and the HMAC-SHA256, in hexadecimal, of the
timestamp, a full stop and the body's bytes, under the shared secret. A receiver refuses a timestamp more than five
minutes off, so that what was overheard is worth nothing later.
"""

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path

from kit.errors import Forbidden

TIMESTAMP, SIGNATURE = "Gridloop-Timestamp", "Gridloop-Signature"
TOLERANCE = 300
SHORTEST_SECRET = 32


class SignatureWrong(Forbidden):
    code, title = "signature_wrong", "The signature does not fit"


def secrets_in(path: Path) -> list[bytes]:
    """The secrets of a file, one a line: the first signs, each of them verifies, so that they can be changed.

    Raises ValueError with a sentence for one that is too short to protect anything.
    """
    found = [line.strip().encode() for line in path.read_text("utf-8").splitlines() if line.strip()]
    if not found or any(len(secret) < SHORTEST_SECRET for secret in found):
        raise ValueError(f"{path} must hold secrets of at least {SHORTEST_SECRET} characters, one a line.")
    return found


def signed(secret: bytes, body: bytes, *, at: int) -> dict[str, str]:
    """The header fields of this body, sent at this Unix second."""
    return {TIMESTAMP: str(at), SIGNATURE: f"v1={_mac(secret, str(at), body)}"}


def verify(secrets: Sequence[bytes], body: bytes, *, timestamp: str, signature: str, now: float) -> None:
    """Raises SignatureWrong unless one of the secrets signed this body within the last five minutes."""
    if not timestamp.isascii() or not timestamp.isdigit() or abs(now - int(timestamp[:15])) > TOLERANCE:
        raise SignatureWrong(f"'{TIMESTAMP}' must be the Unix second of sending, within {TOLERANCE} s of now.")
    given = signature.encode()
    fits = [hmac.compare_digest(given, b"v1=" + _mac(secret, timestamp, body).encode()) for secret in secrets]
    if not any(fits):
        raise SignatureWrong(f"'{SIGNATURE}' is not the body's HMAC-SHA256 under the shared secret.")


def _mac(secret: bytes, timestamp: str, body: bytes) -> str:
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
