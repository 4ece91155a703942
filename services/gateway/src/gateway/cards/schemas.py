"""The card of one customer, put together from all services."""

from typing import Any, Literal

from pydantic import BaseModel

from gateway.parts.shape import Owner


class CardPart(BaseModel):
    """``absent``: there is nothing; ``forbidden``: not for the caller's role; ``unavailable``: its service is away."""

    state: Literal["present", "absent", "forbidden", "unavailable"]
    data: Any = None


class Card(BaseModel):
    """One customer on one page. Each part is what its owner shows to the caller."""

    account: str
    contact: CardPart
    supply_point: CardPart
    open_incidents: CardPart
    past_incidents: CardPart
    orders: CardPart
    cases: CardPart
    pending: list[Owner]
