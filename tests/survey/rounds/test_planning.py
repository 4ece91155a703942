"""Planning survives being killed, two planners at once, and a million customers."""

import asyncio
from collections import Counter
from time import perf_counter

import pytest

from kit.auth import Role
from survey.rounds import jobs as planning
from survey.rounds import service
from tests.survey.sampling import Sampling


class Killed(BaseException):
    """As a process ends: nothing catches it."""


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(service, "CHUNK", 100)


async def state_of(survey, campaign):
    (row,) = await survey.sql("SELECT * FROM campaign_round WHERE campaign_id = $1", campaign)
    return row


def dies_after(chunks, monkeypatch, *, committed):
    """The planner dies with its chunk of this number: before its commit, or after."""
    ask, done = service.ask_chunk, []

    async def deadly(*given, **named):
        done.append(1)
        if len(done) > chunks and committed:
            raise Killed
        asked = await ask(*given, **named)
        if len(done) > chunks:
            raise Killed
        return asked

    monkeypatch.setattr(service, "ask_chunk", deadly)


async def lease_ends(survey):
    await survey.sql("UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'running'")


class TestKills:
    @pytest.mark.parametrize("committed", [False, True])
    @pytest.mark.parametrize("chunks", [0, 1, 3])
    async def test_a_killed_planner_goes_on_without_asking_anybody_twice(
        self, survey, sampling, small_chunks, monkeypatch, chunks, committed
    ):
        name = f"killed_{chunks}_{'after' if committed else 'before'}"
        accounts = await sampling.crowd(450, segment=name)
        campaign = await sampling.drawn(name, frame={"segments": [name]})
        await survey.fire_timers()
        with monkeypatch.context() as patch:
            dies_after(chunks, patch, committed=committed)
            with pytest.raises(Killed):
                await survey.runtime.jobs.run_next()
        assert len(await sampling.asked_by(campaign)) == 100 * chunks
        assert (await state_of(survey, campaign))["issued"] == 100 * chunks
        assert not await survey.runtime.jobs.run_next()
        await lease_ends(survey)
        assert await survey.runtime.jobs.run_next()
        assert Counter(await sampling.asked_by(campaign)) == Counter(accounts)
        found = await state_of(survey, campaign)
        assert (found["state"], found["issued"]) == ("planned", 450)

    async def test_the_sample_stays_the_one_that_was_drawn(self, survey, sampling, small_chunks, monkeypatch):
        await sampling.crowd(500, segment="steady")
        campaign = await sampling.drawn("steady", active=False, frame={"segments": ["steady"]}, size=300)
        said = await sampling.dry_run(campaign, accounts="asked", limit=200)
        rest = await sampling.dry_run(campaign, accounts="asked", limit=200, after=said["next"])
        await sampling.post(f"/v1/campaigns/{campaign}/activate", None, Role.ANALYST, status=200)
        await survey.fire_timers()
        with monkeypatch.context() as patch:
            dies_after(1, patch, committed=True)
            with pytest.raises(Killed):
                await survey.runtime.jobs.run_next()
        await lease_ends(survey)
        await survey.runtime.jobs.run_next()
        assert await sampling.asked_by(campaign) == [one["account"] for one in said["accounts"] + rest["accounts"]]

    async def test_a_fault_that_passes_is_waited_out(self, survey, sampling, small_chunks, monkeypatch):
        accounts = await sampling.crowd(250, segment="fault")
        campaign = await sampling.drawn("fault", frame={"segments": ["fault"]})
        await survey.fire_timers()
        ask, times = service.ask_chunk, []

        async def faulty(*given, **named):
            times.append(1)
            if len(times) == 2:
                raise ConnectionError("the database went away")
            return await ask(*given, **named)

        with monkeypatch.context() as patch:
            patch.setattr(service, "ask_chunk", faulty)
            with pytest.raises(ConnectionError):
                await survey.runtime.jobs.run_next()
            await lease_ends(survey)
            await survey.runtime.jobs.run_next()
        assert await sampling.asked_by(campaign) == accounts


class TestTwo:
    async def test_two_planners_of_one_round_ask_each_customer_once(self, survey, sampling, small_chunks):
        accounts = await sampling.crowd(700, segment="two")
        campaign = await sampling.drawn("two", frame={"segments": ["two"]})
        await survey.fire_timers()
        (row,) = await survey.sql("SELECT * FROM job WHERE state = 'waiting' AND kind = 'campaign.plan'")
        from kit.jobs import Job

        job = Job(row["id"], {"round_id": str((await state_of(survey, campaign))["id"])}, "/", survey.runtime.database)
        both = [planning.plan(job, survey.runtime.context) for _ in range(2)]
        await asyncio.gather(*both, return_exceptions=True)
        await survey.runtime.jobs.run_next()
        assert Counter(await sampling.asked_by(campaign)) == Counter(accounts)
        found = await state_of(survey, campaign)
        assert (found["issued"], found["not_asked"]) == (700, "{}")

    async def test_two_campaigns_at_once_ask_each_customer_once(self, survey, sampling, small_chunks):
        accounts = await sampling.crowd(600, segment="rivals")
        rivals = [await sampling.drawn(f"rival_{n}", frame={"segments": ["rivals"]}) for n in range(2)]
        await survey.fire_timers()
        await asyncio.gather(survey.runtime.jobs.run_next(), survey.runtime.jobs.run_next())
        asked = [account for campaign in rivals for account in await sampling.asked_by(campaign)]
        assert Counter(asked) == Counter(accounts)
        found = [await state_of(survey, campaign) for campaign in rivals]
        assert all(row["state"] == "planned" for row in found)
        assert sum(row["issued"] for row in found) == 600


class TestStops:
    async def test_it_stops_when_it_is_told_and_goes_on_when_it_is_asked(self, survey, sampling, small_chunks):
        accounts = await sampling.crowd(300, segment="stops")
        campaign = await sampling.drawn("stops", frame={"segments": ["stops"]})
        await survey.fire_timers()
        (found,) = await sampling.rounds(campaign)
        place = f"/v1/campaigns/jobs/{found['job_id']}"
        await survey.sql("UPDATE job SET stop_requested = 1 WHERE id = $1", found["job_id"])
        await survey.runtime.jobs.run_next()
        async with survey.client(Role.ANALYST) as analyst:
            job = (await analyst.get(place)).json()
            assert (job["state"], job["error"]) == ("stopped", "after 0 of 300 invitations")
            resumed = await analyst.post(f"/v1/campaigns/{campaign}/rounds/1/plan")
            assert resumed.status_code == 202
            assert (await analyst.post(f"/v1/campaigns/{campaign}/rounds/1/plan")).status_code == 409
            assert (await analyst.post(f"/v1/campaigns/{campaign}/rounds/2/plan")).status_code == 404
            await sampling.plan()
            done = (await analyst.get(resumed.headers["location"])).json()
        assert (done["state"], done["result"]["issued"]) == ("done", 300)
        assert await sampling.asked_by(campaign) == accounts

    async def test_a_campaign_that_is_closed_meanwhile_asks_nobody_more(self, survey, sampling, small_chunks):
        await sampling.crowd(300, segment="shut")
        campaign = await sampling.drawn("shut", frame={"segments": ["shut"]})
        await survey.fire_timers()
        await sampling.post(f"/v1/campaigns/{campaign}/close", None, Role.ANALYST, status=200)
        await survey.runtime.jobs.run_next()
        assert await sampling.asked_by(campaign) == []

    async def test_who_opts_out_between_the_draw_and_his_turn_is_left_alone(
        self, survey, sampling, small_chunks, monkeypatch
    ):
        accounts = await sampling.crowd(200, segment="meanwhile")
        campaign = await sampling.drawn("meanwhile", frame={"segments": ["meanwhile"]})
        await survey.fire_timers()
        ask = service.ask_chunk

        async def after_a_wish(session, campaign, found, chunk, context):
            async with survey.client(Role.AGENT) as agent:
                await agent.put(f"/v1/contacts/{chunk[0].account}/opt-out")
            return await ask(session, campaign, found, chunk, context)

        with monkeypatch.context() as patch:
            patch.setattr(service, "ask_chunk", after_a_wish)
            await survey.runtime.jobs.run_next()
        assert await sampling.asked_by(campaign) == [*accounts[1:100], *accounts[101:]]
        (found,) = await sampling.rounds(campaign)
        assert (found["issued"], found["not_asked"]) == (198, {"meanwhile": 2})


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_million_invitations_are_planned_within_a_minute(survey, sampling: Sampling):
    million = 1_000_000
    await survey.sql(
        "INSERT INTO contact (id, account, unit, data_key, phone, language, segment, opt_out, consent, source_version,"
        " updated_at) SELECT uuidv7(), (7000000000 + n)::text, '/city/d' || n % 20 || '/hall-' || n % 7 || '/',"
        " decode(repeat('00', 76), 'hex'), decode(repeat('00', 50), 'hex'), 'zh-CN', 'million', false, true, 1, now()"
        " FROM generate_series(1, $1::int) AS n",
        million,
    )
    await survey.sql("ANALYZE contact")
    campaign = await sampling.drawn("million", frame={"segments": ["million"]}, strata={"by": ["district"]})
    await survey.fire_timers()
    began = perf_counter()
    await survey.runtime.jobs.run_next()
    took = perf_counter() - began
    (found,) = await sampling.rounds(campaign)
    assert (found["state"], found["issued"]) == ("planned", million)
    assert took < 60, f"{took:.1f} s"
