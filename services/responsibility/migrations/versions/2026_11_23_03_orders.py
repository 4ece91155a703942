"""Orders with stages, checkpoints and handovers; requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.db.spine import append_only

revision = "2026_11_23_03_orders"
down_revision = "2026_11_23_02_duties"


def upgrade() -> None:
    op.create_table(
        "service_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=True),
        sa.Column("sub_process", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attributes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'completed') = (completed_at IS NOT NULL)", name=op.f("ck_service_order_completed_at")
        ),
        sa.CheckConstraint(
            "state IN ('opened', 'in_progress', 'completed', 'cancelled')", name=op.f("ck_service_order_state")
        ),
        sa.ForeignKeyConstraint(
            ["catalogue", "route"], ["route.catalogue", "route.code"], name=op.f("fk_service_order_catalogue_route")
        ),
        sa.ForeignKeyConstraint(
            ["catalogue", "sub_process"],
            ["sub_process.catalogue", "sub_process.code"],
            name=op.f("fk_service_order_catalogue_sub_process"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_order")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_service_order_incident_id")),
        sa.UniqueConstraint("number", name=op.f("uq_service_order_number")),
    )
    op.create_index(op.f("ix_service_order_account"), "service_order", ["account"], unique=False)
    op.create_index(op.f("ix_service_order_unit_opened_at"), "service_order", ["unit", "opened_at"], unique=False)
    op.create_table(
        "request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sub_process", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("first_employee", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_request_done_at")),
        sa.CheckConstraint("kind IN ('enquiry', 'service', 'complaint', 'suggestion')", name=op.f("ck_request_kind")),
        sa.CheckConstraint(
            "source IN ('phone', 'hall', 'app', '12345', '12398', 'media')", name=op.f("ck_request_source")
        ),
        sa.CheckConstraint("state IN ('opened', 'in_progress', 'done', 'not_solved')", name=op.f("ck_request_state")),
        sa.ForeignKeyConstraint(["first_employee"], ["employee.number"], name=op.f("fk_request_first_employee")),
        sa.ForeignKeyConstraint(["order_id"], ["service_order.id"], name=op.f("fk_request_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("number", name=op.f("uq_request_number")),
    )
    op.create_index(op.f("ix_request_account"), "request", ["account"], unique=False)
    op.create_index(op.f("ix_request_unit_opened_at"), "request", ["unit", "opened_at"], unique=False)
    op.create_table(
        "stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("sub_process", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("limit", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("hard_gate", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("mirrored_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("basis IN ('each_case', 'monthly_average')", name=op.f("ck_stage_basis")),
        sa.CheckConstraint("party IN ('utility', 'customer', 'third_party')", name=op.f("ck_stage_party")),
        sa.CheckConstraint("state IN ('planned', 'offered', 'working', 'handed', 'done')", name=op.f("ck_stage_state")),
        sa.CheckConstraint("handed_at IS NULL OR started_at <= handed_at", name=op.f("ck_stage_handed_after_started")),
        sa.ForeignKeyConstraint(["order_id"], ["service_order.id"], name=op.f("fk_stage_order_id")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_stage_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage")),
        sa.UniqueConstraint("order_id", "sub_process", name=op.f("uq_stage_order_id_sub_process")),
    )
    op.create_index(op.f("ix_stage_unit_post"), "stage", ["unit", "post"], unique=False)
    op.create_table(
        "attestation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('passed', 'signed')", name=op.f("ck_attestation_kind")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_attestation_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attestation")),
        sa.UniqueConstraint("stage_id", "kind", name=op.f("uq_attestation_stage_id_kind")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("from_stage_id", sa.Uuid(), nullable=False),
        sa.Column("to_stage_id", sa.Uuid(), nullable=False),
        sa.Column("from_sub_process", sa.Text(), nullable=False),
        sa.Column("to_sub_process", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=True),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'offered') = (answered_at IS NULL)", name=op.f("ck_handover_answered_at")),
        sa.CheckConstraint("(state = 'returned') = (reason IS NOT NULL)", name=op.f("ck_handover_reason")),
        sa.CheckConstraint("state IN ('offered', 'accepted', 'returned')", name=op.f("ck_handover_state")),
        sa.ForeignKeyConstraint(["from_stage_id"], ["stage.id"], name=op.f("fk_handover_from_stage_id")),
        sa.ForeignKeyConstraint(["order_id"], ["service_order.id"], name=op.f("fk_handover_order_id")),
        sa.ForeignKeyConstraint(["to_stage_id"], ["stage.id"], name=op.f("fk_handover_to_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    op.create_index(op.f("ix_handover_order_id"), "handover", ["order_id"], unique=False)
    op.create_index(op.f("ix_handover_unit_post_state"), "handover", ["unit", "post", "state"], unique=False)
    op.create_index(
        "uq_handover_standing",
        "handover",
        ["from_stage_id", "to_stage_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'returned'"),
    )
    op.create_table(
        "stage_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("duty", sa.Text(), nullable=False),
        sa.Column("duty_version_id", sa.Uuid(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("evidence_reference", sa.Text(), nullable=True),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.Text(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("dimension IN ('gate', 'next', 'related')", name=op.f("ck_stage_check_dimension")),
        sa.CheckConstraint(
            "state = 'open' OR (happened_at IS NOT NULL AND evidence_reference <> '')",
            name=op.f("ck_stage_check_evidence"),
        ),
        sa.CheckConstraint("state IN ('open', 'passed', 'failed')", name=op.f("ck_stage_check_state")),
        sa.ForeignKeyConstraint(["duty_version_id"], ["duty_version.id"], name=op.f("fk_stage_check_duty_version_id")),
        sa.ForeignKeyConstraint(["stage_id"], ["stage.id"], name=op.f("fk_stage_check_stage_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_check")),
        sa.UniqueConstraint("stage_id", "checkpoint", name=op.f("uq_stage_check_stage_id_checkpoint")),
    )
    append_only(op, "attestation")
    for name in ("order_number", "request_number"):
        op.execute(f"CREATE SEQUENCE {name}")
