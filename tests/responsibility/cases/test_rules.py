import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import WrongMove
from responsibility.cases.lifecycle import MOVES, after, allowed
from responsibility.cases.restitution import faults, owed

MOVE_NAMES = st.sampled_from(sorted({move for moves in MOVES.values() for move in moves}))


class TestLifecycle:
    def test_the_whole_way(self):
        state = "opened"
        for move in ("contact", "answer", "make_good", "call_back", "close", "reopen", "answer", "close"):
            state = after(state, move, may_contact=True)
        assert state == "closed"

    def test_is_not_closed_before_it_is_answered(self):
        for state in ("opened", "contacted", "reopened"):
            with pytest.raises(WrongMove):
                after(state, "close", may_contact=True)

    def test_nobody_calls_a_customer_who_wished_none(self):
        assert allowed("opened", may_contact=False) == {"answer": "answered"}
        with pytest.raises(WrongMove):
            after("answered", "call_back", may_contact=False)

    @given(st.lists(MOVE_NAMES, max_size=12), st.booleans())
    def test_an_answer_comes_before_every_closing(self, moves, may_contact):
        state, answered = "opened", False
        for move in moves:
            if move not in allowed(state, may_contact=may_contact):
                continue
            state = after(state, move, may_contact=may_contact)
            answered = (answered or move == "answer") and move != "reopen"
            assert state != "closed" or answered


class TestRestitution:
    @pytest.mark.parametrize(
        ("kind", "amount", "voucher", "wrong"),
        [
            ("refund", 1250, "V1", []),
            ("refund", 0, "V1", ["/amount_fen"]),
            ("refund", None, None, ["/amount_fen", "/voucher"]),
            ("compensation", 1, "V", []),
            ("correction", None, "V1", []),
            ("correction", 5, "V1", ["/amount_fen"]),
            ("correction", None, " ", ["/voucher"]),
            ("apology", None, None, []),
            ("apology", None, "V1", ["/voucher"]),
            ("none", None, None, []),
        ],
    )
    def test_has_what_its_kind_needs(self, kind, amount, voucher, wrong):
        assert [pointer for pointer, _ in faults(kind, amount, voucher)] == wrong

    def test_is_owed_until_it_is_made(self):
        assert owed("refund", [])
        assert owed("refund", ["apology"])
        assert not owed("refund", ["apology", "refund"])
        assert not owed("none", [])
