"""The responsibility service: one screen that says what it consists of."""

from pathlib import Path

from fastapi import FastAPI

from kit.clock import Clock
from kit.http import create_service
from responsibility.calendars import endpoints as calendars
from responsibility.catalogue import endpoints as catalogue
from responsibility.duties import endpoints as duties
from responsibility.handovers import endpoints as handovers
from responsibility.orders import endpoints as orders
from responsibility.organisation import endpoints as organisation
from responsibility.promises import endpoints as promises
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
        ],
        timers=[stage_timers],
    )
