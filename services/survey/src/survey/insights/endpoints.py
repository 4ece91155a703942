"""``/v1/insights``: what the answers come to."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from kit.http import Ctx
from survey.campaigns.occasion import Trigger
from survey.contacts.schemas import UnitPath
from survey.insights import service
from survey.insights.cells import figures
from survey.insights.disclosure import SMALLEST_SHOWN
from survey.insights.schemas import CellOut, Dimension, Parameters, ScoresOut
from survey.insights.service import Question
from survey.questionnaires.definition import Driver, SubProcess
from survey.settings import settings_of

router = APIRouter(prefix="/v1/insights", tags=["insights"])

Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR)),
]


@router.get("/scores")
async def get_scores(
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    sub_process: Annotated[SubProcess | None, Query()] = None,
    driver: Driver | None = None,
    unit: Annotated[UnitPath | None, Query(description="This unit and all below it")] = None,
    period_from: Annotated[date | None, Query(alias="from")] = None,
    period_to: Annotated[date | None, Query(alias="to")] = None,
    trigger: Annotated[Trigger | None, Query(description="By default all but follow-ups to cases")] = None,
    group_by: Annotated[list[Dimension] | None, Query(max_length=4)] = None,
) -> ScoresOut:
    """Mean, CSAT and NPS with their intervals per cell, about service in the period; small cells are withheld.

    Without ``driver`` and without grouping by it, the score is the overall one.
    """
    groups = list(dict.fromkeys(group_by or []))
    question = Question(groups, period_from, period_to, sub_process, driver, unit, trigger)
    rows = await service.answer(session, question, actor=actor)
    items = [
        CellOut(**{name: getattr(row, name) or None for name in groups}, **shown)
        for row, shown in zip(rows, figures(rows), strict=True)
    ]
    asked = asdict(question) | {"trigger": trigger or "all but case_closed", "group_by": groups}
    zone = settings_of(context).time_zone
    return ScoresOut(parameters=Parameters(time_zone=zone, smallest_shown=SMALLEST_SHOWN, **asked), items=items)
