"""The halves of customers on their way: supply points first, because the network may refuse them."""

from collections import Counter
from collections.abc import Mapping, Sequence
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

FIRST_TO_LAST: tuple[Owner, ...] = ("incident", "survey")
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
        bodies = self._bodies([customer])
        answers: dict[Owner, Answer] = {}
        for owner in FIRST_TO_LAST:
            part = part_for(owner, bodies[0])
            answers[owner] = _not_refused(
                await service.offer(self._upstreams, owner, customer.account, part, authorization=self._authorization)
            )
        return (await self._settled(bodies, answers))[0]

    async def many(self, customers: Sequence[CustomerOfMany]) -> list[Taken]:
        """All of them or none, for each owner."""
        _check_unique(customers)
        bodies = self._bodies(customers)
        answers: dict[Owner, Answer] = {}
        for owner in FIRST_TO_LAST:
            parts = [{"account": body["account"]} | part_for(owner, body) for body in bodies]
            answers[owner] = _not_refused(
                await service.offer_many(self._upstreams, owner, parts, authorization=self._authorization)
            )
        return await self._settled(bodies, answers)

    def _bodies(self, customers: Sequence[CustomerOfMany]) -> Bodies:
        outside = [one.unit for one in customers if not self._actor.covers(one.unit)]
        if outside:
            raise OutsideUnit(f"The unit {outside[0]} is outside yours, {self._actor.unit}.")
        return [customer.model_dump(mode="json") for customer in customers]

    async def _settled(self, bodies: Bodies, answers: Mapping[Owner, Answer]) -> list[Taken]:
        """Keeps what was not taken, and drops what waited in versions that were taken now."""
        versions = {body["account"]: body["source_version"] for body in bodies}
        pending = sorted(owner for owner, answer in answers.items() if not answer.taken)
        async with self._database.writing() as session:
            for owner, answer in answers.items():
                if answer.taken:
                    await service.forget(session, owner, versions)
                else:
                    await service.keep(
                        session, owner, bodies, keyring=self._keyring, actor=self._actor, fault=answer.fault
                    )
        return [
            Taken(account=account, source_version=version, pending=pending) for account, version in versions.items()
        ]


def _not_refused(answer: Answer) -> Answer:
    if answer.refused:
        raise service.RefusedByOwner(answer)
    return answer


def _check_unique(customers: Sequence[CustomerOfMany]) -> None:
    counts = Counter(customer.account for customer in customers)
    errors = [
        {"pointer": f"/items/{n}/account", "detail": f"The account {one.account} stands in this list twice."}
        for n, one in enumerate(customers)
        if counts[one.account] > 1
    ]
    if errors:
        raise Invalid(f"{len(errors)} rows share an account in one list.", errors=errors)
