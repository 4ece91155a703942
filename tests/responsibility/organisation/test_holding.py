from datetime import UTC, datetime

from responsibility.organisation.holding import Holding, answering

START, MIDDLE, END = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 12))


def holding(employee="E1", since=START, until=None, acts_for=None):
    return Holding(employee, "READ", "/city/east/reading/", since, until, acts_for)


class TestAnswering:
    def test_a_holder_answers_within_the_period(self):
        assert answering([holding(until=END)], MIDDLE) == [holding(until=END)]

    def test_the_end_is_not_included(self):
        assert answering([holding(until=MIDDLE)], MIDDLE) == []

    def test_whoever_acts_answers_instead(self):
        acting = holding("E2", since=MIDDLE, until=END, acts_for="E1")
        assert answering([holding(), acting], MIDDLE) == [acting]
        assert answering([holding(), acting], END) == [holding()]

    def test_acting_for_one_leaves_the_others(self):
        acting = holding("E2", acts_for="E1")
        assert answering([holding(), holding("E3"), acting], MIDDLE) == [holding("E3"), acting]
