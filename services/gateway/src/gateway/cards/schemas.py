"""The card of one customer, put together from all services."""

from pydantic import BaseModel

from gateway.parts.shape import Owner
from gateway.upstreams.schemas import Part


class Card(BaseModel):
    """One customer on one page. Each part is what its owner shows to the caller.

    ``interruptions``: of the last 365 days.
    """

    account: str
    contact: Part
    supply_point: Part
    open_incidents: Part
    interruptions: Part
    orders: Part
    cases: Part
    pending: list[Owner]
