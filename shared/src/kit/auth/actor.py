"""Who asks: roles open functions, the unit bounds rows."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Delete, Select, Update

Statement = TypeVar("Statement", Select[Any], Update, Delete)

EVERYWHERE = "/"


class Role(StrEnum):
    INTEGRATOR = "integrator"
    AGENT = "agent"
    OPERATOR = "operator"
    DISPATCHER = "dispatcher"
    CREW = "crew"
    EMPLOYEE = "employee"
    MANAGER = "manager"
    UNIT_HEAD = "unit_head"
    LEADER = "leader"
    AUDITOR = "auditor"
    UNION = "union"
    ANALYST = "analyst"
    ADMIN = "admin"
    SERVICE = "service"


@dataclass(frozen=True)
class Actor:
    """``unit`` is a path such as ``/city/east/``; ``/`` is the whole company."""

    subject: str
    roles: frozenset[Role]
    unit: str = EVERYWHERE
    employee: str | None = None
    session: UUID | None = None
    issuer: str = field(default="gateway", compare=False)

    def has(self, *roles: Role) -> bool:
        return not self.roles.isdisjoint(roles)

    def covers(self, unit: str) -> bool:
        """Whether rows of ``unit`` may be seen."""
        return unit.startswith(self.unit)

    def scope(self, statement: Statement) -> Statement:
        """Bounds a statement over a table with a ``unit`` column to what this actor may see."""
        if self.unit == EVERYWHERE:
            return statement
        column = _scoped_entity(statement).unit
        return statement.where(column.startswith(self.unit, autoescape=True))


def _scoped_entity(statement: Any) -> Any:
    if isinstance(statement, Select):
        for description in statement.column_descriptions:
            if hasattr(description["entity"], "unit"):
                return description["entity"]
    elif hasattr(statement.entity_description["entity"], "unit"):
        return statement.entity_description["entity"]
    raise TypeError("actor.scope() needs a statement over a mapped class with a 'unit' column.")
