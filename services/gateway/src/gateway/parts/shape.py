"""Which owner gets what of a customer, and when a part is offered again."""

from collections.abc import Mapping
from typing import Any, Literal

Owner = Literal["survey", "incident"]
SURVEY = (
    "source_version", "unit", "name", "phone", "email", "preferred_channel", "language", "segment", "opt_out",
    "consent",
)  # fmt: skip
INCIDENT = (
    "source_version", "unit", "phone", "area", "load", "bus", "important", "served_from", "served_to",
)  # fmt: skip
PATHS: dict[Owner, str] = {"survey": "/v1/contacts/{}", "incident": "/v1/network/supply-points/{}"}
MANY: dict[Owner, str] = {"survey": "/v1/contacts", "incident": "/v1/network/supply-points"}
LONGEST_PAUSE = 300.0


def part_for(owner: Owner, customer: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that the owner keeps, out of a customer's JSON body."""
    return {field: customer[field] for field in (SURVEY if owner == "survey" else INCIDENT)}


def pause_after(attempts: int) -> float:
    """Seconds until a part is offered again: doubling, five minutes at most."""
    return min(2.0 ** min(attempts, 20), LONGEST_PAUSE)
