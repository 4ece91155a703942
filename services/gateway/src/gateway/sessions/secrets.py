"""Random secrets of 256 bits, of which only a digest is kept: too many to guess, so a fast hash is enough."""

import hashlib
import hmac
import secrets


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def matches(digest: bytes | None, secret: str) -> bool:
    """Whether the digest is the secret's; False, after the same work, where there is none."""
    return hmac.compare_digest(digest or bytes(32), digest_of(secret)) and digest is not None
