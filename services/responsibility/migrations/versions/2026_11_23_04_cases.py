"""Cases, findings, actions and effects."""

import sqlalchemy as sa
from alembic import op

from kit.db.spine import append_only

revision = "2026_11_23_04_cases"
down_revision = "2026_11_23_03_orders"


def upgrade() -> None:
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("sub_process", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contained_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("root_cause", sa.Text(), nullable=True),
        sa.Column("post", sa.Text(), nullable=True),
        sa.Column("duty", sa.Text(), nullable=True),
        sa.Column("containment", sa.LargeBinary(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("verified_by", sa.Text(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("before_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minimum_n", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_finding_closed_at")),
        sa.CheckConstraint("origin IN ('cases', 'person')", name=op.f("ck_finding_origin")),
        sa.CheckConstraint(
            "outcome <> 'effect_not_measurable' OR num_nulls(reason, closed_by) = 0", name=op.f("ck_finding_signed")
        ),
        sa.CheckConstraint("outcome IN ('effect_proven', 'effect_not_measurable')", name=op.f("ck_finding_outcome")),
        sa.CheckConstraint("root_cause IN ('RC1', 'RC2', 'RC3', 'RC4')", name=op.f("ck_finding_root_cause")),
        sa.CheckConstraint(
            "state IN ('opened', 'contained', 'analysed', 'planned', 'implemented', 'verified', "
            "'effect_watch', 'closed', 'reopened')",
            name=op.f("ck_finding_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('verified', 'effect_watch') OR num_nulls(owner, verified_by) = 0",
            name=op.f("ck_finding_verified"),
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_finding_outcome_when_closed")),
        sa.CheckConstraint("verified_by <> owner", name=op.f("ck_finding_verified_by_another")),
        sa.ForeignKeyConstraint(["duty"], ["duty.code"], name=op.f("fk_finding_duty")),
        sa.ForeignKeyConstraint(["owner"], ["employee.number"], name=op.f("fk_finding_owner")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_finding_post")),
        sa.ForeignKeyConstraint(["verified_by"], ["employee.number"], name=op.f("fk_finding_verified_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        sa.UniqueConstraint("number", name=op.f("uq_finding_number")),
    )
    op.create_index(op.f("ix_finding_unit_opened_at"), "finding", ["unit", "opened_at"], unique=False)
    op.create_index(
        "uq_finding_open",
        "finding",
        ["sub_process", "unit", "cause"],
        unique=True,
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("employee", sa.Text(), nullable=True),
        sa.Column("task", sa.LargeBinary(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_action_done_at")),
        sa.CheckConstraint(
            "kind IN ('training', 'duty_version', 'tool', 'visit', 'staffing')", name=op.f("ck_action_kind")
        ),
        sa.CheckConstraint("state <> 'done' OR evidence <> ''", name=op.f("ck_action_evidence")),
        sa.CheckConstraint("state IN ('planned', 'done')", name=op.f("ck_action_state")),
        sa.CheckConstraint("started_at <= done_at", name=op.f("ck_action_done_after_started")),
        sa.ForeignKeyConstraint(["employee"], ["employee.number"], name=op.f("fk_action_employee")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_action_finding_id")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_action_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
    )
    op.create_index(op.f("ix_action_finding_id"), "action", ["finding_id"], unique=False)
    op.create_table(
        "effect_measure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("measured_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("split_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n_before", sa.Integer(), nullable=False),
        sa.Column("n_after", sa.Integer(), nullable=False),
        sa.Column("mean_before", sa.Double(), nullable=True),
        sa.Column("mean_after", sa.Double(), nullable=True),
        sa.Column("difference", sa.Double(), nullable=True),
        sa.Column("low", sa.Double(), nullable=True),
        sa.Column("high", sa.Double(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("caveat", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.CheckConstraint("verdict IN ('better', 'worse', 'open')", name=op.f("ck_effect_measure_verdict")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_effect_measure_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_measure")),
    )
    op.create_index(
        op.f("ix_effect_measure_finding_id_measured_at"), "effect_measure", ["finding_id", "measured_at"], unique=False
    )
    op.create_table(
        "customer_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("about_unit", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("response_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.Uuid(), nullable=True),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("sub_process", sa.Text(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contacted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("called_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_time", sa.Boolean(), nullable=True),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("restitution", sa.Text(), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_customer_case_closed_at")),
        sa.CheckConstraint(
            "restitution IN ('none', 'refund', 'correction', 'apology', 'compensation')",
            name=op.f("ck_customer_case_restitution"),
        ),
        sa.CheckConstraint("source <> 'low_answer' OR response_id IS NOT NULL", name=op.f("ck_customer_case_response")),
        sa.CheckConstraint("source IN ('low_answer', 'complaint', 'not_solved')", name=op.f("ck_customer_case_source")),
        sa.CheckConstraint(
            "state IN ('opened', 'contacted', 'answered', 'made_good', 'called_back', 'closed', 'reopened')",
            name=op.f("ck_customer_case_state"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["service_order.id"], name=op.f("fk_customer_case_order_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_customer_case_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_case")),
        sa.UniqueConstraint("number", name=op.f("uq_customer_case_number")),
        sa.UniqueConstraint("request_id", "source", name=op.f("uq_customer_case_request_id_source")),
        sa.UniqueConstraint("response_id", name=op.f("uq_customer_case_response_id")),
    )
    op.create_index(op.f("ix_customer_case_account"), "customer_case", ["account"], unique=False)
    op.create_index(op.f("ix_customer_case_order_id"), "customer_case", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_customer_case_sub_process_about_unit_opened_at"),
        "customer_case",
        ["sub_process", "about_unit", "opened_at"],
        unique=False,
    )
    op.create_index(op.f("ix_customer_case_unit_opened_at"), "customer_case", ["unit", "opened_at"], unique=False)
    op.create_table(
        "case_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("move", sa.Text(), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("employee", sa.Text(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["customer_case.id"], name=op.f("fk_case_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_step")),
    )
    op.create_index(op.f("ix_case_step_case_id_recorded_at"), "case_step", ["case_id", "recorded_at"], unique=False)
    op.create_table(
        "finding_case",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["customer_case.id"], name=op.f("fk_finding_case_case_id")),
        sa.ForeignKeyConstraint(["finding_id"], ["finding.id"], name=op.f("fk_finding_case_finding_id")),
        sa.PrimaryKeyConstraint("finding_id", "case_id", name=op.f("pk_finding_case")),
        sa.UniqueConstraint("case_id", name=op.f("uq_finding_case_case_id")),
    )
    op.create_table(
        "restitution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.Integer(), nullable=True),
        sa.Column("voucher", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('refund', 'compensation') OR kind = 'correction') = (coalesce(voucher, '') <> '')",
            name=op.f("ck_restitution_voucher"),
        ),
        sa.CheckConstraint(
            "(kind IN ('refund', 'compensation')) = (coalesce(amount_fen, 0) > 0)", name=op.f("ck_restitution_amount")
        ),
        sa.CheckConstraint("kind <> 'none'", name=op.f("ck_restitution_something")),
        sa.CheckConstraint(
            "kind IN ('none', 'refund', 'correction', 'apology', 'compensation')", name=op.f("ck_restitution_kind")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["customer_case.id"], name=op.f("fk_restitution_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restitution")),
    )
    op.create_index(op.f("ix_restitution_case_id"), "restitution", ["case_id"], unique=False)
    append_only(op, "case_step", "restitution", "effect_measure")
    for name in ("case_number", "finding_number"):
        op.execute(f"CREATE SEQUENCE {name}")
