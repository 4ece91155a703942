"""The session dependencies of endpoints."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession


async def _write(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.runtime.database.writing() as session:
        yield session


async def _read(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.app.state.runtime.database.reading() as session:
        yield session


# scope="function": the commit happens before the response leaves. A plain yield dependency ends after it, and
# a commit that fails would have been answered with success.
WriteSession = Annotated[AsyncSession, Depends(_write, scope="function")]
ReadSession = Annotated[AsyncSession, Depends(_read, scope="function")]
