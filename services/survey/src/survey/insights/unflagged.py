"""What scores come to without the answers that may not be a customer's own."""

from typing import Any, Literal

from survey.insights.cells import HIDDEN, figure
from survey.published.disclosure import Sums

NOT_YET = "No answer here was looked through and bears no flag: that is done once the month of its receipt has closed."
NOT_OVERALL = "Only the overall score is counted without flagged answers."


def figures_of(sums: Sums | None) -> dict[str, Any]:
    """Mean and CSAT; None is withheld."""
    if sums is not None and not sums.n:
        return _none(0, NOT_YET)
    return {"n": sums.n if sums else None, "mean": figure("mean", sums), "csat": figure("csat", sums)}


def not_overall() -> dict[str, Any]:
    return _none(None, NOT_OVERALL)


def _none(n: int | None, reason: str) -> dict[str, Any]:
    names: tuple[Literal["mean", "csat"], ...] = ("mean", "csat")
    return {"n": n} | {name: figure(name, Sums()) | HIDDEN | {"reason": reason} for name in names}
