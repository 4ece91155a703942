"""The responsibility service: one screen that says what it consists of."""

from pathlib import Path

from fastapi import FastAPI

from kit.clock import Clock
from kit.http import create_service
from responsibility.actions.timers import timers as action_timers
from responsibility.calendars import endpoints as calendars
from responsibility.cases import endpoints as cases
from responsibility.cases.consumers import consumers as case_consumers
from responsibility.cases.timers import timers as case_timers
from responsibility.catalogue import endpoints as catalogue
from responsibility.duties import endpoints as duties
from responsibility.findings import endpoints as findings
from responsibility.findings.consumers import consumers as finding_consumers
from responsibility.handovers import endpoints as handovers
from responsibility.loop import endpoints as loop
from responsibility.mirrors.consumers import consumers as mirror_consumers
from responsibility.orders import endpoints as orders
from responsibility.organisation import endpoints as organisation
from responsibility.promises import endpoints as promises
from responsibility.requests import endpoints as requests
from responsibility.requests.consumers import consumers as request_consumers
from responsibility.settings import Settings
from responsibility.stages import endpoints as stages
from responsibility.stages.timers import timers as stage_timers

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    return create_service(
        settings or Settings(),
        name="responsibility",
        description="Units and posts, processes and duties, orders, requests, cases, findings.",
        migrations=MIGRATIONS,
        clock=clock,
        routers=[
            organisation.router,
            calendars.router,
            promises.router,
            catalogue.router,
            duties.router,
            orders.router,
            stages.router,
            handovers.router,
            requests.router,
            cases.router,
            findings.router,
            loop.router,
        ],
        consumers=[mirror_consumers, request_consumers, case_consumers, finding_consumers],
        timers=[stage_timers, case_timers, action_timers],
    )
