from datetime import timedelta
from uuid import uuid4

import pytest

from kit.auth import Role
from kit.contracts.responsibility import FindingClosed, FindingReopened
from kit.contracts.survey import EffectMeasured
from tests.survey.asking import Asking


@pytest.fixture
async def asker(survey, asking):
    """Each test a month of its own, so that the answers of one are no other's."""
    survey.clock.advance(timedelta(days=400))
    return asking


async def answers(asker: Asking, scores, **more):
    for score in scores:
        await asker.answer(await asker.invited(**more), overall=3, billing=score)


async def measured(survey, finding):
    events = await survey.events(EffectMeasured)
    return [event["data"] for event in events if event["subject"] == str(finding)]


async def present(survey, finding, *, unit="/"):
    async with survey.client(Role.MANAGER, unit=unit) as manager:
        return await manager.get(f"/v1/insights/effects/{finding}")


class TestWatch:
    async def test_it_speaks_when_enough_later_customers_answered(self, survey, asker):
        finding = uuid4()
        await answers(asker, [1, 2, 2, 1, 3, 2])
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=5)
        await answers(asker, [5, 4, 5, 4])
        assert await measured(survey, finding) == []
        await answers(asker, [5])
        (effect,) = await measured(survey, finding)
        assert (effect["n_before"], effect["n_after"], effect["driver"]) == (6, 5, "billing_accuracy")
        assert effect["difference"] == pytest.approx(4.6 - 11 / 6)
        assert effect["low"] > 0
        assert effect["confidence"] == 0.95
        assert effect["caveat"].startswith("Small sample (6 before, 5 after)")

    async def test_it_is_silent_once_it_is_conclusive(self, survey, asker):
        finding = uuid4()
        await answers(asker, [1, 2, 1, 2, 1])
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=3)
        await answers(asker, [5, 4, 5, 5, 4, 5, 5])
        assert len(await measured(survey, finding)) == 1

    async def test_it_speaks_again_at_twice_as_many_while_nothing_is_shown(self, survey, asker):
        finding = uuid4()
        await answers(asker, [2, 4, 3, 2, 4])
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=3)
        await answers(asker, [2, 4, 3, 2, 4, 3, 3, 4, 2, 3, 3])
        effects = await measured(survey, finding)
        assert [effect["n_after"] for effect in effects] == [5, 10]
        assert "Look 2 at the same watch" in effects[1]["caveat"]

    async def test_what_was_answered_before_the_verification_counts_at_once(self, survey, asker):
        finding = uuid4()
        before = survey.clock.now()
        await answers(asker, [5, 4, 5, 4, 5])
        await asker.verify(finding, minimum_n=3, before_to=before, effective_at=before)
        (effect,) = await measured(survey, finding)
        assert (effect["n_before"], effect["n_after"], effect["difference"]) == (0, 5, None)
        assert effect["caveat"] == "Fewer than 5 comparable answers before the change."


class TestComparable:
    async def test_other_sub_processes_units_drivers_and_follow_ups_do_not_count(self, survey, asker):
        finding = uuid4()
        await asker.verify(finding, minimum_n=1)
        await answers(asker, [5] * 5, sub_process="BE-12")
        await answers(asker, [5] * 5, unit="/city/west/hall-1/")
        for _ in range(5):
            await asker.answer(await asker.invited(), overall=5, conduct=5)
            case = await asker.close_case(await asker.contact())
            await asker.answer(await asker.token(case), solved="yes", handling=5)
        assert await measured(survey, finding) == []

    async def test_an_order_speaks_of_each_stage_under_the_team_that_did_it(self, survey, asker):
        finding, other = uuid4(), uuid4()
        stages = {"RB-05": "/city/east/reading/", "RB-09": "/city/east/hall-1/"}
        await asker.verify(finding, minimum_n=1, sub_process="RB-05", unit="/city/east/reading/")
        await asker.verify(other, minimum_n=1, sub_process="RB-05", unit="/city/east/hall-1/")
        await answers(asker, [4] * 5, stages=stages)
        assert len(await measured(survey, finding)) == 1
        assert await measured(survey, other) == []

    async def test_an_outage_speaks_of_the_teams_of_its_district(self, survey, asker):
        finding, other = uuid4(), uuid4()
        asked = {"sub_process": "OR-05", "driver": "information", "minimum_n": 1}
        await asker.verify(finding, unit="/city/east/repair/", **asked)
        await asker.verify(other, unit="/city/west/repair/", **asked)
        for _ in range(5):
            token = await asker.token(await asker.restore(await asker.contact(), unit="/city/east/"))
            await asker.answer(token, overall=4, informed=4)
        assert len(await measured(survey, finding)) == 1
        assert await measured(survey, other) == []

    async def test_the_time_of_the_service_decides_not_that_of_the_answer(self, survey, asker):
        finding, served_before = uuid4(), [await asker.invited() for _ in range(5)]
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=1)
        for token in served_before:
            await asker.answer(token, overall=1, billing=1)
        assert await measured(survey, finding) == []
        await answers(asker, [5] * 5)
        (effect,) = await measured(survey, finding)
        assert (effect["n_before"], effect["n_after"]) == (5, 5)

    async def test_without_a_driver_the_overall_score_is_compared(self, survey, asker):
        finding = uuid4()
        await asker.verify(finding, minimum_n=2, driver=None)
        await answers(asker, [1] * 5)
        (effect,) = await measured(survey, finding)
        assert (effect["driver"], effect["mean_after"]) == (None, 3)


class TestEnd:
    async def test_a_closed_finding_is_measured_no_more(self, survey, asker):
        finding = uuid4()
        await asker.verify(finding, minimum_n=1)
        closed = FindingClosed(finding_id=finding, outcome="effect_not_measurable", closed_at=survey.clock.now())
        await survey.deliver(closed, subject=str(finding))
        await answers(asker, [5] * 5)
        assert await measured(survey, finding) == []

    async def test_a_reopened_one_is_watched_anew_from_its_next_verification(self, survey, asker):
        finding = uuid4()
        await asker.verify(finding, minimum_n=1)
        await survey.deliver(FindingReopened(finding_id=finding, reopened_at=survey.clock.now()), subject=str(finding))
        await answers(asker, [5] * 5)
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=2)
        await answers(asker, [4, 5, 4, 5, 4])
        (effect,) = await measured(survey, finding)
        assert (effect["n_before"], effect["n_after"]) == (5, 5)


class TestReading:
    async def test_small_sides_are_withheld_until_they_are_five(self, survey, asker):
        finding = uuid4()
        await answers(asker, [1, 2, 1, 2, 1])
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=20)
        await answers(asker, [5, 4, 5, 5])
        early = (await present(survey, finding)).json()
        assert (early["n_after"], early["difference"], early["conclusive"]) == (None, None, False)
        assert early["caveat"].startswith("Withheld")
        await answers(asker, [5])
        later = (await present(survey, finding)).json()
        assert (later["n_before"], later["n_after"], later["conclusive"], later["next_n"]) == (5, 5, True, 20)

    async def test_read_after_each_answer_it_tells_of_no_single_one(self, survey, asker):
        """Each side stays as it was shown until five more have answered, however often it is asked for."""
        finding = uuid4()
        late = [await asker.invited() for _ in range(6)]
        await answers(asker, [1, 2, 1, 2, 1])
        survey.clock.advance(timedelta(days=1))
        await asker.verify(finding, minimum_n=500)
        seen = []
        for number, token in enumerate(late):
            await asker.answer(token, overall=3, billing=1 + number % 5)
            await answers(asker, [5 - number % 2, 4])
            found = (await present(survey, finding)).json()
            seen.append((found["n_before"], found["n_after"], found["mean_before"], found["mean_after"]))
        assert [one[:2] for one in seen] == [(None, None)] * 2 + [(5, 5)] * 2 + [(10, 10)] * 2
        assert len(set(seen)) == 3
        assert (found["time_zone"], found["smallest_shown"]) == ("Asia/Shanghai", 5)

    async def test_another_units_finding_and_an_unknown_one_are_not_there(self, survey, asker):
        finding = uuid4()
        await asker.verify(finding)
        assert (await present(survey, finding, unit="/city/west/")).status_code == 404
        assert (await present(survey, uuid4())).status_code == 404
