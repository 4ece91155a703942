"""What a batch of deliveries comes to, decided on plain values before anything is written.

Deliveries are decided one after another against what is stored and what earlier ones of the same batch did, so
that a batch gives what single deliveries in that order would have given.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from kit.errors import Conflict, Problem
from survey.intake.revision import Version, decide
from survey.invitations.token import Token


class AnotherInvitation(Conflict):
    code, title = "another_invitation", "The id belongs to another invitation"


class InvitationUsed(Conflict):
    code, title = "invitation_used", "The invitation was used"


class Delivery(NamedTuple):
    """One checked delivery; ``place`` is where it stood in the batch."""

    place: int
    response_id: UUID
    token: Token
    version: Version

    @property
    def invitation_id(self) -> UUID:
        return self.token.invitation


class Kept(NamedTuple):
    """What is stored under a response's id."""

    invitation_id: UUID
    version: Version
    received_at: datetime


class Plan(NamedTuple):
    """``inserts`` and ``replaces`` hold each response's last delivery, sorted by id.

    By the place in the batch: ``received``, when each delivery that succeeded was first taken; ``refused``.
    """

    inserts: list[Delivery]
    replaces: list[Delivery]
    received: dict[int, datetime]
    refused: dict[int, Problem]


def plan(deliveries: Iterable[Delivery], stored: dict[UUID, Kept], *, at: datetime) -> Plan:
    """``stored``: what is kept, by response id, for the ids and the invitations of these deliveries."""
    now = dict(stored)
    holder = {kept.invitation_id: response_id for response_id, kept in stored.items()}
    last: dict[UUID, Delivery] = {}
    received: dict[int, datetime] = {}
    refused: dict[int, Problem] = {}
    for delivery in sorted(deliveries, key=_order):
        place, response_id, token, version = delivery
        try:
            moved = _moves(delivery, now.get(response_id), holder.get(token.invitation), at)
        except Problem as clash:
            refused[place] = clash
            continue
        if moved:
            now[response_id] = Kept(token.invitation, version, at)
            holder[token.invitation] = response_id
            last[response_id] = delivery
        received[place] = now[response_id].received_at
    done = [last[response_id] for response_id in sorted(last)]
    return Plan(
        inserts=[one for one in done if one.response_id not in stored],
        replaces=[one for one in done if one.response_id in stored],
        received=received,
        refused=refused,
    )


def _moves(delivery: Delivery, kept: Kept | None, holder: UUID | None, at: datetime) -> bool:
    """Whether the delivery changes anything; a repeated one succeeds even after the invitation expired."""
    if kept is not None and kept.invitation_id != delivery.invitation_id:
        raise AnotherInvitation("This response id was used with another invitation; make a new id.")
    if holder is not None and holder != delivery.response_id:
        raise InvitationUsed(
            "This invitation was answered already under another response id.",
            errors=[{"pointer": "/invitation", "detail": "Each invitation can be answered once."}],
        )
    if decide(kept.version if kept else None, delivery.version) == "same":
        return False
    delivery.token.require_valid(at)
    return True


def _order(delivery: Delivery) -> tuple[UUID, int, int]:
    return delivery.response_id, delivery.version.revision, delivery.place
