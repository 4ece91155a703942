"""The two ends of the pipeline, each a process as in the suite: a publisher with its relay, and a reader.

``python -m gridloop.bench.pipeline publish|read`` with the service's environment; a JSON plan on standard
input, JSON measurements on standard output.
"""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.contracts.survey import InvitationIssued
from kit.events import Consumers, Event, emit
from kit.events.reader import Body, Reader
from kit.http.runtime import Parts, Runtime
from kit.settings import ServiceSettings
from kit.tasks import ended

IDLE_SECONDS = 20.0
consumers = Consumers()


@consumers.on(InvitationIssued)
async def note_effect(session: AsyncSession, event: Event[InvitationIssued], _: Context) -> None:
    """What the cheapest real handler costs: one row by the event's key."""
    await session.execute(text("INSERT INTO bench_effect VALUES (:id)"), {"id": event.data.invitation_id})


class TimedReader(Reader):
    """Notes when each event's effect was committed, in seconds of the machine's clock."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.done: dict[str, float] = {}

    async def _transaction(self, batch: Sequence[Body]) -> int:
        done = await super()._transaction(batch)
        now = time.time()
        self.done.update((body["data"]["invitation_id"], now) for body in batch[:done])
        return done


async def publish(plan: dict[str, Any]) -> dict[str, float]:
    """Commits ``events`` in transactions of ``size``, at ``rate`` a second (0: as fast as it goes)."""
    runtime = Runtime("survey", ServiceSettings(), Parts())
    runtime.broker.start()
    relay = asyncio.create_task(runtime.relay.run())
    await asyncio.sleep(1.5)
    await _warm_up(runtime, plan["warm_up"])
    committed: dict[str, float] = {}
    left = iter(range(plan["events"] // plan["size"]))
    began = time.perf_counter()

    async def writer() -> None:
        for n in left:
            if plan["rate"]:
                await asyncio.sleep(max(0.0, began + n * plan["size"] / plan["rate"] - time.perf_counter()))
            ids = [uuid4() for _ in range(plan["size"])]
            async with runtime.database.writing() as session:
                for event_id in ids:
                    emit(session, _payload(event_id), subject=str(event_id), unit="/city/east/", account="3100000001")
            now = time.time()
            committed.update((str(event_id), now) for event_id in ids)

    await asyncio.gather(*(writer() for _ in range(plan["writers"])))
    while await _unpublished(runtime):  # noqa: ASYNC110  (the database tells of nothing by itself)
        await asyncio.sleep(0.05)
    await ended([relay])
    await runtime.stop()
    return committed


async def _warm_up(runtime: Runtime, events: int) -> None:
    """Events that nobody measures: streams, readers and connections are made by the first."""
    for _ in range(events):
        async with runtime.database.writing() as session:
            event_id = uuid4()
            emit(session, _payload(event_id), subject=str(event_id), unit="/city/east/", account="3100000001")
    await asyncio.sleep(2.0 if events else 0)


async def read(plan: dict[str, Any]) -> dict[str, float]:
    """Reads until ``events`` had their effect, or nothing came for a while."""
    runtime = Runtime("responsibility", ServiceSettings(), Parts(consumers=[consumers]))
    runtime.broker.start()
    subscription = next(s for s in runtime.subscriptions if s.stream == "survey")
    reader = TimedReader(subscription, runtime.database, runtime.broker, runtime.context, runtime.metrics)
    task = asyncio.create_task(reader.run())
    last, quiet_since = -1, time.monotonic()
    while len(reader.done) < plan["events"] + plan["warm_up"] and time.monotonic() - quiet_since < IDLE_SECONDS:
        if len(reader.done) != last:
            last, quiet_since = len(reader.done), time.monotonic()
        await asyncio.sleep(0.05)
    await ended([task])
    await runtime.stop()
    return reader.done


async def _unpublished(runtime: Runtime) -> bool:
    async with runtime.database.reading() as session:
        behind = (
            "SELECT EXISTS (SELECT FROM event WHERE xid >= (SELECT horizon FROM relay)) OR EXISTS "
            "(SELECT FROM published WHERE head > sequence)"
        )
        return bool((await session.execute(text(behind))).scalar())


def _payload(invitation: UUID) -> InvitationIssued:
    now = datetime.now(UTC)
    return InvitationIssued(
        invitation_id=invitation,
        campaign_id=invitation,
        trigger="order_completed",
        trigger_id=invitation,
        sub_process="RB-04",
        channel="file",
        issued_at=now,
        expires_at=now,
    )


def main() -> None:
    plan = json.loads(sys.stdin.read())
    work = publish if sys.argv[1] == "publish" else read
    answer, sys.stdout = sys.stdout, sys.stderr  # logs must not stand between the measurements
    answer.write(json.dumps(asyncio.run(work(plan))))


if __name__ == "__main__":
    main()
