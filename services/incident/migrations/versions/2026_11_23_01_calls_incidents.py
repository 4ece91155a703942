"""Calls, incidents, interruptions, steps, timeline."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from kit.db.spine import append_only

revision = "2026_11_23_01"
down_revision = "2026_11_23_00_network"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
UNIT = "unit LIKE '/%' AND unit LIKE '%/'"
AREA = "area IN ('city', 'rural', 'remote')"
STATE = (
    "state IN ('reported', 'predicted', 'confirmed', 'dispatched', 'en_route', 'arrived', 'isolating', "
    "'restoring', 'restored', 'closed', 'merged', 'cancelled')"
)
REFUSE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are never changed or removed: add a new one.', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def upgrade() -> None:
    _trouble_call()
    _incident()
    _dispatch()
    _estimate()
    _incident_call()
    _interruption()
    _unit_interruption()
    _restoration_step()
    _timeline_entry()
    _make_append_only("timeline_entry", "restoration_step", "estimate")


def _make_append_only(*names: str) -> None:
    """By rights for the application's role, and by a trigger for everybody else."""
    op.execute(REFUSE)
    append_only(op, *names)
    for name in names:
        op.execute(
            f"CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _trouble_call() -> None:
    op.create_table(
        "trouble_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=True),
        sa.Column("load", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("symptom", sa.String(), nullable=False),
        sa.Column("danger", sa.Boolean(), nullable=False),
        sa.Column("dangers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("caller", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.Column("received_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "source IN ('phone', 'hall', 'app', '12345', '12398', 'media', 'staff')", name="ck_trouble_call_source"
        ),
        sa.CheckConstraint(
            "symptom IN ('no_supply', 'part_supply', 'flicker', 'voltage', 'equipment', 'other')",
            name="ck_trouble_call_symptom",
        ),
        sa.CheckConstraint(UNIT, name="ck_trouble_call_unit"),
        sa.CheckConstraint("danger = (cardinality(dangers) > 0)", name="ck_trouble_call_danger"),
        sa.PrimaryKeyConstraint("id", name="pk_trouble_call"),
    )
    op.create_index("ix_trouble_call_account", "trouble_call", ["account"])
    op.create_index("ix_trouble_call_unit_id", "trouble_call", ["unit", "id"])


def _incident() -> None:
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("serial", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=True),
        sa.Column("network_id", sa.Uuid(), nullable=True),
        sa.Column("reasons", JSONB, nullable=False),
        sa.Column("customers_out", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("opened_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME, nullable=True),
        sa.Column("restored_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="ck_incident_closed"),
        sa.CheckConstraint("(state = 'merged') = (merged_into IS NOT NULL)", name="ck_incident_merged"),
        sa.CheckConstraint(
            "(state IN ('restored', 'closed')) = (restored_at IS NOT NULL)", name="ck_incident_restored"
        ),
        sa.CheckConstraint(AREA, name="ck_incident_area"),
        sa.CheckConstraint("level IN ('lv', 'mv')", name="ck_incident_level"),
        sa.CheckConstraint("nature IN ('fault', 'disturbance')", name="ck_incident_nature"),
        sa.CheckConstraint("priority IN ('normal', 'danger')", name="ck_incident_priority"),
        sa.CheckConstraint("state <> 'closed' OR cause IS NOT NULL", name="ck_incident_cause"),
        sa.CheckConstraint(STATE, name="ck_incident_state"),
        sa.CheckConstraint(
            "state NOT IN ('confirmed', 'restoring', 'restored', 'closed') OR confirmed_at IS NOT NULL",
            name="ck_incident_confirmed_first",
        ),
        sa.CheckConstraint(UNIT, name="ck_incident_unit"),
        sa.CheckConstraint("confirmed_at IS NULL OR device IS NOT NULL", name="ck_incident_confirmed"),
        sa.CheckConstraint("restored_at >= began_at", name="ck_incident_lasts"),
        sa.ForeignKeyConstraint(["merged_into"], ["incident.id"], name="fk_incident_merged_into"),
        sa.ForeignKeyConstraint(["network_id"], ["network_version.id"], name="fk_incident_network_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident"),
        sa.UniqueConstraint("serial", name="uq_incident_serial"),
    )
    op.create_index("ix_incident_state", "incident", ["state"])
    op.create_index("ix_incident_unit_id", "incident", ["unit", "id"])


def _dispatch() -> None:
    op.create_table(
        "dispatch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("crew_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("dispatched_at", TIME, nullable=False),
        sa.Column("dispatched_by", sa.String(), nullable=False),
        sa.CheckConstraint(UNIT, name="ck_dispatch_unit"),
        sa.ForeignKeyConstraint(["crew_id"], ["crew.id"], name="fk_dispatch_crew_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_dispatch_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_dispatch"),
    )
    op.create_index("ix_dispatch_incident_id_id", "dispatch", ["incident_id", "id"])


def _estimate() -> None:
    op.create_table(
        "estimate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("restored_by", TIME, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint("source IN ('dispatcher', 'crew', 'rule')", name="ck_estimate_source"),
        sa.CheckConstraint(UNIT, name="ck_estimate_unit"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_estimate_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_estimate"),
    )
    op.create_index("ix_estimate_incident_id_id", "estimate", ["incident_id", "id"])


def _incident_call() -> None:
    op.create_table(
        "incident_call",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("reason", JSONB, nullable=False),
        sa.Column("joined_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["trouble_call.id"], name="fk_incident_call_call_id"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_incident_call_incident_id"),
        sa.PrimaryKeyConstraint("call_id", name="pk_incident_call"),
    )
    op.create_index("ix_incident_call_incident_id", "incident_call", ["incident_id"])


def _interruption() -> None:
    op.create_table(
        "interruption",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("load", sa.String(), nullable=True),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.CheckConstraint(AREA, name="ck_interruption_area"),
        sa.CheckConstraint(UNIT, name="ck_interruption_unit"),
        sa.CheckConstraint("(ended_at IS NULL) = (step IS NULL)", name="ck_interruption_ended"),
        sa.CheckConstraint("ended_at >= began_at", name="ck_interruption_lasts"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_interruption_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_interruption"),
    )
    op.create_index("ix_interruption_account_began_at", "interruption", ["account", "began_at"])
    op.create_index("ix_interruption_began_at", "interruption", ["began_at"])
    op.create_index("ix_interruption_incident_id_account", "interruption", ["incident_id", "account"])
    op.create_index(
        "uq_interruption_running",
        "interruption",
        ["account"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _unit_interruption() -> None:
    op.create_table(
        "unit_interruption",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("load", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.CheckConstraint(UNIT, name="ck_unit_interruption_unit"),
        sa.CheckConstraint("(ended_at IS NULL) = (step IS NULL)", name="ck_unit_interruption_ended"),
        sa.CheckConstraint("ended_at >= began_at", name="ck_unit_interruption_lasts"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_unit_interruption_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_unit_interruption"),
    )
    op.create_index("ix_unit_interruption_began_at", "unit_interruption", ["began_at"])
    op.create_index("ix_unit_interruption_incident_id", "unit_interruption", ["incident_id"])
    op.create_index(
        "uq_unit_interruption_running",
        "unit_interruption",
        ["load"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _restoration_step() -> None:
    op.create_table(
        "restoration_step",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=False),
        sa.Column("operations", JSONB, nullable=False),
        sa.Column("customers_back", sa.Integer(), nullable=False),
        sa.Column("customers_lost", sa.Integer(), nullable=False),
        sa.CheckConstraint(UNIT, name="ck_restoration_step_unit"),
        sa.CheckConstraint(
            "number > 0 AND customers_back >= 0 AND customers_lost >= 0", name="ck_restoration_step_counts"
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_restoration_step_incident_id"),
        sa.PrimaryKeyConstraint("incident_id", "number", name="pk_restoration_step"),
    )


def _timeline_entry() -> None:
    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_at", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("facts", JSONB, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(UNIT, name="ck_timeline_entry_unit"),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name="fk_timeline_entry_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_timeline_entry"),
    )
    op.create_index(
        "ix_timeline_entry_incident_id_happened_at_id", "timeline_entry", ["incident_id", "happened_at", "id"]
    )
