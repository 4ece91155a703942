"""The register of crews."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from incident.crews.models import Crew
from incident.crews.schemas import CrewIn
from kit.auth import Actor
from kit.errors import Forbidden, NotFound
from kit.ids import new_id


class CrewNotFound(NotFound):
    code = "crew_not_found"


async def keep(session: AsyncSession, code: str, sent: CrewIn, actor: Actor) -> tuple[Crew, bool]:
    """The crew, and whether it is new."""
    if not actor.covers(sent.unit):
        raise Forbidden(f"The unit {sent.unit} is outside yours, {actor.unit}.")
    known = await session.scalar(select(Crew).where(Crew.code == code).with_for_update())
    if known is None:
        made = Crew(id=new_id(), code=code, **sent.model_dump())
        session.add(made)
        return made, True
    if not actor.covers(known.unit):
        raise CrewNotFound(f"There is no crew '{code}' in your unit.")
    for name, value in sent.model_dump().items():
        setattr(known, name, value)
    return known, False


async def active_crew(session: AsyncSession, code: str) -> Crew:
    """A crew that can be sent, of whichever unit: neighbours help out. Raises CrewNotFound."""
    found = await session.scalar(select(Crew).where(Crew.code == code, Crew.active))
    if found is None:
        raise CrewNotFound(f"There is no active crew '{code}'; GET /v1/crews lists them.")
    return found


async def crews_units(session: AsyncSession) -> list[str]:
    """Units that have an active crew."""
    return list(await session.scalars(select(Crew.unit).where(Crew.active).distinct().order_by(Crew.unit)))
