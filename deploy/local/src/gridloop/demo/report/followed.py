"""One case from the customer's words to the effect on later customers: what ``/v1/quality/cases/{id}`` tells."""

from datetime import datetime

from gridloop.demo.faults import DemoError
from gridloop.demo.gateway import Body
from gridloop.demo.story import Story

STEPS = ("move", "happened_at", "note")


async def loop(story: Story) -> Body:
    """Read with an agent's rights; ids and numbers left out, times in company local time."""
    agent = story.company.people["agent"]
    cases = (await agent.get("/v1/cases", account=story.orders.followed))["items"]
    if not cases:
        raise DemoError(f"The low answer of {story.orders.followed} opened no case.")
    page = await agent.get(f"/v1/quality/cases/{cases[-1]['id']}")
    story.company.followed_case = cases[-1]["id"]
    return _told(story, page)


def _told(story: Story, page: Body) -> Body:
    trail, response = page["trail"], page["response"]["data"]
    case, order, finding = trail["case"], trail["order"], trail["finding"]
    return {
        "asked_on": _day(story, page["invitation"]["data"]["issued_at"]) if page["invitation"]["data"] else None,
        "words": response["words"].get("words"),
        "scores": {one["driver"] or "overall": one["score"] for one in response["scores"]},
        "order": _order(story, order, trail["handovers"]),
        "case": {
            "sub_process": case["sub_process"],
            "driver": case["driver"],
            "about_unit": case["about_unit"],
            "in_time": case["in_time"],
            "restitutions": [{name: one[name] for name in ("kind", "amount_fen")} for one in case["restitutions"]],
            "steps": [_step(story, step) for step in case["steps"]],
        },
        "finding": {name: finding[name] for name in ("root_cause", "state", "outcome", "why")} if finding else None,
        "effect": page["effect"]["data"]
        and {name: page["effect"]["data"][name] for name in ("n_before", "n_after", "difference", "low", "high")},
        "missing": page["missing"],
    }


def _order(story: Story, order: Body, handovers: list[Body]) -> Body:
    return {
        "route": order["route"],
        "opened_on": _day(story, order["opened_at"]),
        "completed_on": _day(story, order["completed_at"]),
        "stages": [{name: one[name] for name in ("sub_process", "post", "late", "returns")} for one in order["stages"]],
        "returned": [
            {name: one[name] for name in ("from_sub_process", "to_sub_process", "checkpoint")}
            for one in handovers
            if one["state"] == "returned"
        ],
    }


def _step(story: Story, step: Body) -> Body:
    return {"move": step["move"], "on": _day(story, step["happened_at"]), "note": step["note"]}


def _day(story: Story, moment: str) -> str:
    return story.company.local(datetime.fromisoformat(moment))[:10]
