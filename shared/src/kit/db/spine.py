"""The migrations of kit's own tables, called by each service's migrations; never edited after a release."""

from typing import Any

from kit.db import tables

PARTITION_SIZE = 5_000_000
APPEND_ONLY = ("event", "publication")

# Only the constant above is formatted in.
ENSURE_PARTITIONS = f"""
CREATE FUNCTION ensure_event_partitions() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    size constant bigint := {PARTITION_SIZE};
    present bigint := coalesce((SELECT last_value FROM pg_sequences
        WHERE sequencename = 'event_position_seq' AND schemaname = 'public'), 0) / size;
    n bigint;
BEGIN
    FOR n IN present .. present + 2 LOOP
        IF to_regclass(format('event_p%s', n)) IS NULL THEN
            EXECUTE format('CREATE TABLE event_p%s (LIKE event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', n);
            EXECUTE format('ALTER TABLE event ATTACH PARTITION event_p%s FOR VALUES FROM (%s) TO (%s)',
                n, n * size, (n + 1) * size);
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON event_p%s FROM %I',
                n, regexp_replace(current_user, '_owner$', '_app'));
        END IF;
    END LOOP;
END $$
"""  # noqa: S608


def upgrade_0001(op: Any) -> None:
    """The first tables: log, relay, readers, dead letters, timers, jobs, messages, idempotency, revocations."""
    tables.spine.create_all(op.get_bind())
    op.execute(ENSURE_PARTITIONS)
    op.execute("SELECT ensure_event_partitions()")
    op.execute("INSERT INTO relay (id, horizon) VALUES (1, '0')")
    op.execute("INSERT INTO epoch (epoch, heads) VALUES (gen_random_uuid(), '{}')")
    op.execute("REVOKE EXECUTE ON FUNCTION ensure_event_partitions() FROM PUBLIC")
    op.execute(f'GRANT EXECUTE ON FUNCTION ensure_event_partitions() TO "{app_role(op)}"')
    append_only(op, *APPEND_ONLY)


def app_role(op: Any) -> str:
    """The running service's role beside the migrating one: ``survey_owner`` -> ``survey_app``."""
    owner = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return str(owner).removesuffix("_owner") + "_app"


def append_only(op: Any, *names: str) -> None:
    """Leaves the application's role no way to change or remove rows of these tables."""
    for name in names:
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{name}" FROM "{app_role(op)}"')
