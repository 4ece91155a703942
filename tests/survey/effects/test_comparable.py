from datetime import UTC, datetime
from uuid import UUID

import pytest

from survey.effects.comparable import Compared, concerns
from survey.insights.grid import Fact
from survey.questionnaires.scoring import Score

HALL, READING = "/city/east/hall-1/", "/city/east/reading/"


def fact(*, trigger="order_completed", unit=HALL, item=None, driver="billing_accuracy", teams=None):
    score = Score("item", driver, None, item or "RB-09", 2.0, low=True)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    return Fact(UUID(int=1), unit, "RB-09", trigger, at, (score,), None, teams or {})


def compared(sub_process="RB-09", driver="billing_accuracy", unit=HALL):
    return Compared(sub_process, driver, unit)


@pytest.mark.parametrize(
    ("wanted", "answer", "expected"),
    [
        (compared(), fact(), True),
        (compared(unit="/city/"), fact(), True),
        (compared(unit="/city/west/"), fact(), False),
        (compared(driver=None), fact(), False),
        (compared(driver=None), fact(driver=None), True),
        (compared(sub_process="BE-12"), fact(), False),
        (compared(), fact(trigger="case_closed"), False),
        # a stage under its team
        (compared("RB-05", unit=READING), fact(teams={"RB-05": READING}), True),
        (compared("RB-05", unit=HALL), fact(teams={"RB-05": READING}), False),
        (compared("RB-09", unit=READING), fact(teams={"RB-09": READING}), True),
        # an item of a sub-process of its own speaks of no other
        (compared("RB-09"), fact(item="RB-05", teams={"RB-05": READING}), False),
        (compared("RB-05", unit=READING), fact(item="RB-05", teams={"RB-05": READING}), True),
        (compared("RB-07"), fact(item="RB-07"), True),
        # an outage knows the district only; an order knows better
        (compared(unit="/city/east/repair/"), fact(trigger="incident_restored", unit="/city/east/"), True),
        (compared(unit="/city/east/repair/"), fact(unit="/city/east/"), False),
    ],
)
def test_what_an_answer_is_compared_under(wanted, answer, expected):
    assert concerns(wanted, answer) == expected
