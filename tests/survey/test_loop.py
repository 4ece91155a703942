"""From service to answer to effect, once through."""

from datetime import timedelta
from uuid import uuid4

from kit.auth import Role
from kit.contracts.survey import DissatisfactionReported, EffectMeasured, ResponseReceived


async def test_a_customer_is_served_asked_heard_and_later_ones_are_better_served(survey, asking):
    finding = uuid4()
    for score in (1, 2, 2, 3, 1, 2):
        await asking.answer(await asking.invited(), overall=score, billing=score, may_contact=True)
    survey.clock.advance(timedelta(days=7))
    await asking.verify(finding)
    for score in (4, 5, 5, 4, 5):
        await asking.answer(await asking.invited(), overall=score, billing=score)

    (measured,) = await survey.events(EffectMeasured)
    assert (measured["data"]["n_before"], measured["data"]["n_after"]) == (6, 5)
    assert measured["data"]["low"] > 0
    assert measured["correlation"] == "the-story"
    assert len(await survey.events(ResponseReceived)) == 11
    assert len(await survey.events(DissatisfactionReported)) == 5

    async with survey.client(Role.ANALYST) as analyst:
        scores = (await analyst.get("/v1/insights/scores?group_by=sub_process&group_by=driver")).json()
        effect = (await analyst.get(f"/v1/insights/effects/{finding}")).json()
    overall, billing = scores["items"]
    assert (overall["driver"], overall["n"], billing["driver"]) == (None, 11, "billing_accuracy")
    assert effect["conclusive"]
