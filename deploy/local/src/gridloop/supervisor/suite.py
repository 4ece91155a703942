"""A supervised suite for programs: tests, the demonstration, benchmarks."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from gridloop.engines import Engines
from gridloop.layout import SERVICES
from gridloop.supervisor.supervisor import PATIENCE, Report, Supervisor, silent

Result = TypeVar("Result")


class Suite:
    """Start, stop, kill and watch a suite from any thread; see the package for an example.

    All methods block; from a coroutine call them by ``asyncio.to_thread``.
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
        self.supervisor = Supervisor(
            data, port=port, demo_clock=demo_clock, services=services, settings=settings, report=report
        )
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="suite", daemon=True)

    @property
    def engines(self) -> Engines:
        return self.supervisor.engines

    @property
    def url(self) -> str:
        """The gateway's address."""
        return self.supervisor.url

    def service_url(self, service: str) -> str:
        return self.supervisor.service_url(service)

    def environment(self, service: str) -> dict[str, str]:
        return self.supervisor.environment(service)

    def start(self) -> Self:
        """Returns when everything serves. Raises ``MachineError``, and then nothing is left running."""
        self._thread.start()
        try:
            self._run(self.supervisor.start())
        except BaseException:
            self._end()
            raise
        return self

    def stop(self) -> None:
        if self._thread.is_alive():
            self._run(self.supervisor.stop())
            self._end()

    def kill(self, name: str) -> None:
        """SIGKILL to a service, ``postgres`` or ``nats``, with its children; the supervisor starts it again."""
        self._run(self._kill(name))

    def hold(self, name: str) -> None:
        """SIGKILL, and leave it down until ``release``."""
        self._run(self._hold(name))

    def release(self, name: str, timeout: float = PATIENCE) -> None:
        """Let a held child start again, and wait until it serves."""
        self._run(self._release(name))
        self.wait_ready(name, timeout=timeout)

    def wait_ready(self, *names: str, timeout: float = PATIENCE) -> None:
        """Wait until these (or all) run and answer. Raises ``MachineError`` after ``timeout`` seconds."""
        self._run(self.supervisor.wait_ready(names or tuple(self.supervisor.children), timeout))

    def pid(self, name: str) -> int:
        return self.supervisor.children[name].process.pid

    async def _kill(self, name: str) -> None:
        self.supervisor.children[name].process.kill()

    async def _hold(self, name: str) -> None:
        self.supervisor.children[name].hold()

    async def _release(self, name: str) -> None:
        self.supervisor.children[name].release()

    def _run(self, work: Coroutine[object, object, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
