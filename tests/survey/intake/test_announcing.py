from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from kit.contracts.survey import DissatisfactionReported, ResponseReceived, SolvedAnswered
from kit.ids import id_of
from survey.intake.announcing import Completed, announcements
from survey.questionnaires.scoring import Reading, Score

LOW = Score("bill", "billing_accuracy", "right_bills", "RB-09", 1.0, low=True)


def completed(*, contact=False, know=False, trigger="order_completed", scores=(LOW,), solved=None):
    return Completed(
        response_id=UUID(int=1),
        invitation_id=UUID(int=2),
        account="3100000001",
        unit="/city/east/",
        trigger=trigger,
        trigger_id=UUID(int=3),
        sub_process="RB-09",
        correlation="the-invitation",
        questionnaire="after_order",
        version=1,
        received_at=datetime(2026, 3, 2, tzinfo=UTC),
        reading=Reading(scores, None, contact, know, solved),
    )


def told(done):
    """What reads each event, by its payload's class, and the account in its envelope."""
    return {
        ready.model: (ready.model.model_validate_json(ready.as_json()), account)
        for ready, account in announcements(done)
    }


class TestConsent:
    def test_without_any_nothing_leads_to_the_customer(self):
        done = completed()
        payload, account = told(done)[DissatisfactionReported]
        assert (payload.invitation_id, payload.trigger_id, account) == (None, None, None)
        assert told(done)[ResponseReceived][0].invitation_id is None
        assert done.story == str(done.response_id)

    def test_who_may_be_contacted_is_named_and_the_occasion_is_not(self):
        done = completed(contact=True)
        payload, account = told(done)[DissatisfactionReported]
        assert (account, payload.trigger_id, done.story) == ("3100000001", None, "the-invitation")

    def test_who_may_be_known_to_the_unit_is_known_by_the_occasion(self):
        payload, account = told(completed(know=True))[DissatisfactionReported]
        assert (account, payload.trigger_id) == (None, UUID(int=3))

    def test_a_follow_up_says_which_case_it_belongs_to(self):
        done = completed(trigger="case_closed", solved=False)
        payload, account = told(done)[SolvedAnswered]
        assert (payload.case_id, payload.solved, account) == (UUID(int=3), False, None)
        assert done.story == "the-invitation"


class TestWhatIsTold:
    def test_low_items_with_driver_need_and_sub_process(self):
        (item,) = told(completed())[DissatisfactionReported][0].items
        assert (item.driver, item.need, item.sub_process, item.score) == (
            "billing_accuracy",
            "right_bills",
            "RB-09",
            1.0,
        )

    def test_a_content_customer_is_only_counted(self):
        assert set(told(completed(scores=()))) == {ResponseReceived}

    def test_solved_is_told_of_follow_ups_only(self):
        assert SolvedAnswered not in told(completed(solved=True))
        assert SolvedAnswered not in told(completed(trigger="case_closed", solved=None))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
scores = st.builds(
    Score, texts, texts | st.none(), texts | st.none(), texts | st.none(), st.floats(1, 5), st.booleans()
)
readings = st.builds(
    Reading,
    st.lists(scores, max_size=3).map(tuple),
    st.none(),
    st.booleans(),
    st.booleans(),
    st.none() | st.booleans(),
)


@given(
    st.builds(
        Completed,
        response_id=st.uuids() | st.uuids().map(lambda one: id_of(one.bytes)),
        invitation_id=st.uuids(),
        account=texts,
        unit=texts,
        trigger=st.sampled_from(["order_completed", "case_closed", "none"]),
        trigger_id=st.none() | st.uuids(),
        sub_process=texts | st.none(),
        correlation=texts,
        questionnaire=texts,
        version=st.integers(1, 2**31 - 1),
        received_at=st.datetimes(timezones=st.just(UTC)),
        reading=readings,
    )
)
def test_what_is_told_is_written_as_its_payload_writes_itself(done):
    for ready, _ in announcements(done):
        payload = ready.model.model_validate(ready.fields)
        assert ready.as_json() == payload.model_dump_json()
        assert ready.fields.keys() == ready.model.model_fields.keys()
        assert (ready.type, ready.stream) == (payload.type, payload.stream)
