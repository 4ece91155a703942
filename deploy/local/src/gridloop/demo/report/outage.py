"""The outage: who called, what was predicted and why, who was back when, and what it does to the indices."""

from datetime import datetime
from typing import Any

from gridloop.demo.gateway import Body
from gridloop.demo.story import Story

SHOWN = ("SAIFI", "SAIDI", "CAIDI")
BASES = ("lv", "mv")


async def figures(story: Story) -> Body:
    """Minutes count from the outage's beginning."""
    company, path = story.company, f"/v1/incidents/{story.outage.incident}"
    dispatcher = company.people["dispatcher"]
    incident = await dispatcher.get(path)
    began = datetime.fromisoformat(incident["began_at"])
    steps = await dispatcher.all(f"{path}/steps")
    calls = await dispatcher.all(f"{path}/calls")
    timeline = await dispatcher.all(f"{path}/timeline")
    return {
        "began_at": company.local(began),
        "device": incident["device"],
        "cause": incident["cause"],
        "calls": len(calls),
        "danger_calls": sum(one["danger"] for one in calls),
        "reasons": [{name: one[name] for name in ("code", "sentence", "facts")} for one in incident["reasons"]],
        "customers": incident["customers_out"],
        "steps": [{"minutes": _minutes(began, s["happened_at"]), "customers_back": s["customers_back"]} for s in steps],
        "arrived_minutes": _arrival(timeline, began),
        "estimates": [_minutes(began, one["restored_by"]) for one in reversed(incident["estimates"])],
        "restored_minutes": _minutes(began, incident["restored_at"]),
        "reliability": {basis: await _indices(story, basis) for basis in BASES},
        "fault_order": await _mirror(story),
    }


def _minutes(began: datetime, moment: str) -> float:
    return round((datetime.fromisoformat(moment) - began).total_seconds() / 60, 1)


def _arrival(timeline: list[Body], began: datetime) -> float | None:
    found = [_minutes(began, entry["happened_at"]) for entry in timeline if entry["kind"] == "arrived"]
    return found[0] if found else None


async def _indices(story: Story, basis: str) -> Body:
    """Over the four weeks in which the outage lies."""
    weeks = story.company.weeks
    period: dict[str, Any] = {
        "from": weeks.at(1, "mon", "00:00").isoformat(),
        "to": weeks.at(5, "mon", "00:00").isoformat(),
        "basis": basis,
    }
    found = await story.company.people["dispatcher"].get("/v1/reliability/indices", **period)
    values = {one["name"]: one["value"] for one in found["figures"] if one["name"].upper() in SHOWN}
    return {
        "n": found["population"]["n"],
        "interruptions": found["totals"]["interruptions"],
        "minutes": found["totals"]["minutes"],
        "figures": values,
    }


async def _mirror(story: Story) -> Body:
    orders = await story.company.system.all("/v1/orders", route="FAULT")
    mirrored = next(one for one in orders if one["incident_id"] == story.outage.incident)
    return {"state": mirrored["state"]}
