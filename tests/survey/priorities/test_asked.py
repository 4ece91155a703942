"""From answers on phones to the ranking of needs."""

import pytest

from kit.auth import Role
from tests.survey.asking import Asking

LIKE, EXPECT, NEUTRAL, DISLIKE = "like", "expect", "neutral", "dislike"
MUST_BE = {"functional": EXPECT, "dysfunctional": DISLIKE}
ATTRACTIVE = {"functional": LIKE, "dysfunctional": NEUTRAL}
REVERSE = {"functional": DISLIKE, "dysfunctional": LIKE}


def words(text="?"):
    return {"zh-CN": text, "en": text}


def item(code, type_, **more):
    return {"code": code, "type": type_, "text": words()} | more


def kano(code, need):
    return item(code, "kano", need=need, functional=words(), dysfunctional=words())


def row(need):
    return {"code": need, "text": words(), "need": need}


DEFINITION = {
    "title": words(),
    "introduction": words(),
    "items": [
        item("overall", "csat", need="easy_business"),
        kano("told", "being_told"),
        kano("green", "green_power"),
        item("met", "matrix", rows=[row("being_told"), row("right_bills")]),
        item("weight", "matrix", meaning="importance", rows=[row("being_told"), row("right_bills")]),
    ],
}


@pytest.fixture(scope="module")
async def asking(survey):
    asking = Asking(survey)
    await asking.publish("yearly", DEFINITION)
    await asking.publish("follow_up")
    await asking.campaign("yearly", questionnaire="yearly", trigger="order_completed")
    await asking.campaign("follow_up")
    for _ in range(6):
        await say(asking, "home", told=MUST_BE, green=ATTRACTIVE, met=2, weight=5)
    for number in range(5):
        await say(asking, "shop", told=ATTRACTIVE if number else REVERSE, green=ATTRACTIVE, met=4, weight=3)
    for _ in range(2):
        await say(asking, "farm", told=REVERSE, green=REVERSE, met=1, weight=1)
    for _ in range(4):
        await say(asking, None, told=MUST_BE, green=ATTRACTIVE, met=3, weight=4)
    return asking


async def say(asking, segment, *, told, green, met, weight):
    token = await asking.invited(await asking.contact(segment=segment))
    both = ("being_told", "right_bills")
    answers = {"told": told, "green": green, "met": dict.fromkeys(both, met), "weight": dict.fromkeys(both, weight)}
    await asking.answer(token, overall=3, **answers)


async def rankings(asking, query="", **more):
    async with asking.survey.client(Role.ANALYST, **more) as client:
        answer = await client.get(f"/v1/needs/ranking{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def of(found, code):
    return next(one for one in found["items"] if one["code"] == code)


class TestOverall:
    async def test_categories_importance_and_performance_of_all(self, asking):
        (found,) = (await rankings(asking))["rankings"]
        told = of(found, "being_told")
        assert told["kano"]["counts"] == {
            "must_be": 10,
            "one_dimensional": 0,
            "attractive": 4,
            "indifferent": 0,
            "reverse": 3,
            "questionable": 0,
        }
        assert (told["kano"]["category"], told["kano"]["clear"], told["kano"]["n"]) == ("must_be", True, 17)
        assert told["kano"]["better"]["value"] == pytest.approx(4 / 14)
        assert told["kano"]["worse"]["value"] == pytest.approx(-10 / 14)
        mean = (6 * 2 + 5 * 4 + 2 * 1 + 4 * 3) / 17
        weight = (6 * 5 + 5 * 3 + 2 * 1 + 4 * 4) / 17
        assert told["performance"]["value"] == pytest.approx(mean)
        assert told["importance"] | {"value": None, "formula": None} == {
            "value": None,
            "source": "stated",
            "n": 17,
            "formula": None,
            "reason": None,
        }
        assert told["importance"]["value"] == pytest.approx((weight - 1) / 4)
        assert told["opportunity"] == pytest.approx((weight - 1) / 4 * (5 - mean) / 4)

    async def test_the_order_and_what_is_not_known(self, asking):
        (found,) = (await rankings(asking))["rankings"]
        ranks = {one["code"]: one["rank"] for one in found["items"]}
        assert ranks["being_told"] == 1
        assert ranks["green_power"] == 2
        assert sorted(ranks.values()) == list(range(1, len(ranks) + 1))
        green = of(found, "green_power")
        assert (green["importance"]["source"], green["performance"]["value"], green["opportunity"]) == (
            "kano",
            None,
            None,
        )
        assert green["reason"]
        privacy = of(found, "privacy")
        assert (privacy["kano"]["category"], privacy["importance"]["value"]) == (None, None)

    async def test_the_answer_says_how_it_was_computed(self, asking):
        told = (await rankings(asking, "?from=2026-01-01"))["parameters"]
        assert (told["time_zone"], told["period_from"], told["smallest_shown"]) == ("Asia/Shanghai", "2026-01-01", 5)
        assert told["order"][:3] == ["must_be", "one_dimensional", "attractive"]
        assert "opportunity" in told["formula"]

    async def test_outside_the_period_nobody_answered(self, asking):
        (found,) = (await rankings(asking, "?to=2020-01-01"))["rankings"]
        told = of(found, "being_told")
        assert (told["kano"]["n"], told["kano"]["category"], told["performance"]["n"]) == (0, None, 0)
        assert told["performance"]["reason"]


class TestSegments:
    async def test_segments_differ_and_small_ones_are_withheld(self, asking):
        found = {one["segment"]: one for one in (await rankings(asking, "?by_segment=true"))["rankings"]}
        assert of(found["home"], "being_told")["kano"]["category"] == "must_be"
        assert of(found["shop"], "being_told")["kano"]["category"] == "attractive"
        farm = of(found["farm"], "being_told")
        assert (farm["kano"]["n"], farm["kano"]["counts"], farm["kano"]["category"]) == (None, None, None)
        assert (farm["performance"]["value"], farm["performance"]["n"]) == (None, None)
        assert farm["importance"]["value"] is None
        assert "Withheld" in farm["kano"]["caveats"][0]

    async def test_one_segment_says_the_same_as_among_all(self, asking):
        (one,) = (await rankings(asking, "?segment=shop"))["rankings"]
        every = {it["segment"]: it for it in (await rankings(asking, "?by_segment=true"))["rankings"]}
        assert one == every["shop"]

    async def test_a_segment_that_nobody_is_of(self, asking):
        (found,) = (await rankings(asking, "?segment=nobody"))["rankings"]
        assert of(found, "being_told")["kano"]["n"] == 0


class TestBounds:
    async def test_a_unit_sees_its_own(self, asking):
        found = await rankings(asking, "", unit="/city/west/")
        assert found["parameters"]["unit"] == "/city/west/"
        assert of(found["rankings"][0], "being_told")["kano"]["n"] == 0

    async def test_another_unit_is_not_found(self, asking):
        async with asking.survey.client(Role.ANALYST, unit="/city/west/") as client:
            assert (await client.get("/v1/needs/ranking?unit=/city/east/")).status_code == 404

    async def test_follow_ups_to_cases_say_nothing_of_needs(self, asking):
        before = await rankings(asking)
        for _ in range(6):
            account = await asking.contact()
            await asking.serve(account)
            case = await asking.close_case(account)
            await asking.answer(await asking.token(case), solved="no", handling=1)
        after = await rankings(asking)
        respected = of(after["rankings"][0], "being_respected")
        assert respected["performance"]["n"] == 0
        assert before == after

    async def test_retired_needs_stay_as_long_as_answers_speak_of_them(self, asking):
        async with asking.survey.client(Role.ANALYST) as client:
            for code in ("green_power", "privacy"):
                await client.post(f"/v1/needs/{code}/retire")
            (found,) = (await client.get("/v1/needs/ranking")).json()["rankings"]
            for code in ("green_power", "privacy"):
                await client.post(f"/v1/needs/{code}/activate")
        codes = {one["code"]: one["state"] for one in found["items"]}
        assert codes["green_power"] == "retired"
        assert "privacy" not in codes
