"""This service's own tables: one declarative base for its slices, and how their rules become constraints."""

from datetime import date, datetime
from typing import Any, ClassVar, get_args
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Date, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase

from kit.db import TIME, new_metadata


class Base(DeclarativeBase):
    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: TIME,
        UUID: Uuid,
        str: Text,
        bytes: LargeBinary,
        dict[str, Any]: JSONB,
        list[str]: ARRAY(Text),
        list[date]: ARRAY(Date),
    }


def one_of(column: str, words: Any) -> CheckConstraint:
    """The column holds one of a Literal's words, or nothing where it may be null."""
    listed = ", ".join(f"'{word}'" for word in get_args(words))
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def never_twice(key: str, period: str, name: str) -> ExcludeConstraint:
    """Rows with the same ``key`` (a text expression) have periods that do not overlap.

    Without btree_gist, equality of the key is overlap of the one-number ranges of its hash.
    """
    number = f"hashtextextended({key}, 0)"
    return ExcludeConstraint(
        (text(f"int8range({number}, {number}, '[]')"), "&&"),
        (text(f"tstzrange({period})"), "&&"),
        name=name,
        using="gist",
    )
