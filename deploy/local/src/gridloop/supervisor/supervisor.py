"""Starts the suite in order, keeps it running, stops it in order."""

import asyncio
import contextlib
import re
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from gridloop.engines import Engines
from gridloop.errors import MachineError
from gridloop.layout import SERVICES
from gridloop.process import Process, free_ports
from gridloop.supervisor import logs, services
from gridloop.supervisor.child import Child, State
from gridloop.supervisor.forked import AVAILABLE, ForkServer

LOOK_EVERY = 0.05
TELLING = re.compile(r"^\S*(Error|Exception|Mismatch)\b|FATAL|PANIC|\[FTL\]|\[ERR\]|No space left")
ROTATE_EVERY = 5.0
PATIENCE = 90.0
ENGINES = ("nats", "postgres")
STOPPING = {"gateway": 4.0, "services": 4.0, "nats": 2.0, "postgres": 4.0}

Report = Callable[[str, str], None]


def silent(name: str, what: str) -> None:
    """A report to nobody."""


class Supervisor:
    """One suite on one data folder. ``report`` receives a child's name and what became of it, in a few words.

    ``port`` is the gateway's; without one a free port is taken. ``settings`` are added to the services'
    environment.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int | None = None,
        demo_clock: bool = False,
        services: Sequence[str] = SERVICES,
        settings: Mapping[str, str] | None = None,
        report: Report = silent,
    ) -> None:
        self.engines = Engines(data)
        self.children: dict[str, Child] = {}
        self.ports: dict[str, int] = {}
        self._port = port
        self._demo_clock = demo_clock
        self._services = services
        self._settings = dict(settings or {})
        self._report = report
        self._keeper: asyncio.Task[None] | None = None
        self._server = self._fork_server() if AVAILABLE else None

    def _fork_server(self) -> ForkServer:
        layout = self.engines.layout
        return ForkServer(layout.logs / "fork-server.log", layout.run / "fork-server.json")

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.service_url("gateway")

    def service_url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def environment(self, service: str) -> dict[str, str]:
        """What the service is told; also what a program needs that acts in its place."""
        return services.environment(
            self.engines, service, self.ports, demo_clock=self._demo_clock, extra=self._settings
        )

    async def start(self) -> None:
        """Returns when everything serves. Raises ``MachineError``, and then nothing is left running."""
        self.engines.claim()
        try:
            if self._port is not None:
                check_free(self._port)
            if self._server is not None and self._services:
                self._server.start()
            self.engines.prepare()
            await self._start_all()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """The gateway, the services, NATS, PostgreSQL: each after the other, together within 15 s."""
        if self._keeper is not None:
            self._keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeper
        await self._stop(["gateway"], STOPPING["gateway"])
        await self._stop([name for name in SERVICES if name != "gateway"], STOPPING["services"])
        if self._server is not None:
            self._server.stop()
        for engine in ENGINES:
            await self._stop([engine], STOPPING[engine])
        self.engines.stop(1.0)

    async def wait_ready(self, names: Sequence[str], patience: float = PATIENCE) -> None:
        """Wait until these children serve. Raises ``MachineError`` when they don't in ``patience`` seconds."""
        deadline = time.monotonic() + patience
        while late := [name for name in names if not await self.serves(name)]:
            if time.monotonic() > deadline:
                where = self.children[late[0]].process.log
                raise MachineError(f"{', '.join(late)} not ready after {patience:.0f} s: see {where}.")
            await asyncio.sleep(LOOK_EVERY)

    async def serves(self, name: str) -> bool:
        """Whether this child runs and answers now."""
        child = self.children[name]
        return child.state == "ready" and child.process.alive and await child.probe()

    async def _start_all(self) -> None:
        for service, port in zip(self._services, free_ports(len(self._services)), strict=True):
            self.ports[service] = port
        if self._port is not None:
            self.ports["gateway"] = self._port
        for stopped in self.engines.leftovers:
            self._report(stopped, "was left by a killed suite: stopped")
        await self._start_engines()
        await self._wait_for_server()
        await self._migrate()
        for service in self._services:
            self.children[service] = services.child(
                self.engines.layout, self._server, service, self.ports[service], self.environment(service)
            )
        await self._bring_up(list(self._services))
        self._describe()
        self._keeper = asyncio.create_task(self._keep())

    def _describe(self) -> None:
        """Tell the commands beside this suite where it is."""
        if "gateway" in self.ports:
            addresses = {name: self.service_url(name) for name in self.ports}
            self.engines.folder.describe(url=self.url, data=str(self.engines.layout.root), services=addresses)

    async def _wait_for_server(self) -> None:
        if self._server is not None and self._services and not await _until(self._server.is_ready, PATIENCE):
            raise MachineError(f"The services' libraries were not loaded after {PATIENCE:.0f} s.")

    async def _start_engines(self) -> None:
        for name, process in self.engines.processes.items():
            self.children[name] = Child(process, self.engines.probe(name))
        await self._bring_up(list(self.engines.processes))

    async def _bring_up(self, names: list[str]) -> None:
        """Start these together; any that dies before it is ready ends the attempt."""
        for name in names:
            self.children[name].start()
        deadline = time.monotonic() + PATIENCE
        while waiting := [name for name in names if self.children[name].state != "ready"]:
            if time.monotonic() > deadline:
                raise MachineError(f"{', '.join(waiting)} not ready after {PATIENCE:.0f} s: see the logs.")
            for name in waiting:
                await self._bring_nearer(self.children[name])
            await asyncio.sleep(LOOK_EVERY)

    async def _bring_nearer(self, child: Child) -> None:
        if not child.process.alive:
            raise MachineError(f"{child.name} does not start: {why(child.process)}")
        started = child.seconds
        if await child.look() == "ready":
            self._report(child.name, f"ready after {started:.1f} s")

    async def _migrate(self) -> None:
        jobs = [
            services.migration(self.engines.layout, self._server, name, self.environment(name))
            for name in self._services
        ]
        for job in jobs:
            job.spawn()
        try:
            await _until_ended(jobs, PATIENCE)
        finally:
            for job in jobs:
                job.kill()
        for job in jobs:
            if job.exit_code:
                raise MachineError(f"{job.name} failed: {why(job)}")

    async def _keep(self) -> None:
        """Look after the children until cancelled."""
        rotated = time.monotonic()
        while True:
            for child in list(self.children.values()):
                await self._look_after(child)
            if time.monotonic() - rotated > ROTATE_EVERY:
                logs.rotate(self.engines.layout.logs)
                rotated = time.monotonic()
            await asyncio.sleep(LOOK_EVERY)

    async def _look_after(self, child: Child) -> None:
        try:
            became = await child.look()
        except MachineError as error:
            child.fail()
            self._report(child.name, str(error))
            return
        if became is not None:
            self._report(child.name, _sentence(child, became))

    async def _stop(self, names: list[str], patience: float) -> None:
        there = [self.children[name].process for name in names if name in self.children]
        alive = [process for process in there if process.alive]
        for process in alive:
            process.ask_to_stop()
        await _until_ended(alive, patience)
        for process in there:
            killed = process.alive
            process.kill()
            self._report(process.name, "killed, it did not stop in time" if killed else "stopped")


async def _until_ended(processes: Sequence[Process], patience: float) -> bool:
    return await _until(lambda: not any(process.alive for process in processes), patience)


async def _until(done: Callable[[], bool], patience: float) -> bool:
    """Whether it came true within ``patience`` seconds."""
    deadline = time.monotonic() + patience
    while not done():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


def check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise MachineError(
                f"Port {port} of 127.0.0.1 cannot be taken ({error.strerror}): "
                f"end what uses it, or choose another with --port."
            ) from None


def why(process: Process) -> str:
    """How a process ended, and its last words unless it was killed."""
    code = process.exit_code
    if code is not None and code < 0:
        return f"by {signal.Signals(-code).name}, see {process.log}"
    lines = process.last_lines(40)
    telling = [line for line in lines if TELLING.search(line)] or lines
    said = telling[-1].strip() if telling else "it said nothing"
    return f"{said} (exit code {code}, see {process.log})"


def _sentence(child: Child, became: State) -> str:
    if became == "waiting":
        return f"died ({why(child.process)}); again in {child.pause():.1f} s"
    return "ready again" if became == "ready" else "starting again"
