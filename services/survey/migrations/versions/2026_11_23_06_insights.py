"""What answers come to, in full: the published grid, analyses, exposures, topics."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "2026_11_23_06_insights"
down_revision = "2026_11_23_05_intake"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
MEASURE = "measure IN ('score', 'nps', 'ces', 'need', 'importance', 'kano', 'kano_split')"
TOPIC = "topic IN ('', 'sub_process', 'segment', 'trigger')"

FROM_ROLLUPS = """
INSERT INTO waiting
    (parent, topic, measure, driver, unit, member, day, n, total, squares, favourable, unfavourable, looked)
SELECT CASE p.unit WHEN '/' THEN '' ELSE regexp_replace(p.unit, '[^/]+/$', '') END, k.topic, r.measure, r.driver,
    p.unit, k.member, r.day, sum(r.n), sum(r.total), sum(r.squares), sum(r.favourable), sum(r.unfavourable), 0
FROM rollup AS r,
    LATERAL (VALUES ('', ''), ('sub_process', r.sub_process), ('trigger', r."trigger")) AS k (topic, member),
    LATERAL (
        SELECT left(r.unit, i) AS unit FROM generate_series(1, length(r.unit)) AS i WHERE substr(r.unit, i, 1) = '/'
    ) AS p
WHERE (k.topic = '' OR k.member <> '') AND (k.topic = 'trigger' OR r."trigger" <> 'case_closed')
GROUP BY k.topic, r.measure, r.driver, p.unit, k.member, r.day
"""


def upgrade() -> None:
    _tally()
    _waiting()
    _cell()
    op.execute(FROM_ROLLUPS)
    op.drop_table("rollup")
    _index_weights()
    _analysis()
    _exposure()
    _topic_run()


def _tally() -> None:
    op.create_table(
        "tally",
        sa.Column("position", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("segment", sa.String(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("entries", JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_tally")),
    )


def _place() -> list[sa.Column]:
    names = ("parent", "topic", "measure", "driver", "unit", "member")
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _sums() -> list[sa.Column]:
    types = {"n": sa.Integer(), "total": sa.Double(), "squares": sa.Double()}
    types |= {"favourable": sa.Integer(), "unfavourable": sa.Integer()}
    return [sa.Column(name, kind, nullable=False) for name, kind in types.items()]


def _waiting() -> None:
    op.create_table(
        "waiting",
        *_place(),
        sa.Column("day", sa.Date(), nullable=False),
        *_sums(),
        sa.Column("looked", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(MEASURE, name=op.f("ck_waiting_measure")),
        sa.CheckConstraint(TOPIC, name=op.f("ck_waiting_topic")),
        sa.PrimaryKeyConstraint(
            "parent", "topic", "measure", "driver", "unit", "member", "day", name=op.f("pk_waiting")
        ),
    )
    op.create_index("ix_waiting_enough", "waiting", ["n"], postgresql_where=sa.text("n >= 5"))
    op.create_index("ix_waiting_looked", "waiting", ["looked", "day"], postgresql_where=sa.text("looked < 2"))


def _cell() -> None:
    op.create_table(
        "cell",
        sa.Column("grain", sa.String(), nullable=False),
        *_place(),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        *_sums(),
        sa.CheckConstraint("grain IN ('all', 'month', 'day', 'run')", name=op.f("ck_cell_grain")),
        sa.CheckConstraint(MEASURE, name=op.f("ck_cell_measure")),
        sa.CheckConstraint(TOPIC, name=op.f("ck_cell_topic")),
        sa.CheckConstraint("n >= 5", name=op.f("ck_cell_five")),
        sa.PrimaryKeyConstraint(
            "grain", "parent", "topic", "measure", "driver", "unit", "member", "first", "last", name=op.f("pk_cell")
        ),
    )


def _index_weights() -> None:
    op.create_table(
        "index_weights",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("indicators", JSONB(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", TIME, nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_index_weights_version")),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_index_weights")),
    )


def _analysis() -> None:
    op.create_table(
        "analysis",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("result", JSONB(none_as_null=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("(result IS NULL) = (reason IS NOT NULL)", name=op.f("ck_analysis_result")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_analysis")),
    )
    op.create_index(op.f("ix_analysis_created_at_id"), "analysis", ["created_at", "id"])


def _exposure() -> None:
    op.create_table(
        "exposure",
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("outage_minutes", sa.Double(), nullable=False),
        sa.Column("interruptions", sa.Integer(), nullable=False),
        sa.Column("momentary", sa.Integer(), nullable=False),
        sa.Column("dips", sa.Integer(), nullable=True),
        sa.Column("late_stages", sa.Integer(), nullable=False),
        sa.Column("returned_handovers", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "outage_minutes >= 0 AND interruptions >= 0 AND momentary >= 0 AND late_stages >= 0"
            " AND returned_handovers >= 0 AND dips >= 0",
            name=op.f("ck_exposure_sums"),
        ),
        sa.PrimaryKeyConstraint("account", "day", name=op.f("pk_exposure")),
    )


def _topic_run() -> None:
    op.create_table(
        "topic_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.CheckConstraint("(content IS NULL) = (reason IS NOT NULL)", name=op.f("ck_topic_run_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic_run")),
    )
    op.create_index(op.f("ix_topic_run_created_at_id"), "topic_run", ["created_at", "id"])
