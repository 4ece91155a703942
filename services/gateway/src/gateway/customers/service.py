"""The two halves of a customer on their way: supply points first, because only they can be refused."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

from gateway.accounts.service import OutsideUnit
from gateway.customers.schemas import CustomerOfMany, Taken
from gateway.parts import service
from gateway.parts.answer import Answer
from gateway.parts.shape import Owner, part_for
from gateway.upstreams.service import Upstreams
from kit.auth import Actor
from kit.db import Database
from kit.encryption import Keyring
from kit.errors import Invalid

CONTACTS_AT_ONCE = 16
Bodies = Sequence[dict[str, Any]]


class FanOut:
    """One push of customers, with its sender's rights."""

    def __init__(
        self, upstreams: Upstreams, database: Database, keyring: Keyring, actor: Actor, authorization: str
    ) -> None:
        self._upstreams = upstreams
        self._database = database
        self._keyring = keyring
        self._actor = actor
        self._authorization = authorization

    async def one(self, customer: CustomerOfMany) -> Taken:
        """Raises RefusedByOwner where a part is not right; a part whose owner is away is kept."""
        (body,) = self._bodies([customer])
        part = part_for("incident", body)
        answer = await service.offer(
            self._upstreams, "incident", customer.account, part, authorization=self._authorization
        )
        if answer.refused:
            raise service.RefusedByOwner(answer)
        return (await self._finish([body], answer))[0]

    async def many(self, customers: Sequence[CustomerOfMany]) -> list[Taken]:
        """All supply points or none, and each contact by itself."""
        _check_unique(customers)
        bodies = self._bodies(customers)
        parts = [{"account": body["account"]} | part_for("incident", body) for body in bodies]
        answer = await service.offer_many(self._upstreams, "incident", parts, authorization=self._authorization)
        if answer.refused:
            raise service.RefusedByOwner(answer)
        return await self._finish(bodies, answer)

    def _bodies(self, customers: Sequence[CustomerOfMany]) -> Bodies:
        outside = [one.unit for one in customers if not self._actor.covers(one.unit)]
        if outside:
            raise OutsideUnit(f"The unit {outside[0]} is outside yours, {self._actor.unit}.")
        return [customer.model_dump(mode="json") for customer in customers]

    async def _finish(self, bodies: Bodies, at_incident: Answer) -> list[Taken]:
        at_survey = await self._contacts(bodies)
        missing: dict[Owner, Bodies] = {
            "incident": [] if at_incident.taken else bodies,
            "survey": [body for body, answer in zip(bodies, at_survey, strict=True) if not answer.taken],
        }
        faults = {
            "incident": at_incident.fault,
            "survey": next((answer.fault for answer in at_survey if not answer.taken), ""),
        }
        async with self._database.writing() as session:
            for owner, kept in missing.items():
                waiting = {body["account"] for body in kept}
                if kept:
                    await service.keep(
                        session, owner, kept, keyring=self._keyring, actor=self._actor, fault=faults[owner]
                    )
                taken = {b["account"]: b["source_version"] for b in bodies if b["account"] not in waiting}
                await service.forget(session, owner, taken)
        pending = {owner: {body["account"] for body in kept} for owner, kept in missing.items()}
        return [_taken(body, pending) for body in bodies]

    async def _contacts(self, bodies: Bodies) -> list[Answer]:
        """One by one; once no answer came, the rest is not tried, so that a push never takes minutes."""
        gate = asyncio.Semaphore(CONTACTS_AT_ONCE)
        silent = False

        async def put(body: dict[str, Any]) -> Answer:
            nonlocal silent
            async with gate:
                if silent:
                    return Answer(0)
                part = part_for("survey", body)
                answer = await service.offer(
                    self._upstreams, "survey", body["account"], part, authorization=self._authorization
                )
                if not answer.status:
                    silent = True
                return answer

        answers = await asyncio.gather(*map(put, bodies))
        _check_refusals(answers)
        return answers


def _taken(body: dict[str, Any], pending: dict[Owner, set[str]]) -> Taken:
    waiting = [owner for owner, accounts in pending.items() if body["account"] in accounts]
    return Taken(account=body["account"], source_version=body["source_version"], pending=sorted(waiting))


def _check_refusals(answers: Sequence[Answer]) -> None:
    refused = [(n, answer) for n, answer in enumerate(answers) if answer.refused]
    if refused and len(answers) == 1:
        raise service.RefusedByOwner(answers[0])
    if refused:
        errors = [{"pointer": f"/items/{n}", "detail": answer.detail} for n, answer in refused]
        raise Invalid(f"{len(errors)} contact(s) were refused; the others were taken.", errors=errors)


def _check_unique(customers: Sequence[CustomerOfMany]) -> None:
    counts = Counter(customer.account for customer in customers)
    errors = [
        {"pointer": f"/items/{n}/account", "detail": f"The account {one.account} stands in this list twice."}
        for n, one in enumerate(customers)
        if counts[one.account] > 1
    ]
    if errors:
        raise Invalid(f"{len(errors)} rows share an account in one list.", errors=errors)
