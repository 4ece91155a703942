"""What a case's trail refers to in other services."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class References:
    """``invitation`` is where the story begins: its correlation, where that is an invitation's id."""

    response: UUID | None
    invitation: UUID | None
    finding: UUID | None


def references(trail: Mapping[str, Any]) -> References:
    """Of ``GET /v1/cases/{id}/trail``."""
    case = trail.get("case") or {}
    finding = trail.get("finding") or {}
    return References(_id(case.get("response_id")), _id(case.get("correlation")), _id(finding.get("id")))


def _id(value: Any) -> UUID | None:
    try:
        return UUID(value) if value else None
    except (ValueError, TypeError, AttributeError):
        return None
