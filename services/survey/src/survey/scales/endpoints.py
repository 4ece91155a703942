"""``/v1/insights/reliability``: do a scale's items say the same?"""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from kit.auth import Actor, allow
from kit.db import ReadSession
from kit.errors import Invalid
from kit.http import Ctx
from survey.analyses.service import assign
from survey.insights.cells import HIDDEN
from survey.insights.endpoints import READERS, Bounds, parameters_of
from survey.insights.figures import CONFIDENCE, Figure
from survey.insights.schemas import FigureOut
from survey.insights.service import unit_for
from survey.questionnaires.definition import Driver
from survey.scales.reliability import FORMULA, alpha
from survey.scales.schemas import ReliabilityOut
from survey.scales.service import Spreads, spreads
from survey.settings import settings_of

router = APIRouter(prefix="/v1/insights", tags=["insights"])

Reader = Annotated[Actor, Depends(allow(*READERS))]
ENOUGH = 30
FEW = f"Withheld: fewer than {ENOUGH} respondents, in whole blocks of five, answered every item."
COUNTING = "Complete answers to every item, in whole blocks of five; the latest may still wait for their block."
NO_INTERVAL = "Cronbach's alpha is given without an interval."


class DriverBoundsNothing(Invalid):
    code, title = "driver_bounds_nothing", "A scale is named by its items"


async def _placed(request: Request) -> None:
    """What came since is put into blocks first."""
    runtime = request.app.state.runtime
    await assign(runtime.database, runtime.context)


@router.get("/reliability", dependencies=[Depends(_placed)])
async def get_reliability(
    session: ReadSession,
    context: Ctx,
    actor: Reader,
    bounds: Bounds,
    item: Annotated[list[Driver], Query(min_length=2, max_length=9, description="The items of the scale")],
) -> ReliabilityOut:
    """Cronbach's alpha of a scale made of these drivers' scores; at least 30 respondents who answered all of them."""
    if bounds.driver is not None:
        raise DriverBoundsNothing(
            "A scale's items are drivers themselves: name them by 'item' and leave 'driver' out.",
            errors=[{"pointer": "/driver", "detail": "Leave it out."}],
        )
    items, unit = list(dict.fromkeys(item)), unit_for(actor, bounds.unit)
    found = await spreads(session, bounds, items, unit, settings_of(context).time_zone)
    parameters = parameters_of(bounds, unit, context).model_copy(update={"counting": COUNTING})
    return ReliabilityOut(parameters=parameters, items=items, figure=FigureOut(**_figure(found)))


def _figure(found: Spreads) -> dict[str, object]:
    if found.n < ENOUGH:
        return {"formula": FORMULA, "confidence": CONFIDENCE, **HIDDEN, "reason": FEW}
    value = alpha(found.items, found.whole)
    reason = NO_INTERVAL if value is not None else "Undefined without variance, or of one item."
    return asdict(Figure(value, None, None, found.n, FORMULA, reason=reason))
