"""``POST /v1/invitations/receipts``: what became of messages, signed by the message gateway."""

from typing import Annotated

from fastapi import APIRouter, Depends

from kit.auth import public
from kit.db import WriteSession
from kit.http import Ctx
from kit.messages import Told
from kit.messages.receipts import keep, require_signature
from survey.deliveries import service
from survey.deliveries.schemas import ReceiptsIn, ReceiptsTaken

router = APIRouter(prefix="/v1/invitations", tags=["invitations"])

Anyone = Annotated[None, Depends(public())]
Signed = Annotated[None, Depends(require_signature)]


@router.post("/receipts")
async def take_receipts(given: ReceiptsIn, session: WriteSession, context: Ctx, _: Anyone, __: Signed) -> ReceiptsTaken:
    """The body's HMAC under the shared secret stands for a login."""
    now = context.clock.now()
    news = await keep(session, [Told(one.key, one.state, min(one.at, now)) for one in given.items])
    await service.note(session, news)
    return ReceiptsTaken(taken=len(news), received_at=now)
