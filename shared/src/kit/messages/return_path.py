"""The mark of one e-mail: what carries it speaks of that message, because nobody else can write it (VERP).

Lower-case base 32 of the message's id (16 bytes) and the first 10 bytes of its HMAC-SHA256: 42 characters, which a
mail system may change to capitals without harm. It stands in the Message-ID and, where an address for delivery reports
is set, after a plus sign in the return path.
"""

import base64
import hashlib
import hmac
import re
from uuid import UUID

from kit.encryption import Keyring

ID, MAC = 16, 10
PURPOSE = b"gridloop return path v1|"
SHAPE = re.compile(r"(?<![a-z2-7])[a-z2-7]{42}(?![a-z2-7])", re.IGNORECASE)
MOST_LOOKED_AT = 100


def key_of(keyring: Keyring) -> bytes:
    """32 bytes of this service's alone."""
    return keyring.hash("message return path key v1")


def mark(key: bytes, message: UUID) -> str:
    raw = message.bytes + _mac(key, message)
    return base64.b32encode(raw).decode().rstrip("=").lower()


def marked(key: bytes, text: str) -> set[UUID]:
    """The messages whose genuine marks stand in this text."""
    shapes = [found.group().upper() for found, _ in zip(SHAPE.finditer(text), range(MOST_LOOKED_AT), strict=False)]
    raws = [base64.b32decode(shape + "=" * (-len(shape) % 8)) for shape in shapes]
    named = [(UUID(bytes=raw[:ID]), raw[ID:]) for raw in raws]
    return {message for message, mac in named if hmac.compare_digest(mac, _mac(key, message))}


def address(bounces: str, of: str) -> str:
    """The return path of the message with this mark: ``bounces@host`` -> ``bounces+<mark>@host``."""
    local, _, host = bounces.rpartition("@")
    return f"{local}+{of}@{host}"


def _mac(key: bytes, message: UUID) -> bytes:
    return hmac.digest(key, PURPOSE + message.bytes, hashlib.sha256)[:MAC]
