"""Asks every owner at once, as the caller, and never fails whole."""

import asyncio
from datetime import datetime, timedelta

from gateway.upstreams.schemas import Part
from gateway.upstreams.service import Upstreams

LOOKED_BACK = timedelta(days=365)
MOST = "20"


async def parts_of(upstreams: Upstreams, account: str, *, now: datetime, authorization: str) -> dict[str, Part]:
    """The parts of a customer's card by name; ``now`` is business time."""
    period = {"from": (now - LOOKED_BACK).isoformat(), "to": now.isoformat()}
    asked: dict[str, tuple[str, str, dict[str, str]]] = {
        "contact": ("survey", f"/v1/contacts/{account}", {}),
        "supply_point": ("incident", f"/v1/network/supply-points/{account}", {}),
        "open_incidents": ("incident", "/v1/incidents", {"account": account, "open": "true", "limit": MOST}),
        "interruptions": ("incident", f"/v1/reliability/accounts/{account}", period),
        "orders": ("responsibility", "/v1/orders", {"account": account, "limit": MOST}),
        "cases": ("responsibility", "/v1/cases", {"account": account, "limit": MOST}),
    }
    parts = [
        upstreams.part(service, path, authorization=authorization, **params) for service, path, params in asked.values()
    ]
    return dict(zip(asked, await asyncio.gather(*parts), strict=True))
