"""When the suite has nothing left to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.demo.stillness import Said, next_stop, restless

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def said(**given: Any) -> Said:
    values = {
        "offset_seconds": 60,
        "heads": {},
        "unpublished": 0,
        "consumed": {},
        "due_timers": 0,
        "next_timer": None,
        "waiting_messages": 0,
    }
    return Said.model_validate(values | given)


class TestRestless:
    def test_is_still_when_every_reader_is_as_far_as_its_publisher(self) -> None:
        suite = {
            "survey": said(heads={"survey": 7}, consumed={"responsibility": 3, "incident": 0}),
            "responsibility": said(heads={"responsibility": 3}, consumed={"survey": 7}),
        }

        assert restless(suite, offset=60, messages=True) == []

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"offset_seconds": 59.9}, "clock"),
            ({"unpublished": 2}, "2 event(s) to publish"),
            ({"due_timers": 1}, "1 timer(s) due"),
            ({"waiting_messages": 4}, "4 message(s)"),
            ({"consumed": {"responsibility": 2}}, "behind in responsibility"),
            ({"consumed": {"responsibility": 4}}, "behind in responsibility"),
        ],
    )
    def test_says_what_is_on_its_way(self, given: dict[str, Any], words: str) -> None:
        suite = {"survey": said(**given), "responsibility": said(heads={"responsibility": 3})}

        assert restless(suite, offset=60, messages=True) == [f"survey: {words}"]

    def test_leaves_messages_out_where_they_do_not_count(self) -> None:
        assert restless({"survey": said(waiting_messages=4)}, offset=60, messages=False) == []


class TestNextStop:
    def test_is_the_earliest_timer_of_all(self) -> None:
        early, late = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
        suite = {"a": said(next_timer=late), "b": said(next_timer=early), "c": said()}

        assert next_stop(suite, NOON + timedelta(days=1)) == early

    def test_is_the_end_where_nothing_is_due_before(self) -> None:
        assert next_stop({"a": said(next_timer=NOON + timedelta(days=2))}, NOON) == NOON
        assert next_stop({"a": said()}, NOON) == NOON
