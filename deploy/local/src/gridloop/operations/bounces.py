"""``gridloop bounce < mail``: what a mail system pipes its delivery reports into."""

import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from gridloop.errors import MachineError
from gridloop.options import Options

MOST = 1024**2
"""Bytes that the suite takes; what a report says stands before the mail that it returns."""
PATH = "/v1/invitations/bounces"
TEMPORARY = 75
"""EX_TEMPFAIL of sysexits.h: the mail system keeps the report and pipes it again."""


class ComeBackError(MachineError):
    """The report could not be handed over now."""

    exit_code = TEMPORARY


def bounce(
    context: typer.Context,
    url: Annotated[str | None, typer.Option(help="The suite's address, where it runs elsewhere.")] = None,
    secret: Annotated[Path | None, typer.Option(help="The file that GRIDLOOP_BOUNCE_SECRET names.")] = None,
) -> None:
    """Post a delivery report from standard input; a mail system may pipe everything that comes back."""
    options: Options = context.obj
    report = sys.stdin.buffer.read(MOST)
    while sys.stdin.buffer.read(MOST):
        pass  # the rest is read as well, lest the mail system's pipe breaks
    typer.echo(_post(url or _here(options), _secret(secret), report))


def _post(url: str, secret: bytes, report: bytes) -> str:
    import httpx

    from kit.messages.signature import signed

    headers = {"Content-Type": "message/rfc822"} | signed(secret, report, at=int(time.time()))
    try:
        answer = httpx.post(url.rstrip("/") + PATH, content=report, headers=headers, timeout=30)
    except httpx.HTTPError as fault:
        raise ComeBackError(f"{url} does not answer: {type(fault).__name__}.") from fault
    if not answer.is_success:
        raise ComeBackError(f"{url} answered {answer.status_code}: {answer.text[:300]}")
    return str(answer.json()["taken"])


def _secret(given: Path | None) -> bytes:
    from kit.messages.signature import secrets_in

    named = given or (Path(found) if (found := os.environ.get("GRIDLOOP_BOUNCE_SECRET")) else None)
    if named is None:
        raise ComeBackError("Name the file of the shared secret by --secret or GRIDLOOP_BOUNCE_SECRET.")
    try:
        return secrets_in(named)[0]
    except (OSError, ValueError) as fault:
        raise ComeBackError(f"The shared secret cannot be read: {fault}") from fault


def _here(options: Options) -> str:
    from gridloop.data_folder import DataFolder
    from gridloop.layout import Layout

    folder = DataFolder(Layout(options.data_folder()))
    running = folder.described() if folder.running() else {}
    if "url" not in running:
        raise ComeBackError("No suite runs here: name one by --url.")
    return str(running["url"])
