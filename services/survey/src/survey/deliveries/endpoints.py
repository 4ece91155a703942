"""``/v1/invitations/receipts`` and ``/bounces``: what became of messages, signed by who carried them."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import public
from kit.context import Context
from kit.db import WriteSession
from kit.http import Ctx
from kit.messages import Told, bounces
from kit.messages.delivery_report import DeliveryReport
from kit.messages.plain_report import Unclear
from kit.messages.receipts import keep, require_signature
from kit.telemetry.logs import logger
from survey.deliveries import service
from survey.deliveries.schemas import BounceTaken, ReceiptsIn, ReceiptsTaken

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])

log = logger("survey.deliveries")
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
SignedReport = Annotated[DeliveryReport | Unclear | None, Depends(bounces.signed_report)]


@router.post("/receipts")
async def take_receipts(given: ReceiptsIn, session: WriteSession, context: Ctx, _: Anyone, __: Signed) -> ReceiptsTaken:
    """The body's HMAC under the shared secret stands for a login."""
    now = context.clock.now()
    news = await keep(session, [Told(one.key, one.state, min(one.at, now)) for one in given.items])
    await service.note(session, news)
    return ReceiptsTaken(taken=len(news), received_at=now)


@router.post("/bounces", max_body_size=LARGEST_REPORT, openapi_extra=MAIL)
async def take_bounce(
    report: SignedReport, request: Request, session: WriteSession, context: Ctx, _: Anyone
) -> BounceTaken:
    """A delivery report as the mail system got it, RFC 3464's or in words. Its body is signed as receipts are.

    Only one that carries the mark of an e-mail sent from here changes anything. One that does and is not understood
    is counted and logged for the operator; everything else is answered alike.
    """
    if isinstance(report, Unclear):
        return await _not_understood(report, request, session, context)
    told = await bounces.keep(session, report, context, context.clock.now()) if report else None
    if told is None:
        return BounceTaken(taken="ignored")
    await service.note(session, [told])
    return BounceTaken(taken=cast("Any", told.state))


async def _not_understood(report: Unclear, request: Request, session: AsyncSession, context: Context) -> BounceTaken:
    key = await bounces.key_of_mine(session, report, context)
    if key is None:
        return BounceTaken(taken="ignored")
    log.warning("a delivery report is not understood: look at it in the mail system", about=key)
    request.app.state.runtime.metrics.unclear_reports.inc()
    return BounceTaken(taken="not_understood")
