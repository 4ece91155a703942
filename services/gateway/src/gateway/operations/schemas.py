"""The suite's state as operators see it."""

from typing import Literal

from pydantic import BaseModel

ServiceName = Literal["survey", "incident", "responsibility", "gateway"]


class ServiceStatus(BaseModel):
    """``missing``: without it nothing works there; ``degraded``: what works without being whole."""

    reachable: bool
    ready: bool
    missing: list[str] = []
    degraded: list[str] = []


class SuiteStatus(BaseModel):
    ready: bool
    services: dict[str, ServiceStatus]
