"""The tables that every service's database has beside its own: log, relay, consumers, timers, jobs."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import UserDefinedType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """A service's own metadata: one per service, never shared."""
    return MetaData(naming_convention=NAMING)


class Xid8(UserDefinedType[Any]):
    """PostgreSQL's 64-bit transaction id; compared in SQL only."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


TIME = DateTime(timezone=True)
spine = MetaData(naming_convention=NAMING)

event = Table(
    "event",
    spine,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("stream", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("aggregate_version", Integer),
    Column("unit", Text),
    Column("account", Text),
    Column("time", TIME, nullable=False),
    Column("data", JSONB, nullable=False),
    Column("correlation", Text),
    Column("causation", Text),
    Column("traceparent", Text),
    Column("xid", Xid8, nullable=False, server_default=text("pg_current_xact_id()")),
    Index(None, "xid"),
    postgresql_partition_by="RANGE (position)",
)

publication = Table(
    "publication",
    spine,
    Column("stream", Text, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("position", BigInteger, nullable=False, unique=True),
)

relay = Table(
    "relay",
    spine,
    Column("id", SmallInteger, CheckConstraint("id = 1", name="one"), primary_key=True),
    Column("horizon", Xid8, nullable=False),
    Column("upto", Xid8),
    Column("after_position", BigInteger, nullable=False, server_default="0"),
)

published = Table(
    "published",
    spine,
    Column("stream", Text, primary_key=True),
    Column("head", BigInteger, nullable=False, comment="the highest sequence given"),
    Column("sequence", BigInteger, nullable=False, server_default="0", comment="the highest acknowledged"),
)

epoch = Table(
    "epoch",
    spine,
    Column("number", Integer, Identity(always=True), primary_key=True),
    Column("epoch", Uuid, nullable=False, unique=True),
    Column("heads", JSONB, nullable=False, comment="sequence of each stream when the epoch began"),
    Column("began_at", TIME, nullable=False, server_default=text("now()")),
)

consumed = Table(
    "consumed",
    spine,
    Column("publisher", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("epoch", Uuid),
    Column("sequence", BigInteger, nullable=False, server_default="0"),
    Column("halted", Text, comment="why this reader stopped; null while it reads"),
)

dead_letter = Table(
    "dead_letter",
    spine,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("publisher", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("envelope", JSONB, nullable=False),
    Column("error", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("parked_at", TIME, nullable=False, server_default=text("now()")),
    UniqueConstraint("publisher", "stream", "sequence"),
    Index(None, "publisher", "subject"),
)

timer = Table(
    "timer",
    spine,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("due", TIME, nullable=False),
    Column("payload", JSONB, nullable=False, server_default="{}"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", TIME),
    Column("error", Text),
    UniqueConstraint("kind", "subject"),
    Index(None, "due"),
)

job = Table(
    "job",
    spine,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'stopped')", name="state"),
        nullable=False,
        server_default="waiting",
    ),
    Column("requested_by", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("progress", Integer, nullable=False, server_default="0", comment="per cent"),
    Column("result", JSONB),
    Column("error", Text),
    Column("stop_requested", Integer, nullable=False, server_default="0"),
    Column("lease_until", TIME),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Column("ended_at", TIME),
    Index(None, "state", "created_at"),
)

message = Table(
    "message",
    spine,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("channel", Text, nullable=False),
    Column("recipient", LargeBinary, nullable=False),
    Column("title", LargeBinary),
    Column("body", LargeBinary, nullable=False),
    Column(
        "state",
        Text,
        CheckConstraint("state IN ('waiting', 'sent', 'delivered', 'failed', 'bounced')", name="state"),
        nullable=False,
        server_default="waiting",
    ),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retry_at", TIME, nullable=False, server_default=text("now()")),
    Column("error", Text),
    Column("created_at", TIME, nullable=False),
    Column("expires_at", TIME),
    Column("sent_at", TIME),
    Column("delivered_at", TIME),
    Column("provider_id", Text, comment="what the channel calls it"),
    Index(None, "state", "retry_at"),
)

idempotency = Table(
    "idempotency",
    spine,
    Column("client", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("resource", Text, nullable=False),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Index(None, "created_at"),
)

revoked = Table(
    "revoked",
    spine,
    Column("session_id", Uuid, primary_key=True),
    Column("until", TIME, nullable=False),
)
