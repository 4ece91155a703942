"""What customers live through, as the other services tell of it."""

from datetime import timedelta
from uuid import uuid4

from kit.contracts.incident import DisturbanceRecorded, InterruptionEnded
from kit.contracts.responsibility import OrderCompleted


async def outage(survey, account, minutes, *, began=None, sustained=True):
    began = began or survey.clock.now()
    ended = InterruptionEnded(
        interruption_id=uuid4(),
        incident_id=uuid4(),
        step=1,
        began_at=began,
        ended_at=began + timedelta(minutes=minutes),
        minutes=minutes,
        sustained=sustained,
    )
    await survey.deliver(ended, subject=str(ended.incident_id), unit="/city/east/", account=account)
    return ended


async def dip(survey, account, *, at=None):
    told = DisturbanceRecorded(
        disturbance_id=uuid4(),
        kind="dip",
        happened_at=at or survey.clock.now(),
        residual_percent=60.0,
        duration_ms=200,
    )
    await survey.deliver(told, subject=f"{told.disturbance_id}:{account}", unit="/city/east/", account=account)
    return told


async def order(survey, account, *, late, returned):
    now = survey.clock.now()
    done = OrderCompleted(
        order_id=uuid4(),
        number="SO-1",
        route=None,
        sub_process="RB-09",
        opened_at=now,
        completed_at=now,
        stages=[],
        late_stages=late,
        returned_handovers=returned,
    )
    await survey.deliver(done, subject=str(done.order_id), unit="/city/east/", account=account)
