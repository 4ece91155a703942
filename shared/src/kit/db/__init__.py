"""PostgreSQL: one database per service, one transaction per request or message, one place that commits."""

from kit.db.engine import Database
from kit.db.session import ReadSession, WriteSession
from kit.db.tables import TIME, new_metadata

__all__ = ["TIME", "Database", "ReadSession", "WriteSession", "new_metadata"]
