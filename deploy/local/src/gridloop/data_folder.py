"""Takes a data folder for one suite: its version, its space, its lock, and what a killed suite left in it."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from gridloop.errors import MachineError
from gridloop.layout import DATA_VERSION, Layout, write_private
from gridloop.process import stop_leftovers

LEAST_FREE = 200 << 20


class OccupiedError(MachineError):
    """Somebody else runs a suite on this data folder."""


class DataFolder:
    """Held from ``take`` to ``release``; the lock vanishes with the process that holds it."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._lock: IO[str] | None = None
        self._status = layout.run / "suite.status"

    def take(self) -> list[str]:
        """Lock and check the folder, stop what a killed suite left in it; the names of what was stopped.

        Raises ``OccupiedError`` when it is in use, ``MachineError`` when it cannot be used.
        """
        with explained(self.layout.root):
            self._check_version()
            _check_space(self.layout.root)
            self.layout.make()
            self._take_lock()
            left = stop_leftovers(self.layout.run)
            if not self.layout.version.exists():
                self.layout.version.write_text(DATA_VERSION + "\n", encoding="utf-8")
        return left

    def describe(self, **what: object) -> None:
        """Leave for others what runs here: ``url``, ``data``, ``services`` and this process's ``pid``."""
        write_private(self._status, json.dumps(what | {"pid": os.getpid()}))

    def described(self) -> dict[str, object]:
        """What runs here, by its own account; empty when nothing does."""
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads(self._status.read_text(encoding="utf-8")))
        return {}

    def running(self) -> bool:
        """Whether some process holds the folder now."""
        try:
            with (self.layout.run / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def release(self) -> None:
        if self._lock is not None:
            self._status.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        lock = (self.layout.run / "lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise OccupiedError(self._who()) from None
        self._lock = lock
        self.describe()

    def _who(self) -> str:
        known = self.described()
        where = f" at {known['url']}" if "url" in known else ""
        process = f" (process {known['pid']})" if "pid" in known else ""
        return (
            f"A suite already runs{where} on {self.layout.root}{process}: stop it, or take another folder with --data."
        )

    def _check_version(self) -> None:
        if not self.layout.version.exists():
            return
        found = self.layout.version.read_text(encoding="utf-8").strip()
        if found != DATA_VERSION:
            raise MachineError(
                f"{self.layout.root} holds data of version {found!r}, this Gridloop writes {DATA_VERSION!r}: "
                f"start the Gridloop that wrote it, or take another folder with --data."
            )


def _check_space(root: Path) -> None:
    existing = next(place for place in (root, *root.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free < LEAST_FREE:
        raise MachineError(
            f"The disk of {root} has {free >> 20} MB left, Gridloop needs {LEAST_FREE >> 20} MB to start: "
            f"make room, or take a folder on another disk with --data."
        )


@contextlib.contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turn an error of the file system under ``root`` into a sentence."""
    try:
        yield
    except OSError as error:
        path = error.filename or root
        raise MachineError(f"The data folder {root} cannot be used: {path}: {error.strerror}.") from error
