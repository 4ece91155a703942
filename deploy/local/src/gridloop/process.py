"""A child process: its own group, a log file, a note on disk by which a later start finds it."""

import contextlib
import ctypes
import functools
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from gridloop.account import Account
from gridloop.errors import MachineError

PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)


@dataclass
class Process:
    """One program that runs as a child, and how it is asked to stop.

    ``log`` receives its output, ``note`` holds its pid and start time while it may be alive. Its group is its
    own, so that a Ctrl-C at the terminal reaches only the supervisor, which stops the children in order.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    note: Path
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    folder: Path | None = None
    piped: bool = False
    child: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def spawn(self) -> None:
        """Start it. Raises ``MachineError`` when the program cannot be run."""
        ids = {"user": self.account.uid, "group": self.account.gid, "extra_groups": []} if self.account else {}
        with self.log.open("ab") as log:
            try:
                self.child = subprocess.Popen(  # type: ignore[call-overload]
                    self.command,
                    env=dict(self.environment),
                    stdin=subprocess.PIPE if self.piped else subprocess.DEVNULL,
                    stdout=subprocess.PIPE if self.piped else log,
                    stderr=log,
                    cwd=self.folder or "/",
                    process_group=0,
                    # Safe beside threads: it calls only what is loaded already.
                    preexec_fn=functools.partial(  # noqa: PLW1509
                        die_with_parent, os.getpid(), self.stop_signal
                    ),
                    **ids,
                )
            except OSError as error:
                raise MachineError(f"{self.name} cannot be started: {self.command[0]}: {error.strerror}.") from error
        self._keep_note()

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """What it ended with (negative: the signal that killed it), ``None`` while it runs."""
        return self._running.poll()

    def ask_to_stop(self) -> None:
        if self.alive:
            self._running.send_signal(self.stop_signal)

    def kill(self) -> None:
        """SIGKILL to the whole group, and wait until its leader is gone."""
        if self.child is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()
        self.forget()

    def stop(self, timeout: float) -> None:
        """Ask it to stop, wait ``timeout`` seconds, then kill what is left of its group."""
        self.ask_to_stop()
        if self.child is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(timeout)
        self.kill()

    def forget(self) -> None:
        self.note.unlink(missing_ok=True)

    def last_lines(self, count: int = 8) -> list[str]:
        """The end of its log, for the person who must see why it died."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - 8192))
            lines = log.read().decode(errors="replace").split("\n")
        return [line for line in lines if line.strip()][-count:]

    @property
    def _running(self) -> subprocess.Popen[bytes]:
        if self.child is None:
            raise RuntimeError(f"{self.name} has not been started")
        return self.child

    def _keep_note(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            started = psutil.Process(self.pid).create_time()
            note = {"name": self.name, "pid": self.pid, "started": started, "signal": int(self.stop_signal)}
            self.note.write_text(json.dumps(note), encoding="utf-8")


def die_with_parent(parent: int, how: signal.Signals) -> None:
    """Between fork and exec: end with the parent; undo the ignored SIGINT of a background shell job."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if hasattr(_LIBC, "prctl"):
        _LIBC.prctl(PR_SET_PDEATHSIG, how)
    if os.getppid() != parent:
        os._exit(1)


def stop_leftovers(notes: Path, patience: float = 5.0) -> list[str]:
    """Stop every process that a note in folder ``notes`` names and that is still the same one; their names.

    A pid alone proves nothing: it may belong to somebody else by now, so the start time must agree.
    """
    stopped = []
    for note in sorted(notes.glob("*.json")):
        found = _left(note)
        if found is not None:
            stopped.append(note.stem)
            _end(found[0], found[1], patience)
        note.unlink(missing_ok=True)
    return stopped


def _left(note: Path) -> tuple[psutil.Process, int] | None:
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        process = psutil.Process(known["pid"])
        same = abs(process.create_time() - known["started"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, ValueError, KeyError):
        return None
    return (process, known["signal"]) if same else None


def _end(process: psutil.Process, asked: int, patience: float) -> None:
    """Ask, then kill. Raises ``MachineError`` when it outlives both."""
    with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError):
        process.send_signal(asked)
        if _gone_within(process, patience):
            return
        os.killpg(process.pid, signal.SIGKILL)
        if not _gone_within(process, patience):
            raise MachineError(f"Process {process.pid}, left by a killed suite, cannot be stopped.")


def _gone_within(process: psutil.Process, seconds: float) -> bool:
    """A zombie is gone too: it waits for a parent that is not us."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_ports(count: int) -> list[int]:
    """Different free ports; each is held until all are found."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
