"""How long an interruption lasted, and whether it counts as sustained."""

from datetime import datetime

SECONDS_PER_MINUTE = 60
SUSTAINED_MINUTES = 5.0
"""IEEE Std 1366-2022; Chinese statistics take 3. Figures take their own threshold as a parameter."""


def minutes_between(began_at: datetime, ended_at: datetime) -> float:
    """Minutes from one time to a later one; raises ``ValueError`` when it is earlier."""
    if ended_at < began_at:
        raise ValueError(f"An interruption that began at {began_at} cannot end at {ended_at}.")
    return (ended_at - began_at).total_seconds() / SECONDS_PER_MINUTE


def is_sustained(minutes: float, threshold: float) -> bool:
    """Strictly longer than the threshold: exactly the threshold is momentary."""
    return minutes > threshold
