"""Runs of pytest on many trees, each in a process of its own that need not import everybody's libraries anew."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from gridloop.supervisor.forked import AVAILABLE, Forked, ForkServer

LONGEST = 1200.0
LIBRARIES = (
    "aiohttp", "alembic.command", "asyncpg", "cryptography.hazmat.primitives.ciphers.aead", "fastapi", "httpx",
    "httpx_aiohttp", "hypothesis.strategies", "joserfc.jwt", "limits", "nats", "phonenumbers", "prometheus_client",
    "psutil", "pydantic_settings", "pytest", "rich.progress", "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.ext.asyncio", "starlette.applications", "structlog", "uvicorn.main", "yaml",
)  # fmt: skip
"""Nothing of Gridloop's own, which each run takes from its tree."""
LOADED_BEFORE = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"


@dataclass(frozen=True)
class Ended:
    """``code``: pytest's own; ``None`` where it did not end by itself."""

    code: int | None
    output: str


class Run(Protocol):
    """Gives pytest, in the folder ``tree``, these arguments and these variables besides the caller's."""

    def __call__(self, tree: Path, arguments: Sequence[str], told: dict[str, str]) -> Ended: ...


def by_itself(tree: Path, arguments: Sequence[str], told: dict[str, str]) -> Ended:
    """A new interpreter."""
    command = [sys.executable, "-m", "pytest", *arguments]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, env=os.environ | told)
    return Ended(done.returncode, done.stdout + done.stderr)


@contextmanager
def forked() -> Iterator[Run]:
    """Each run is forked from a process that has imported ``LIBRARIES`` and pytest's plugins, nothing of ours."""
    if not AVAILABLE:
        yield by_itself
        return
    with tempfile.TemporaryDirectory(prefix="gridloop-runs-") as folder:
        plugins = sorted({found.module for found in entry_points(group="pytest11")})
        server = ForkServer(Path(folder) / "server.log", Path(folder) / "server.json", [*LIBRARIES, *plugins])
        server.start()
        try:
            yield _Forks(server, Path(folder))
        finally:
            server.stop()


class _Forks:
    def __init__(self, server: ForkServer, folder: Path) -> None:
        self._server = server
        self._folder = folder
        self._asking = threading.Lock()
        self._number = 0

    def __call__(self, tree: Path, arguments: Sequence[str], told: dict[str, str]) -> Ended:
        with self._asking:
            self._number += 1
            child = self._forked(str(self._number), tree, ["-W", LOADED_BEFORE, *arguments], dict(os.environ) | told)
        child.wait(LONGEST)
        with self._asking:
            child.kill()
        return Ended(child.exit_code, child.log.read_text(encoding="utf-8", errors="replace"))

    def _forked(self, name: str, tree: Path, arguments: Sequence[str], environment: dict[str, str]) -> Forked:
        log, note = self._folder / f"{name}.log", self._folder / f"{name}.json"
        command = ["gridloop.testing.in_tree", *arguments]
        child = Forked(name, command, environment, log, note, folder=tree, server=self._server)
        child.spawn()
        return child
