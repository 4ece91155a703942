"""What customers said: how many were asked and answered, and how satisfied they are."""

from gridloop.demo.gateway import Body
from gridloop.demo.story import Story

OCCASIONS = ("order_completed", "incident_restored", "case_closed", "none")


async def figures(story: Story) -> Body:
    """``deliveries``: answers as they arrived, ``answers``: as they count. ``scores`` by sub-process and driver."""
    company, analyst = story.company, story.company.people["analyst"]
    invitations = await company.system.all("/v1/invitations")
    scores = await analyst.get("/v1/insights/scores", group_by=["sub_process", "driver"])
    return {
        "invitations": {name: sum(one["trigger"] == name for one in invitations) for name in OCCASIONS},
        "deliveries": story.phones.sent,
        "answers": story.phones.answered,
        "scores": sorted(_served(scores["items"]), key=lambda one: (one["sub_process"], one["driver"] or "")),
        "weeks": await _by_week(story),
    }


async def _by_week(story: Story) -> list[Body]:
    """The score that the finding is about, in its unit."""
    asked = {name: story.finding.story[name] for name in ("sub_process", "driver", "unit")} | {"group_by": "week"}
    found = await story.company.people["analyst"].get("/v1/insights/scores", **asked)
    return [{"week": one["week"]} | figure(one["mean"]) for one in sorted(found["items"], key=lambda one: one["week"])]


def _served(items: list[Body]) -> list[Body]:
    """Of the sub-processes that customers judged as a whole; the yearly survey asks about parts of others too."""
    whole = {one["sub_process"] for one in items if one["driver"] is None}
    return [_cell(one) for one in items if one["sub_process"] and one["sub_process"] in whole]


def _cell(item: Body) -> Body:
    return {
        "sub_process": item["sub_process"],
        "driver": item["driver"],
        "mean": figure(item["mean"]),
        "csat": figure(item["csat"]),
        "nps": figure(item["nps"]),
    }


def figure(found: Body) -> Body:
    """``value`` null with a reason where the figure is withheld or undefined."""
    return {name: found[name] for name in ("value", "low", "high", "n", "reason")}
