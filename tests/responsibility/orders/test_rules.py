"""The rules of orders on plain values; how they meet requests is in test_orders.py."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import WrongMove
from responsibility.calendars.working_days import WorkCalendar
from responsibility.catalogue.document import HardGate, Limit, Total
from responsibility.orders.clock import Span, stage_due, total_due, waiting
from responsibility.orders.lifecycle import giving, order_after, receiving, stage_after
from responsibility.stages.gates import Attested, Check, blocking, missing

CALENDAR = WorkCalendar(ZoneInfo("Asia/Shanghai"))
MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def after(**length):
    return MONDAY + timedelta(**length)


class TestLifecycle:
    def test_a_completed_order_is_final(self):
        with pytest.raises(WrongMove, match="final"):
            order_after("completed", "cancel")

    def test_a_planned_stage_cannot_be_handed_on(self):
        with pytest.raises(WrongMove, match="possible from here: start"):
            stage_after("planned", "hand_over")

    @pytest.mark.parametrize(
        ("expected", "states", "state"),
        [
            (1, [], "planned"),
            (1, ["offered"], "offered"),
            (1, ["returned"], "planned"),
            (2, ["accepted"], "planned"),
            (2, ["accepted", "offered"], "offered"),
            (2, ["accepted", "accepted"], "working"),
        ],
    )
    def test_a_stage_works_once_it_accepted_all(self, expected, states, state):
        assert receiving(expected, states) == state

    @pytest.mark.parametrize(
        ("states", "state"),
        [
            (["offered", "offered"], "handed"),
            (["accepted", "offered"], "handed"),
            (["accepted", "returned"], "working"),
            (["accepted", "accepted"], "done"),
        ],
    )
    def test_one_return_gives_the_work_back(self, states, state):
        assert giving(2, states) == state


class TestGates:
    def test_open_and_failed_gates_block(self):
        checks = [Check("A", "gate", "open"), Check("B", "gate", "failed"), Check("C", "gate", "passed")]
        assert [check.code for check in blocking(checks)] == ["A", "B"]

    def test_checkpoints_towards_others_do_not(self):
        assert blocking([Check("A", "next", "open"), Check("B", "related", "failed")]) == []

    GATE = HardGate(passed=["BE-08"], signed=["CT-03"])

    def test_a_hard_gate_names_what_is_missing(self):
        done = Attested(done=True, kinds=frozenset({"passed"}))
        assert missing(self.GATE, {"BE-08": done}) == ["CT-03 must be done and attested as signed"]

    @pytest.mark.parametrize("kinds", [{"passed"}, {"signed"}, set()])
    def test_being_done_is_not_being_signed(self, kinds):
        stages = {"BE-08": Attested(True, frozenset({"passed"})), "CT-03": Attested(True, frozenset(kinds))}
        assert bool(missing(self.GATE, stages)) == ("signed" not in kinds)

    def test_being_attested_is_not_being_done(self):
        stages = {code: Attested(False, frozenset({"passed", "signed"})) for code in ("BE-08", "CT-03")}
        assert len(missing(self.GATE, stages)) == 2

    def test_no_gate_misses_nothing(self):
        assert missing(None, {}) == []


class TestDeadlines:
    def test_of_a_stage(self):
        assert stage_due(Limit(amount=45, unit="minute"), MONDAY, None, CALENDAR) == after(minutes=45)
        assert stage_due(Limit(amount=2, unit="working_day"), MONDAY, None, CALENDAR) == datetime(
            2026, 11, 25, 9, 30, tzinfo=UTC
        )
        assert stage_due(None, MONDAY, None, CALENDAR) is None

    def test_of_a_notice_counts_back_from_the_start(self):
        notice = Limit(amount=7, unit="day", before="start")
        assert stage_due(notice, MONDAY, after(days=10), CALENDAR) == after(days=3)
        assert stage_due(notice, MONDAY, None, CALENDAR) is None

    TOTAL = Total(source="promise", limits=[Limit(amount=5, unit="working_day")])
    WHOLE = TOTAL.model_copy(update={"whole_process": True})

    def total(self, total, *spans):
        return total_due(total, total.limits[0], MONDAY, spans, CALENDAR)

    def test_of_the_whole_stand_still_while_the_customer_has_it(self):
        customer = Span("customer", after(days=1), after(days=3))
        assert self.total(self.TOTAL) == datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
        assert self.total(self.TOTAL, customer) == datetime(2026, 12, 2, 9, 30, tzinfo=UTC)

    def test_of_the_whole_process_do_not(self):
        customer = Span("customer", after(days=1), after(days=3))
        assert self.total(self.WHOLE, customer) == self.total(self.WHOLE)

    def test_run_on_while_the_utility_works_beside_the_customer(self):
        customer, utility = (
            Span("customer", after(days=1), after(days=3)),
            Span("utility", MONDAY, after(days=3)),
        )
        assert self.total(self.TOTAL, customer, utility) == self.total(self.TOTAL)

    def test_in_hours_are_prolonged_to_the_second(self):
        total = Total(source="promise", limits=[Limit(amount=24, unit="hour")])
        customer = Span("customer", after(hours=1), after(hours=1, seconds=30))
        assert self.total(total, customer) == after(hours=24, seconds=30)


HOURS = st.integers(0, 200)
SPANS = st.lists(
    st.builds(
        lambda party, start, length: Span(party, after(hours=start), after(hours=start + length)),
        st.sampled_from(["utility", "customer", "third_party"]),
        HOURS,
        HOURS,
    ),
    max_size=8,
)


class TestWaiting:
    @given(SPANS)
    def test_agrees_with_counting_hour_by_hour(self, spans):
        def others_alone(hour):
            parties = {s.party for s in spans if s.start <= after(hours=hour) < s.end}
            return bool(parties) and "utility" not in parties

        hours = sum((end - start for start, end in waiting(spans)), timedelta()) / timedelta(hours=1)
        assert hours == sum(map(others_alone, range(500)))

    @given(SPANS)
    def test_is_disjoint_and_ordered(self, spans):
        pieces = waiting(spans)
        assert all(one[1] < two[0] for one, two in pairwise(pieces))
