from datetime import timedelta
from uuid import uuid4

from tests.survey.living import order, outage


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


async def test_an_event_read_twice_counts_once(survey):
    ended = await outage(survey, "3100000002", 60.0)
    reader = await survey._reader(ended)
    body = {
        "specversion": "1.0",
        "id": str(uuid4()),
        "type": ended.type,
        "source": "/services/incident",
        "subject": str(ended.incident_id),
        "time": survey.clock.now().isoformat(),
        "epoch": str(reader.epoch),
        "stream": ended.stream,
        "sequence": f"{survey._sequences[ended.stream]:020d}",
        "correlationid": "again",
        "account": "3100000002",
        "unit": "/city/east/",
        "data": ended.model_dump(mode="json"),
    }
    await reader.take([body])
    ((_, minutes, interruptions, *_),) = await lived(survey, "3100000002")
    assert (minutes, interruptions) == (60.0, 1)


async def test_an_order_that_went_well_or_had_no_customer_leaves_nothing(survey):
    await order(survey, "3100000003", late=0, returned=0)
    await order(survey, None, late=3, returned=0)
    assert await lived(survey, "3100000003") == []
