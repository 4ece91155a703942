"""Whom a campaign asks: its occasions, its share of them, and the rest between two questions."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

Trigger = Literal["order_completed", "incident_restored", "case_closed", "action_done", "none"]
Refusal = Literal[
    "opted_out",
    "no_consent",
    "resting",
    "not_sampled",
    "other_sub_process",
    "outside_frame",
    "unreachable",
    "quota_full",
]

BITS = 64


@dataclass(frozen=True, slots=True)
class Rule:
    """``sub_processes`` empty means any; ``share`` of the occasions is asked, chosen by ``seed``."""

    trigger: Trigger
    sub_processes: Collection[str]
    share: float
    seed: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the contact says about being asked: his wishes and the time before which he rests."""

    opted_out: bool
    consents: bool
    rest_until: datetime | None


@dataclass(frozen=True, slots=True)
class Person:
    """What a frame asks about a contact."""

    unit: str
    segment: str | None
    language: str


def inside(frame: Mapping[str, Any] | None, person: Person) -> bool:
    """Whether the contact is one of the campaign's frame; a list of accounts is looked up where it is kept."""
    if frame is None:
        return True
    return (
        (not frame["units"] or any(person.unit.startswith(unit) for unit in frame["units"]))
        and (not frame["segments"] or person.segment in frame["segments"])
        and (not frame["languages"] or person.language in frame["languages"])
    )


def channel_for(channels: Sequence[str], *, preferred: str | None, reachable: Collection[str]) -> str | None:
    """The customer's own wish where the campaign has it, else the campaign's first that reaches him."""
    usable = [channel for channel in channels if channel in reachable]
    return preferred if preferred in usable else next(iter(usable), None)


def fits(rule: Rule, *, sub_process: str | None) -> bool:
    """Whether the occasion is one of the campaign's; without a sub-process it fits only an open filter."""
    return not rule.sub_processes or sub_process in rule.sub_processes


def sampled(rule: Rule, *, occasion: str, account: str) -> bool:
    """Whether this account is asked on this occasion: for ever the same, at the campaign's share."""
    ticket = hashlib.sha256(f"{rule.seed}|{occasion}|{account}".encode()).digest()[: BITS // 8]
    part: float = int.from_bytes(ticket) / 2**BITS
    return part < rule.share


def refusal(trigger: Trigger, asked: Asked, *, now: datetime) -> Refusal | None:
    """Why this contact may not be asked now, None when he may.

    The follow-up to a case is exempt from the rest period, never from the opt-out.
    """
    if asked.opted_out:
        return "opted_out"
    if not asked.consents:
        return "no_consent"
    if trigger != "case_closed" and asked.rest_until is not None and asked.rest_until > now:
        return "resting"
    return None


def rest_until(now: datetime, days: int) -> datetime:
    """Until when a contact asked now is left in peace."""
    return now + timedelta(days=days)
