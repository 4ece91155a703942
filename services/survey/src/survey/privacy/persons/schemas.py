"""One person's data over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, JsonValue

from survey.contacts.schemas import ContactOut


class PersonOut(BaseModel):
    """Everything that survey holds about one person, opened.

    ``responses``: each answer with its words and what it answers; ``others``: rows of further tables by their name.
    """

    account: str
    made_at: datetime
    contact: ContactOut
    invitations: list[dict[str, JsonValue]]
    responses: list[dict[str, JsonValue]]
    messages: list[dict[str, JsonValue]]
    others: dict[str, list[dict[str, JsonValue]]]


class Erasure(BaseModel):
    """``kept_out``: later pushes of the account are acknowledged and stored nowhere, until it is readmitted."""

    account: str
    erased_at: datetime
    kept_out: bool


Row = dict[str, Any]
