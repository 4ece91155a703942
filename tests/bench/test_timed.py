"""How long a request's SQL took, as benches subtract it."""

from typing import Any

import pytest
from asyncpg.prepared_stmt import PreparedStatement
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from gridloop.bench.timed import Timed, listen

NAP = "SELECT pg_sleep(0.05)"


async def test_prepared_statements_and_others_count(engines: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PreparedStatement, "fetch", PreparedStatement.fetch)  # put back afterwards
    url = engines["environment"]["survey"]["GRIDLOOP_DATABASE_URL"]
    engine = create_async_engine(url.replace("postgresql:", "postgresql+asyncpg:"))
    listen(engine.sync_engine)

    async def app(_: Any, __: Any, send: Any) -> None:
        async with engine.begin() as connection:
            await connection.execute(text(NAP))
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.fetch(NAP)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async with AsyncClient(transport=ASGITransport(Timed(app)), base_url="http://bench") as client:
        took = float((await client.get("/")).headers["x-sql-seconds"])
    await engine.dispose()
    assert 0.1 <= took < 0.2
