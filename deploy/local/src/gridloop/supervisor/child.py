"""A supervised process: whether it should run, whether it does, and when to try again."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal

from gridloop.process import Process

FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
STEADY = 60.0

State = Literal["down", "starting", "ready", "waiting", "held"]


@dataclass
class Child:
    """``probe`` answers whether the process serves.

    The pauses between attempts double with each death and are forgotten after a minute of service.
    """

    process: Process
    probe: Callable[[], Awaitable[bool]]
    now: Callable[[], float] = time.monotonic
    state: State = "down"
    deaths: int = 0
    _since: float = field(default=0.0, init=False)
    _retry: float = field(default=0.0, init=False)

    @property
    def name(self) -> str:
        return self.process.name

    @property
    def seconds(self) -> float:
        """How long it has been in its state."""
        return self.now() - self._since

    def start(self) -> None:
        self.process.spawn()
        self._enter("starting")

    def hold(self) -> None:
        self._enter("held")
        self.process.kill()

    def release(self) -> None:
        self._enter("waiting")
        self._retry = self.now()

    async def look(self) -> State | None:
        """Move to the state it is in now; that state if it is a new one."""
        before = self.state
        if self.state in ("starting", "ready") and not self.process.alive:
            self._bury()
        elif self.state == "starting" and await self.probe():
            self._enter("ready")
        elif self.state == "waiting" and self.now() >= self._retry:
            self.start()
        return self.state if self.state != before else None

    def pause(self) -> float:
        return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.deaths - 1, 16))

    def _bury(self) -> None:
        if self.state == "ready" and self.seconds > STEADY:
            self.deaths = 0
        self.fail()

    def fail(self) -> None:
        """It could not even be started."""
        self.deaths += 1
        self._wait()

    def _wait(self) -> None:
        self._enter("waiting")
        self._retry = self.now() + self.pause()

    def _enter(self, state: State) -> None:
        self.state = state
        self._since = self.now()
