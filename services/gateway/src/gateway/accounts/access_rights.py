"""What one administrator may give to others: never more than the company's rules and their own unit."""

from collections.abc import Iterable

from kit.auth import Actor, Role
from kit.errors import Forbidden, Invalid


class OutsideUnit(Forbidden):
    code, title = "outside_unit", "Outside your unit"


def check_grant(actor: Actor, roles: Iterable[Role], unit: str) -> None:
    """Raises where the roles or the unit may not be given by this actor."""
    if Role.SERVICE in roles:
        raise Invalid(
            "The role 'service' belongs to the services themselves and is given to nobody.",
            errors=[{"pointer": "/roles", "detail": "must not contain 'service'"}],
        )
    if not actor.covers(unit):
        raise OutsideUnit(f"You may give access within {actor.unit} only, not to {unit}.")
