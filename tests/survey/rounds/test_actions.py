"""An action is done: the customers of the service that it changed are asked again."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from kit.contracts.responsibility import ActionDone, FindingOpened
from kit.contracts.survey import RoundPlanned
from tests.survey.sampling import EAST, WEST


async def finding(survey, *, sub_process="RB-09", unit="/city/east/"):
    found = uuid4()
    opened = FindingOpened(
        finding_id=found,
        number="F-1",
        sub_process=sub_process,
        cause="meter_reading",
        opened_at=survey.clock.now(),
        cases=3,
    )
    await survey.deliver(opened, subject=str(found), unit=unit)
    return found


async def done(survey, finding_id, *, unit="/city/east/"):
    action, now = uuid4(), survey.clock.now()
    told = ActionDone(action_id=action, finding_id=finding_id, kind="training", post="METER", done_at=now)
    await survey.deliver(told, subject=str(action), unit=unit)
    return action


@pytest.fixture(scope="module")
async def served(survey, sampling):
    """Customers of four services, asked about each when it happened, long rested by now."""
    await sampling.campaign("orders", questionnaire="after_order", trigger="order_completed")
    found = {}
    for name, more in {
        "here": {"unit": EAST},
        "other sub-process": {"unit": EAST, "sub_process": "BE-12"},
        "elsewhere": {"unit": WEST},
    }.items():
        found[name] = await sampling.crowd(4)
        for account in found[name]:
            await sampling.serve(account, **more)
    survey.clock.advance(timedelta(days=60))
    found["lately"] = await sampling.crowd(2)
    for account in found["lately"]:
        await sampling.serve(account, unit=EAST)
    return found


@pytest.fixture(scope="module")
async def campaign(sampling, served):
    return await sampling.campaign("after_action", questionnaire="after_order", trigger="action_done", lookback_days=90)


async def test_who_was_served_there_lately_is_asked_once_and_who_rests_is_not(survey, sampling, served, campaign):
    """How they answered does not matter: a confidential answer singles nobody out."""
    action = await done(survey, await finding(survey))
    await sampling.plan()
    assert await sampling.asked_by(campaign) == served["here"]
    rows = await survey.sql("SELECT trigger, trigger_id, sub_process FROM invitation WHERE campaign_id = $1", campaign)
    assert {tuple(row.values()) for row in rows} == {("action_done", action, "RB-09")}
    (told,) = [e for e in await survey.events(RoundPlanned) if e["data"]["campaign_id"] == campaign]
    assert UUID(told["data"]["trigger_id"]) == action


async def test_not_those_served_too_long_ago(survey, sampling, served, campaign):
    survey.clock.advance(timedelta(days=31))
    await done(survey, await finding(survey))
    await sampling.plan()
    assert await sampling.asked_by(campaign) == [*served["here"], *served["lately"]]


async def test_a_finding_that_was_never_heard_of_asks_nobody(survey, sampling, campaign):
    before = len(await sampling.rounds(campaign))
    await done(survey, uuid4())
    await sampling.plan()
    assert len(await sampling.rounds(campaign)) == before


async def test_a_campaign_for_other_services_asks_nobody(survey, sampling, campaign):
    other = await sampling.campaign(
        "after_other", questionnaire="after_order", trigger="action_done", sub_processes=["BE-12"]
    )
    await done(survey, await finding(survey))
    assert await sampling.rounds(other) == []
    await sampling.plan()
