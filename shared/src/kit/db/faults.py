"""Which database errors pass by themselves, and which constraint an error names."""

import asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# deadlock_detected, serialization_failure, lock_not_available, transaction_timeout, idle_in_transaction,
# too_many_connections, admin/crash shutdown, cannot_connect_now, disk_full, read_only_sql_transaction
PASSING = frozenset(
    {"40P01", "40001", "55P03", "25P04", "25P03", "53300", "53100", "57P01", "57P02", "57P03", "25006", "57014"}
)


def passes(fault: BaseException) -> bool:
    """Whether trying again later may succeed without any change of the input."""
    if isinstance(fault, (ConnectionError, OSError, TimeoutError, PoolTimeout, InterfaceError)):
        return True
    if isinstance(fault, (asyncpg.PostgresError, asyncpg.InterfaceError)):
        state = str(getattr(fault, "sqlstate", None) or "08")
        return state in PASSING or state.startswith("08")
    if isinstance(fault, DBAPIError):
        if fault.connection_invalidated or sqlstate(fault) in PASSING:
            return True
        state = sqlstate(fault)
        return state.startswith("08") or (state == "" and isinstance(fault, OperationalError))
    return False


def sqlstate(fault: DBAPIError) -> str:
    """The five-character SQLSTATE, or '' where the driver gives none."""
    return str(getattr(fault.orig, "sqlstate", None) or "")


def constraint(fault: IntegrityError | asyncpg.IntegrityConstraintViolationError) -> str:
    """The name of the violated constraint, or ''."""
    cause = getattr(fault.orig, "__cause__", None) if isinstance(fault, IntegrityError) else fault
    return str(getattr(cause, "constraint_name", None) or "")
