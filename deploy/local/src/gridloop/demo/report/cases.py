"""What became of the customers who were hurt."""

from collections import Counter
from collections.abc import Sequence

from gridloop.demo.gateway import Body, each
from gridloop.demo.story import Story

SOLVED = "called_solved"


async def figures(story: Story) -> Body:
    agent = story.company.people["agent"]
    listed = await agent.all("/v1/cases")
    cases = await each(listed, lambda one: agent.get(f"/v1/cases/{one['id']}"))
    return {
        "opened": len(cases),
        "by_driver": dict(sorted(Counter(one["driver"] or "overall" for one in cases).items())),
        "may_not_be_contacted": sum(not one["may_contact"] for one in cases),
        "closed": sum(one["state"] == "closed" for one in cases),
        "in_time": sum(one["in_time"] is True for one in cases),
        "escalated": sum(one["escalated_at"] is not None for one in cases),
        "reopened": sum(one["reopened"] for one in cases),
        "called_solved": sum(any(step["move"] == SOLVED for step in one["steps"]) for one in cases),
        "made_good": _made_good(cases),
    }


def _made_good(cases: Sequence[Body]) -> Body:
    """How often by kind, and the money in fen."""
    made = [one for case in cases for one in case["restitutions"]]
    return {
        "kinds": dict(sorted(Counter(one["kind"] for one in made).items())),
        "fen": sum(one["amount_fen"] or 0 for one in made),
    }
