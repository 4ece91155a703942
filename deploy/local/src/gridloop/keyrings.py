"""Changes the keyring of a service on disk: its keys newest first, the first one seals and every one opens.

The file is replaced as a whole, readable by its owner only; a service reads it when it starts.
"""

import base64
import contextlib
import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gridloop.credentials import Credentials
from gridloop.errors import MachineError
from gridloop.layout import write_private

NUMBERED = re.compile(r"k(\d+)")
KEY = 32


def names(path: Path) -> list[str]:
    """The keys' names, the one that seals first. Raises ``MachineError`` for a missing or damaged file."""
    return list(_read(path)["keys"])


def add_key(path: Path) -> str:
    """A new key that seals from the service's next start on; the name it got, which no key had before."""
    with _only_one(path):
        ring = _read(path)
        numbers = [int(found[1]) for name in ring["keys"] if (found := NUMBERED.fullmatch(name))]
        name = f"k{1 + max(numbers, default=0)}"
        key = base64.b64encode(secrets.token_bytes(KEY)).decode()
        _write(path, ring | {"current": name, "keys": {name: key, **ring["keys"]}})
    return name


def remove_key(path: Path, name: str) -> None:
    """Raises ``MachineError`` for a key that is not there, and for the one that seals."""
    with _only_one(path):
        ring = _read(path)
        require_old(path, name)
        _write(path, ring | {"keys": {other: key for other, key in ring["keys"].items() if other != name}})


def require_old(path: Path, name: str) -> None:
    """Raises ``MachineError`` unless the keyring holds this key beside the one that seals."""
    known = names(path)
    if name not in known:
        raise MachineError(f"{path} holds no key {name!r}: it holds {', '.join(known)}.")
    if name == known[0]:
        raise MachineError(f"{name!r} is the key that seals now: add another one first, and bring all rows under it.")


def _read(path: Path) -> dict[str, Any]:
    """With the current key first, whatever the order in the file."""
    ring: dict[str, Any] = Credentials.read(path)
    try:
        current = ring["current"]
        keys = {current: ring["keys"][current], **ring["keys"]}
    except (KeyError, TypeError):
        raise MachineError(f"The keyring {path} is damaged (its current key is missing): put it back.") from None
    return ring | {"keys": keys}


def _write(path: Path, ring: dict[str, Any]) -> None:
    write_private(path, json.dumps(ring))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    """Two operators at once would each keep the key that the other never saw."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
