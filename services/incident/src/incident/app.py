"""The incident service: from a trouble call to the last customer's minute."""

from pathlib import Path

from fastapi import FastAPI

from incident.calls.endpoints import router as calls
from incident.crews.endpoints import router as crews
from incident.disturbances.endpoints import router as disturbances
from incident.fields import NOT_AN_ORDER
from incident.incidents.endpoints import router as incidents
from incident.network.endpoints import router as network
from incident.reliability.endpoints import router as reliability
from incident.response.endpoints import router as response
from incident.restoration.endpoints import router as restoration
from incident.settings import Settings
from incident.supply_points.endpoints import router as supply_points
from incident.triage.consumers import consumers as triage
from kit.clock import Clock
from kit.http import create_service

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


def create_app(settings: Settings | None = None, *, clock: Clock | None = None) -> FastAPI:
    return create_service(
        settings or Settings(),
        name="incident",
        migrations=MIGRATIONS,
        routers=[supply_points, network, calls, crews, incidents, response, restoration, disturbances, reliability],
        consumers=[triage],
        clock=clock,
        description=f"Network, trouble calls, incidents, restoration in steps, reliability. {NOT_AN_ORDER}",
    )
