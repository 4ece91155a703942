"""Contacts, questionnaires, campaigns, invitations, responses, scores, rollups, watches of effects."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kit.db.spine import upgrade_0001

revision = "2026_11_23_01_survey"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)

KEEP_PUBLISHED = """
CREATE FUNCTION keep_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (NEW.definition, NEW.code, NEW.version) IS DISTINCT FROM
        (OLD.definition, OLD.code, OLD.version) THEN
        RAISE EXCEPTION 'published questionnaires never change' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'questionnaire_published';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    upgrade_0001(op)
    _contact()
    _questionnaire()
    _campaign()
    _invitation()
    _response()
    _score()
    _rollup()
    _effect_watch()
    op.execute(KEEP_PUBLISHED)
    op.execute(
        "CREATE TRIGGER keep_published BEFORE UPDATE ON questionnaire FOR EACH ROW EXECUTE FUNCTION keep_published()"
    )


def _contact() -> None:
    op.create_table(
        "contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("opt_out", sa.Boolean(), nullable=False),
        sa.Column("consent", sa.Boolean(), nullable=False),
        sa.Column("source_version", sa.BigInteger(), nullable=False),
        sa.Column("rest_until", TIME, nullable=True),
        sa.Column("updated_at", TIME, nullable=False),
        sa.CheckConstraint("language IN ('zh-CN', 'en')", name=op.f("ck_contact_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("account", name=op.f("uq_contact_account")),
    )
    op.create_index(op.f("ix_contact_phone_hash"), "contact", ["phone_hash"], unique=False)


def _questionnaire() -> None:
    op.create_table(
        "questionnaire",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("published_at", TIME, nullable=True),
        sa.CheckConstraint("state IN ('draft', 'published', 'retired')", name=op.f("ck_questionnaire_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_questionnaire_code_version")),
    )
    op.create_index(
        "uq_questionnaire_code_draft",
        "questionnaire",
        ["code"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )


def _campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("sub_processes", ARRAY(sa.Text()), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=True),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("valid_days", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("activated_at", TIME, nullable=True),
        sa.Column("closed_at", TIME, nullable=True),
        sa.CheckConstraint("state IN ('draft', 'active', 'closed')", name=op.f("ck_campaign_state")),
        sa.CheckConstraint(
            "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'none')",
            name=op.f("ck_campaign_trigger"),
        ),
        sa.CheckConstraint("share >= 0 AND share <= 1", name=op.f("ck_campaign_share")),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_campaign_questionnaire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_index(op.f("ix_campaign_trigger_state"), "campaign", ["trigger", "state"], unique=False)


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("trigger_id", sa.Uuid(), nullable=True),
        sa.Column("sub_process", sa.String(), nullable=True),
        sa.Column("teams", JSONB(), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("issued_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("correlation", sa.String(), nullable=False),
        sa.CheckConstraint(
            "\"trigger\" IN ('order_completed', 'incident_restored', 'case_closed', 'none')",
            name=op.f("ck_invitation_trigger"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_invitation_campaign_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_invitation_contact_id")),
        sa.ForeignKeyConstraint(
            ["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_invitation_questionnaire_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "campaign_id", "trigger_id", "contact_id", name=op.f("uq_invitation_campaign_id_trigger_id_contact_id")
        ),
    )
    op.create_index(op.f("ix_invitation_contact_id"), "invitation", ["contact_id"], unique=False)
    op.create_index(
        "uq_invitation_follow_up",
        "invitation",
        ["trigger_id"],
        unique=True,
        postgresql_where=sa.text("\"trigger\" = 'case_closed'"),
    )


def _response() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("invitation_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=True),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("trigger_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("unit_may_know", sa.Boolean(), nullable=False),
        sa.Column("answered_at", TIME, nullable=True),
        sa.Column("received_at", TIME, nullable=False),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_response_revision")),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_response_contact_id")),
        sa.ForeignKeyConstraint(["invitation_id"], ["invitation.id"], name=op.f("fk_response_invitation_id")),
        sa.ForeignKeyConstraint(["questionnaire_id"], ["questionnaire.id"], name=op.f("fk_response_questionnaire_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_response_invitation_id")),
    )
    op.create_index(op.f("ix_response_contact_id"), "response", ["contact_id"], unique=False)


def _score() -> None:
    op.create_table(
        "score",
        sa.Column("response_id", sa.Uuid(), nullable=False),
        sa.Column("driver", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=True),
        sa.Column("teams", JSONB(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.CheckConstraint("value >= 1 AND value <= 5", name=op.f("ck_score_value")),
        sa.PrimaryKeyConstraint("response_id", "driver", name=op.f("pk_score")),
    )
    op.create_index(op.f("ix_score_driver_occurred_at"), "score", ["driver", "occurred_at"], unique=False)


def _rollup() -> None:
    op.create_table(
        "rollup",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("driver", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("total", sa.Double(), nullable=False),
        sa.Column("squares", sa.Double(), nullable=False),
        sa.Column("favourable", sa.Integer(), nullable=False),
        sa.Column("unfavourable", sa.Integer(), nullable=False),
        sa.CheckConstraint("measure IN ('score', 'nps')", name=op.f("ck_rollup_measure")),
        sa.PrimaryKeyConstraint("day", "unit", "sub_process", "trigger", "measure", "driver", name=op.f("pk_rollup")),
    )


def _effect_watch() -> None:
    op.create_table(
        "effect_watch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("sub_process", sa.String(), nullable=False),
        sa.Column("driver", sa.String(), nullable=False),
        sa.Column("before_from", TIME, nullable=False),
        sa.Column("before_to", TIME, nullable=False),
        sa.Column("effective_at", TIME, nullable=False),
        sa.Column("minimum_n", sa.Integer(), nullable=False),
        sa.Column("next_n", sa.Integer(), nullable=True),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("correlation", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('watching', 'closed')", name=op.f("ck_effect_watch_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_effect_watch")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_effect_watch_finding_id")),
    )
    op.create_index(op.f("ix_effect_watch_sub_process_state"), "effect_watch", ["sub_process", "state"], unique=False)
