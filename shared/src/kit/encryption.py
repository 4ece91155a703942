"""Personal data at rest: AES-256-GCM bound to its row, equality by a keyed hash.

Layout of a sealed value: ``key id length (1 byte) | key id | nonce (12) | ciphertext and tag``. The row's id
is associated data, so that a value copied to another row does not open.
"""

import base64
import hmac
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
KEY = 32


class CannotOpen(Exception):  # noqa: N818
    """The value was sealed for another row, by an unknown key, or was altered."""


@dataclass(frozen=True)
class Keyring:
    """``current`` seals; every key of ``keys`` (id -> 32 bytes) opens; ``lookup`` hashes for equality."""

    current: str
    keys: dict[str, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)
    _ciphers: dict[str, AESGCM] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, path: Path) -> "Keyring":
        """From ``{"current": id, "keys": {id: base64}, "lookup": base64}``."""
        raw = json.loads(path.read_text())
        keys = {name: base64.b64decode(key) for name, key in raw["keys"].items()}
        if raw["current"] not in keys or any(len(key) != KEY for key in keys.values()):
            raise ValueError(f"The keyring {path} must hold its current key, and every key must have 32 bytes.")
        return cls(raw["current"], keys, base64.b64decode(raw["lookup"]))

    def seal(self, row: UUID, text: str) -> bytes:
        return self.seal_bytes(row, text.encode())

    def seal_bytes(self, row: UUID, plain: bytes) -> bytes:
        return _seal(self.current, self._cipher(self.current), row, plain)

    def open(self, row: UUID, sealed: bytes) -> str:
        return self.open_bytes(row, sealed).decode()

    def open_bytes(self, row: UUID, sealed: bytes) -> bytes:
        name, rest = _split(sealed)
        if name not in self.keys:
            raise CannotOpen(f"No key named '{name}' in the keyring.")
        return _open(self._cipher(name), row, rest)

    def hash(self, value: str) -> bytes:
        """32 bytes that are equal for equal values, and useless without the key."""
        return hmac.digest(self.lookup, value.encode(), "sha256")

    def new_data_key(self, row: UUID) -> bytes:
        """A fresh data key of one person, wrapped; destroying it erases what it sealed."""
        return self.seal_bytes(row, os.urandom(KEY))

    def with_data_key(self, row: UUID, wrapped: bytes) -> "Keyring":
        """A keyring that seals and opens with one person's data key."""
        return Keyring("person", {"person": self.open_bytes(row, wrapped)}, self.lookup)

    def _cipher(self, name: str) -> AESGCM:
        """Made once for each key: to make it takes longer than to seal a line of text."""
        found = self._ciphers.get(name)
        if found is None:
            found = self._ciphers[name] = AESGCM(self.keys[name])
        return found


def _seal(name: str, cipher: AESGCM, row: UUID, plain: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    label = name.encode()
    return bytes([len(label)]) + label + nonce + cipher.encrypt(nonce, plain, row.bytes)


def _split(sealed: bytes) -> tuple[str, bytes]:
    length = sealed[0]
    return sealed[1 : 1 + length].decode(), sealed[1 + length :]


def _open(cipher: AESGCM, row: UUID, rest: bytes) -> bytes:
    try:
        return cipher.decrypt(rest[:NONCE], rest[NONCE:], row.bytes)
    except InvalidTag as fault:
        raise CannotOpen("The value was altered or belongs to another row.") from fault
