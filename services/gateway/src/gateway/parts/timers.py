"""Offers waiting parts again until their owners take them. On machine time: the demonstration's clock moves none."""

import asyncio
import json

from gateway.parts import service
from gateway.parts.answer import Answer
from gateway.parts.models import PendingPart
from gateway.upstreams.service import Upstreams
from kit.auth import Role, Signer
from kit.db import Database
from kit.db.faults import passes
from kit.encryption import Keyring
from kit.telemetry.logs import logger

POLL = 1.0
TOKEN_SECONDS = 60
log = logger("gateway.customers")


class WaitingParts:
    """A loop of the worker; each replica claims its own share."""

    def __init__(self, database: Database, upstreams: Upstreams, signer: Signer, keyring: Keyring) -> None:
        self._database = database
        self._upstreams = upstreams
        self._signer = signer
        self._keyring = keyring

    async def run(self) -> None:
        while True:
            try:
                while await self.offer_due():
                    pass
            except Exception as fault:
                if not passes(fault):
                    log.exception("waiting parts failed")
            await asyncio.sleep(POLL)

    async def offer_due(self) -> int:
        """Offers what is due, with no transaction open meanwhile; how many were tried."""
        async with self._database.writing() as session:
            claimed = await service.claim(session)
        for part, answer in zip(claimed, await asyncio.gather(*map(self._offer, claimed)), strict=True):
            async with self._database.writing() as session:
                await service.settle(session, part.id, part.attempts, answer)
        return len(claimed)

    async def _offer(self, part: PendingPart) -> Answer:
        # The sender's rights, not the gateway's: what was refused then is refused now.
        token = self._signer.access("gateway", [Role.INTEGRATOR], unit=part.sender_unit, seconds=TOKEN_SECONDS)
        body = json.loads(self._keyring.open(part.id, part.part))
        return await service.offer(self._upstreams, part.owner, part.account, body, authorization=f"Bearer {token}")
