"""Which answers a watched finding is measured on."""

from dataclasses import dataclass

from survey.insights.grid import Fact, teams_of

FOLLOW_UP = "case_closed"
OUTAGE = "incident_restored"


@dataclass(frozen=True, slots=True)
class Compared:
    """``driver`` None compares the overall score; ``unit`` stands for all below it."""

    sub_process: str
    driver: str | None
    unit: str


def concerns(compared: Compared, fact: Fact) -> bool:
    """Whether the answer speaks of service in this sub-process by this unit, scored under this driver.

    An order speaks of each stage it went through, under the team that did it. An outage names only a district, so
    it speaks of each of the district's teams. Follow-ups are about how a case was handled, not about the service.
    """
    if fact.trigger == FOLLOW_UP:
        return False
    for score in fact.scores:
        team = teams_of(fact, score).get(compared.sub_process)
        if score.driver == compared.driver and team is not None and _within(team, compared.unit, fact.trigger):
            return True
    return False


def _within(team: str, unit: str, trigger: str) -> bool:
    return team.startswith(unit) or (trigger == OUTAGE and unit.startswith(team))
