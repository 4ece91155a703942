"""One part of an answer that several services give together."""

from typing import Any, Literal

from pydantic import BaseModel


class Part(BaseModel):
    """``absent``: there is nothing; ``forbidden``: not for the caller's role; ``unavailable``: its service is away."""

    state: Literal["present", "absent", "forbidden", "unavailable"]
    data: Any = None
