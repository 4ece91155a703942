"""What customers said: how many were asked and answered, and how satisfied they are."""

from gridloop.demo.gateway import Body
from gridloop.demo.story import Story

OCCASIONS = ("order_completed", "incident_restored", "case_closed")
WATCHED = {"east": "/city/east/reading/", "west": "/city/west/reading/"}


async def figures(story: Story) -> Body:
    """``deliveries``: answers as they arrived, ``answers``: as they count. ``scores`` by sub-process and driver."""
    company, analyst = story.company, story.company.people["analyst"]
    invitations = await company.system.all("/v1/invitations")
    scores = await analyst.get("/v1/insights/scores", group_by=["sub_process", "driver"])
    return {
        "invitations": {name: sum(one["trigger"] == name for one in invitations) for name in OCCASIONS},
        "deliveries": story.phones.sent,
        "answers": story.phones.answered,
        "scores": sorted(map(_cell, scores["items"]), key=lambda one: (one["sub_process"], one["driver"] or "")),
        "weeks": {district: await _by_week(story, unit) for district, unit in WATCHED.items()},
    }


async def _by_week(story: Story, unit: str) -> list[Body]:
    finding = story.finding.story
    asked = {"sub_process": finding["sub_process"], "driver": finding["driver"], "unit": unit, "group_by": "week"}
    found = await story.company.people["analyst"].get("/v1/insights/scores", **asked)
    return [{"week": one["week"]} | _figure(one["mean"]) for one in sorted(found["items"], key=lambda one: one["week"])]


def _cell(item: Body) -> Body:
    return {
        "sub_process": item["sub_process"],
        "driver": item["driver"],
        "mean": _figure(item["mean"]),
        "csat": _figure(item["csat"]),
        "nps": _figure(item["nps"]),
    }


def _figure(figure: Body) -> Body:
    """``value`` null with a reason where the figure is withheld or undefined."""
    return {name: figure[name] for name in ("value", "low", "high", "n", "reason")}
