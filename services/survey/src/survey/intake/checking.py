"""Whether a delivery fits the invitation that it names, on plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from kit.errors import Invalid, NotFound
from kit.ids import id_of
from kit.lineage import NONE, Lineage
from survey.intake.plan import Delivery
from survey.intake.revision import Version, digest
from survey.intake.schemas import ResponseIn
from survey.invitations.token import Token
from survey.questionnaires.answers import faults
from survey.questionnaires.definition import Definition
from survey.questionnaires.scoring import Reading, read, words


class WrongAnswers(Invalid):
    code, title = "wrong_answers", "The answers do not fit the questionnaire"


class InvitationGone(NotFound):
    code = "invitation_not_found"


class Submission(NamedTuple):
    """One delivery as it came; ``response_id`` was made by the phone, ``lineage`` is its request's."""

    response_id: UUID
    given: ResponseIn
    lineage: Lineage = NONE


class Occasion(NamedTuple):
    """An invitation with its contact and what is stored for it: a row of ``OCCASIONS``, column by column.

    Its fields are read many times for each answer; of the database's own rows each reading costs ten times as much.
    The contact is None in anonymous campaigns, what is stored where nobody answered; ``teams`` is JSON.
    """

    id: UUID
    questionnaire_id: UUID
    contact_id: Any
    confidentiality: str
    unit: str
    trigger: str
    trigger_id: UUID | None
    sub_process: str | None
    teams: str
    occurred_at: datetime
    segment: str | None
    correlation: str
    campaign_id: UUID
    expires_at: datetime
    account: Any
    data_key: Any
    response_id: UUID | None
    revision: Any
    digest: Any
    complete: Any
    received_at: Any


@dataclass(frozen=True, slots=True)
class Questions:
    """A published questionnaire, as it is checked and as events name it."""

    definition: Definition
    code: str
    version: int


class Checked(NamedTuple):
    """A delivery whose invitation is genuine and whose answers fit."""

    delivery: Delivery
    submission: Submission
    occasion: Occasion
    questions: Questions
    reading: Reading
    said: dict[str, str]

    @property
    def place(self) -> int:
        return self.delivery.place

    @property
    def anonymous(self) -> bool:
        return self.occasion.confidentiality == "anonymous"

    @property
    def given(self) -> ResponseIn:
        return self.submission.given

    @property
    def marked(self) -> dict[str, Any]:
        """The answers without the customer's words."""
        answers = self.given.answers
        return {code: value for code, value in answers.items() if code not in self.said} if self.said else answers


def check(
    place: int,
    submission: Submission,
    token: Token,
    occasions: Mapping[UUID, Occasion],
    questions: Mapping[UUID, Questions],
) -> Checked:
    """Raises InvitationGone, WrongAnswers naming each fault by its pointer."""
    occasion = occasions.get(token.invitation)
    if occasion is None:
        raise InvitationGone("This invitation no longer exists.")
    given, asked = submission.given, questions[occasion.questionnaire_id]
    wrong = faults(asked.definition, given.answers, complete=given.complete)
    if wrong:
        errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in wrong]
        where = ", ".join(fault.pointer for fault in wrong[:3])
        raise WrongAnswers(f"{len(wrong)} answer(s) do not fit the questionnaire, at {where}.", errors=errors)
    version = Version(given.revision, digest(_body(given, token)), given.complete)
    return Checked(
        Delivery(place, id_of(submission.response_id.bytes), token, version),
        submission,
        occasion,
        asked,
        read(asked.definition, given.answers, sub_process=occasion.sub_process),
        words(asked.definition, given.answers),
    )


def _body(given: ResponseIn, token: Token) -> dict[str, Any]:
    """What makes two deliveries of a revision the same; fields of later releases count only where they are given."""
    body: dict[str, Any] = {
        "invitation_id": str(token.invitation),
        "revision": given.revision,
        "complete": given.complete,
        "answers": given.answers,
        "answered_at": given.answered_at,
        "language": given.language,
    }
    if given.started_at is not None:
        body["started_at"] = given.started_at
    if given.device is not None:
        body["device"] = given.device
    return body
