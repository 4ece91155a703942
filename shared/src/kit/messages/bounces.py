"""Delivery reports that the mail system's pipe posts, signed as the message gateway's receipts are."""

import asyncio
import time
from datetime import datetime

from fastapi import Request
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.context import Context
from kit.db.tables import message
from kit.errors import Forbidden
from kit.messages import plain_report
from kit.messages.delivery_report import DeliveryReport
from kit.messages.plain_report import Unclear
from kit.messages.queue import told
from kit.messages.return_path import key_of, marked
from kit.messages.signature import SIGNATURE, TIMESTAMP, secrets_in, verify
from kit.messages.sources import Told
from kit.settings import ServiceSettings


class NoBounces(Forbidden):
    code = "no_bounces"


async def signed_report(request: Request) -> DeliveryReport | Unclear | None:
    """A dependency: the posted report, None for any other mail.

    Raises SignatureWrong unless the pipe signed this body, NoBounces where no secret for it is set up.
    """
    settings: ServiceSettings = request.app.state.runtime.settings
    if settings.bounce_secret is None:
        raise NoBounces("No secret for delivery reports is set up here; a mail system's pipe signs with one.")
    timestamp, signature = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    body = await request.body()
    verify(secrets_in(settings.bounce_secret), body, timestamp=timestamp, signature=signature, now=time.time())
    return await asyncio.to_thread(plain_report.read, body)


async def keep(session: AsyncSession, report: DeliveryReport, context: Context, at: datetime) -> Told | None:
    """What it says of one of this service's own e-mails; None where it is about none, or was known already."""
    mine = _mine(report, context)
    row = (await session.execute(select(message.c.key, message.c.state).where(*mine).with_for_update())).one_or_none()
    if row is None:
        return None
    if report.state == "delayed":
        news = row.state in {"waiting", "sent"}
    else:
        news = await told(session, row.key, report.state, at, channel="email")
    if not news:
        return None
    await session.execute(update(message).where(*mine).values(error=report.detail))
    return Told(row.key, report.state, at, report.detail)


async def key_of_mine(session: AsyncSession, report: Unclear, context: Context) -> str | None:
    """The key of the one e-mail of this service that it is about; None where it is about none."""
    found: str | None = await session.scalar(select(message.c.key).where(*_mine(report, context)))
    return found


def _mine(report: DeliveryReport | Unclear, context: Context) -> tuple[ColumnElement[bool], ...]:
    """Nothing where it has marks of several: it is about neither."""
    found = marked(key_of(context.keyring), report.about)
    return message.c.id.in_(found if len(found) == 1 else ()), message.c.channel == "email"
