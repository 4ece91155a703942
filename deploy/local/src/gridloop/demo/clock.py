"""The suite's movable clock, and waiting until all that follows from what was told has happened."""

from datetime import datetime, timedelta

from gridloop.demo.faults import DemoError, UnexpectedAnswerError
from gridloop.demo.gateway import Caller

MOMENT = timedelta(seconds=1)
NOT_FOUND = 404


class Clock:
    """Business time of the whole suite; the operator moves it, forward only."""

    def __init__(self, operator: Caller) -> None:
        self._operator = operator

    async def now(self) -> datetime:
        """Raises ``DemoError`` where the suite has no movable clock."""
        try:
            return datetime.fromisoformat((await self._operator.get("/v1/demo/clock"))["now"])
        except UnexpectedAnswerError as error:
            if error.status == NOT_FOUND:
                where = self._operator.gateway.url
                raise DemoError(f"The suite at {where} keeps real time: start it with --demo-clock.") from error
            raise

    async def begin(self, at: datetime) -> None:
        """The first move. Raises ``DemoError`` where the clock was moved beyond ``at`` already."""
        present = await self.now()
        if present > at:
            where = self._operator.gateway.url
            raise DemoError(f"At {where} it is {present:%Y-%m-%d} already, and the story begins on {at:%Y-%m-%d}.")
        await self.move(at)

    async def move(self, to: datetime) -> None:
        """Returns when all that was due by then has happened and every service is still."""
        await self._operator.post("/v1/demo/clock", {"to": to.isoformat()})

    async def settle(self) -> None:
        """Let everything that is on its way arrive."""
        await self.move(await self.now() + MOMENT)
