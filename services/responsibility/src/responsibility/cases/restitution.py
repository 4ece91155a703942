"""How a customer's hurt is made good: the suite records decision and voucher, and moves no money."""

from collections.abc import Collection, Iterator
from typing import Literal

Restitution = Literal["none", "refund", "correction", "apology", "compensation"]

PAID: frozenset[Restitution] = frozenset({"refund", "compensation"})
VOUCHED: frozenset[Restitution] = PAID | {"correction"}


def faults(kind: Restitution, amount_fen: int | None, voucher: str | None) -> Iterator[tuple[str, str]]:
    """``(JSON pointer, sentence)`` for each thing that does not fit the kind."""
    if kind in PAID and not amount_fen:
        yield "/amount_fen", f"A {kind} needs its amount in fen, above 0."
    if kind not in PAID and amount_fen:
        yield (
            "/amount_fen",
            f"Only refund and compensation have an amount; {kind} has none.",
        )
    if kind in VOUCHED and not (voucher and voucher.strip()):
        yield "/voucher", f"A {kind} needs the number of its voucher."
    if kind not in VOUCHED and voucher:
        yield "/voucher", f"A restitution of kind {kind} has no voucher."


def owed(promised: Restitution | None, made: Collection[Restitution]) -> bool:
    """Whether what the answer promised is still to be made good; ``made``: since the case was opened last."""
    return promised not in (None, "none") and promised not in made
