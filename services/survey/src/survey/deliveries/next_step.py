"""What is to be done with an invitation whose message is due."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Withheld = Literal["closed", "expired", "opted_out", "no_consent", "answered", "quota_full", "unreachable"]


@dataclass(frozen=True, slots=True)
class Due:
    """An invitation, its customer's wishes and its campaign, as they are now.

    ``reminders``: those that left or missed their time. ``answered`` is never known of an anonymous invitation: who
    answered is not looked at, so everybody is reminded.
    """

    first: bool
    reminders: int
    expires_at: datetime
    answered: bool
    opted_out: bool
    consents: bool
    reachable: bool
    campaign_open: bool
    quota_full: bool
    most_reminders: int
    remind_after_days: int | None


def withheld(due: Due, now: datetime) -> Withheld | None:
    """Why nothing is sent, for ever; None when the message goes out."""
    reasons: list[tuple[bool, Withheld]] = [
        (due.opted_out, "opted_out"),
        (not due.consents, "no_consent"),
        (due.answered, "answered"),
        (due.expires_at <= now, "expired"),
        (not due.campaign_open, "closed"),
        (due.quota_full, "quota_full"),
        (not due.reachable, "unreachable"),
    ]
    return next((reason for applies, reason in reasons if applies), None)


def following(due: Due, now: datetime) -> datetime | None:
    """When the reminder after this message is due; None when it is the last."""
    sent = 0 if due.first else due.reminders + 1
    if sent >= due.most_reminders or due.remind_after_days is None:
        return None
    at = now + timedelta(days=due.remind_after_days)
    return at if at < due.expires_at else None


def too_late(due: Due, now: datetime) -> bool:
    """Whether the invitation's end, and nothing else, forbids a reminder."""
    in_time = replace(due, expires_at=max(due.expires_at, now + timedelta(days=1)))
    return not due.first and withheld(due, now) == "expired" and withheld(in_time, now) is None


def missed(due: Due, at: datetime, now: datetime) -> int:
    """How many reminders, from the one that was due ``at`` on, fell due before the end and only came too late."""
    if not too_late(due, now):
        return 0
    pause = timedelta(days=due.remind_after_days or 1)
    return sum(at + pause * place < due.expires_at for place in range(due.most_reminders - due.reminders))
