"""JSON logs on standard output: ids and numbers, never names, numbers of people, or free text."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.tracebacks import ExceptionDictTransformer

from kit.lineage import current

# What PostgreSQL and its driver quote of a row or a parameter: names, numbers of people, what they wrote.
QUOTED = re.compile(r"\n(?:DETAIL|HINT):.*|(?<=invalid input for query argument ).*", re.DOTALL)
# Without local variables: they hold tokens, names and free text.
_stacks = ExceptionDictTransformer(show_locals=False)


def configure(service: str, level: str = "INFO") -> None:
    """One line of JSON per entry, the standard library's loggers included."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _lineage,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.ExceptionRenderer(_exception),
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
    # These log whole URLs, which may carry what does not belong in a log
    for name in ("httpx", "uvicorn.access"):
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> Any:
    return structlog.get_logger(name)


def _lineage(_: Any, __: str, entry: dict[str, Any]) -> dict[str, Any]:
    lineage = current.get()
    if lineage.traceparent:
        entry["trace"] = lineage.traceparent
    if lineage.correlation:
        entry["correlation"] = lineage.correlation
    return entry


def _exception(exc_info: Any) -> list[dict[str, Any]]:
    return [_without_values(stack) for stack in _stacks(exc_info)]


def _without_values(stack: dict[str, Any]) -> dict[str, Any]:
    several = [[_without_values(one) for one in group] for group in stack.get("exceptions", ())]
    return {**stack, "exc_value": QUOTED.sub("", stack["exc_value"]), "exceptions": several}
