"""Importing catalogues whole or not at all, and looking things up in the version in force."""

import hashlib
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel
from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Actor
from kit.context import Context
from kit.errors import Conflict, Invalid, NotFound
from responsibility.catalogue.document import Catalogue, Route
from responsibility.catalogue.faults import problems
from responsibility.catalogue.models import CatalogueVersion, MainProcess, ProcessRoute, SubProcess
from responsibility.catalogue.reading import Refused, read
from responsibility.organisation.models import Post
from responsibility.settings import Settings


class CatalogueRefused(Invalid):
    code, title = "catalogue_refused", "The catalogue cannot be imported"

    def __init__(self, refused: Refused) -> None:
        number = len(refused.faults)
        detail = f"The catalogue has {number} fault(s), and nothing of it was imported."
        super().__init__(detail, errors=problems(refused.faults, refused.lines))


class VersionTaken(Conflict):
    code = "catalogue_version_taken"


class NoCatalogue(Conflict):
    code, title = "no_catalogue", "No catalogue is in force"


class RouteNotFound(NotFound):
    code = "route_not_found"


class SubProcessNotFound(NotFound):
    code = "sub_process_not_found"


class MainRow(BaseModel):
    """A main process as stored, for lists."""

    code: str
    zh: str
    en: str


class RouteRow(BaseModel):
    """A route as stored, for lists."""

    code: str
    definition: dict[str, Any]


def parse(text: str) -> Catalogue:
    """Raises CatalogueRefused with every fault."""
    try:
        return read(text)
    except Refused as refused:
        raise CatalogueRefused(refused) from refused


def digest(catalogue: Catalogue) -> str:
    """SHA-256 of what the document says, however it is written."""
    return hashlib.sha256(catalogue.model_dump_json().encode()).hexdigest()


async def import_catalogue(session: AsyncSession, catalogue: Catalogue, *, context: Context, actor: Actor) -> bool:
    """Stores a version; False where the very same one is there already. Raises VersionTaken for another."""
    present = await session.get(CatalogueVersion, catalogue.catalogue_version)
    if present is not None:
        if present.digest == digest(catalogue):
            return False
        raise VersionTaken(
            f"Version '{present.version}' was imported with other content; versions never change: name a new one."
        )
    taken = select(CatalogueVersion.version).where(CatalogueVersion.valid_from == catalogue.valid_from)
    if other := await session.scalar(taken):
        raise VersionTaken(f"Version '{other}' is valid from {catalogue.valid_from} too; give this one another day.")
    await _store(session, catalogue, context.clock.now(), actor)
    return True


async def _store(session: AsyncSession, catalogue: Catalogue, now: datetime, actor: Actor) -> None:
    version = catalogue.catalogue_version
    session.add(
        CatalogueVersion(
            version=version,
            valid_from=catalogue.valid_from,
            digest=digest(catalogue),
            imported_at=now,
            imported_by=actor.subject,
        )
    )
    await session.flush()
    await _store_posts(session, catalogue)
    mains = [
        {"catalogue": version, "code": m.code, "zh": m.zh, "en": m.en, "position": n}
        for n, m in enumerate(catalogue.main_processes)
    ]
    subs = [
        {"catalogue": version, "main_process": m.code, **s.model_dump()}
        for m in catalogue.main_processes
        for s in m.sub_processes
    ]
    routes = [
        {"catalogue": version, "code": r.code, "flow": r.flow, "definition": r.model_dump(mode="json")}
        for r in catalogue.routes
    ]
    for model, rows in ((MainProcess, mains), (SubProcess, subs), (ProcessRoute, routes)):
        if rows:
            await session.execute(insert(model), rows)


async def _store_posts(session: AsyncSession, catalogue: Catalogue) -> None:
    rows = sorted((post.model_dump() for post in catalogue.posts), key=lambda row: str(row["code"]))
    statement = upsert(Post).values(rows)
    renamed = {name: statement.excluded[name] for name in ("zh", "en", "tier")}
    await session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=renamed))


async def version_in_force(session: AsyncSession, at: datetime, *, context: Context) -> CatalogueVersion:
    """Raises NoCatalogue."""
    found = await _in_force(session, at, context)
    if found is None:
        raise NoCatalogue(f"No catalogue is in force at {at.isoformat()}: POST /v1/processes/import brings one.")
    return found


async def _in_force(session: AsyncSession, at: datetime, context: Context) -> CatalogueVersion | None:
    day = at.astimezone(cast("Settings", context.settings).zone).date()
    statement = select(CatalogueVersion).where(CatalogueVersion.valid_from <= day)
    return await session.scalar(statement.order_by(CatalogueVersion.valid_from.desc()).limit(1))


async def post_of(session: AsyncSession, sub_process: str, at: datetime, *, context: Context) -> str | None:
    """The post that works on a sub-process; None where the catalogue in force does not know it."""
    version = await _in_force(session, at, context)
    row = await session.get(SubProcess, (version.version, sub_process)) if version else None
    return row.post if row else None


async def find_route(session: AsyncSession, version: str, code: str) -> Route:
    row = await session.get(ProcessRoute, (version, code))
    if row is None:
        raise RouteNotFound(f"Catalogue {version} has no route '{code}'; GET /v1/routes lists those there are.")
    return Route.model_validate(row.definition)


async def find_sub_process(session: AsyncSession, version: str, code: str) -> SubProcess:
    row = await session.get(SubProcess, (version, code))
    if row is None:
        raise SubProcessNotFound(f"Catalogue {version} has no sub-process '{code}'.")
    return row


async def route_of_flow(session: AsyncSession, version: str, flow: str) -> Route | None:
    statement = select(ProcessRoute).where(ProcessRoute.catalogue == version, ProcessRoute.flow == flow)
    row = await session.scalar(statement)
    return None if row is None else Route.model_validate(row.definition)


async def sub_processes(session: AsyncSession, version: str) -> dict[str, SubProcess]:
    rows = await session.scalars(select(SubProcess).where(SubProcess.catalogue == version).order_by(SubProcess.code))
    return {row.code: row for row in rows}
