"""Asks every owner at once, as the caller, and never fails whole."""

import asyncio
from typing import Any

import httpx

from gateway.cards.schemas import CardPart
from gateway.upstreams.service import Upstreams
from kit.telemetry.logs import logger

PATIENCE = httpx.Timeout(2.5, connect=1.0)
FORBIDDEN, ABSENT = 403, 404
log = logger("gateway.cards")


async def part(upstreams: Upstreams, service: str, path: str, *, authorization: str, **params: Any) -> CardPart:
    """What one owner shows to the caller."""
    try:
        answer = await upstreams.ask(service, "GET", path, authorization=authorization, params=params, timeout=PATIENCE)
        if answer.status_code == ABSENT:
            return CardPart(state="absent")
        if answer.status_code == FORBIDDEN:
            return CardPart(state="forbidden")
        return CardPart(state="present", data=answer.raise_for_status().json())
    except (httpx.HTTPError, ValueError) as fault:
        log.warning("part unavailable", upstream=service, error=type(fault).__name__)
        return CardPart(state="unavailable")


async def card(upstreams: Upstreams, account: str, *, authorization: str) -> dict[str, CardPart]:
    """The parts of a customer's card by name."""
    asked = {
        "contact": ("survey", f"/v1/contacts/{account}", {}),
        "supply_point": ("incident", f"/v1/network/supply-points/{account}", {}),
        "open_incidents": ("incident", "/v1/incidents", {"account": account, "open": "true", "limit": "20"}),
        "past_incidents": ("incident", "/v1/incidents", {"account": account, "limit": "20"}),
        "orders": ("responsibility", "/v1/orders", {"account": account, "limit": "20"}),
        "cases": ("responsibility", "/v1/cases", {"account": account, "limit": "20"}),
    }
    parts = [
        part(upstreams, service, path, authorization=authorization, **params)
        for service, path, params in asked.values()
    ]
    return dict(zip(asked, await asyncio.gather(*parts), strict=True))
