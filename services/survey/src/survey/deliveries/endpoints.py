"""``/v1/invitations/receipts`` and ``/bounces``: what became of messages, signed by who carried them."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends

from kit.auth import public
from kit.db import WriteSession
from kit.http import Ctx
from kit.messages import Told, bounces
from kit.messages.delivery_report import DeliveryReport
from kit.messages.receipts import keep, require_signature
from survey.deliveries import service
from survey.deliveries.schemas import BounceTaken, ReceiptsIn, ReceiptsTaken

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])

LARGEST_REPORT = 1024**2
MAIL: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("message/rfc822", "application/octet-stream")
        },
    }
}
Anyone = Annotated[None, Depends(public())]
Signed = Annotated[None, Depends(require_signature)]
SignedReport = Annotated[DeliveryReport | None, Depends(bounces.signed_report)]


@router.post("/receipts")
async def take_receipts(given: ReceiptsIn, session: WriteSession, context: Ctx, _: Anyone, __: Signed) -> ReceiptsTaken:
    """The body's HMAC under the shared secret stands for a login."""
    now = context.clock.now()
    news = await keep(session, [Told(one.key, one.state, min(one.at, now)) for one in given.items])
    await service.note(session, news)
    return ReceiptsTaken(taken=len(news), received_at=now)


@router.post("/bounces", max_body_size=LARGEST_REPORT, openapi_extra=MAIL)
async def take_bounce(report: SignedReport, session: WriteSession, context: Ctx, _: Anyone) -> BounceTaken:
    """A delivery report (RFC 3464) as the mail system got it. Its body is signed as receipts are.

    Only one that carries the mark of an e-mail sent from here changes anything; everything else is answered alike.
    """
    told = await bounces.keep(session, report, context, context.clock.now()) if report else None
    if told is None:
        return BounceTaken(taken="ignored")
    await service.note(session, [told])
    return BounceTaken(taken=cast("Any", told.state))
