"""What the gateway is told from outside, beside what every service is told."""

from pathlib import Path

from pydantic import Field

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    first_admin: Path | None = Field(None, description='{"username", "password"}: must be changed at first sign-in')
    operator: Path | None = Field(None, description='{"client_id", "client_secret"} of the operator\'s own client')
    session_idle_hours: int = Field(12, ge=1, le=720, description="A session unused for so long is over")
    session_days: int = Field(14, ge=1, le=90, description="However used, a session is over then")
    forward_limit: int = Field(64 * 1024**2, ge=1024, description="Bytes of a body passed on to a service")
    forward_seconds: float = Field(
        60.0, gt=0, description="How long a service may be silent in the middle of an answer"
    )
    connect_seconds: float = Field(2.0, gt=0)
    upstream_connections: int = Field(200, ge=1, le=5000, description="Connections at once to each service")
