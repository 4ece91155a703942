"""What the message gateway tells of messages."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints


class Receipt(BaseModel):
    """``key`` is the message's, as it was posted; ``at`` when the gateway learnt it."""

    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
    state: Literal["delivered", "failed", "bounced"]
    at: AwareDatetime


class ReceiptsIn(BaseModel):
    """May be told again and out of order: what is known already, or of nobody, changes nothing."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "key": "invitation:0192f3a0-0000-7000-8000-000000000001",
                        "state": "delivered",
                        "at": "2026-03-02T09:30:00+08:00",
                    }
                ]
            }
        },
    )

    items: Annotated[list[Receipt], Field(min_length=1, max_length=1000)]


class ReceiptsTaken(BaseModel):
    """How many of them were news."""

    taken: int
    received_at: datetime


class BounceTaken(BaseModel):
    """``taken``: what it changed. ``ignored`` is no report, one of somebody else's mail, or one told before.

    ``not_understood`` changed nothing: a mail system wrote it about an e-mail sent from here, in words unknown here.
    """

    taken: Literal["bounced", "failed", "delayed", "ignored", "not_understood"]
