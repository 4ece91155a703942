from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from survey.intake.plan import AnotherInvitation, Delivery, InvitationUsed, Kept, plan
from survey.intake.revision import Clash, Version
from survey.invitations.token import InvitationExpired, Token

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=1)


def delivery(place=0, response=1, invitation=1, revision=1, body="a", *, complete=True, expires=NOW + timedelta(1)):
    token = Token(UUID(int=invitation), expires)
    return Delivery(place, UUID(int=response), token, Version(revision, body, complete))


def kept(invitation=1, revision=1, body="a", *, complete=True):
    return Kept(UUID(int=invitation), Version(revision, body, complete), BEFORE)


class TestPlan:
    def test_new_answers_are_inserted_in_the_order_of_their_ids(self):
        planned = plan([delivery(0, 2, 20), delivery(1, 1, 10)], {}, at=NOW)
        assert [one.response_id.int for one in planned.inserts] == [1, 2]
        assert planned.received == {0: NOW, 1: NOW}

    def test_a_repeated_delivery_succeeds_as_the_first_did_even_after_the_expiry(self):
        planned = plan([delivery(expires=BEFORE)], {UUID(int=1): kept()}, at=NOW)
        assert (planned.inserts, planned.replaces, planned.refused) == ([], [], {})
        assert planned.received == {0: BEFORE}

    def test_a_new_answer_after_the_expiry_is_refused(self):
        assert isinstance(plan([delivery(expires=NOW)], {}, at=NOW).refused[0], InvitationExpired)

    def test_the_same_delivery_twice_in_a_batch_is_stored_once(self):
        planned = plan([delivery(0), delivery(1)], {}, at=NOW)
        assert (len(planned.inserts), set(planned.received)) == (1, {0, 1})

    def test_revisions_out_of_order_in_a_batch_end_at_the_last(self):
        later = delivery(0, revision=2, body="b")
        planned = plan([later, delivery(1, revision=1, complete=False)], {}, at=NOW)
        assert planned.inserts == [later]
        assert planned.refused == {}

    def test_an_incomplete_answer_is_replaced(self):
        planned = plan([delivery(revision=2)], {UUID(int=1): kept(complete=False)}, at=NOW)
        assert (planned.inserts, len(planned.replaces)) == ([], 1)

    def test_an_invitation_is_used_once(self):
        planned = plan([delivery(0, response=1), delivery(1, response=2)], {}, at=NOW)
        assert len(planned.inserts) == 1
        assert isinstance(planned.refused[1], InvitationUsed)

    def test_an_id_stays_with_its_invitation(self):
        planned = plan([delivery(invitation=2)], {UUID(int=1): kept(invitation=1)}, at=NOW)
        assert isinstance(planned.refused[0], AnotherInvitation)

    def test_a_clash_stops_no_other(self):
        planned = plan([delivery(0, body="b"), delivery(1, 2, 2)], {UUID(int=1): kept()}, at=NOW)
        assert isinstance(planned.refused[0], Clash)
        assert len(planned.inserts) == 1


deliveries = st.builds(
    delivery,
    response=st.integers(1, 3),
    invitation=st.integers(1, 3),
    revision=st.integers(1, 3),
    body=st.sampled_from("ab"),
    complete=st.booleans(),
)


class TestProperties:
    @given(st.lists(deliveries, max_size=12))
    def test_every_delivery_has_one_outcome_and_each_invitation_one_response(self, found):
        numbered = [Delivery(place, one.response_id, one.token, one.version) for place, one in enumerate(found)]
        planned = plan(numbered, {}, at=NOW)
        assert sorted([*planned.received, *planned.refused]) == list(range(len(found)))
        invitations = [one.invitation_id for one in planned.inserts]
        assert len(set(invitations)) == len(invitations)

    @given(st.lists(deliveries, max_size=10))
    def test_a_batch_in_parts_is_the_batch(self, found):
        ordered = sorted(found, key=lambda one: (one.response_id, one.version.revision))
        numbered = [Delivery(place, one.response_id, one.token, one.version) for place, one in enumerate(ordered)]
        whole = plan(numbered, {}, at=NOW)
        stored, refused = {}, {}
        for one in numbered:
            part = plan([one], stored, at=NOW)
            refused |= part.refused
            for done in part.inserts + part.replaces:
                stored[done.response_id] = Kept(done.invitation_id, done.version, NOW)
        assert set(refused) == set(whole.refused)
        assert {one.response_id: one.version for one in whole.inserts} == {
            response: one.version for response, one in stored.items()
        }
