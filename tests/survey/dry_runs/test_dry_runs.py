"""The dry run says beforehand what the plan then does."""

import hashlib
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from kit.auth import Role
from survey.campaigns.strata import stratum_of
from survey.frames.service import be_patient
from tests.survey.sampling import EAST, HILLS, WEST


@pytest.fixture(scope="module")
async def crowd(sampling):
    """Two districts of one city with two segments, and customers of each kind who cannot be asked."""
    found = {
        "east": await sampling.crowd(300, segment="residential"),
        "west": await sampling.crowd(150, unit=WEST, segment="residential"),
        "industry": await sampling.crowd(60, unit=WEST, segment="industrial"),
        "nobody's": await sampling.crowd(20, unit=WEST),
        "out": await sampling.crowd(7, opt_out=True),
        "unwilling": await sampling.crowd(6, consent=False),
        "mute": await sampling.crowd(5, phone=None),
        "hills": await sampling.crowd(11, unit=HILLS),
        "english": await sampling.crowd(4, language="en"),
    }
    resting = found["east"][:9]
    await sampling.campaign("earlier", questionnaire="after_order")
    for account in resting:
        await sampling.post(
            "/v1/invitations", {"campaign": "earlier", "account": account, "unit": EAST}, Role.INTEGRATOR
        )
    return found | {"resting": resting}


CITY = {
    "unit": "/city/",
    "frame": {"languages": ["zh-CN"]},
    "channels": ["gateway"],
    "strata": {"by": ["district", "segment"]},
    "size": 100,
    "seed": "spring",
}


@pytest.fixture
def every_channel(survey, monkeypatch):
    monkeypatch.setattr("survey.campaigns.service.set_up", lambda _: ["file", "email", "gateway"])


async def test_everybody_of_the_unit_is_asked_or_has_a_reason(sampling, crowd):
    campaign = await sampling.drawn("city", active=False, **CITY)
    found = await sampling.dry_run(campaign)
    assert found["not_asked"] == {
        "no_consent": 6,
        "not_drawn": 521 - 100,
        "opted_out": 7,
        "other_language": 4,
        "resting": 9,
        "unreachable": 5,
    }
    assert (found["asked"], found["population"]) == (100, sum(map(len, crowd.values())) - 11 - 9)
    assert found["asked"] + sum(found["not_asked"].values()) == found["population"]
    strata = {one["stratum"]: (one["may_be_asked"], one["asked"]) for one in found["strata"]}
    # Hamilton's method over 291 + 60 + 150 + 20 = 521: 55.85, 11.52, 28.79, 3.84
    assert strata == {
        "/city/east/|residential": (291, 56),
        "/city/west/|-": (20, 4),
        "/city/west/|industrial": (60, 11),
        "/city/west/|residential": (150, 29),
    }


async def test_it_asks_nobody_and_says_the_same_again(sampling, crowd):
    campaign = await sampling.drawn("still", active=False, **CITY)
    first = await sampling.dry_run(campaign, accounts="asked", limit=200)
    assert await sampling.dry_run(campaign, accounts="asked", limit=200) == first
    assert await sampling.asked_by(campaign) == []


async def test_the_plan_does_what_the_dry_run_said(sampling, crowd, every_channel):
    campaign = await sampling.drawn("does", active=False, **CITY)
    said = await sampling.dry_run(campaign, accounts="asked", limit=200)
    await sampling.post(f"/v1/campaigns/{campaign}/activate", None, Role.ANALYST, status=200)
    await sampling.plan()
    assert await sampling.asked_by(campaign) == [one["account"] for one in said["accounts"]]
    rows = await sampling.survey.sql("SELECT stratum FROM invitation WHERE campaign_id = $1", campaign)
    assert Counter(row["stratum"] for row in rows) == {one["stratum"]: one["asked"] for one in said["strata"]}
    sampling.survey.clock.advance(timedelta(days=31))


async def test_the_smallest_tickets_of_each_stratum_are_drawn(sampling, crowd):
    """Drawn again here from measures.md: ticket = SHA-256 of seed and account."""
    campaign = await sampling.drawn("tickets", active=False, **CITY)
    said = await sampling.dry_run(campaign, accounts="asked", limit=200)

    def ticket(account):
        return hashlib.sha256(f"spring|1|{account}".encode()).digest()

    pools = {
        "/city/east/|residential": crowd["east"],
        "/city/west/|residential": crowd["west"],
        "/city/west/|industrial": crowd["industry"],
        "/city/west/|-": crowd["nobody's"],
    }
    asked = {one["stratum"]: one["asked"] for one in said["strata"]}
    expected = [a for name, pool in pools.items() for a in sorted(pool, key=ticket)[: asked[name]]]
    assert sorted(expected) == [one["account"] for one in said["accounts"]]


async def test_another_seed_draws_others(sampling, crowd):
    drawn = []
    for seed in ("a", "b", "a"):
        campaign = await sampling.drawn(f"seed_{len(drawn)}", active=False, **CITY | {"seed": seed})
        said = await sampling.dry_run(campaign, accounts="asked", limit=200)
        drawn.append([one["account"] for one in said["accounts"]])
    assert drawn[0] == drawn[2] != drawn[1]


async def test_strata_are_named_alike_in_the_database_and_in_the_rules(sampling, crowd):
    campaign = await sampling.drawn("named", active=False, strata={"by": ["segment", "district"], "district_depth": 1})
    said = await sampling.dry_run(campaign, accounts="asked", limit=200)
    async with sampling.survey.client(Role.AGENT) as agent:
        for one in said["accounts"][::25]:
            known = (await agent.get(f"/v1/contacts/{one['account']}")).json()
            expected = stratum_of(["segment", "district"], 1, unit=known["unit"], segment=known["segment"])
            assert one["stratum"] == expected


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"frame": {"segments": ["industrial"]}}, {"all": 60}),
        ({"frame": {"units": ["/hills/", "/city/west/"]}}, {"all": 150 + 60 + 20 + 11}),
        ({"frame": {"segments": ["industrial"]}, "share": 0.25}, {"all": 15}),
        (
            {
                "strata": {"by": ["segment"], "allocation": "equal"},
                "size": 90,
                "frame": {"segments": ["industrial", "residential"]},
            },
            {"industrial": 45, "residential": 45},
        ),
        (
            {"strata": {"by": ["segment"], "allocation": "given", "given": {"industrial": 100, "residential": 3}}},
            {"-": 0, "industrial": 60, "residential": 3},
        ),
    ],
)
async def test_frames_and_allocations(sampling, crowd, more, asked):
    sampling.drafts = getattr(sampling, "drafts", 0) + 1
    campaign = await sampling.drawn(f"allocation_{sampling.drafts}", active=False, **more)
    said = await sampling.dry_run(campaign)
    assert {one["stratum"]: one["asked"] for one in said["strata"]} == asked


async def test_a_list_of_accounts_bounds_the_frame(sampling, crowd):
    campaign = await sampling.drawn("listed", active=False, frame={"listed": True})
    wanted = [*crowd["hills"][:3], "9999999999"]
    for _ in range(2):
        kept = await sampling.post(
            f"/v1/campaigns/{campaign}/accounts", {"accounts": wanted}, Role.INTEGRATOR, status=200
        )
    assert kept == {"accounts": 4}
    said = await sampling.dry_run(campaign, accounts="asked")
    assert [one["account"] for one in said["accounts"]] == crowd["hills"][:3]
    assert said["not_asked"]["not_listed"] > 500


class TestPages:
    async def test_both_kinds_in_pages(self, sampling, crowd):
        campaign = await sampling.drawn("paged", active=False, **CITY)
        found, after = [], None
        while True:
            page = await sampling.dry_run(campaign, accounts="not_asked", limit=200, after=after)
            found += page["accounts"]
            if (after := page["next"]) is None:
                break
        assert Counter(one["reason"] for one in found) == page["not_asked"]

    async def test_an_analyst_sees_counts_alone(self, sampling, crowd):
        campaign = await sampling.drawn("counts", active=False, **CITY)
        said = await sampling.dry_run(campaign, Role.ANALYST, accounts="asked")
        assert (said["accounts"], said["asked"]) == (None, 100)

    async def test_campaigns_on_occasions_have_none(self, sampling):
        campaign = await sampling.campaign("occasions", questionnaire="after_order", trigger="order_completed")
        await sampling.post(f"/v1/campaigns/{campaign}/dry-run", {}, Role.ANALYST, status=409)


async def test_a_long_look_is_not_cut_off(survey, sampling):
    """What only reads may last longer than a transaction that writes."""
    async with survey.runtime.database.reading() as session:
        for limit in ("0", "1s"):
            await session.execute(text(f"SET LOCAL transaction_timeout = '{limit}'"))
        await be_patient(session)
        assert (await session.execute(text("SELECT pg_sleep(1.5)::text IS NOT NULL"))).scalar()
