from datetime import UTC, datetime, timedelta

import pytest

from survey.deliveries.next_step import Due, following, missed, too_late, withheld

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def due(**more):
    known = {
        "first": True,
        "reminders": 0,
        "expires_at": NOW + timedelta(days=14),
        "answered": False,
        "opted_out": False,
        "consents": True,
        "reachable": True,
        "campaign_open": True,
        "quota_full": False,
        "most_reminders": 2,
        "remind_after_days": 5,
    }
    return Due(**(known | more))


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, None),
        ({"opted_out": True}, "opted_out"),
        ({"consents": False}, "no_consent"),
        ({"answered": True}, "answered"),
        ({"expires_at": NOW}, "expired"),
        ({"campaign_open": False}, "closed"),
        ({"quota_full": True}, "quota_full"),
        ({"reachable": False}, "unreachable"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_nothing_is_sent_to_who_is_not_to_be_asked(more, reason, first):
    assert withheld(due(first=first, **more), NOW) == reason


def test_reminders_follow_each_other_and_end():
    assert following(due(), NOW) == NOW + timedelta(days=5)
    assert following(due(first=False, reminders=0), NOW) == NOW + timedelta(days=5)
    assert following(due(first=False, reminders=1), NOW) is None
    assert following(due(most_reminders=0, remind_after_days=None), NOW) is None


def test_none_is_set_for_after_the_end():
    assert following(due(expires_at=NOW + timedelta(days=5)), NOW) is None


class TestMissed:
    AFTER = NOW + timedelta(days=15)

    def test_those_whose_time_came_before_the_end(self):
        """Of 14 days the reminders are due after 5 and 10; a third would be due after the end."""
        at = NOW + timedelta(days=5)
        assert missed(due(first=False), at, self.AFTER) == 2
        assert missed(due(first=False, most_reminders=3), at, self.AFTER) == 2
        assert missed(due(first=False, reminders=1), NOW + timedelta(days=10), self.AFTER) == 1

    def test_none_while_they_may_still_leave(self):
        assert missed(due(first=False), NOW, NOW + timedelta(days=13)) == 0

    @pytest.mark.parametrize(
        "more",
        [
            {"first": True},
            {"answered": True},
            {"opted_out": True},
            {"consents": False},
            {"campaign_open": False},
            {"quota_full": True},
            {"reachable": False},
        ],
    )
    def test_none_that_nobody_wanted_any_more(self, more):
        step = due(**{"first": False} | more)
        assert (missed(step, NOW, self.AFTER), too_late(step, self.AFTER)) == (0, False)
