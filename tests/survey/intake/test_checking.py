import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.intake.checking import InvitationGone, Occasion, Questions, Submission, WrongAnswers, check
from survey.intake.schemas import ResponseIn
from survey.invitations.token import Token
from survey.questionnaires.definition import Definition

INVITATION = UUID("0192f3a0-0000-7000-8000-000000000001")
QUESTIONNAIRE, RESPONSE = UUID(int=2), UUID(int=3)
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
TEXT = {"zh-CN": "?", "en": "?"}
ROWS = [{"code": "b", "text": TEXT}, {"code": "a", "text": TEXT}]
DEFINITION = Definition.model_validate(
    {
        "title": TEXT,
        "introduction": TEXT,
        "items": [
            {"code": "overall", "type": "rating", "text": TEXT},
            {"code": "service", "type": "matrix", "text": TEXT, "rows": ROWS},
            {"code": "amount", "type": "number", "decimals": 1, "text": TEXT},
            {"code": "words", "type": "text", "text": TEXT},
        ],
    }
)


def occasion():
    found = dict.fromkeys(Occasion._fields)
    return Occasion(**found | {"id": INVITATION, "questionnaire_id": QUESTIONNAIRE, "sub_process": "RB-09"})


def checked(answers, *, invitation=INVITATION, **given_):
    body = {"invitation": "A" * 54, "revision": 1, "complete": True, "answers": answers} | given_
    submission = Submission(RESPONSE, ResponseIn.model_validate(body))
    questions = {QUESTIONNAIRE: Questions(DEFINITION, "after_order", 1)}
    return check(0, submission, Token(invitation, NOW), {INVITATION: occasion()}, questions)


def digest(answers, **given_):
    return checked(answers, **given_).delivery.version.digest


class TestDigest:
    """Deliveries are compared with what earlier releases stored: what is hashed must never change."""

    @pytest.mark.parametrize(
        ("given_", "hashed"),
        [
            (
                {"language": "zh-CN", "answered_at": "2026-03-02T09:30:00+08:00"},
                (
                    '{"answered_at":"2026-03-02T09:30:00+08:00","answers":{"amount":1.5,"overall":2,"service":{"a":4,"b":5}'
                    ',"words":"抄错表了"},"complete":true,"invitation_id":"0192f3a0-0000-7000-8000-000000000001"'
                    ',"language":"zh-CN","revision":1}'
                ),
            ),
            (
                {"revision": 7, "complete": False, "started_at": "2026-03-02T01:00:00Z", "device": "d" * 16},
                (
                    '{"answered_at":null,"answers":{"amount":1.5,"overall":2,"service":{"a":4,"b":5},"words":"抄错表了"}'
                    ',"complete":false,"device":"dddddddddddddddd","invitation_id":"0192f3a0-0000-7000-8000-000000000001"'
                    ',"language":null,"revision":7,"started_at":"2026-03-02T01:00:00Z"}'
                ),
            ),
        ],
    )
    def test_it_is_over_this_text(self, given_, hashed):
        answers = {"words": "抄错表了", "service": {"b": 5, "a": 4}, "overall": 2, "amount": 1.5}
        assert digest(answers, **given_) == hashlib.sha256(hashed.encode()).hexdigest()

    @given(st.permutations([("overall", 3), ("amount", 2), ("words", "x"), ("service", {"a": 1, "b": 2})]))
    def test_the_order_of_answers_does_not_matter(self, answers):
        assert digest(dict(answers)) == digest(dict(sorted(answers)))


class TestChecks:
    def test_faults_are_named_by_their_pointers(self):
        with pytest.raises(WrongAnswers, match=r"2 answer\(s\).*at /answers/overall, /answers/service/a") as refused:
            checked({"overall": 9, "service": {"a": 0}})
        assert [error["pointer"] for error in refused.value.errors] == ["/answers/overall", "/answers/service/a"]

    def test_an_invitation_that_is_not_there_is_gone(self):
        with pytest.raises(InvitationGone):
            checked({}, invitation=UUID(int=9))

    def test_words_are_kept_apart_from_marks(self):
        found = checked({"overall": 3, "words": "x"})
        assert (found.marked, found.said) == ({"overall": 3}, {"words": "x"})
