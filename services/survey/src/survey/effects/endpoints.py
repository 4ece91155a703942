"""``/v1/insights/effects``: what changed for later customers since a finding was acted on."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends

from kit.auth import Actor, Role, allow
from kit.db import ReadSession
from survey.effects import service
from survey.effects.measure import Effect
from survey.effects.schemas import EffectOut
from survey.published.disclosure import SMALLEST_SHOWN

router = APIRouter(prefix="/v1/insights/effects", tags=["insights"])

Reader = Annotated[
    Actor,
    Depends(allow(Role.ANALYST, Role.AGENT, Role.MANAGER, Role.UNIT_HEAD, Role.LEADER, Role.AUDITOR, Role.SERVICE)),
]
WATCH = ("finding_id", "state", "unit", "sub_process", "before_from", "before_to", "effective_at")
LOOKS = ("minimum_n", "next_n", "looks")


@router.get("/{finding_id}")
async def get_effect(finding_id: UUID, session: ReadSession, actor: Reader) -> EffectOut:
    """Measured now; the events ``survey.effect.measured`` are those of the announced looks."""
    watch, measured = await service.present(session, finding_id, actor=actor)
    named = {name: getattr(watch, name) for name in WATCH + LOOKS} | {"driver": watch.driver or None}
    return EffectOut(**named, **_figures(measured), confidence=measured.confidence, method=measured.method)


def _figures(measured: Effect) -> dict[str, Any]:
    sides = (measured.before, measured.after)
    if any(0 < side.n < SMALLEST_SHOWN for side in sides):
        names = ("n_before", "n_after", "mean_before", "mean_after", "difference", "low", "high")
        caveat = f"Withheld: a side has fewer than {SMALLEST_SHOWN} respondents."
        return dict.fromkeys(names) | {"conclusive": False, "caveat": caveat}
    before, after = ((side.n, side.mean if side.n else None) for side in sides)
    return {
        "n_before": before[0],
        "n_after": after[0],
        "mean_before": before[1],
        "mean_after": after[1],
        "difference": measured.difference,
        "low": measured.low,
        "high": measured.high,
        "conclusive": measured.conclusive,
        "caveat": measured.caveat,
    }
