"""``/v1/network``: imports, devices, present states, what-if."""

from asyncio import to_thread
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import select

from incident.fields import NOT_AN_ORDER, UnitPath
from incident.network import service
from incident.network.model import Kind
from incident.network.models import DeviceRow
from incident.network.schemas import (
    DeviceDetail,
    DeviceShown,
    ImportResult,
    NetworkShown,
    Operation,
    Switching,
    WhatIf,
    WhatIfResult,
)
from incident.network.switching import switched
from incident.network.topology import Topology
from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Forbidden
from kit.http import Ctx
from kit.paging import Items, Page, paged

router = APIRouter(prefix="/v1/network", tags=["network"])

IMPORT_LIMIT = 64 * 1024**2

Importer = Annotated[Actor, Depends(allow(Role.OPERATOR, Role.INTEGRATOR, Role.ADMIN))]
Dispatcher = Annotated[Actor, Depends(allow(Role.DISPATCHER))]
Reader = Annotated[
    Actor,
    Depends(
        allow(
            Role.DISPATCHER,
            Role.OPERATOR,
            Role.CREW,
            Role.MANAGER,
            Role.UNIT_HEAD,
            Role.LEADER,
            Role.ANALYST,
            Role.INTEGRATOR,
            Role.ADMIN,
            Role.SERVICE,
        )
    ),
]

FILES: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object", "description": "As pandapower.to_json writes it"}},
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": "One device per row; columns kind, code, "
                    "name, terminal_1, terminal_2, normal_state, type, kv",
                }
            },
        },
    }
}


@router.post("/imports", status_code=201, max_body_size=IMPORT_LIMIT, openapi_extra=FILES, responses={200: {}, 422: {}})
async def import_network(
    request: Request,
    response: Response,
    session: WriteSession,
    context: Ctx,
    actor: Importer,
    source: Annotated[Literal["pandapower", "csv"], Query(alias="format")],
    name: Annotated[str, Query(min_length=1, max_length=200)] = "network",
    unit: Annotated[UnitPath | None, Query(description="Whose network it is; by default the caller's unit")] = None,
    *,
    dry_run: Annotated[bool, Query(description="Only check the file")] = False,
) -> ImportResult:
    """Takes a network in as the new current version: all of it, or nothing and every fault by row and column."""
    body = await request.body()
    network = await to_thread(service.read_file, source, body)
    unit = unit or actor.unit
    if not actor.covers(unit):
        raise Forbidden(f"The unit {unit} is outside yours, {actor.unit}.")
    dark = network.loads - Topology(network, network.state({})).supplied_loads
    result = ImportResult(
        dry_run=dry_run, id=None, number=None, devices=service.counted(network), loads_without_supply=len(dark)
    )
    if dry_run:
        response.status_code = 200
        return result
    version = await service.import_network(
        session, network, body, source=source, name=name, unit=unit, context=context, actor=actor
    )
    return result.model_copy(update={"id": version.id, "number": version.number})


@router.get("", description=NOT_AN_ORDER)
async def get_network(session: ReadSession, _: Reader) -> NetworkShown:
    version = await service.current_version(session)
    topology = await service.present_topology(session)
    return NetworkShown(
        id=version.id,
        number=version.number,
        name=version.name,
        source=version.source,
        unit=version.unit,
        imported_at=version.imported_at,
        devices=service.counted(topology.network),
        loads_without_supply=len(topology.network.loads - topology.supplied_loads),
        caution=NOT_AN_ORDER,
    )


@router.get("/devices")
async def list_devices(
    session: ReadSession, _: Reader, page: Page, kind: Annotated[Kind | None, Query()] = None
) -> Items[DeviceShown]:
    version = await service.current_version(session)
    statement = select(DeviceRow).where(DeviceRow.network_id == version.id)
    if kind is not None:
        statement = statement.where(DeviceRow.kind == kind)
    return await paged(session, statement, page, DeviceRow.code, out=DeviceShown)


@router.get("/devices/{code}", description=NOT_AN_ORDER)
async def get_device(session: ReadSession, _: Reader, code: str) -> DeviceDetail:
    row = await service.device(session, code)
    state = await service.state_of(session, code)
    topology = await service.present_topology(session)
    return DeviceDetail(
        **DeviceShown.model_validate(row).model_dump(),
        is_in=code not in topology.out,
        since=state.since if state else None,
        has_supply=code in topology.energised,
        depends_on=topology.upstream(code)[1:],
        feeds=sorted(topology.downstream(code)),
        caution=NOT_AN_ORDER,
    )


@router.post("/what-if", description=f"Which loads would gain and lose supply. {NOT_AN_ORDER}")
async def ask_what_if(session: ReadSession, _: Reader, asked: WhatIf) -> WhatIfResult:
    network = await service.current_network(session)
    return _what_if(network, await service.present_states(session), asked.operations)


@router.post("/switching", description=f"Records present states that the field reported. {NOT_AN_ORDER}")
async def record_switching(session: WriteSession, context: Ctx, actor: Dispatcher, done: Switching) -> WhatIfResult:
    network = await service.current_network(session)
    await service.lock_states(session)
    result = _what_if(network, await service.present_states(session), done.operations)
    since = service.not_in_the_future(done.happened_at, context)
    await service.record_states(session, wanted(done.operations), since=since, context=context, actor=actor)
    return result


def wanted(operations: list[Operation]) -> dict[str, bool]:
    """Device code -> in, as the operations want it."""
    return {operation.device: operation.to == "in" for operation in operations}


def _what_if(network: Any, present: dict[str, bool], operations: list[Operation]) -> WhatIfResult:
    service.check_devices(network, [operation.device for operation in operations])
    change = switched(network, present, wanted(operations))
    return WhatIfResult(back=sorted(change.back), lost=sorted(change.lost), caution=NOT_AN_ORDER)
