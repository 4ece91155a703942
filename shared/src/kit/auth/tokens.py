"""Access tokens: JWTs of minutes, checked by every service itself."""

import base64
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

from kit.auth.actor import EVERYWHERE, Actor, Role
from kit.auth.keys import ALGORITHMS, PublicKeys, algorithm
from kit.errors import Unauthenticated

GATEWAY = "gateway"
ACCESS_SECONDS = 300
SERVICE_SECONDS = 60
LEEWAY = 5
CACHED = 10_000
LONGEST = 4096


class Signer:
    """Signs as ``issuer``. Tokens run on machine time."""

    def __init__(self, issuer: str, key: OKPKey | ECKey) -> None:
        self.issuer = issuer
        self.key = key

    def access(
        self,
        subject: str,
        roles: Iterable[Role],
        *,
        unit: str,
        employee: str | None = None,
        session: UUID | None = None,
        seconds: int = ACCESS_SECONDS,
    ) -> str:
        """A token of a person or a client, for every service."""
        claims = {"sub": subject, "roles": sorted(roles), "unit": unit, "emp": employee}
        return self._sign(claims | {"sid": str(session) if session else None}, seconds)

    def service(self, callee: str) -> str:
        """A token with which this service calls ``callee``, and nobody else."""
        return self._sign(
            {"sub": self.issuer, "aud": callee, "roles": [Role.SERVICE], "unit": EVERYWHERE}, SERVICE_SECONDS
        )

    def _sign(self, claims: dict[str, Any], seconds: int) -> str:
        now = int(time.time())
        full = claims | {"iss": self.issuer, "iat": now, "exp": now + seconds}
        header = {"alg": algorithm(self.key), "kid": self.key.kid}
        return jwt.encode(header, {k: v for k, v in full.items() if v is not None}, self.key, algorithms=ALGORITHMS)


class Verifier:
    """Checks tokens for one service; verified ones are remembered by hash until they expire."""

    def __init__(self, service: str, keys: PublicKeys) -> None:
        self.service = service
        self.keys = keys
        self.revoked: dict[UUID, float] = {}
        self._seen: OrderedDict[bytes, tuple[float, Actor]] = OrderedDict()

    def actor(self, token: str) -> Actor:
        """Raises Unauthenticated with the reason."""
        if len(token) > LONGEST:
            raise Unauthenticated("The token is longer than any that is issued here.")
        digest = hashlib.sha256(token.encode()).digest()
        known = self._seen.get(digest)
        if known is None:
            known = self._verify(token)
            self._remember(digest, known)
        expires, actor = known
        if expires < time.time() - LEEWAY:
            raise Unauthenticated("The token has expired: get a new one from /v1/auth/token or /v1/auth/refresh.")
        if actor.session is not None and actor.session in self.revoked:
            raise Unauthenticated("This session was ended: sign in again.")
        return actor

    def _remember(self, digest: bytes, known: tuple[float, Actor]) -> None:
        self._seen[digest] = known
        while len(self._seen) > CACHED:
            self._seen.popitem(last=False)

    def _verify(self, token: str) -> tuple[float, Actor]:
        issuer = _claimed_issuer(token)
        keys = self.keys.of(issuer)
        if keys is None:
            raise Unauthenticated("The token's issuer is not known here.")
        try:
            claims = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
            return float(claims["exp"]), self._actor(issuer, claims)
        except (JoseError, KeyError, TypeError, ValueError) as fault:
            raise Unauthenticated("The token is not one that was issued here.") from fault

    def _actor(self, issuer: str, claims: dict[str, Any]) -> Actor:
        roles = frozenset(Role(role) for role in claims["roles"])
        if issuer != GATEWAY or Role.SERVICE in roles:
            self._check_service(issuer, claims, roles)
        session = claims.get("sid")
        return Actor(
            subject=str(claims["sub"]),
            roles=roles,
            unit=str(claims["unit"]),
            employee=claims.get("emp"),
            session=UUID(session) if session else None,
            issuer=issuer,
        )

    def _check_service(self, issuer: str, claims: dict[str, Any], roles: frozenset[Role]) -> None:
        """A service may speak for itself only, and only to the one it named."""
        if roles != {Role.SERVICE} or claims["sub"] != issuer or claims.get("aud") != self.service:
            raise ValueError("a service's token must be its own, for this service")


def _claimed_issuer(token: str) -> str:
    """Read before the signature is checked, only to choose whose key must have made it."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["iss"])
    except (IndexError, KeyError, TypeError, ValueError) as fault:
        raise Unauthenticated("The Authorization header must hold 'Bearer <access token>'.") from fault
