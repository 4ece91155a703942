"""Units, employees, posts, holders, calendars, promises; the log and its companions."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from kit.db.spine import append_only, upgrade_0001

revision = "2026_11_23_01_organisation"
down_revision = None

COLUMNS = ("code", "valid_from", "zh", "en", "kind", "statistic", "amount", "unit", "source")
FROM = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = "suggested, for the utility to set"
# What counts until the utility says otherwise by PUT /v1/promises: data, not code.
PROMISES = [
    (
        "case.low_answer",
        FROM,
        "低分回访办结时限",
        "A low answer is dealt with",
        "internal",
        "each_case",
        5,
        "working_day",
        SOURCE,
    ),
    (
        "case.complaint",
        FROM,
        "投诉办结时限",
        "A complaint is dealt with",
        "internal",
        "each_case",
        5,
        "working_day",
        SOURCE,
    ),
    (
        "case.not_solved",
        FROM,
        "未解决诉求办结时限",
        "A matter called unsolved is dealt with",
        "internal",
        "each_case",
        3,
        "working_day",
        SOURCE,
    ),
    (
        "request.enquiry",
        FROM,
        "咨询答复时限",
        "An enquiry is answered",
        "internal",
        "each_case",
        2,
        "working_day",
        SOURCE,
    ),
    (
        "request.service",
        FROM,
        "服务申请办结时限",
        "A service request is dealt with",
        "internal",
        "each_case",
        5,
        "working_day",
        SOURCE,
    ),
    (
        "request.complaint",
        FROM,
        "投诉答复时限",
        "A complaint is answered",
        "internal",
        "each_case",
        5,
        "working_day",
        SOURCE,
    ),
    (
        "request.suggestion",
        FROM,
        "意见建议答复时限",
        "A suggestion is answered",
        "internal",
        "each_case",
        10,
        "working_day",
        SOURCE,
    ),
    (
        "finding.pattern.cases",
        FROM,
        "同类个案触发问题的件数",
        "Like cases that open a finding",
        "internal",
        "each_case",
        3,
        "case",
        SOURCE,
    ),
    (
        "finding.pattern.window",
        FROM,
        "同类个案统计窗口",
        "The days in which they are counted",
        "internal",
        "each_case",
        30,
        "day",
        SOURCE,
    ),
    (
        "effect.minimum_n",
        FROM,
        "证明成效的最少答卷数",
        "Later answers that prove an effect",
        "internal",
        "each_case",
        20,
        "respondent",
        SOURCE,
    ),
]


def upgrade() -> None:
    upgrade_0001(op)
    op.create_table(
        "calendar",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("holidays", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("made_up", sa.ARRAY(sa.Date()), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_calendar_hours")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar")),
    )
    op.create_table(
        "employee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employee")),
        sa.UniqueConstraint("number", name=op.f("uq_employee_number")),
    )
    op.create_index(op.f("ix_employee_unit"), "employee", ["unit"], unique=False)
    op.create_table(
        "post",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.CheckConstraint("tier IN ('frontline', 'specialist', 'manager', 'leader')", name=op.f("ck_post_tier")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_post")),
    )
    op.create_table(
        "promise",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("statistic", sa.Text(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('law', 'standard', 'public_promise', 'internal')", name=op.f("ck_promise_kind")),
        sa.CheckConstraint("statistic IN ('each_case', 'monthly_average')", name=op.f("ck_promise_statistic")),
        sa.CheckConstraint(
            "unit IN ('working_day', 'day', 'hour', 'minute', 'case', 'respondent')", name=op.f("ck_promise_unit")
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_promise_amount")),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_promise")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(hashtextextended(path, 0), hashtextextended(path, 0), '[]')"), "&&"),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            using="gist",
            name="ex_unit_path",
        ),
        sa.CheckConstraint("path ~ '^/([a-z0-9][a-z0-9-]*/)+$'", name=op.f("ck_unit_path")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from < valid_to", name=op.f("ck_unit_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
    )
    op.create_index(op.f("ix_unit_path"), "unit", ["path"], unique=False)
    op.create_table(
        "holder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("employee", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acts_for", sa.Text(), nullable=True),
        postgresql.ExcludeConstraint(
            (
                sa.text(
                    "int8range(hashtextextended(employee || '|' || post || '|' || unit, 0), "
                    "hashtextextended(employee || '|' || post || '|' || unit, 0), '[]')"
                ),
                "&&",
            ),
            (sa.text("tstzrange(since, until)"), "&&"),
            using="gist",
            name="ex_holder_period",
        ),
        sa.CheckConstraint("acts_for <> employee", name=op.f("ck_holder_acts_for_another")),
        sa.CheckConstraint("until IS NULL OR since < until", name=op.f("ck_holder_period")),
        sa.ForeignKeyConstraint(["acts_for"], ["employee.number"], name=op.f("fk_holder_acts_for")),
        sa.ForeignKeyConstraint(["employee"], ["employee.number"], name=op.f("fk_holder_employee")),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name=op.f("fk_holder_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holder")),
    )
    op.create_index(op.f("ix_holder_employee"), "holder", ["employee"], unique=False)
    op.create_index(op.f("ix_holder_post_unit"), "holder", ["post", "unit"], unique=False)
    append_only(op, "promise")
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in PROMISES]
    op.bulk_insert(sa.table("promise", *map(sa.column, COLUMNS)), rows)
