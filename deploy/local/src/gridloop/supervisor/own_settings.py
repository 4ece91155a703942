"""Settings of one's own: the file ``settings.env`` of the data folder, read at each start."""

from pathlib import Path

from gridloop.errors import MachineError

NAME = "settings.env"
PLAIN = (
    "GRIDLOOP_PUBLIC_URL", "GRIDLOOP_REST_DAYS", "GRIDLOOP_TIME_ZONE", "GRIDLOOP_IMPORT_LIMIT", "GRIDLOOP_LOG_LEVEL",
    "GRIDLOOP_SMTP_URL", "GRIDLOOP_MAIL_FROM", "GRIDLOOP_MESSAGE_GATEWAY_URL", "GRIDLOOP_BOUNCE_ADDRESS",
    "GRIDLOOP_JOBS_AT_ONCE",
)  # fmt: skip
FILES = (
    "GRIDLOOP_SMTP_PASSWORD", "GRIDLOOP_SMTP_CA", "GRIDLOOP_MESSAGE_GATEWAY_SECRET", "GRIDLOOP_BOUNCE_SECRET",
)  # fmt: skip
"""Settings that name a file; a relative one lies in the data folder."""


def own_settings(root: Path) -> dict[str, str]:
    """Lines of ``NAME=value``; empty where there is no such file.

    Raises ``MachineError`` for anything that is not a setting one may choose: a misspelt one would be lost.
    """
    path = root / NAME
    if not path.exists():
        return {}
    found = dict(_entry(path, number, line) for number, line in _lines(path))
    return {name: str(root / value) if name in FILES else value for name, value in found.items()}


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(f"{path} cannot be read: {error}.") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def _entry(path: Path, number: int, line: str) -> tuple[str, str]:
    name, equals, value = line.partition("=")
    if not equals or name not in (*PLAIN, *FILES):
        raise MachineError(
            f"{path}, line {number}: {name.strip()[:60]!r} is no setting that can be chosen here; "
            f"write NAME=value with one of {', '.join((*PLAIN, *FILES))}."
        )
    return name, value.strip()
