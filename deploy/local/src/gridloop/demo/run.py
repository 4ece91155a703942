"""From the suite's start to its end, with the story between."""

import asyncio
import json
import time
from dataclasses import dataclass
from datetime import datetime

from rich.console import Console

from gridloop.demo.calendar import ZONE, weeks_after
from gridloop.demo.clock import Clock
from gridloop.demo.company.company import Company
from gridloop.demo.company.load import load, require_empty
from gridloop.demo.content import read
from gridloop.demo.gateway import Body, Gateway
from gridloop.demo.host import Host, hosted, wait_for_end
from gridloop.demo.progress import Watcher
from gridloop.demo.report.figures import gather
from gridloop.demo.report.render import render
from gridloop.demo.report.words import Words
from gridloop.demo.story import Story
from gridloop.options import Options


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for."""

    keep: bool
    scale: str
    seed: int
    pace: float
    url: str | None
    language: str
    as_json: bool


def play(options: Options, wishes: Wishes) -> int:
    """Exit code 0. Raises ``DemoError`` where the story cannot go on."""
    console = Console(stderr=True)
    began = time.monotonic()
    with hosted(options, wishes.url) as host:
        company, figures = asyncio.run(_played(host, wishes, console))
        _print(figures | {"run": _run(host, company, wishes, time.monotonic() - began)}, wishes)
        if wishes.keep and wishes.url is None:
            console.print(Words(wishes.language)("where.stays", url=host.url))
            wait_for_end()
    return 0


async def _played(host: Host, wishes: Wishes, console: Console) -> tuple[Company, Body]:
    async with Gateway(host.url) as gateway:
        with Watcher(console, Words(wishes.language), pace=wishes.pace) as watcher:
            company = _company(gateway, host, wishes, watcher)
            await require_empty(company)
            await company.clock.begin(company.weeks.moment(read("demo/story")["begins"]))
            await load(company, gateway)
            story = Story(company)
            await story.play()
        return company, await gather(story)


def _company(gateway: Gateway, host: Host, wishes: Wishes, watcher: Watcher) -> Company:
    operator = gateway.system(host.client_id, host.client_secret)
    return Company(
        seed=wishes.seed,
        language=wishes.language,
        scale=read("demo/company")["scales"][wishes.scale],
        weeks=weeks_after(datetime.now(ZONE).date()),
        clock=Clock(operator),
        watcher=watcher,
        operator=operator,
        system=operator,
        phone=gateway.phone(),
    )


def _run(host: Host, company: Company, wishes: Wishes, seconds: float) -> Body:
    """What differs from run to run: ids, durations, where it was."""
    told: Body = {"seconds": round(seconds, 1), "url": host.url, "data": str(host.data) if host.data else None}
    told |= {"case": company.followed_case, "stays": wishes.keep or wishes.url is not None}
    if wishes.keep:
        told["sign_ins"] = [vars(one) for one in company.sign_ins]
    return told


def _print(figures: Body, wishes: Wishes) -> None:
    if wishes.as_json:
        print(json.dumps(figures, ensure_ascii=False), flush=True)
        return
    print(render(figures, wishes.language), flush=True)
