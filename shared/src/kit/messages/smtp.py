"""The e-mail channel: SMTP with STARTTLS or TLS, a few connections, each kept for a batch (RFC 5321, 3207, 8314)."""

import asyncio
import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from uuid import UUID

from kit.messages import return_path
from kit.messages.channel import Later, Outcome, Outgoing, Refused, Sent

if TYPE_CHECKING:
    from aiosmtplib import SMTP

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
TIMEOUT = 20.0
CONNECTIONS = 4
PERMANENT = 500
NO_SUCH_MAILBOX = frozenset({550, 551, 553})
NOT_SECURE = "GRIDLOOP_SMTP_URL names a host that is not this machine: use smtp+starttls:// or smtps://."


@dataclass(frozen=True)
class MailServer:
    """``scheme``: ``smtp`` (this machine only), ``smtp+starttls`` or ``smtps``."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None

    @classmethod
    def read(cls, url: str, *, password: Path | None, ca: Path | None) -> "MailServer":
        """From ``smtp+starttls://user@host:587``; the password stands in a file of its own.

        Raises ValueError with a sentence.
        """
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.password:
            raise ValueError(f"The mail server's URL is <{'|'.join(PORTS)}>://[user@]host[:port], without a password.")
        if parts.scheme == "smtp" and not _loopback(parts.hostname):
            raise ValueError(NOT_SECURE)
        secret = password.read_text("utf-8").strip() if password else None
        user = unquote(parts.username) if parts.username else None
        return cls(parts.scheme, parts.hostname, parts.port or PORTS[parts.scheme], user, secret, ca)


@dataclass(frozen=True)
class Sender:
    """The address that e-mails come from, the key of their marks, and where reports of their delivery go."""

    address: str
    key: bytes = field(repr=False)
    bounces: str | None = None

    @property
    def host(self) -> str:
        return self.address.rpartition("@")[2].rstrip(">") or "localhost"

    def return_path(self, message: UUID) -> str | None:
        """None where no address for reports is set: they go to ``address`` then."""
        return return_path.address(self.bounces, self.mark(message)) if self.bounces else None

    def mark(self, message: UUID) -> str:
        return return_path.mark(self.key, message)


class SmtpChannel:
    ready = True

    def __init__(self, server: MailServer, sender: Sender) -> None:
        self.server = server
        self.sender = sender

    async def deliver(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        lanes = [messages[lane::CONNECTIONS] for lane in range(CONNECTIONS)]
        done = await asyncio.gather(*(self._lane(lane) for lane in lanes))
        by_id = {message.id: outcome for lane, kept in zip(lanes, done, strict=True) for message, outcome in kept}
        return [by_id[message.id] for message in messages]

    async def close(self) -> None:
        return None

    async def _lane(self, messages: Sequence[Outgoing]) -> list[tuple[Outgoing, Outcome]]:
        """One connection's share; once the server is lost, what is left is tried later."""
        from aiosmtplib import SMTPException

        if not messages:
            return []
        done: list[tuple[Outgoing, Outcome]] = []
        try:
            async with self._client() as client:
                for message in messages:
                    done.append((message, await self._one(client, message)))  # noqa: PERF401 - kept when it breaks
        except (OSError, SMTPException, ssl.SSLError) as fault:
            lost = Later(f"mail server: {type(fault).__name__}")
            done += [(message, lost) for message in messages[len(done) :]]
        return done

    def _client(self) -> "SMTP":
        from aiosmtplib import SMTP

        server = self.server
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            local_hostname=self.sender.host,
            timeout=TIMEOUT,
            use_tls=server.scheme == "smtps",
            start_tls=server.scheme == "smtp+starttls",
            tls_context=_trust(server.ca) if server.scheme != "smtp" else None,
        )

    async def _one(self, client: "SMTP", message: Outgoing) -> Outcome:
        from aiosmtplib import SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected

        try:
            mail = composed(message, self.sender)
            _, said = await client.send_message(mail, sender=self.sender.return_path(message.id))
        except SMTPServerDisconnected:
            raise
        except SMTPRecipientsRefused as refused:
            return _refusal(refused.recipients[0].code)
        except SMTPResponseException as refused:
            return _refusal(refused.code)
        except ValueError:
            return Refused("the message cannot be written as an e-mail")
        return Sent(said[:200] or None)


def composed(message: Outgoing, sender: Sender) -> EmailMessage:
    """Plain text with an id of its own, by which a mailbox recognises what was sent twice, and we what comes back."""
    mail = EmailMessage()
    mail["From"] = sender.address
    mail["To"] = message.recipient
    mail["Subject"] = " ".join((message.title or message.body[:60]).split())
    mail["Message-ID"] = f"<{sender.mark(message.id)}@{sender.host}>"
    mail["Date"] = message.created_at
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail


def _refusal(code: int) -> Outcome:
    reason = f"the mail server answered {code}"
    if code < PERMANENT:
        return Later(reason)
    return Refused(reason, bounced=code in NO_SUCH_MAILBOX)


def _trust(ca: Path | None) -> ssl.SSLContext:
    trusted = ssl.create_default_context()
    if ca is not None:
        trusted.load_verify_locations(ca)
    return trusted


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
