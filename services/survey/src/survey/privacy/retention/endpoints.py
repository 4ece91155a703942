"""``/v1/responses/retention``: how long what is kept, and what was destroyed."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from kit.paging import Items, Page, paged
from survey.privacy.retention import service
from survey.privacy.retention.models import RetentionRule, RetentionRun
from survey.privacy.retention.schemas import RuleIn, RuleOut, RunOut

router = APIRouter(prefix="/v1/responses/retention", tags=["responses"])

Keeper = Annotated[Actor, Depends(allow(Role.ADMIN))]
Reader = Annotated[Actor, Depends(allow(Role.ADMIN, Role.AUDITOR, Role.ANALYST, Role.LEADER))]


@router.post("", status_code=201)
async def decide_retention(given: RuleIn, session: WriteSession, context: Ctx, _: Keeper) -> RuleOut:
    """A dated rule; from its beginning on, what is older is destroyed once a day."""
    return RuleOut.model_validate(await service.decide(session, given, context=context), from_attributes=True)


@router.get("")
async def list_retention_rules(session: ReadSession, _: Reader, page: Page) -> Items[RuleOut]:
    """All rules, also past and coming ones, oldest first."""
    return await paged(session, select(RetentionRule), page, RetentionRule.id, out=RuleOut)


@router.get("/runs")
async def list_retention_runs(session: ReadSession, _: Reader, page: Page) -> Items[RunOut]:
    """What was destroyed, newest first."""
    return await paged(session, select(RetentionRun), page, RetentionRun.id, out=RunOut, newest_first=True)
