"""Asks the API for every figure of the report, with the rights of those who may see it."""

from datetime import date
from typing import Any

from gridloop.demo.company.company import Company
from gridloop.demo.content import read
from gridloop.demo.gateway import Body
from gridloop.demo.report import cases, depth, followed, heard, outage, service, yearly
from gridloop.demo.story import Story


async def gather(story: Story) -> Body:
    """All figures as one object: the same for the same seed, without ids and durations of the run."""
    company = story.company
    with company.watcher.chapter("figures"):
        return {
            "seed": company.seed,
            "period": _period(company),
            "company": await _company(company),
            "heard": await heard.figures(story),
            "outage": await outage.figures(story),
            "cases": await cases.figures(story),
            "finding": await service.finding(story),
            "service": await service.orders(story),
            "yearly": await yearly.figures(story),
            "followed": await followed.loop(story),
            "depth": await depth.figures(story),
        }


def _period(company: Company) -> Body:
    weeks = company.weeks
    last: date = weeks.moment(read("demo/story")["ends"]).date()
    return {"from": weeks.monday.isoformat(), "to": last.isoformat(), "weeks": (last - weeks.monday).days // 7 + 1}


async def _company(company: Company) -> Body:
    """What the API holds after loading."""
    processes = await company.system.all("/v1/processes")
    devices = (await company.system.get("/v1/network"))["devices"]
    return {
        "units": len(await company.system.all("/v1/units")),
        "employees": len(await company.system.all("/v1/employees")),
        "holders": len(await company.system.all("/v1/holders")),
        "posts": len(await company.system.all("/v1/posts")),
        "main_processes": len(processes),
        "sub_processes": sum(len(one["sub_processes"]) for one in processes),
        "routes": len(await company.system.all("/v1/routes")),
        "duties": len(await company.system.all("/v1/duties")),
        "network_devices": sum(devices.values()),
        "customers": await _customers(company),
    }


async def _customers(company: Company) -> int:
    period: dict[str, Any] = {
        "from": company.weeks.at(1, "mon", "00:00").isoformat(),
        "to": company.weeks.at(2, "mon", "00:00").isoformat(),
    }
    served = await company.people["dispatcher"].get("/v1/reliability/indices", **period)
    return int(served["population"]["n"])
