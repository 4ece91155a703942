"""Events of the gateway."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from kit.contracts.base import Payload

STREAM = "gateway"


class AccessRevoked(Payload):
    """Tokens of this session (or client) are void from now on; ``until`` is when the last would expire."""

    type: ClassVar[str] = "gridloop.gateway.access.revoked.v1"
    stream: ClassVar[str] = STREAM

    session_id: UUID
    revoked_at: datetime
    until: datetime
