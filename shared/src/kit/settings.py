"""What every service is told from outside; read when the app is made, never at import."""

from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """Environment variables ``GRIDLOOP_*``; no secret has a default."""

    model_config = SettingsConfigDict(env_prefix="GRIDLOOP_", frozen=True, extra="ignore")

    database_url: SecretStr = Field(description="The application role's PostgreSQL URL")
    nats_url: SecretStr | None = Field(None, description="NATS with JetStream; without it nothing is relayed")
    role: Literal["all", "api", "worker"] = "all"
    keys: Path = Field(description="Folder of public keys, <issuer>.json")
    signing_key: Path = Field(description="This service's private key, a JWK")
    encryption_keys: Path = Field(description="Keyring for personal data")
    peers: dict[str, str] = Field(default_factory=dict, description="The other services' base URLs by name")
    files: Path = Field(description="Where the file channel writes messages")
    content: Path = Field(description="Ready-made texts")
    smtp_url: str | None = Field(None, description="smtp+starttls://user@host:587 or smtps://...; without it no e-mail")
    smtp_password: Path | None = Field(None, description="File that holds the mail server's password")
    smtp_ca: Path | None = Field(None, description="Certificates to trust the mail server by, beside the system's")
    mail_from: str | None = Field(None, description="The address that e-mails come from")
    bounce_address: str | None = Field(
        None,
        pattern=r"^[^@\s+]{1,20}@[^@\s]+$",
        description="Where delivery reports of e-mails go, <local>+<mark>@<host>",
    )
    bounce_secret: Path | None = Field(None, description="File of the secrets that delivery reports are signed with")
    message_gateway_url: str | None = Field(None, pattern="^https?://", description="Where messages are posted to")
    message_gateway_secret: Path | None = Field(None, description="File of shared secrets, one a line; the first signs")
    demo_clock: bool = False
    jobs_at_once: int = Field(2, ge=1, le=8, description="Jobs that a replica runs beside each other")
    database_pool: int = Field(10, ge=2, le=200)
    stream_max_bytes: int = Field(2 * 1024**3, ge=1024**2)
    stream_max_age_days: int = Field(30, ge=1)
    stream_replicas: int = Field(1, ge=1, le=5)
    body_limit: int = Field(1024**2, ge=1024, description="Bytes of a request's body, where a route says nothing")
    log_level: str = "INFO"

    @cached_property
    def async_database_url(self) -> str:
        url = self.database_url.get_secret_value()
        return "postgresql+asyncpg://" + url.split("://", 1)[1]
