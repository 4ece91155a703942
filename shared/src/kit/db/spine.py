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


# A round's bound is fixed when it begins; its rows are numbered in order of position, a chunk at a call, so that
# no transaction lasts long. One call is one round trip and one sync.
NUMBER_EVENTS = """
CREATE FUNCTION number_events(chunk integer) RETURNS bigint LANGUAGE plpgsql SET search_path = public AS $$
DECLARE
    state relay;
    numbered bigint;
    reached bigint;
BEGIN
    SELECT * INTO STRICT state FROM relay FOR UPDATE;
    IF state.upto IS NULL THEN
        IF NOT EXISTS (
            SELECT FROM event WHERE xid >= state.horizon AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ) THEN
            RETURN 0;
        END IF;
        UPDATE relay SET upto = pg_snapshot_xmin(pg_current_snapshot()) RETURNING * INTO state;
    END IF;
    WITH taken AS (
        SELECT stream, position FROM event
        WHERE xid >= state.horizon AND xid < state.upto AND position > state.after_position
        ORDER BY position LIMIT chunk
    ), fresh AS (
        SELECT stream, position, row_number() OVER (PARTITION BY stream ORDER BY position) AS n FROM taken
    ), added AS (
        INSERT INTO publication (stream, sequence, position)
        SELECT f.stream, coalesce(p.head, 0) + f.n, f.position FROM fresh f LEFT JOIN published p USING (stream)
        RETURNING stream, sequence, position
    ), heads AS (
        INSERT INTO published (stream, head) SELECT stream, max(sequence) FROM added GROUP BY stream
        ON CONFLICT (stream) DO UPDATE SET head = excluded.head
    )
    SELECT count(*), max(position) INTO numbered, reached FROM added;
    IF numbered < chunk THEN
        UPDATE relay SET horizon = upto, upto = NULL, after_position = 0;
    ELSE
        UPDATE relay SET after_position = reached;
    END IF;
    RETURN numbered;
END $$
"""


def upgrade_0001(op: Any) -> None:
    """The first tables: log, relay, readers, dead letters, timers, jobs, messages, idempotency, revocations."""
    tables.spine.create_all(op.get_bind())
    op.execute(ENSURE_PARTITIONS)
    op.execute("SELECT ensure_event_partitions()")
    op.execute(NUMBER_EVENTS)
    op.execute("INSERT INTO relay (id, horizon) VALUES (1, '0')")
    op.execute("INSERT INTO epoch (epoch, heads) VALUES (gen_random_uuid(), '{}')")
    for function in ("ensure_event_partitions()", "number_events(integer)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f'GRANT EXECUTE ON FUNCTION {function} TO "{app_role(op)}"')
    append_only(op, *APPEND_ONLY)


# Repeatable: a database made by this release has all of it from the first migration.
MESSAGES_DELIVERED = """
ALTER TABLE message
    ADD COLUMN IF NOT EXISTS title bytea,
    ADD COLUMN IF NOT EXISTS provider_id text,
    ADD COLUMN IF NOT EXISTS expires_at timestamptz,
    ADD COLUMN IF NOT EXISTS delivered_at timestamptz,
    DROP CONSTRAINT ck_message_state,
    ADD CONSTRAINT ck_message_state CHECK (state IN ('waiting', 'sent', 'delivered', 'failed', 'bounced'))
"""


def upgrade_0002(op: Any) -> None:
    """Messages with a title, an end, and what became of them."""
    op.execute(MESSAGES_DELIVERED)


def app_role(op: Any) -> str:
    """The running service's role beside the migrating one: ``survey_owner`` -> ``survey_app``."""
    owner = op.get_bind().exec_driver_sql("SELECT current_user").scalar_one()
    return str(owner).removesuffix("_owner") + "_app"


def append_only(op: Any, *names: str) -> None:
    """Leaves the application's role no way to change or remove rows of these tables."""
    for name in names:
        op.execute(f'REVOKE UPDATE, DELETE, TRUNCATE ON "{name}" FROM "{app_role(op)}"')
