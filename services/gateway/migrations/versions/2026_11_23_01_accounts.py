"""Accounts, API clients, sessions, and parts of customers still to be taken."""

import sqlalchemy as sa
from alembic import op

from kit.db.spine import upgrade_0001

revision = "2026_11_23_01_accounts"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ROLES = "cardinality(roles) > 0 AND NOT 'service' = ANY (roles)"
UNIT = "unit LIKE '/%' AND unit LIKE '%/'"


def upgrade() -> None:
    upgrade_0001(op)
    _accounts()
    _clients()
    _sessions()
    _pending_parts()


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("username", sa.LargeBinary, nullable=False),
        sa.Column("username_hash", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("employee", sa.Text),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("must_change_password", sa.Boolean, nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("username_hash", name="uq_account_username_hash"),
        sa.CheckConstraint(ROLES, name=op.f("ck_account_roles")),
        sa.CheckConstraint(UNIT, name=op.f("ck_account_unit")),
    )


def _clients() -> None:
    op.create_table(
        "api_client",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_api_client"),
        sa.UniqueConstraint("client_id", name="uq_api_client_client_id"),
        sa.CheckConstraint(ROLES, name=op.f("ck_api_client_roles")),
        sa.CheckConstraint(UNIT, name=op.f("ck_api_client_unit")),
    )


def _sessions() -> None:
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("ended_because", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_session_account_id"),
        sa.CheckConstraint(
            "ended_because IN ('signed_out', 'token_reused', 'password_changed', 'access_changed')",
            name=op.f("ck_session_reason"),
        ),
        sa.CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_session_ended")),
    )
    op.create_index("ix_session_account_id", "session", ["account_id"])
    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("used_at", TIME),
        sa.PrimaryKeyConstraint("digest", name="pk_refresh_token"),
        sa.ForeignKeyConstraint(["session_id"], ["session.id"], name="fk_refresh_token_session_id", ondelete="CASCADE"),
    )
    op.create_index("ix_refresh_token_session_id", "refresh_token", ["session_id"])


def _pending_parts() -> None:
    op.create_table(
        "pending_part",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("sender_unit", sa.Text, nullable=False),
        sa.Column("source_version", sa.BigInteger, nullable=False),
        sa.Column("part", sa.LargeBinary, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("retry_at", TIME, nullable=False),
        sa.Column("fault", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_pending_part"),
        sa.UniqueConstraint("account", "owner", name="uq_pending_part_account_owner"),
        sa.CheckConstraint("owner IN ('survey', 'incident')", name=op.f("ck_pending_part_owner")),
    )
    op.create_index("ix_pending_part_retry_at", "pending_part", ["retry_at"])
