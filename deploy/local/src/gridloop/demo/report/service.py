"""What was found and done, and how the service went before and after."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from gridloop.demo.gateway import Body, each
from gridloop.demo.report.heard import figure
from gridloop.demo.story import Story

ROUTE = "ADJUST"
DAY = timedelta(days=1)
EFFECT = ("n_before", "n_after", "mean_before", "mean_after", "difference", "low", "high", "confidence", "conclusive")
FACTS = ("sub_process", "unit", "cause", "driver", "state", "outcome", "root_cause", "post", "duty", "case_count")


async def finding(story: Story) -> Body:
    """The finding of the story, the effect as survey measures it now, and what else is open."""
    head, analyst = story.company.people["head-east"], story.company.people["analyst"]
    found = await head.get(f"/v1/findings/{story.finding.finding}")
    effect = await analyst.get(f"/v1/insights/effects/{story.finding.finding}")
    return {
        **{name: found[name] for name in FACTS},
        "opened_on": story.company.local(datetime.fromisoformat(found["opened_at"]))[:10],
        "closed_on": story.company.local(datetime.fromisoformat(found["closed_at"]))[:10]
        if found["closed_at"]
        else None,
        "containment": found["containment"],
        "why": found["why"],
        "actions": [
            {name: one[name] for name in ("kind", "post", "unit", "task", "state", "late", "evidence")}
            for one in found["actions"]
        ],
        "verified_by_another": found["verified_by"] not in (None, found["owner"]),
        "effect": {name: effect[name] for name in EFFECT} | {"caveat": effect["caveat"]},
        "others": await _others(story),
    }


async def _others(story: Story) -> list[Body]:
    """Findings that the weeks have opened beside it, as far as they are known."""
    found = await story.company.people["quality"].all("/v1/findings")
    rest = [one for one in found if one["id"] != story.finding.finding]
    shown = [{name: one[name] for name in ("sub_process", "unit", "driver", "root_cause", "state")} for one in rest]
    return sorted(shown, key=lambda one: (one["sub_process"], one["unit"], one["driver"] or ""))


async def orders(story: Story) -> Body:
    """All orders; and, before and after, how those of the finding's unit and of the other district went."""
    listed = await story.company.system.all("/v1/orders")
    concerned = [one for one in listed if one["route"] == ROUTE]
    details = await each(concerned, lambda one: story.company.system.get(f"/v1/orders/{one['id']}"))
    here = [one for one in details if one["unit"] == story.finding.story["unit"]]
    there = [one for one in details if one["unit"] != story.finding.story["unit"]]
    return {
        "orders": len(listed),
        "completed": sum(one["state"] == "completed" for one in listed),
        "watched": _before_and_after(story, here),
        "other_district": await _other_district(story, there),
    }


async def _other_district(story: Story, there: list[Body]) -> Body:
    unit, split = there[0]["unit"], _split(story).date()
    went = _before_and_after(story, there)
    for side, period in (("before", {"to": str(split - DAY)}), ("after", {"from": str(split)})):
        asked = {name: story.finding.story[name] for name in ("sub_process", "driver")} | {"unit": unit}
        found = await story.company.people["analyst"].get("/v1/insights/scores", **asked, **period)
        went[side]["score"] = figure(found["items"][0]["mean"])
    return {"unit": unit} | went


def _split(story: Story) -> datetime:
    """From when on the story's actions were in effect."""
    return story.company.weeks.moment(story.finding.story["done"][-1]["done_at"])


def _before_and_after(story: Story, details: list[Body]) -> Body:
    split = _split(story)
    return {"before": _went(details, split, after=False), "after": _went(details, split, after=True)}


def _went(details: Iterable[Body], split: datetime, *, after: bool) -> Body:
    """``late`` and ``returned``: orders with a late stage, with a returned handover."""
    some = [one for one in details if (datetime.fromisoformat(one["completed_at"]) >= split) == after]
    return {
        "n": len(some),
        "late": sum(any(stage["late"] for stage in one["stages"]) for one in some),
        "returned": sum(any(stage["returns"] for stage in one["stages"]) for one in some),
        "days": _mean_days(some),
    }


def _mean_days(orders: Sequence[Body]) -> float | None:
    spans = [datetime.fromisoformat(one["completed_at"]) - datetime.fromisoformat(one["opened_at"]) for one in orders]
    return round(sum(span.total_seconds() for span in spans) / len(spans) / 86_400, 2) if spans else None
