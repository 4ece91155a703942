from datetime import timedelta
from uuid import uuid4

import pytest

from kit.events.reader import Moved, Reader
from tests.support.services import EPOCH
from tests.survey.living import dip, order, outage


async def lived(survey, account):
    rows = await survey.sql("SELECT * FROM exposure WHERE account = $1 ORDER BY day", account)
    return [tuple(row.values())[1:] for row in rows]


async def test_outages_and_orders_add_up_by_account_and_local_day(survey):
    began = survey.clock.now().replace(hour=15, minute=50)  # ten to midnight in Shanghai
    await outage(survey, "3100000001", 90.0, began=began)
    await outage(survey, "3100000001", 30.0, began=began)
    await outage(survey, "3100000001", 2.0, began=began + timedelta(minutes=20), sustained=False)
    await order(survey, "3100000001", late=2, returned=1)
    today, tomorrow = began.date(), began.date() + timedelta(days=1)
    assert await lived(survey, "3100000001") == [
        (today, 120.0, 2, 0, None, 2, 1),
        (tomorrow, 0.0, 0, 1, None, 0, 0),
    ]


async def test_dips_add_up_too_on_days_of_their_own_and_beside_outages(survey):
    began = survey.clock.now().replace(hour=3)
    account = "3100000009"
    await dip(survey, account, at=began)
    await outage(survey, account, 30.0, began=began)
    await dip(survey, account, at=began)
    await outage(survey, account, 10.0, began=began - timedelta(days=1))
    await dip(survey, account, at=began - timedelta(days=1))
    assert await lived(survey, account) == [
        (began.date() - timedelta(days=1), 10.0, 1, 0, 1, 0, 0),
        (began.date(), 30.0, 1, 0, 2, 0, 0),
    ]


def again(survey, ended, *, account, sequence):
    """The outage as the broker brings it, under the sequence that it had."""
    return {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": ended.type,
        "source": "/services/incident",
        "subject": str(ended.incident_id),
        "time": survey.clock.now().isoformat(),
        "epoch": str(EPOCH),
        "stream": ended.stream,
        "sequence": f"{sequence:020d}",
        "correlationid": "again",
        "account": account,
        "unit": "/city/east/",
        "data": ended.model_dump(mode="json"),
    }


async def replica(survey, ended):
    """A reader of its own that begins where the database says."""
    runtime = survey.runtime
    (found,) = (one for one in runtime.subscriptions if one.stream == ended.stream)
    reader = Reader(found, runtime.database, runtime.broker, runtime.context, runtime.metrics)
    await reader._load()
    return reader


class TestTwice:
    """Outages reach the service again: after a lost acknowledgement, and by a replica that nobody told to stop."""

    async def test_delivered_again_they_count_once(self, survey):
        ended = [await outage(survey, "3100000002", minutes) for minutes in (60.0, 30.0)]
        last = survey._sequences[ended[0].stream]
        bodies = [again(survey, one, account="3100000002", sequence=last - 1 + at) for at, one in enumerate(ended)]
        for reader in (await survey._reader(ended[0]), await replica(survey, ended[0])):
            await reader.take(bodies)
        ((_, minutes, interruptions, *_),) = await lived(survey, "3100000002")
        assert (minutes, interruptions) == (90.0, 2)

    async def test_read_by_two_at_once_they_count_once(self, survey):
        first = await outage(survey, "3100000004", 10.0)
        old, new = await replica(survey, first), await replica(survey, first)
        last = survey._sequences[first.stream]
        bodies = [again(survey, first, account="3100000005", sequence=last + 1 + at) for at in range(3)]
        await new.take(bodies)
        with pytest.raises(Moved):
            await old.take(bodies)
        survey._sequences[first.stream] += len(bodies)
        (await survey._reader(first)).sequence = survey._sequences[first.stream]
        ((_, minutes, interruptions, *_),) = await lived(survey, "3100000005")
        assert (minutes, interruptions) == (30.0, 3)


async def test_an_order_that_went_well_or_had_no_customer_leaves_nothing(survey):
    await order(survey, "3100000003", late=0, returned=0)
    await order(survey, None, late=3, returned=0)
    assert await lived(survey, "3100000003") == []
