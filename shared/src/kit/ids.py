"""Identifiers that sort by the time they were made."""

from uuid import UUID

from asyncpg.pgproto import pgproto
from uuid_utils import uuid7


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562)."""
    return id_of(uuid7().bytes)


def id_of(raw: bytes) -> UUID:
    """Of its 16 bytes, in the class of the database's driver: made, compared and sent several times faster."""
    return pgproto.UUID(raw)
