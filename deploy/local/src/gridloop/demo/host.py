"""Where the story is played: a suite of its own, or one that somebody started with ``--demo-clock``."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gridloop.engines import scratch_folder
from gridloop.operations.session import target
from gridloop.options import Options
from gridloop.supervisor import Suite


@dataclass(frozen=True)
class Host:
    """A running suite with the operator's key. ``data``: its folder, where the suite is the demonstration's own."""

    url: str
    client_id: str
    client_secret: str
    data: Path | None = None


@contextmanager
def hosted(options: Options, url: str | None) -> Iterator[Host]:
    """The suite at ``url``, or a new one that ends with this context, on a folder that nobody else uses."""
    if url is not None:
        found = target(options, url)
        yield Host(found.gateway, found.client_id, found.client_secret)
        return
    with _folder(options) as folder, ended_by_signals(), _suite(folder, options.port) as suite:
        key = suite.engines.credentials.read(suite.engines.credentials.operator)
        yield Host(suite.url, key["client_id"], key["client_secret"], folder)


@contextmanager
def _folder(options: Options) -> Iterator[Path]:
    if options.data is not None:
        yield options.data.absolute()
        return
    with scratch_folder() as folder:
        yield folder


@contextmanager
def _suite(folder: Path, port: int | None) -> Iterator[Suite]:
    with Suite(folder, port=port, demo_clock=True) as suite:
        addresses = {name: suite.service_url(name) for name in suite.supervisor.ports}
        suite.engines.folder.describe(url=suite.url, data=str(folder), services=addresses)
        yield suite


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM ends like Ctrl-C, and both do so even in the background job of a script, which ignores SIGINT."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_for_end() -> None:
    """Returns on Ctrl-C or SIGTERM."""
    try:
        signal.pause()
    except KeyboardInterrupt:
        return
