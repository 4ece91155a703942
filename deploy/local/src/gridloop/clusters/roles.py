"""Databases and roles on a running cluster, by the statements that the launcher uses."""

from collections.abc import Mapping
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from gridloop.engines.postgres import ROLES, VERSION, cluster_sql
from gridloop.errors import MachineError
from gridloop.layout import SERVICES


async def make_roles(url: str, passwords: Mapping[str, str]) -> None:
    """Makes what is missing and sets the passwords; ``url`` is a superuser's, ``passwords`` by role.

    Raises ``MachineError`` when the cluster cannot be reached, is too old, or refuses.
    """
    try:
        await _run(url, cluster_sql(passwords))
        for service in SERVICES:
            await _run(_in(url, service), ROLES.read_text(encoding="utf-8").format(service=service))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise MachineError(f"{_shown(url)} does not take the databases and roles: {error}.") from error


async def _run(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url, timeout=30)
    try:
        _check(connection.get_server_version().major)
        for line in statements.splitlines():
            if line and not line.startswith("--"):
                await _repeatable(connection, line)
    finally:
        await connection.close()


async def _repeatable(connection: asyncpg.Connection, statement: str) -> None:
    try:
        await connection.execute(statement)
    except asyncpg.DuplicateObjectError:
        await connection.execute(statement.replace("CREATE ROLE", "ALTER ROLE", 1))
    except asyncpg.DuplicateDatabaseError:
        return


def _check(major: int) -> None:
    if major < int(VERSION):
        raise MachineError(f"The cluster is PostgreSQL {major}; Gridloop needs PostgreSQL {VERSION} or newer.")


def _in(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/" + database))


def _shown(url: str) -> str:
    """The URL without what is secret in it."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}"
