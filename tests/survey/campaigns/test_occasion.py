from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.campaigns.occasion import Asked, Rule, fits, refusal, rest_until, sampled

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def rule(**more):
    return Rule(**({"trigger": "order_completed", "sub_processes": (), "share": 1.0, "seed": "s"} | more))


def asked(*, opted_out=False, consents=True, rest=None):
    return Asked(opted_out, consents, rest)


class TestFits:
    @pytest.mark.parametrize(
        ("wanted", "sub_process", "answer"),
        [
            ((), "RB-09", True),
            ((), None, True),
            (("RB-09",), "RB-09", True),
            (("RB-09",), "BE-12", False),
            (("RB-09",), None, False),
        ],
    )
    def test_an_empty_filter_takes_every_sub_process(self, wanted, sub_process, answer):
        assert fits(rule(sub_processes=wanted), sub_process=sub_process) == answer


class TestSample:
    def test_the_whole_and_none(self):
        accounts = [str(number) for number in range(200)]
        assert all(sampled(rule(share=1.0), occasion="i", account=account) for account in accounts)
        assert not any(sampled(rule(share=0.0), occasion="i", account=account) for account in accounts)

    def test_a_share_over_many(self):
        drawn = sum(sampled(rule(share=0.3), occasion="i", account=str(number)) for number in range(10_000))
        assert 2_800 < drawn < 3_200

    def test_a_published_example_stays(self):
        drawn = [
            number for number in range(20) if sampled(rule(share=0.2, seed="2026"), occasion="i", account=str(number))
        ]
        assert drawn == [1, 7, 10, 12, 15]

    @given(st.text(), st.text(), st.floats(0, 1), st.floats(0, 1))
    def test_a_larger_share_holds_the_smaller(self, occasion, account, one, other):
        small, large = sorted([one, other])
        if sampled(rule(share=small), occasion=occasion, account=account):
            assert sampled(rule(share=large), occasion=occasion, account=account)


class TestRefusal:
    def test_a_rested_contact_may_be_asked(self):
        assert refusal("order_completed", asked(rest=NOW), now=NOW) is None

    def test_a_resting_contact_is_left_in_peace(self):
        assert refusal("order_completed", asked(rest=rest_until(NOW, 30)), now=NOW + timedelta(days=29)) == "resting"

    def test_the_follow_up_is_exempt_from_the_rest(self):
        assert refusal("case_closed", asked(rest=rest_until(NOW, 30)), now=NOW) is None

    @pytest.mark.parametrize("trigger", ["order_completed", "incident_restored", "case_closed", "none"])
    def test_nothing_is_exempt_from_the_opt_out_or_the_consent(self, trigger):
        assert refusal(trigger, asked(opted_out=True), now=NOW) == "opted_out"
        assert refusal(trigger, asked(consents=False), now=NOW) == "no_consent"
