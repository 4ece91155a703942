"""Fresh databases: each service's own is migrated once and copied for every test module that wants one."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from kit.db import migrate

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE_LOCK = 7_410_900


def replaced(url: str, database: str) -> str:
    return url.rsplit("/", 1)[0] + "/" + database


def made_by(folder: Path) -> str:
    """What a schema depends on, in short: another tree's template is never taken for this one's."""
    kit = ROOT / "shared" / "src" / "kit" / "db"
    sources = [kit / "spine.py", kit / "tables.py", *sorted((folder / "migrations").rglob("*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    return f"{folder.name}_{digest.hexdigest()[:12]}"


@asynccontextmanager
async def fresh_database(
    engines: dict[str, Any], service: str, folder: Path | None = None
) -> AsyncIterator[dict[str, str]]:
    """The service's environment with a database of its own at the newest schema, dropped afterwards."""
    environment = dict(engines["environment"][service])
    folder = folder or ROOT / "services" / service
    template = f"{service}__{made_by(folder)}"
    name = f"{service}__{uuid4().hex[:12]}"
    admin = await asyncpg.connect(replaced(engines["admin"][service], "postgres"))
    try:
        await admin.execute(f"SELECT pg_advisory_lock({TEMPLATE_LOCK})")
        await _ensure_template(admin, environment, service, template, folder)
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{service}_owner"')
        await admin.execute(f"SELECT pg_advisory_unlock({TEMPLATE_LOCK})")
        for key in ("GRIDLOOP_DATABASE_URL", "GRIDLOOP_MIGRATION_URL"):
            environment[key] = replaced(environment[key], name)
        environment["ADMIN_URL"] = replaced(engines["admin"][service], name)
        yield environment
    finally:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await admin.close()


async def _ensure_template(
    admin: asyncpg.Connection, environment: dict[str, str], service: str, template: str, folder: Path
) -> None:
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
        await admin.execute(f'CREATE DATABASE "{template}" TEMPLATE "{service}" OWNER "{service}_owner"')
    url = replaced(environment["GRIDLOOP_MIGRATION_URL"], template)
    if await migrate.present(url) != migrate.head(folder / "migrations"):
        await asyncio.to_thread(migrate.upgrade, folder, url)


@asynccontextmanager
async def variables(values: dict[str, str]) -> AsyncIterator[None]:
    """Environment variables for the time of the block."""
    before = {key: os.environ.get(key) for key in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
