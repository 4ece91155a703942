"""What the others are told of a complete answer, and how much of it the customer agreed to.

Confidential means: the answer is known here, and the link to the customer is named only by his consent. Without
any consent the events of an answer carry neither account nor occasion nor invitation, and their story is the
answer's own. A follow-up is the exception: which case it belongs to is its whole meaning.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kit.contracts.base import Ready
from kit.contracts.survey import DissatisfactionReported, ResponseReceived, SolvedAnswered
from survey.questionnaires.scoring import Reading, Score


class Completed(NamedTuple):
    """A complete answer with the occasion that it is about."""

    response_id: UUID
    invitation_id: UUID
    account: str
    unit: str
    trigger: str
    trigger_id: UUID | None
    sub_process: str | None
    correlation: str
    questionnaire: str
    version: int
    received_at: datetime
    reading: Reading

    @property
    def linked(self) -> bool:
        """Whether the answer's events may be joined with its invitation."""
        return self.reading.may_contact or self.reading.unit_may_know or self.trigger == "case_closed"

    @property
    def story(self) -> str:
        return self.correlation if self.linked else str(self.response_id)


def announcements(done: Completed) -> Iterable[tuple[Ready, str | None]]:
    """The events of a complete answer, each with the account that its envelope may name."""
    yield _received(done), None
    if low := done.reading.low:
        yield _dissatisfaction(done, low), done.account if done.reading.may_contact else None
    if done.trigger == "case_closed" and done.trigger_id is not None and done.reading.solved is not None:
        yield _solved(done, done.trigger_id, solved=done.reading.solved), None


def _received(done: Completed) -> Ready:
    fields = {
        "response_id": str(done.response_id),
        "invitation_id": str(done.invitation_id) if done.linked else None,
        "questionnaire": done.questionnaire,
        "version": done.version,
        "sub_process": done.sub_process,
        "received_at": done.received_at,
    }
    return Ready(ResponseReceived, fields)


def _dissatisfaction(done: Completed, low: Iterable[Score]) -> Ready:
    known = done.trigger_id is not None and (done.reading.unit_may_know or done.trigger == "case_closed")
    fields = {
        "response_id": str(done.response_id),
        "invitation_id": str(done.invitation_id) if done.linked else None,
        "trigger": done.trigger,
        "trigger_id": str(done.trigger_id) if known else None,
        "items": [
            {"driver": one.driver, "need": one.need, "sub_process": one.sub_process, "score": one.value} for one in low
        ],
        "may_contact": done.reading.may_contact,
        "unit_may_know": done.reading.unit_may_know,
        "reported_at": done.received_at,
    }
    return Ready(DissatisfactionReported, fields)


def _solved(done: Completed, case_id: UUID, *, solved: bool) -> Ready:
    fields = {
        "response_id": str(done.response_id),
        "case_id": str(case_id),
        "solved": solved,
        "answered_at": done.received_at,
    }
    return Ready(SolvedAnswered, fields)
