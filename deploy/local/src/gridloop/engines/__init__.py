"""PostgreSQL and NATS JetStream on this machine, from their wheels.

    with Engines(Path("/tmp/somewhere")) as engines:       # about 2 s the first time, 0.3 s afterwards
        engines.environment("survey")["GRIDLOOP_DATABASE_URL"]
        engines.admin_url("survey")                        # superuser, for tests and backups only
        engines.nats_url("admin")

    with scratch_engines() as engines: ...                 # on a data folder of its own, removed afterwards

Every data folder has its own processes, ports and secrets. As root the engines run as the system user
``gridloop``, who must be able to pass the parents of the data folder; ``scratch_engines`` takes such a one.
"""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from gridloop.account import engine_account
from gridloop.credentials import Credentials
from gridloop.data_folder import DataFolder, explained
from gridloop.engines import binaries
from gridloop.engines.nats import Nats
from gridloop.engines.postgres import Postgres
from gridloop.errors import MachineError
from gridloop.layout import SERVICES, Layout, checkout
from gridloop.process import Process, free_ports

PATIENCE = 60.0

__all__ = ["SERVICES", "Engines", "MachineError", "scratch_engines"]


class Engines:
    """The two engines on one data folder: ``claim``, ``prepare``, ``spawn``, ``wait``, or ``start`` for all."""

    def __init__(self, data: Path) -> None:
        self.layout = Layout(data.absolute())
        self.folder = DataFolder(self.layout)
        self.account = engine_account()
        self.credentials = Credentials(self.layout)
        self.leftovers: list[str] = []
        self.processes: dict[str, Process] = {}

    def claim(self) -> None:
        """Take the data folder and stop what a killed suite left running on it. ``stop`` gives it back."""
        self._check_reach()
        self.leftovers = self.folder.take()

    def prepare(self) -> None:
        """Make what is missing in the claimed data folder; nothing runs yet. Raises ``MachineError``."""
        programs = binaries.find(self.account)
        with explained(self.layout.root):
            self.credentials.make()
            passwords = self.credentials.passwords()
            self.postgres = Postgres(self.layout, programs.postgres, self.account, passwords)
            self.nats = Nats(self.layout, programs.nats, self.account, passwords)
            self.postgres.check()
            self.postgres.make()
            self.nats.make()
            self._assign_ports()

    def spawn(self) -> None:
        for process in self.processes.values():
            process.spawn()

    def ready(self) -> bool:
        """Whether both serve. Raises ``MachineError`` when one has died."""
        for process in self.processes.values():
            if not process.alive:
                raise MachineError(f"{process.name} does not start: {_last_words(process)} (see {process.log})")
        return self.postgres.ready(self.processes["postgres"].pid) and self.nats.ready()

    def probe(self, name: str) -> Callable[[], Awaitable[bool]]:
        """A question for a supervisor: does this engine serve?"""

        async def serves() -> bool:
            if name == "nats":
                return self.nats.ready()
            return self.postgres.ready(self.processes["postgres"].pid)

        return serves

    def wait(self, timeout: float = PATIENCE) -> None:
        deadline = time.monotonic() + timeout
        while not self.ready():
            if time.monotonic() > deadline:
                raise MachineError(f"The engines were not ready after {timeout:.0f} s: see {self.layout.logs}.")
            time.sleep(0.02)

    def start(self) -> Self:
        self.claim()
        try:
            self.prepare()
            self.spawn()
            self.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self, timeout: float = 8.0) -> None:
        """NATS first, then PostgreSQL (fast shutdown); what does not end in ``timeout`` seconds is killed."""
        for name in ("nats", "postgres"):
            if name in self.processes:
                self.processes[name].stop(timeout)
        self.folder.release()

    def kill(self, name: str) -> None:
        """SIGKILL to ``postgres`` or ``nats`` with all its children."""
        self.processes[name].kill()

    def restart(self, name: str) -> None:
        """Start a stopped or killed engine again on the same port, and wait until both serve."""
        self.processes[name].spawn()
        self.wait()

    def environment(self, service: str) -> dict[str, str]:
        """What a service needs to know to use the engines; its peers are for the caller to add."""
        content = checkout() / "content"
        return {
            "GRIDLOOP_DATABASE_URL": self.postgres.url(f"{service}_app", service),
            "GRIDLOOP_MIGRATION_URL": self.postgres.url(f"{service}_owner", service),
            "GRIDLOOP_NATS_URL": self.nats.url(service),
            "GRIDLOOP_KEYS": str(self.credentials.public),
            "GRIDLOOP_SIGNING_KEY": str(self.credentials.signing_key(service)),
            "GRIDLOOP_ENCRYPTION_KEYS": str(self.credentials.keyring(service)),
            "GRIDLOOP_FILES": str(self.layout.files),
            "GRIDLOOP_CONTENT": str(content),
        }

    def admin_url(self, database: str = "postgres") -> str:
        return self.postgres.url("postgres", database)

    def nats_url(self, user: str = "admin") -> str:
        return self.nats.url(user)

    def _assign_ports(self) -> None:
        first, second = free_ports(2)
        self.processes = {"postgres": self.postgres.process(first), "nats": self.nats.process(second)}

    def _check_reach(self) -> None:
        if self.account and not self.account.may_enter(self.layout.root):
            raise MachineError(
                f"Started by root, the engines run as the user {self.account.name!r}, who cannot enter "
                f"{self.layout.root}: take a --data folder whose parents others may enter, "
                f"such as {binaries.SHARED}."
            )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _last_words(process: Process) -> str:
    lines = process.last_lines()
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "FTL", "ERR"))]
    return (telling or lines or ["it said nothing"])[-1].strip()


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that the engines' user can enter, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="gridloop-"))
    if engine_account():
        folder.chmod(0o711)
    try:
        yield folder / "data"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def scratch_engines() -> Iterator[Engines]:
    """Engines on a data folder of their own, both gone afterwards."""
    with scratch_folder() as folder, Engines(folder) as engines:
        yield engines
