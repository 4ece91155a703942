"""The supervisor's end of the fork server, and the processes that it forks."""

import contextlib
import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gridloop.errors import MachineError
from gridloop.process import Process
from gridloop.supervisor.environment import base_environment

AVAILABLE = hasattr(os, "pidfd_open")


class ForkServer:
    """Started at once, ready seconds later; started anew when it has died.

    ``modules``: what it imports beforehand, where that is not what services need.
    """

    def __init__(self, log: Path, note: Path, modules: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "gridloop.supervisor.fork_server", *modules]
        self._process = Process("fork-server", command, base_environment(), log, note, piped=True)
        self._ready = False

    def start(self) -> None:
        self._ready = False
        self._process.spawn()

    def is_ready(self) -> bool:
        """Raises ``MachineError`` when it died over its imports."""
        if not self._ready and select.select([self._pipe("stdout")], [], [], 0)[0]:
            self._answer()
            self._ready = True
        return self._ready

    def fork(self, request: dict[str, object]) -> int:
        """The pid of a new child."""
        if not self._process.alive:
            self.start()
        if not self._ready:
            self._answer()
            self._ready = True
        return self._ask(request)["pid"]

    def reap(self, pid: int) -> int | None:
        """The exit code of a child that has ended or is about to; ``None`` when it can no longer be told."""
        try:
            return self._ask({"reap": pid}).get("code")
        except (MachineError, OSError):
            return None

    def stop(self) -> None:
        if self._process.child is not None:
            self._process.stop(1.0)

    def _ask(self, request: dict[str, object]) -> dict[str, int]:
        pipe = self._pipe("stdin")
        pipe.write(json.dumps(request).encode() + b"\n")
        pipe.flush()
        return self._answer()

    def _answer(self) -> dict[str, int]:
        line = self._pipe("stdout").readline()
        if not line:
            raise MachineError(f"The services' libraries cannot be loaded: {' | '.join(self._process.last_lines(3))}")
        return dict(json.loads(line))

    def _pipe(self, name: str) -> IO[bytes]:
        pipe: IO[bytes] = getattr(self._process.child, name)
        return pipe


@dataclass
class Forked(Process):
    """A process that runs a module: ``command`` is the module and its arguments."""

    server: ForkServer = field(kw_only=True)
    _pid: int = field(default=0, init=False)
    _watch: int = field(default=-1, init=False)
    _code: int | None = field(default=None, init=False)

    def spawn(self) -> None:
        self._release()
        run, *arguments = self.command
        self._pid = self.server.fork(
            {
                "run": run,
                "arguments": arguments,
                "environment": dict(self.environment),
                "log": str(self.log),
                "folder": str(self.folder or "/"),
            }
        )
        self._watch = os.pidfd_open(self._pid)
        self._code = None
        self._keep_note()

    @property
    def pid(self) -> int:
        return self._pid

    @property
    def alive(self) -> bool:
        return self._watch >= 0 and not self._ended_within(0)

    @property
    def exit_code(self) -> int | None:
        if self._code is None and self._watch >= 0 and not self.alive:
            self._code = self.server.reap(self._pid)
        return self._code

    def ask_to_stop(self) -> None:
        if self.alive:
            os.kill(self._pid, self.stop_signal)

    def kill(self) -> None:
        if self._watch < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)
        self._ended_within(10)
        self._code = self.exit_code
        self._release()
        self.forget()

    def stop(self, timeout: float) -> None:
        self.ask_to_stop()
        if self._watch >= 0:
            self._ended_within(timeout)
        self.kill()

    def wait(self, seconds: float) -> bool:
        """Whether it has ended by then."""
        return self._ended_within(seconds)

    def _ended_within(self, seconds: float) -> bool:
        poll = select.poll()
        poll.register(self._watch, select.POLLIN)
        return bool(poll.poll(seconds * 1000))

    def _release(self) -> None:
        if self._watch >= 0:
            os.close(self._watch)
            self._watch = -1


def module_process(
    server: ForkServer | None,
    name: str,
    module: Sequence[str],
    environment: dict[str, str],
    folders: tuple[Path, Path, Path],
) -> Process:
    """A process that runs a Python module, forked where the system can watch a process that is no child.

    ``folders``: where its log goes, its note, and where it works.
    """
    logs, notes, work = folders
    log, note = logs / f"{name}.log", notes / f"{name}.json"
    told = base_environment() | environment
    if server is None:
        return Process(name, [sys.executable, "-m", *module], told, log, note, folder=work)
    return Forked(name, list(module), told, log, note, folder=work, server=server)
