"""Processes, routes and the import over HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import select

from kit.auth import Actor, Role, allow
from kit.db import ReadSession, WriteSession
from kit.errors import Invalid
from kit.http import Ctx
from kit.paging import Items, Page, paged
from responsibility.catalogue import service
from responsibility.catalogue.document import Catalogue, Route
from responsibility.catalogue.models import CatalogueVersion, MainProcess, ProcessRoute
from responsibility.catalogue.schemas import (
    CatalogueOut,
    ImportOut,
    ProcessOut,
    RouteOut,
    SubProcessOut,
)

Staff = Annotated[Actor, Depends(allow(*Role))]
CatalogueWriter = Annotated[Actor, Depends(allow(Role.ADMIN, Role.INTEGRATOR))]
MAX_CATALOGUE = 4 * 1024**2
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/yaml": {"schema": {"type": "string"}}, "application/json": {"schema": {}}},
    }
}

router = APIRouter(prefix="/v1")


async def _text(request: Request) -> str:
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Invalid(f"The document must be UTF-8; byte {fault.start} is not.") from fault


Document = Annotated[str, Depends(_text)]


@router.post("/processes/import", tags=["processes"], openapi_extra=DOCUMENT, max_body_size=MAX_CATALOGUE)
async def import_catalogue(
    text: Document,
    session: WriteSession,
    actor: CatalogueWriter,
    context: Ctx,
    dry_run: Annotated[bool, Query(description="Check everything and store nothing")] = False,
) -> ImportOut:
    """All of the catalogue or nothing: every fault is named by its place and, in YAML, by its line."""
    catalogue = service.parse(text)
    stored = not dry_run and await service.import_catalogue(session, catalogue, context=context, actor=actor)
    return _summary(catalogue, imported=stored)


def _summary(catalogue: Catalogue, *, imported: bool) -> ImportOut:
    return ImportOut(
        version=catalogue.catalogue_version,
        valid_from=catalogue.valid_from,
        main_processes=len(catalogue.main_processes),
        sub_processes=len(catalogue.sub_processes()),
        posts=len(catalogue.posts),
        routes=len(catalogue.routes),
        imported=imported,
    )


@router.get("/processes", tags=["processes"])
async def list_processes(session: ReadSession, _: Staff, page: Page, context: Ctx) -> Items[ProcessOut]:
    """The main processes in force, each with its sub-processes."""
    version = (await service.version_in_force(session, context.clock.now(), context=context)).version
    known = [
        SubProcessOut.model_validate(s, from_attributes=True)
        for s in (await service.sub_processes(session, version)).values()
    ]
    statement = select(MainProcess).where(MainProcess.catalogue == version)
    rows = await paged(session, statement, page, MainProcess.code, out=service.MainRow)
    items = [
        ProcessOut(code=row.code, zh=row.zh, en=row.en, sub_processes=[s for s in known if s.main_process == row.code])
        for row in rows.items
    ]
    return Items[ProcessOut](items=items, next=rows.next)


@router.get("/processes/versions", tags=["processes"])
async def list_catalogue_versions(session: ReadSession, _: Staff, page: Page) -> Items[CatalogueOut]:
    return await paged(session, select(CatalogueVersion), page, CatalogueVersion.version, out=CatalogueOut)


@router.get("/processes/{code}", tags=["processes"])
async def get_sub_process(code: str, session: ReadSession, _: Staff, context: Ctx) -> SubProcessOut:
    """One sub-process of the catalogue in force, such as RB-05."""
    version = (await service.version_in_force(session, context.clock.now(), context=context)).version
    return SubProcessOut.model_validate(await service.find_sub_process(session, version, code), from_attributes=True)


@router.get("/routes", tags=["routes"])
async def list_routes(session: ReadSession, _: Staff, page: Page, context: Ctx) -> Items[RouteOut]:
    version = (await service.version_in_force(session, context.clock.now(), context=context)).version
    statement = select(ProcessRoute).where(ProcessRoute.catalogue == version)
    rows = await paged(session, statement, page, ProcessRoute.code, out=service.RouteRow)
    return Items[RouteOut](items=[_route(Route.model_validate(row.definition)) for row in rows.items], next=rows.next)


@router.get("/routes/{code}", tags=["routes"])
async def get_route(code: str, session: ReadSession, _: Staff, context: Ctx) -> RouteOut:
    version = (await service.version_in_force(session, context.clock.now(), context=context)).version
    return _route(await service.find_route(session, version, code))


def _route(route: Route) -> RouteOut:
    return RouteOut.model_validate(route, from_attributes=True)
