"""The channels that this service's settings set up."""

from pathlib import Path

from kit.encryption import Keyring
from kit.messages.channel import Channel
from kit.messages.file import FileChannel
from kit.messages.gateway import GatewayChannel
from kit.messages.return_path import key_of
from kit.messages.signature import secrets_in
from kit.messages.smtp import MailServer, Sender, SmtpChannel
from kit.settings import ServiceSettings


def set_up(settings: ServiceSettings) -> list[str]:
    """The names of the channels that can carry anything."""
    named = {"email": settings.smtp_url, "gateway": settings.message_gateway_url}
    return ["file", *(name for name, url in named.items() if url)]


def channels_of(settings: ServiceSettings, path: Path, keyring: Keyring) -> dict[str, Channel]:
    """Raises ValueError with a sentence where the settings of one do not fit together."""
    found: dict[str, Channel] = {"file": FileChannel(path)}
    if settings.smtp_url:
        if not settings.mail_from:
            raise ValueError("GRIDLOOP_SMTP_URL needs GRIDLOOP_MAIL_FROM, the address that e-mails come from.")
        server = MailServer.read(settings.smtp_url, password=settings.smtp_password, ca=settings.smtp_ca)
        found["email"] = SmtpChannel(server, Sender(settings.mail_from, key_of(keyring), settings.bounce_address))
    if settings.message_gateway_url:
        if settings.message_gateway_secret is None:
            raise ValueError("GRIDLOOP_MESSAGE_GATEWAY_URL needs GRIDLOOP_MESSAGE_GATEWAY_SECRET, the secret's file.")
        found["gateway"] = GatewayChannel(settings.message_gateway_url, secrets_in(settings.message_gateway_secret))
    return found
