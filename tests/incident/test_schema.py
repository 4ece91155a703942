"""The database keeps what must not change."""

import asyncpg
import pytest


@pytest.mark.parametrize("table", ["timeline_entry", "restoration_step", "estimate"])
@pytest.mark.parametrize("change", ["UPDATE {} SET incident_id = incident_id", "DELETE FROM {}", "TRUNCATE {}"])
async def test_history_is_never_changed_by_anybody(incident, table, change):
    with pytest.raises(asyncpg.RestrictViolationError, match="never changed"):
        await incident.sql(change.format(table))
    rights = await incident.sql(
        "SELECT privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = 'incident_app' AND table_name = $1",
        table,
    )
    assert {row["privilege_type"] for row in rights} == {"SELECT", "INSERT"}
