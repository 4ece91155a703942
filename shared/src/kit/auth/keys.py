"""Signing keys: each issuer's public key is a file, so that nobody's absence stops the others."""

import json
import time
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, KeySet, OKPKey

ALGORITHMS = ["Ed25519", "ES256"]
RELOAD_AFTER = 5.0  # seconds of machine time between two looks at the folder


def read_key(path: Path) -> OKPKey | ECKey:
    """A JWK file, OKP/Ed25519 or EC/P-256."""
    raw = json.loads(path.read_text())
    return OKPKey.import_key(raw) if raw["kty"] == "OKP" else ECKey.import_key(raw)


def algorithm(key: OKPKey | ECKey) -> str:
    return "Ed25519" if isinstance(key, OKPKey) else "ES256"


class PublicKeys:
    """``<issuer>.json`` in a folder: one JWK, or ``{"keys": [...]}`` while a key is being changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, tuple[float, KeySet]] = {}

    def of(self, issuer: str) -> KeySet | None:
        """The issuer's keys; None where no such issuer is deployed."""
        if not issuer.isidentifier():
            return None
        known = self._known.get(issuer)
        if known is None or time.monotonic() - known[0] > RELOAD_AFTER:
            path = self.folder / f"{issuer}.json"
            if not path.is_file():
                return None
            known = (time.monotonic(), _key_set(json.loads(path.read_text())))
            self._known[issuer] = known
        return known[1]


def _key_set(raw: dict[str, Any]) -> KeySet:
    return KeySet.import_key_set({"keys": raw.get("keys", [raw])})
