"""The yearly survey: who was asked and answered, which needs come first, what goes with satisfaction."""

import asyncio
from typing import Any

from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body, Caller
from gridloop.demo.story import Story

ASKED_OF_ALL = ("reliability", "information", "billing_accuracy", "price")
LIVED = ("outage_hours", "late_stages", "returned_handovers")
RESAMPLES = 200
WINDOW_DAYS = 90
POLLS = 600
PAUSE = 0.1
DIGITS = 4


async def figures(story: Story) -> Body:
    analyst, survey = story.company.people["analyst"], story.yearly
    ranking = await analyst.get("/v1/needs/ranking")
    rates = await analyst.get(f"/v1/campaigns/{survey.campaign}/response-rates")
    shown = survey.story["shown"]
    return {
        "population": survey.dry_run["population"],
        "asked": survey.dry_run["asked"],
        "not_asked": survey.dry_run["not_asked"],
        "strata": len(survey.dry_run["strata"]),
        "rates": _rates(rates["total"]),
        "needs": [_need(one) for one in ranking["rankings"][0]["items"][: shown["needs"]]],
        "drivers": await _drivers(analyst, story.company.seed),
        "cost": await _cost(analyst),
        "topics": await _topics(analyst, shown["topics"]),
    }


def _rates(total: Body) -> Body:
    rates = {one["name"]: rounded(one["value"]) for one in total["rates"]}
    return {name: total[name] for name in ("issued", "complete", "opted_out")} | {
        "response_rate": rates["response_rate_1"]
    }


def _need(found: Body) -> Body:
    kano, importance = found["kano"], found["importance"]
    return {
        "code": found["code"],
        "category": kano["category"],
        "kano_n": kano["n"],
        "importance": rounded(importance["value"]),
        "performance": rounded(found["performance"]["value"]),
        "opportunity": rounded(found["opportunity"]),
    }


async def _drivers(analyst: Caller, seed: int) -> Body:
    asked = {"kind": "drivers_lmg", "drivers": list(ASKED_OF_ALL), "trigger": "none", "seed": seed}
    found = await analysed(analyst, asked | {"resamples": RESAMPLES})
    rows = [{"driver": one["name"]} | _interval(one, "share") for one in found["drivers"]]
    rows.sort(key=lambda one: -one["share"])
    return {"n": found["n"], "r_squared": rounded(found["r_squared"]["value"]), "drivers": rows}


async def _cost(analyst: Caller) -> Body:
    """What an hour without supply goes with, in points of the overall score."""
    asked = {"kind": "experience_cost", "experiences": list(LIVED), "trigger": "none", "window_days": WINDOW_DAYS}
    found = await analysed(analyst, asked)
    rows = [
        {"experience": one["name"], "exposed": one["exposed"]} | _interval(one, "points_per_unit")
        for one in found["coefficients"]
    ]
    return {"n": found["n"], "window_days": WINDOW_DAYS, "experiences": rows}


async def analysed(analyst: Caller, asked: Body) -> Body:
    """The result of an analysis, once it is done. Raises ``DemoError`` where it comes to nothing."""
    done = await _finished(analyst, "/v1/insights", (await analyst.post("/v1/insights/analyses", asked))["job"])
    found: Body = await analyst.get(f"/v1/insights/analyses/{done}")
    if found["result"] is None:
        raise DemoError(f"The analysis {asked['kind']} came to nothing: {found['reason']}")
    result: Body = found["result"]
    return result


async def _topics(analyst: Caller, most: int) -> list[Body]:
    """In Chinese, the language of most customers."""
    started = await analyst.post("/v1/topics", {"examples": 0})
    found = await analyst.get(f"/v1/topics/{await _finished(analyst, '/v1/topics', started['job'])}")
    topics = [one for one in found["topics"] or [] if one["language"] == "zh-CN"]
    topics.sort(key=lambda one: (-one["n"], one["name"]))
    return [{name: one[name] for name in ("name", "terms", "n")} for one in topics[:most]]


async def _finished(analyst: Caller, resource: str, job: str) -> str:
    for _ in range(POLLS):
        found = await analyst.get(f"{resource}/jobs/{job}")
        if found["state"] == "done":
            return job
        if found["state"] not in {"waiting", "running"}:
            raise DemoError(f"The job {job} {found['state']}: {found['error']}")
        await asyncio.sleep(PAUSE)
    raise DemoError(f"The job {job} was not done in time.")


def _interval(found: Body, name: str) -> Body:
    return {what: rounded(found[what]) for what in (name, "low", "high")}


def rounded(value: Any) -> float | None:
    """As far as two runs agree."""
    return None if value is None else round(float(value), DIGITS)
