"""What an analyst who must defend the figures asks for, and one person's own right."""

import asyncio
from collections import Counter
from datetime import datetime
from typing import Any

from gridloop.demo.faults import DemoError, UnexpectedAnswerError
from gridloop.demo.gateway import Body, Caller
from gridloop.demo.report.yearly import ASKED_OF_ALL, PAUSE, POLLS, analysed, rounded
from gridloop.demo.story import Story

OTHER_UNIT = "/city/west/reading/"
DISTRICT = 3
"""``/city/east/hall-1/``: parts up to the district's slash."""
WEIGHTS = {
    "indicators": [
        {"measure": "score", "weight": 0.5},
        {"measure": "score", "driver": "reliability", "weight": 0.3},
        {"measure": "nps", "weight": 0.2},
    ],
    "document": "示例供电公司服务质量委员会 / Model City Supply, quality committee",
}
GONE = 404


async def figures(story: Story) -> Body:
    """Last of all: the person is erased at the end."""
    analyst = story.company.people["analyst"]
    return {
        "trend": await _trend(story, analyst),
        "compared": await _compared(story, analyst),
        "index": await _index(analyst),
        "alpha": await _alpha(analyst),
        "quadrants": await _quadrants(story, analyst),
        "weighted": await _weighted(story, analyst),
        "honesty": await _honesty(story, analyst),
        "export": await _export(analyst),
        "person": await _person(story),
    }


async def _trend(story: Story, analyst: Caller) -> Body:
    """The score that the finding is about, over all units, by week."""
    asked = {name: story.finding.story[name] for name in ("sub_process", "driver")}
    found = await analyst.get("/v1/insights/trends", **asked, grain="week")
    shown = [one for one in found["points"] if one["figure"]["value"] is not None]
    levels = [{name: rounded(one[name]) for name in ("before", "after")} for one in found["changes"] or []]
    periods = [{"period": one["period"]} for one in found["changes"] or []]
    return asked | {"weeks": len(shown), "changes": [one | two for one, two in zip(periods, levels, strict=True)]}


async def _compared(story: Story, analyst: Caller) -> Body:
    """The finding's unit against the other district's, before and after its actions."""
    told = story.finding.story
    split = story.company.weeks.moment(told["done"][-1]["done_at"]).date()
    asked = {name: told[name] for name in ("sub_process", "driver", "unit")}
    found = await analyst.get("/v1/insights/before-after", **asked, split=str(split), comparison_unit=OTHER_UNIT)
    return {
        "split": str(split),
        "unit": told["unit"],
        "comparison": OTHER_UNIT,
        "difference": _interval(found["group"]["difference"]),
        "other": _interval(found["comparison"]["difference"]),
        "in_differences": _interval(found["difference_in_differences"]),
    }


async def _index(analyst: Caller) -> Body:
    await analyst.post("/v1/insights/index-weights", WEIGHTS)
    found = await analyst.get("/v1/insights/index")
    return _interval(found["figure"]) | {"version": found["weights_version"]}


async def _alpha(analyst: Caller) -> Body:
    found = await analyst.get("/v1/insights/reliability", item=list(ASKED_OF_ALL), trigger="none")
    return {"value": rounded(found["figure"]["value"]), "n": found["figure"]["n"], "items": found["items"]}


async def _quadrants(story: Story, analyst: Caller) -> list[Body]:
    asked = {"kind": "importance_performance", "drivers": list(ASKED_OF_ALL), "trigger": "none", "resamples": 0}
    found = await analysed(analyst, asked | {"seed": story.company.seed})
    return [{"driver": one["name"], "quadrant": one["quadrant"]} for one in found["drivers"]]


async def _weighted(story: Story, analyst: Caller) -> Body:
    """The sample's overall score, weighted to the districts' true shares of customers."""
    served = Counter(_district(one.unit) for one in story.company.customers)
    whole = sum(served.values())
    margins = {"unit": {unit: count / whole for unit, count in sorted(served.items())}}
    found = await analysed(analyst, {"kind": "raking", "margins": margins, "trigger": "none"})
    return {"n": found["n"], "effective_n": found["effective_n"]} | _interval(found["mean"])


def _district(unit: str) -> str:
    return "/".join(unit.split("/")[:DISTRICT]) + "/"


async def _honesty(story: Story, analyst: Caller) -> Body:
    """The first month, looked through by itself once it had closed."""
    month = f"{story.company.weeks.monday:%Y-%m}"
    found = await analyst.get("/v1/insights/honesty", month=month)
    counts = {name: sum(one[name] or 0 for one in found["items"]) for name in ("answers", "flagged")}
    return {"month": month} | counts


async def _export(analyst: Caller) -> Body:
    asked = {"questionnaire": "yearly", "format": "parquet"}
    started = await analyst.post("/v1/responses/exports", asked)
    for _ in range(POLLS):
        found = await analyst.get(f"/v1/responses/jobs/{started['job']}")
        if found["state"] == "done":
            return {"rows": found["result"]["rows"], "format": asked["format"]}
        if found["state"] not in {"waiting", "running"}:
            raise DemoError(f"The export {found['state']}: {found['error']}")
        await asyncio.sleep(PAUSE)
    raise DemoError("The export was not done in time.")


async def _person(story: Story) -> Body:
    """One customer asks what is held about him, and then to be forgotten."""
    officer, path = story.company.operator, f"/v1/contacts/{story.yearly.first_account}"
    held = await officer.get(f"{path}/export")
    erased = await officer.delete(path)
    return {
        "answers": len(held["responses"]),
        "invitations": len(held["invitations"]),
        "erased_on": story.company.local(datetime.fromisoformat(erased["erased_at"]))[:10],
        "found_again": not await _is_gone(officer, f"{path}/export"),
    }


async def _is_gone(officer: Caller, path: str) -> bool:
    try:
        await officer.get(path)
    except UnexpectedAnswerError as answer:
        return answer.status == GONE
    return False


def _interval(found: Any) -> Body:
    return {name: rounded(found[name]) for name in ("value", "low", "high")}
