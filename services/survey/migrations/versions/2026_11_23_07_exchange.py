"""Imports, exports, erasure and retention."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_23_07_exchange"
down_revision = "2026_11_23_06_insights"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# A push that read the contact before it was erased must not bring its id, and so its data key, back. After the
# row: an insert may have waited for the erasing transaction.
REFUSE_ERASED = """
CREATE FUNCTION refuse_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM erased_account WHERE contact_id = NEW.id) THEN
        RAISE EXCEPTION 'an erased contact stays erased' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'contact_erased';
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    _files()
    _imports()
    _past_answers()
    _erasure()
    _retention()


def _files() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.CheckConstraint("size >= 0 AND pieces >= 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index(op.f("ix_stored_file_expires_at"), "stored_file", ["expires_at"])
    op.create_table(
        "file_piece",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["stored_file.id"], name=op.f("fk_file_piece_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_file_piece")),
    )
    # Sealed bytes do not compress: do not try.
    op.execute("ALTER TABLE file_piece ALTER COLUMN content SET STORAGE EXTERNAL")


def _imports() -> None:
    op.create_table(
        "file_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("options", JSONB(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("fault_count", sa.Integer(), nullable=False),
        sa.Column("faults", JSONB(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("kind IN ('contacts', 'responses')", name=op.f("ck_file_import_kind")),
        sa.CheckConstraint(
            "state IN ('checking', 'applying', 'applied', 'checked', 'refused')", name=op.f("ck_file_import_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('applying', 'applied') OR fault_count = 0", name=op.f("ck_file_import_all_or_nothing")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_import")),
    )
    op.create_table(
        "import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["file_import.id"], name=op.f("fk_import_row_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "row", name=op.f("pk_import_row")),
        sa.UniqueConstraint("import_id", "key", name=op.f("uq_import_row_import_id_key")),
    )
    op.create_table(
        "past_response",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("imported_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_past_response")),
    )


def _past_answers() -> None:
    """Answers from before have no invitation, and those of an erased person no contact."""
    op.add_column("response", sa.Column("source", sa.String()))
    for column in ("invitation_id", "contact_id"):
        op.alter_column("response", column, nullable=True)


def _erasure() -> None:
    op.create_table(
        "erased_account",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", TIME, nullable=False),
        sa.Column("kept_out", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_erased_account")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_erased_account_contact_id")),
    )
    op.execute(REFUSE_ERASED)
    op.execute("CREATE TRIGGER refuse_erased AFTER INSERT ON contact FOR EACH ROW EXECUTE FUNCTION refuse_erased()")


def _retention() -> None:
    kinds = "kind IN ('words', 'messages', 'persons')"
    op.create_table(
        "retention_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("valid_from", TIME, nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("made_at", TIME, nullable=False),
        sa.CheckConstraint(kinds, name=op.f("ck_retention_rule_kind")),
        sa.CheckConstraint("months >= 1", name=op.f("ck_retention_rule_months")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_rule")),
    )
    op.create_index(op.f("ix_retention_rule_kind_valid_from"), "retention_rule", ["kind", "valid_from"])
    op.create_table(
        "retention_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cutoff", TIME, nullable=False),
        sa.Column("destroyed", sa.Integer(), nullable=False),
        sa.Column("began_at", TIME, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.CheckConstraint(kinds, name=op.f("ck_retention_run_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_run")),
    )
