"""The code of a short link: 90 bits in 18 characters, for where each character of a message is paid for.

A code is drawn from HMAC-SHA256 under this service's own key, so that whoever has not the key can only guess: one try
in 2**90. It is written in Crockford's base 32, whose letters nobody confuses, and is made anew when a reminder needs
it; what is stored is its keyed hash.
"""

import hashlib
import hmac
from uuid import UUID

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 18
BITS = 5 * LENGTH
READ_AS = str.maketrans({"o": "0", "i": "1", "l": "1"})


def code_of(key: bytes, invitation: UUID) -> str:
    """The same code for the same invitation."""
    digest = hmac.digest(key, invitation.bytes, hashlib.sha256)
    number = int.from_bytes(digest) >> (8 * len(digest) - BITS)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -5, -5))


def normalised(text: str) -> str | None:
    """The code as it was made, whatever case it was typed in; None for what has not the form of a code."""
    if len(text) != LENGTH or not text.isascii():
        return None
    code = text.lower().translate(READ_AS)
    return code if all(letter in ALPHABET for letter in code) else None
