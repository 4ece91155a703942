"""Migrations: run under an advisory lock, and only when the database is not at the head already.

Alembic costs most of a second to import: what start-up needs is answered by reading file names and one row.
"""

import asyncio
import re
from pathlib import Path
from typing import Any

import asyncpg

LOCK = 7_410_001
HEAD = re.compile(r"^revision(?::\s*str)?\s*=\s*[\"']([\w-]+)[\"']", re.MULTILINE)


class SchemaMismatch(Exception):  # noqa: N818
    """The database is older or newer than this release supports."""


def head(migrations: Path) -> str:
    """The newest revision of a service's ``migrations`` folder; its files sort by date and number."""
    files = sorted((migrations / "versions").glob("*.py"))
    if not files:
        raise SchemaMismatch(f"{migrations} holds no migrations.")
    found = HEAD.search(files[-1].read_text())
    if found is None:
        raise SchemaMismatch(f"{files[-1]} names no revision.")
    return found.group(1)


async def present(url: str) -> str | None:
    """The revision a database is at, or None where it was never migrated."""
    connection = await asyncpg.connect(_plain(url), timeout=10)
    try:
        if await connection.fetchval("SELECT to_regclass('public.alembic_version')") is None:
            return None
        found = await connection.fetchval("SELECT version_num FROM alembic_version")
        return None if found is None else str(found)
    finally:
        await connection.close()


async def check(url: str, migrations: Path) -> None:
    """Refuses a schema that this release does not know."""
    wanted, found = head(migrations), await present(url)
    if found != wanted:
        raise SchemaMismatch(
            f"The database is at revision '{found}', this release needs '{wanted}': run `python -m kit.migrate "
            f"{migrations.parent}` with the owner's URL in GRIDLOOP_MIGRATION_URL, or the release that fits."
        )


def upgrade(service: Path, url: str) -> bool:
    """Brings a database to the head of ``service/migrations``; False where it already was there."""
    migrations = service / "migrations"
    found = asyncio.run(present(url))
    if found == head(migrations):
        return False
    known = {name for file in (migrations / "versions").glob("*.py") for name in HEAD.findall(file.read_text())}
    if found is not None and found not in known:
        raise SchemaMismatch(f"The database is at revision '{found}', which this release of {service.name} lacks.")
    _run_alembic(service, url)
    return True


def _run_alembic(service: Path, url: str) -> None:
    from alembic import command

    command.upgrade(config(service, url), "head")


def config(service: Path, url: str) -> Any:
    """Alembic's configuration for one service and database."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(service / "migrations"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["url"] = url
    return settings


def run(metadata: Any) -> None:
    """What a service's ``migrations/env.py`` calls; ``metadata`` is that of the service's own Base."""
    from alembic import context
    from sqlalchemy.dialects.postgresql.base import ischema_names

    from kit.db.tables import Xid8, spine

    ischema_names["xid8"] = Xid8  # so that comparing the schema knows the log's column
    url = context.config.attributes["url"]
    targets = [metadata, spine]

    async def online() -> None:
        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

        engine = create_async_engine("postgresql+asyncpg://" + url.split("://", 1)[1], poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.exec_driver_sql("SET lock_timeout = '5s'")
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
            await connection.run_sync(lambda sync: _migrate(context, sync, targets))
        await engine.dispose()

    asyncio.run(online())


def _migrate(context: Any, connection: Any, targets: Any) -> None:
    context.configure(
        connection=connection,
        target_metadata=targets,
        include_object=_included,
        compare_type=True,
        compare_server_default=False,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _included(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    partition = kind in {"table", "index"} and reflected and name is not None and "event_p" in name
    return not partition


def _plain(url: str) -> str:
    return "postgresql://" + url.split("://", 1)[1]
