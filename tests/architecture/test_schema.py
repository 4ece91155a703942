"""What the models say is what the migrations made."""

import asyncio
from typing import Any

import pytest

from kit.db.migrate import config
from tests.support.databases import ROOT, fresh_database

SERVICES = ("survey", "incident", "responsibility", "gateway")


@pytest.mark.parametrize("service", SERVICES)
async def test_alembic_finds_nothing_to_add(engines: dict[str, Any], service: str) -> None:
    from alembic import command

    async with fresh_database(engines, service) as environment:
        settings = config(ROOT / "services" / service, environment["GRIDLOOP_MIGRATION_URL"])
        await asyncio.to_thread(command.check, settings)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_application_may_not_change_history(engines: dict[str, Any], service: str) -> None:
    import asyncpg

    async with fresh_database(engines, service) as environment:
        connection = await asyncpg.connect(environment["GRIDLOOP_DATABASE_URL"])
        for statement in (
            "UPDATE event SET subject = 'x'",
            "DELETE FROM event",
            "DELETE FROM publication",
            "CREATE TABLE mine (id int)",
            "TRUNCATE event",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_dated_and_named(service: str) -> None:
    import re

    names = sorted(p.stem for p in (ROOT / "services" / service / "migrations" / "versions").glob("*.py"))
    assert names
    assert all(re.fullmatch(r"\d{4}_\d{2}_\d{2}_\d{2}_[a-z_0-9]+", name) for name in names), names
