"""Opening, continuing and ending sessions. An end is announced, so that access tokens in use end too."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.sessions.models import RefreshToken, Session
from gateway.sessions.secrets import digest_of, new_secret
from gateway.settings import Settings
from kit.auth.tokens import ACCESS_SECONDS
from kit.contracts.gateway import AccessRevoked
from kit.events import emit
from kit.ids import new_id
from kit.telemetry.logs import logger

log = logger("gateway.sessions")
KEPT_AFTER_END = timedelta(days=1)


@dataclass(frozen=True)
class Opened:
    """A session and the one refresh token that continues it, shown only now."""

    session: Session
    refresh_token: str
    refresh_expires_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


async def open_session(session: AsyncSession, account_id: UUID, *, settings: Settings) -> Opened:
    now = _now()
    await _forget_old(session, account_id, now)
    opened = Session(
        id=new_id(),
        account_id=account_id,
        started_at=now,
        expires_at=now + timedelta(days=settings.session_days),
    )
    session.add(opened)
    await session.flush()
    return _with_refresh_token(session, opened, now, settings)


async def continue_session(session: AsyncSession, refresh_token: str, *, settings: Settings) -> Opened | None:
    """Exchanges a refresh token for the next one; None where it is not (or no longer) good.

    A token used a second time was stolen, by the first user or by the second: nobody can tell, so the
    session ends. That end must be stored, so this answers None instead of raising.
    """
    token = await session.get(RefreshToken, digest_of(refresh_token), with_for_update=True)
    if token is None:
        return None
    known = await session.get_one(Session, token.session_id, with_for_update=True)
    now = _now()
    if token.used_at is not None:
        end(session, known, because="token_reused")
        log.warning("refresh token used twice", session=str(known.id))
        return None
    if known.ended_at is not None or min(token.expires_at, known.expires_at) <= now:
        return None
    token.used_at = now
    return _with_refresh_token(session, known, now, settings)


async def end_session(session: AsyncSession, session_id: UUID, *, because: str) -> None:
    known = await session.get(Session, session_id, with_for_update=True)
    if known is not None:
        end(session, known, because=because)


async def end_all(session: AsyncSession, account_id: UUID, *, because: str, but: UUID | None = None) -> None:
    """Ends every session of an account, but one where it is named."""
    running = select(Session).where(Session.account_id == account_id, Session.ended_at.is_(None))
    for known in await session.scalars(running.order_by(Session.id).with_for_update()):
        if known.id != but:
            end(session, known, because=because)


def end(session: AsyncSession, known: Session, *, because: str) -> None:
    """Ends a session once; ending it again changes nothing."""
    if known.ended_at is None:
        known.ended_at, known.ended_because = _now(), because
        announce_revocation(session, known.id)


def announce_revocation(session: AsyncSession, session_id: UUID) -> None:
    """Tells every service that access tokens of this session (or client) are void."""
    now = _now()
    payload = AccessRevoked(session_id=session_id, revoked_at=now, until=now + timedelta(seconds=ACCESS_SECONDS))
    emit(session, payload, subject=str(session_id))


def _with_refresh_token(session: AsyncSession, known: Session, now: datetime, settings: Settings) -> Opened:
    secret = new_secret()
    expires = min(known.expires_at, now + timedelta(hours=settings.session_idle_hours))
    session.add(RefreshToken(digest=digest_of(secret), session_id=known.id, expires_at=expires))
    return Opened(known, secret, expires)


async def _forget_old(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    over = delete(Session).where(Session.account_id == account_id, Session.expires_at < now - KEPT_AFTER_END)
    await session.execute(over)
