"""The loop of one case, as far as this service knows it."""

from pydantic import BaseModel

from responsibility.cases.schemas import CaseDetail
from responsibility.findings.schemas import FindingDetail
from responsibility.handovers.schemas import HandoverOut
from responsibility.orders.schemas import OrderDetail
from responsibility.requests.schemas import RequestOut


class Trail(BaseModel):
    """What lies ahead yet is null or empty. The finding is the one that gathered this case."""

    case: CaseDetail
    request: RequestOut | None
    order: OrderDetail | None
    handovers: list[HandoverOut]
    finding: FindingDetail | None
