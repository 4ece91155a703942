"""Models and migrations say the same, as ``alembic check`` would ask."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from kit.db.migrate import _included
from kit.db.tables import spine
from survey.db import Base


async def test_the_migrated_schema_is_the_models(survey):
    engine = create_async_engine("postgresql+asyncpg://" + survey.admin_url.split("://", 1)[1])

    def differences(connection: Any) -> list[Any]:
        options = {"include_object": _included, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, [Base.metadata, spine]))

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()
