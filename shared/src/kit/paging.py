"""Lists by keyset: bounded, stable while rows are added, never an offset."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import Select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from kit.errors import Invalid

Out = TypeVar("Out", bound=BaseModel)
LONGEST_LIST = 200


class Items(BaseModel, Generic[Out]):
    """``next``: the ``after`` of the following page, null at the end."""

    items: list[Out]
    next: str | None = None


class BadCursor(Invalid):
    code = "bad_cursor"


@dataclass(frozen=True)
class PageRequest:
    request: Request
    response: Response
    limit: int
    after: str | None

    def link(self, cursor: str) -> None:
        query = dict(self.request.query_params) | {"after": cursor}
        self.response.headers["Link"] = f'<{self.request.url.path}?{urlencode(query)}>; rel="next"'


async def _page(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=LONGEST_LIST)] = 50,
    after: Annotated[str | None, Query(max_length=500, description="'next' of the page before")] = None,
) -> PageRequest:
    return PageRequest(request, response, limit, after)


Page = Annotated[PageRequest, Depends(_page)]


async def paged(
    session: AsyncSession,
    statement: Select[Any],
    page: PageRequest,
    *keys: Any,
    out: type[Out],
    newest_first: bool = False,
) -> Items[Out]:
    """One page of ``statement`` ordered by ``keys``, whose last must be unique; rows are read by ``out``.

    Raises BadCursor for an ``after`` that no page gave.
    """
    if page.after is not None:
        bound = tuple_(*_decode(page.after, keys))
        statement = statement.where(tuple_(*keys) < bound if newest_first else tuple_(*keys) > bound)
    order = [key.desc() if newest_first else key.asc() for key in keys]
    result = await session.execute(statement.order_by(*order).limit(page.limit + 1))
    rows = list(result.scalars() if _is_entity(statement) else result)
    more = len(rows) > page.limit
    rows = rows[: page.limit]
    cursor = _encode([getattr(rows[-1], key.key) for key in keys]) if more else None
    if cursor:
        page.link(cursor)
    return Items[out](items=[out.model_validate(row, from_attributes=True) for row in rows], next=cursor)  # type: ignore[valid-type]


def _is_entity(statement: Select[Any]) -> bool:
    """Whether rows are mapped objects rather than tuples of columns."""
    descriptions = statement.column_descriptions
    return len(descriptions) == 1 and isinstance(descriptions[0]["expr"], type)


def _encode(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([_plain(value) for value in values]).encode()).decode().rstrip("=")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value) if isinstance(value, UUID) else value


def _decode(cursor: str, keys: tuple[Any, ...]) -> list[Any]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list) or len(plain) != len(keys):
            raise ValueError("another list's cursor")
        return [_typed(value, key.type.python_type) for value, key in zip(plain, keys, strict=True)]
    except (ValueError, TypeError, binascii.Error) as fault:
        raise BadCursor("'after' must be the 'next' of a page of this same list.") from fault


def _typed(value: Any, kind: type) -> Any:
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is UUID:
        return UUID(value)
    if not isinstance(value, kind):
        raise TypeError("another list's cursor")
    return value
