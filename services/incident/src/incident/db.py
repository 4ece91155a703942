"""The incident service's own tables: network, supply points, calls, incidents, interruptions."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import DeclarativeBase

from kit.db import new_metadata


class Base(DeclarativeBase):
    metadata = new_metadata()


def unit_path() -> CheckConstraint:
    """``unit`` is a path: it begins and ends with a slash."""
    return CheckConstraint("unit LIKE '/%' AND unit LIKE '%/'", name="unit")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)
