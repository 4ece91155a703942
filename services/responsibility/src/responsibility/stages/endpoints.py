"""Work on stages over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.http import Ctx
from responsibility.duties.schemas import SubProcessCode
from responsibility.stages import service
from responsibility.stages.schemas import AttestIn, CheckIn, StageDetail, StageStart

StageWorker = Annotated[
    Actor, Depends(allow(Role.INTEGRATOR, Role.OPERATOR, Role.AGENT, Role.EMPLOYEE, Role.CREW, Role.MANAGER))
]
StageReader = Annotated[
    Actor,
    Depends(
        allow(
            Role.INTEGRATOR,
            Role.OPERATOR,
            Role.DISPATCHER,
            Role.AGENT,
            Role.EMPLOYEE,
            Role.CREW,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.AUDITOR,
            Role.ANALYST,
            Role.SERVICE,
        )
    ),
]
SubProcess = Annotated[SubProcessCode, Path()]

router = APIRouter(prefix="/v1/orders/{order_id}/stages/{sub_process}", tags=["orders"])


@router.get("")
async def get_stage(order_id: UUID, sub_process: SubProcess, session: ReadSession, actor: StageReader) -> StageDetail:
    """With its checkpoints, their results, and what keeps it from being handed on."""
    stage = await service.find_stage(session, order_id, sub_process, actor=actor)
    return await service.stage_detail(session, stage)


@router.post("/start")
async def start_stage(
    order_id: UUID, sub_process: SubProcess, body: StageStart, session: WriteSession, actor: StageWorker, context: Ctx
) -> StageDetail:
    """Takes up a stage of the first step. Later ones are taken up by accepting their handover."""
    work = await service.take(session, order_id, sub_process, body.by, context=context, actor=actor)
    await service.start(session, work, body, context=context)
    return await service.stage_detail(session, work.stage)


@router.post("/checks")
async def record_check(
    order_id: UUID, sub_process: SubProcess, body: CheckIn, session: WriteSession, actor: StageWorker, context: Ctx
) -> StageDetail:
    """The result of one checkpoint, with its evidence."""
    work = await service.take(session, order_id, sub_process, body.by, context=context, actor=actor)
    await service.record_check(session, work, body, context=context)
    return await service.stage_detail(session, work.stage)


@router.post("/attestations")
async def attest_stage(
    order_id: UUID, sub_process: SubProcess, body: AttestIn, session: WriteSession, actor: StageWorker, context: Ctx
) -> StageDetail:
    """That the stage was passed (inspection) or signed (contract): hard gates of later stages ask for it."""
    work = await service.take(session, order_id, sub_process, body.by, context=context, actor=actor)
    await service.attest(session, work, body, context=context)
    return await service.stage_detail(session, work.stage)
