"""Response rates, after AAPOR's Standard Definitions (10th edition, 2023): each case has one final disposition.

I complete, P partial, R opted out, O other (asked, and no answer by now: "not answered", never "satisfied"),
U undeliverable, whose eligibility is unknown. What was withheld before it left was never a case.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STEP = 5
FEW = f"Fewer than {STEP} customers stand behind it."
NOBODY = "Nobody stands in the denominator."
ANONYMOUS = "Who answered an anonymous campaign is not looked at: only its answers as a whole are counted."


@dataclass(frozen=True, slots=True)
class Cases:
    """Exact counts of one stratum; ``opened`` holds those who answered too."""

    issued: int
    withheld: int
    waiting: int
    sent: int
    delivered: int
    undeliverable: int
    opened: int
    partial: int
    complete: int
    opted_out: int
    expired: int
    reminders_missed: int

    @property
    def asked(self) -> int:
        return self.issued - self.withheld


@dataclass(frozen=True, slots=True)
class Rate:
    """``value`` null with the ``reason`` where it is not defined or not shown."""

    name: str
    formula: str
    value: float | None
    reason: str | None = None


def total(cells: Sequence[Cases]) -> Cases:
    names = Cases.__slots__
    return Cases(**{name: sum(getattr(cell, name) for cell in cells) for name in names})


def shown(count: int) -> int | None:
    """A count of what customers did, in whole steps of five (measures.md, Disclosure); 1 to 4 are withheld."""
    return None if 0 < count < STEP else count - count % STEP


def rates(cases: Cases, *, anonymous: bool = False) -> list[Rate]:
    """Of the counts as they are shown, so that no rate tells more than they do.

    Of an ``anonymous`` campaign there are no partial answers, and ``cases.complete`` is -1 where it is not known.
    """
    complete, refused = None if cases.complete < 0 else shown(cases.complete), shown(cases.opted_out)
    partial = None if anonymous else shown(cases.partial)
    either = None if complete is None or partial is None else complete + partial
    asked, reached = cases.asked, cases.asked - cases.undeliverable
    why = ANONYMOUS if cases.complete < 0 else FEW
    partly = ANONYMOUS if anonymous else FEW
    return [
        _rate("response_rate_1", "RR1 = I / (I + P + R + O + U)", complete, asked, why),
        _rate("response_rate_2", "RR2 = (I + P) / (I + P + R + O + U)", either, asked, partly),
        _rate("response_rate_5", "RR5 = I / (I + P + R + O)", complete, reached, why),
        _rate("response_rate_6", "RR6 = (I + P) / (I + P + R + O)", either, reached, partly),
        _rate("completion_rate", "I / (I + P)", complete, either, partly),
        _rate("refusal_rate_1", "REF1 = R / (I + P + R + O + U)", refused, asked, FEW),
        _rate("delivery_rate", "1 - U / (I + P + R + O + U)", reached, asked, FEW),
    ]


def _rate(name: str, formula: str, top: int | None, base: int | None, reason: str) -> Rate:
    if top is None or base is None:
        return Rate(name, formula, None, reason)
    if base == 0:
        return Rate(name, formula, None, NOBODY)
    return Rate(name, formula, top / base)
