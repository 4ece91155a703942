"""The event log; crews, supply points and the network."""

import sqlalchemy as sa
from alembic import op

from kit.db.spine import upgrade_0001

revision = "2026_11_23_00_network"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
UNIT = "unit LIKE '/%' AND unit LIKE '%/'"
AREA = "area IN ('city', 'rural', 'remote')"
TERMINALS = """
(kind = 'bus' AND terminal_1 IS NULL AND terminal_2 IS NULL)
OR (kind IN ('source', 'load') AND terminal_1 IS NOT NULL AND terminal_2 IS NULL)
OR (kind IN ('line', 'transformer', 'switch') AND terminal_1 IS NOT NULL AND terminal_2 IS NOT NULL)
"""


def upgrade() -> None:
    upgrade_0001(op)
    _crew()
    _supply_point()
    _network_version()
    _device()
    _device_state()


def _crew() -> None:
    op.create_table(
        "crew",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("skills", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint(UNIT, name="ck_crew_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_crew"),
        sa.UniqueConstraint("code", name="uq_crew_code"),
    )
    op.create_index("ix_crew_unit", "crew", ["unit"])


def _supply_point() -> None:
    op.create_table(
        "supply_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("load", sa.String(), nullable=True),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("served_from", TIME, nullable=True),
        sa.Column("served_to", TIME, nullable=True),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.CheckConstraint(AREA, name="ck_supply_point_area"),
        sa.CheckConstraint(UNIT, name="ck_supply_point_unit"),
        sa.CheckConstraint("served_to >= served_from", name="ck_supply_point_served"),
        sa.PrimaryKeyConstraint("id", name="pk_supply_point"),
        sa.UniqueConstraint("account", name="uq_supply_point_account"),
    )
    op.create_index("ix_supply_point_load", "supply_point", ["load"])
    op.create_index("ix_supply_point_phone_hash", "supply_point", ["phone_hash"])
    op.create_index("ix_supply_point_unit", "supply_point", ["unit"])


def _network_version() -> None:
    op.create_table(
        "network_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("devices", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("imported_at", TIME, nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.CheckConstraint("source IN ('pandapower', 'csv')", name="ck_network_version_source"),
        sa.CheckConstraint(UNIT, name="ck_network_version_unit"),
        sa.PrimaryKeyConstraint("id", name="pk_network_version"),
        sa.UniqueConstraint("number", name="uq_network_version_number"),
    )
    op.create_index(
        "uq_network_version_current", "network_version", ["current"], unique=True, postgresql_where=sa.text("current")
    )


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("terminal_1", sa.String(), nullable=True),
        sa.Column("terminal_2", sa.String(), nullable=True),
        sa.Column("normally_in", sa.Boolean(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("kv", sa.Double(), nullable=True),
        sa.CheckConstraint(TERMINALS, name="ck_device_terminals"),
        sa.CheckConstraint("kind <> 'load' OR type IN ('public_transformer', 'mv_user')", name="ck_device_load_type"),
        sa.CheckConstraint("kind IN ('bus', 'source', 'line', 'transformer', 'switch', 'load')", name="ck_device_kind"),
        sa.ForeignKeyConstraint(
            ["network_id", "terminal_1"],
            ["device.network_id", "device.code"],
            name="fk_device_network_id_terminal_1",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["network_id", "terminal_2"],
            ["device.network_id", "device.code"],
            name="fk_device_network_id_terminal_2",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network_version.id"], name="fk_device_network_id"),
        sa.PrimaryKeyConstraint("network_id", "code", name="pk_device"),
    )


def _device_state() -> None:
    op.create_table(
        "device_state",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("since", TIME, nullable=False),
        sa.Column("recorded_at", TIME, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_device_state"),
    )
