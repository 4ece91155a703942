"""What the database itself refuses of invitations, whatever the code would do."""

import asyncpg
import pytest

from tests.survey.sampling import Sampling

AGAIN = """
    INSERT INTO invitation SELECT (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid()))).*
    FROM invitation i WHERE campaign_id = $1 AND round_id IS NOT NULL
"""


async def test_an_invitation_asks_with_the_questionnaire_of_its_campaign(survey, sampling: Sampling):
    await sampling.crowd(1, segment="own_questions")
    campaign = await sampling.drawn("own_questions", frame={"segments": ["own_questions"]})
    await sampling.plan()
    assert len(await sampling.asked_by(campaign)) == 1
    other = await sampling.publish("after_outage")
    changed = "UPDATE invitation SET questionnaire_id = $2 WHERE campaign_id = $1"
    with pytest.raises(asyncpg.ForeignKeyViolationError, match="fk_invitation_campaign_id_questionnaire_id"):
        await survey.sql(changed, campaign, other)


async def test_a_round_asks_each_customer_once(survey, sampling: Sampling):
    await sampling.crowd(2, segment="once_each")
    campaign = await sampling.drawn("once_each", frame={"segments": ["once_each"]})
    await sampling.plan()
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_invitation_round"):
        await survey.sql(AGAIN, campaign)
    assert len(await sampling.asked_by(campaign)) == 2
