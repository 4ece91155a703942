"""Many rows in one statement: a list for each column, whatever their number, so that it is prepared once."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import asyncpg
from pydantic_core import to_json
from sqlalchemy import FromClause, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

INSERT = "INSERT INTO {table} ({columns}) SELECT {values} FROM {rows}"
DRIVER, LATER = "kit.driver", "kit.later"
MOST_TOGETHER = 256
"""Compositions that are kept: the program has few, each its own prepared statement."""
PARAMETER = re.compile(r"\$(\d+)")
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class Row(asyncpg.Record):
    """A row as the driver gives it, whose columns are attributes too."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class RowsStatement:
    """A statement over rows of these columns of a table; a JSON column takes JSON as text.

    In ``template`` stand ``{table}``, ``{columns}``, ``{values}`` and ``{assigned}`` (each column set to the
    given one); ``{rows}`` is the given rows, called ``given``, in their order; ``{next}`` see ``run_rows``.
    """

    def __init__(self, table: FromClause, columns: Iterable[str], template: str = INSERT) -> None:
        assert isinstance(table, Table)  # noqa: S101  (a mapped class says no more of its __table__)
        self.names = tuple(columns)
        self._table = table
        self._template = template

    @cached_property
    def sql(self) -> str:
        """Made when it is first needed: only then every table that a key refers to is known."""
        quoted = [_DIALECT.identifier_preparer.quote(name) for name in self.names]
        lists = ", ".join(f"${n}::{_array(self._table, name)}" for n, name in enumerate(self.names, 1))
        values = [f"given.{name}{_cast(self._table, key)}" for name, key in zip(quoted, self.names, strict=True)]
        return self._template.format(
            table=_DIALECT.identifier_preparer.quote(self._table.name),
            columns=", ".join(quoted),
            values=", ".join(values),
            assigned=", ".join(f"{name} = {value}" for name, value in zip(quoted, values, strict=True)),
            next=f"${len(self.names) + 1}",
            rows=f"unnest({lists}) AS given ({', '.join(quoted)})",
        )

    def columns(self, rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
        return [[row[name] for row in rows] for name in self.names]


async def run_rows(
    session: AsyncSession, statement: RowsStatement, rows: Sequence[Mapping[str, Any]], *others: Any
) -> Sequence[Any]:
    """In the session's transaction; each of ``rows`` has every column of the statement.

    ``others``: what stands once for all rows, behind their columns: ``{next}`` in the template is the first.
    """
    return await run(session, statement.sql, *statement.columns(rows), *others)


async def run(session: AsyncSession, sql: str, *values: Any) -> Sequence[Any]:
    """The rows of one statement in the driver's own SQL (``$1``, lists as arrays), prepared once per connection.

    The first of a transaction goes the session's way, which begins the transaction. The others go to the driver
    at once: each of the session's steps has a stack of its own, which costs more than the statement.
    """
    transaction, driver = session.info.get(DRIVER, (None, None))
    if driver is not None and transaction is session.sync_session.get_transaction():
        rows: Sequence[Any] = await driver.fetch(sql, *values, record_class=Row)
        return rows
    connection = await session.connection()
    found = await connection.exec_driver_sql(sql, values)
    session.info[DRIVER] = session.sync_session.get_transaction(), _driver(connection)
    return found.all() if found.returns_rows else ()


def run_later(session: AsyncSession, sql: str, *values: Any) -> None:
    """A statement of the transaction's end, where all such and its events are written in one.

    It gives no rows, and reads nothing that another of them writes: none sees the others' rows.
    """
    session.info.setdefault(LATER, []).append((sql, values))


async def run_waiting(session: AsyncSession) -> None:
    """Writes what ``run_later`` took so far, for who must read it in this transaction."""
    if waiting := session.info.pop(LATER, None):
        statements, values = zip(*waiting, strict=True)
        await run(session, _together(statements), *(value for some in values for value in some))


@lru_cache(maxsize=MOST_TOGETHER)
def _together(statements: tuple[str, ...]) -> str:
    """One statement of several that write, whose parameters are numbered through."""
    numbered, used = list[str](), 0
    for sql in statements:
        numbered.append(_numbered(sql, after=used))
        used += len(set(PARAMETER.findall(sql)))
    *others, last = numbered
    parts = ", ".join(f"part_{place} AS ({sql})" for place, sql in enumerate(others))
    return f"WITH {parts} {last}" if others else last


def _numbered(sql: str, *, after: int) -> str:
    return PARAMETER.sub(lambda found: f"${int(found[1]) + after}", sql)


async def scalars(session: AsyncSession, sql: str, *values: Any) -> list[Any]:
    """The first column of what ``run`` gives."""
    return [row[0] for row in await run(session, sql, *values)]


async def first(session: AsyncSession, sql: str, *values: Any) -> Any | None:
    """The first row of what ``run`` gives, None where there is none."""
    return next(iter(await run(session, sql, *values)), None)


def text_of(value: Any) -> str:
    """JSON for a column of a RowsStatement: many times faster than the standard library's."""
    return to_json(value).decode()


def _driver(connection: AsyncConnection) -> Any:
    pooled = connection.sync_connection
    assert pooled is not None  # noqa: S101  (it has run a statement)
    return pooled.connection.driver_connection


def _array(table: Table, name: str) -> str:
    return "text[]" if _is_json(table, name) else f"{table.columns[name].type.compile(_DIALECT)}[]"


def _cast(table: Table, name: str) -> str:
    return "::jsonb" if _is_json(table, name) else ""


def _is_json(table: Table, name: str) -> bool:
    return isinstance(table.columns[name].type, JSONB)
