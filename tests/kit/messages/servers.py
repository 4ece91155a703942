"""A real SMTP server and a real message gateway, on this machine, for as long as a test needs them."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

LOCAL = "127.0.0.1"


@dataclass
class Mailbox:
    """Keeps what it is sent; ``replies``: what it says to a recipient instead of taking the mail."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802
        if address in self.replies:
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.senders.append(envelope.mail_from)
        self.secured.append(session.ssl is not None)
        return "250 kept as 42"


@asynccontextmanager
async def mail_server(*, secure: ssl.SSLContext | None = None, password: str | None = None) -> AsyncIterator[Mailbox]:
    box = Mailbox()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        good = password is not None and (data.login, data.password) == (b"survey", password.encode())
        return AuthResult(success=good)

    def protocol() -> SMTP:
        return SMTP(
            box,
            hostname="localhost",
            tls_context=secure,
            require_starttls=secure is not None,
            auth_required=password is not None,
            authenticator=authenticate if password else None,
        )

    server = await asyncio.get_running_loop().create_server(protocol, LOCAL, 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        server.close()
        await server.wait_closed()


@dataclass
class MessageGateway:
    """Keeps what is posted; ``answers`` are given in order, then 202 with an id for ever."""

    url: str = ""
    posts: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    answers: list[Callable[[], web.StreamResponse]] = field(default_factory=list)

    async def post(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.posts.append((request.headers.copy(), body))
        if self.answers:
            return self.answers.pop(0)()
        return web.json_response({"id": f"m-{json.loads(body)['key']}"}, status=202)


@asynccontextmanager
async def message_gateway() -> AsyncIterator[MessageGateway]:
    gateway = MessageGateway()
    app = web.Application()
    app.router.add_post("/messages", gateway.post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, LOCAL, 0)
    await site.start()
    gateway.url = f"http://{LOCAL}:{runner.addresses[0][1]}/messages"
    try:
        yield gateway
    finally:
        await runner.cleanup()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for this machine, to be trusted by its file, and a server's context that shows it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ip_address(LOCAL))]
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = builder.sign(key, hashes.SHA256())
    shown, secret = folder / "server.pem", folder / "server.key"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    clear = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, clear))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(shown, secret)
    return shown, context
