"""Waits for a job of the suite, showing how far it is."""

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gridloop.operations.session import Target

POLL = 0.5
SIGNED_IN = 120.0
"""Seconds that one sign-in is used for; tokens last five minutes."""
OVER = frozenset({"done", "failed", "stopped"})


def followed(suite: "Target", job: str, doing: str) -> dict[str, Any]:
    """The result of the job at this path; without one, ``outcome`` is how it ended and ``error`` why."""
    from rich.console import Console
    from rich.progress import Progress

    from gridloop.operations.session import Session

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(doing, total=100)
        while True:
            with Session(suite) as session:
                until = time.monotonic() + SIGNED_IN
                while time.monotonic() < until:
                    now = session.gateway("GET", job)
                    progress.update(task, completed=now["progress"])
                    if now["state"] in OVER:
                        return now["result"] or {"outcome": now["state"], "error": now["error"]}
                    time.sleep(POLL)
