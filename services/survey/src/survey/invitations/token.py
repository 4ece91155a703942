"""The invitation's token: the only key a respondent has.

``base64url(invitation id (16 bytes) | expiry (8 bytes, Unix seconds) | first 16 bytes of HMAC-SHA256)``, 54
characters. It is made anew from the invitation's row whenever it is needed and is stored nowhere.
"""

import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from kit.errors import Forbidden, Problem
from kit.ids import id_of

PURPOSE = b"gridloop survey invitation v1|"
ID, EXPIRY, MAC = 16, 8, 16
PADDING = b"=="
STANDARD, URL_SAFE = bytes.maketrans(b"-_", b"+/"), bytes.maketrans(b"+/", b"-_")
"""base64's letters for files' names and links, as the usual ones, and back."""


class InvitationNotGenuine(Forbidden):
    """The token was cut, mistyped or forged."""

    code, title = "invitation_not_genuine", "The invitation is not genuine"

    def __init__(self) -> None:
        detail = "The invitation is no token of this service; open the link again as it was sent."
        super().__init__(detail, errors=[{"pointer": "/invitation", "detail": detail}])


class InvitationExpired(Problem):
    status, code, title = 410, "invitation_expired", "The invitation has expired"

    def __init__(self, expired_at: datetime) -> None:
        detail = f"The invitation expired on {expired_at:%Y-%m-%d %H:%M} UTC."
        super().__init__(detail, errors=[{"pointer": "/invitation", "detail": detail}])


class Token(NamedTuple):
    invitation: UUID
    expires_at: datetime

    def require_valid(self, now: datetime) -> None:
        """Raises InvitationExpired from the second of its expiry on."""
        if now >= self.expires_at:
            raise InvitationExpired(self.expires_at)


def sign(key: bytes, token: Token) -> str:
    """The token as text; ``expires_at`` counts in whole seconds."""
    body = token.invitation.bytes + int(token.expires_at.timestamp()).to_bytes(EXPIRY)
    return _text(body + _mac(key, body))


def read(key: bytes, text: str) -> Token:
    """The token's content; raises InvitationNotGenuine unless this key signed it. Expired ones are read too."""
    try:
        raw = binascii.a2b_base64(text.encode("ascii").translate(STANDARD) + PADDING, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvitationNotGenuine from error
    body, mac = raw[:-MAC], raw[-MAC:]
    if len(raw) != ID + EXPIRY + MAC or _text(raw) != text or not hmac.compare_digest(mac, _mac(key, body)):
        raise InvitationNotGenuine
    expires_at = datetime.fromtimestamp(int.from_bytes(body[ID:]), UTC)
    return Token(id_of(body[:ID]), expires_at)


def link(page: str, text: str) -> str:
    """The link for the customer: the token stands in the fragment, which browsers send to no server."""
    return f"{page.rstrip('/')}/s/#{text}"


def _text(raw: bytes) -> str:
    return binascii.b2a_base64(raw, newline=False).translate(URL_SAFE, b"=").decode()


def _mac(key: bytes, body: bytes) -> bytes:
    mac = _begun(key).copy()
    mac.update(body)
    return mac.digest()[:MAC]


@lru_cache(maxsize=8)
def _begun(key: bytes) -> hmac.HMAC:
    """What every token begins with, taken in once: to begin costs more than all of a token's rest."""
    return hmac.new(key, PURPOSE, hashlib.sha256)
