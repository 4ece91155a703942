"""What became of a campaign's invitations, as the route tells it."""

from datetime import timedelta
from uuid import uuid4

from kit.auth import Role
from tests.survey.asking import delivery
from tests.survey.sampling import EAST, WEST


async def test_who_was_asked_reached_and_heard_by_stratum(survey, sampling):
    await sampling.crowd(20, segment="rates", unit=EAST)
    await sampling.crowd(10, segment="rates", unit=WEST, phone=None)
    campaign = await sampling.drawn(
        "rates", frame={"segments": ["rates"]}, strata={"by": ["district"]}, quotas={"/city/east/": 15}
    )
    await sampling.plan()
    await survey.send_messages()
    tokens = [*(await sampling.tokens(campaign)).values()]
    async with survey.client() as phone:
        for token in tokens[:12]:
            await phone.post("/v1/invitations/open", json={"invitation": token})
        for token in tokens[10:15]:
            await phone.post("/v1/invitations/opt-out", json={"invitation": token})
    # as the intake marks it, whatever else it does with an answer
    marked = "UPDATE invitation SET answered_at = now(), completed_at = {} WHERE id IN (SELECT invitation.id FROM"
    marked += " invitation JOIN contact ON contact.id = contact_id WHERE campaign_id = $1 ORDER BY account {})"
    await survey.sql(marked.format("now()", "LIMIT 8"), campaign)

    found = await sampling.rates(campaign)
    assert (found["steps_of"], found["confidentiality"]) == (5, "confidential")
    east, west = found["strata"]
    assert (east["stratum"], east["issued"], east["sent"], east["quota"]) == ("/city/east/", 20, 20, 15)
    assert (east["opened"], east["complete"], east["partial"], east["opted_out"]) == (10, 5, 0, 5)
    assert (west["stratum"], west["issued"], west["sent"], west["waiting"]) == ("/city/west/", 10, 0, 10)
    assert (west["complete"], west["not_answered"]) == (0, 0)
    rates = {rate["name"]: rate for rate in found["total"]["rates"]}
    assert rates["response_rate_1"]["value"] == 5 / 30
    assert rates["response_rate_1"]["formula"].startswith("RR1 = I / ")

    survey.clock.advance(timedelta(days=20))
    later = await sampling.rates(campaign, round=1)
    assert (later["strata"][0]["not_answered"], later["strata"][1]["not_answered"]) == (5, 10)
    assert (await sampling.rates(campaign, round=2))["strata"] == []


async def test_an_answer_on_the_phone_counts(survey, sampling):
    await sampling.crowd(6, segment="phones")
    campaign = await sampling.drawn("phones", frame={"segments": ["phones"]})
    await sampling.plan()
    for token in (await sampling.tokens(campaign)).values():
        answer = await sampling.put(uuid4(), delivery(token, overall=5))
        assert answer.status_code == 200, answer.text
    found = await sampling.rates(campaign)
    assert (found["total"]["complete"], found["total"]["opened"]) == (5, 5)


async def test_of_an_anonymous_campaign_only_the_whole_is_counted(survey, sampling):
    await sampling.crowd(20, segment="secret")
    campaign = await sampling.drawn(
        "secret", frame={"segments": ["secret"]}, confidentiality="anonymous", strata={"by": ["segment"]}
    )
    await sampling.plan()
    await survey.send_messages()
    for token in [*(await sampling.tokens(campaign)).values()][:7]:
        answer = await sampling.put(uuid4(), delivery(token, overall=5))
        assert answer.status_code == 200, answer.text
    found = await sampling.rates(campaign)
    whole, (part,) = found["total"], found["strata"]
    assert (whole["issued"], whole["sent"], whole["complete"], whole["opened"]) == (20, 20, 5, None)
    assert (part["issued"], part["complete"], part["not_answered"]) == (20, None, None)
    rates = {rate["name"]: rate for rate in whole["rates"]}
    assert (rates["response_rate_1"]["value"], rates["delivery_rate"]["value"]) == (0.25, 1.0)
    assert "not looked at" in rates["completion_rate"]["reason"]


async def test_for_ones_own_unit(survey, sampling):
    campaign = await sampling.drawn("foreign", unit="/city/west/", frame={"segments": ["none"]})
    async with survey.client(Role.MANAGER, unit="/city/east/") as manager:
        assert (await manager.get(f"/v1/campaigns/{campaign}/response-rates")).status_code == 404
