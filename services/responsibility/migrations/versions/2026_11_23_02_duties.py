"""The catalogue by version, and duties whose published versions never change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.db.spine import append_only

revision = "2026_11_23_02_duties"
down_revision = "2026_11_23_01_organisation"

KEEP = "CREATE TRIGGER keep {} FOR EACH ROW EXECUTE FUNCTION {}()"
KEEP_PUBLISHED = """
CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' AND TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF OLD.state = 'draft' THEN RETURN NEW; END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a published duty version cannot be removed' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'published' AND NEW.state = 'superseded'
        AND (to_jsonb(NEW) - 'state') = (to_jsonb(OLD) - 'state') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a published duty version cannot be changed' USING ERRCODE = 'restrict_violation';
END $$
"""
KEEP_CHECKPOINTS = """
CREATE FUNCTION keep_checkpoints() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    versions uuid[] := ARRAY[CASE WHEN TG_OP <> 'INSERT' THEN OLD.duty_version_id END,
                             CASE WHEN TG_OP <> 'DELETE' THEN NEW.duty_version_id END];
BEGIN
    IF EXISTS (SELECT FROM duty_version WHERE id = ANY (versions) AND state <> 'draft') THEN
        RAISE EXCEPTION 'the checkpoints of a published duty version cannot be changed'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "catalogue",
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_catalogue")),
        sa.UniqueConstraint("valid_from", name=op.f("uq_catalogue_valid_from")),
    )
    op.create_table(
        "duty",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("sub_process", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Text(), nullable=False),
        sa.Column("variant_of", sa.Text(), nullable=True),
        sa.CheckConstraint("dimension IN ('gate', 'next', 'related')", name=op.f("ck_duty_dimension")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_duty_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("code", name=op.f("uq_duty_code")),
    )
    op.create_index(op.f("ix_duty_sub_process_post"), "duty", ["sub_process", "post"], unique=False)
    op.create_table(
        "main_process",
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["catalogue"], ["catalogue.version"], name=op.f("fk_main_process_catalogue")),
        sa.PrimaryKeyConstraint("catalogue", "code", name=op.f("pk_main_process")),
    )
    op.create_table(
        "duty_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("criticality", sa.Integer(), nullable=False),
        sa.Column("drivers", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'draft') = (published_at IS NULL)", name=op.f("ck_duty_version_published_at")),
        sa.CheckConstraint("state IN ('draft', 'published', 'superseded')", name=op.f("ck_duty_version_state")),
        sa.CheckConstraint("criticality BETWEEN 1 AND 3", name=op.f("ck_duty_version_criticality")),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_duty_version_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_version")),
        sa.UniqueConstraint("duty_id", "version", name=op.f("uq_duty_version_duty_id_version")),
    )
    op.create_index(
        "uq_duty_version_draft", "duty_version", ["duty_id"], unique=True, postgresql_where=sa.text("state = 'draft'")
    )
    op.create_index(
        "uq_duty_version_published",
        "duty_version",
        ["duty_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_table(
        "sub_process",
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("main_process", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("customer_facing", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('stage', 'flow', 'periodic')", name=op.f("ck_sub_process_kind")),
        sa.CheckConstraint("risk BETWEEN 1 AND 3", name=op.f("ck_sub_process_risk")),
        sa.ForeignKeyConstraint(
            ["catalogue", "main_process"],
            ["main_process.catalogue", "main_process.code"],
            name=op.f("fk_sub_process_catalogue_main_process"),
        ),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_sub_process_post")),
        sa.PrimaryKeyConstraint("catalogue", "code", name=op.f("pk_sub_process")),
    )
    op.create_index(
        op.f("ix_sub_process_catalogue_main_process"), "sub_process", ["catalogue", "main_process"], unique=False
    )
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("duty_version_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("look_zh", sa.Text(), nullable=False),
        sa.Column("look_en", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("passes_zh", sa.Text(), nullable=False),
        sa.Column("passes_en", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "evidence IN ('photo', 'document', 'signature', 'recording', 'system_record', 'measurement', 'statement')",
            name=op.f("ck_checkpoint_evidence"),
        ),
        sa.ForeignKeyConstraint(["duty_version_id"], ["duty_version.id"], name=op.f("fk_checkpoint_duty_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("duty_version_id", "code", name=op.f("uq_checkpoint_duty_version_id_code")),
    )
    op.create_table(
        "route",
        sa.Column("catalogue", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=True),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["catalogue", "flow"], ["sub_process.catalogue", "sub_process.code"], name=op.f("fk_route_catalogue_flow")
        ),
        sa.ForeignKeyConstraint(["catalogue"], ["catalogue.version"], name=op.f("fk_route_catalogue")),
        sa.PrimaryKeyConstraint("catalogue", "code", name=op.f("pk_route")),
    )
    op.create_index(op.f("ix_route_catalogue_flow"), "route", ["catalogue", "flow"], unique=True)
    append_only(op, "catalogue", "main_process", "sub_process", "route")
    op.execute(KEEP_PUBLISHED)
    op.execute(KEEP_CHECKPOINTS)
    op.execute(KEEP.format("BEFORE UPDATE OR DELETE ON duty_version", "keep_published"))
    op.execute(KEEP.format("BEFORE INSERT OR UPDATE OR DELETE ON checkpoint", "keep_checkpoints"))
