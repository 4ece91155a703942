"""``gridloop up``: the suite in the foreground until it is told to stop."""

import asyncio
import json
import os
import signal
import sys
import time
from datetime import datetime

from gridloop.options import Options
from gridloop.supervisor import Supervisor

PORT = 8080


def run(options: Options, *, demo_clock: bool, as_json: bool) -> int:
    """Returns the exit code after SIGINT, SIGTERM or SIGHUP has stopped everything."""
    supervisor = Supervisor(options.data_folder(), port=options.port or PORT, demo_clock=demo_clock, report=_print_line)
    asyncio.run(_serve(supervisor, as_json=as_json))
    return 0


async def _serve(supervisor: Supervisor, *, as_json: bool) -> None:
    began = time.monotonic()
    told = _stop_event()
    starting = asyncio.create_task(supervisor.start())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if told.is_set() and not starting.done():
        starting.cancel()
        await asyncio.wait({starting})
        return
    await starting
    _announce(supervisor, time.monotonic() - began, as_json=as_json)
    await waiting
    _print_line("suite", "stopping")
    await supervisor.stop()


def _stop_event() -> asyncio.Event:
    """Set by the signals; said explicitly, since a background job of a shell inherits an ignored SIGINT."""
    told = asyncio.Event()
    hang_up = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)  # nohup means it
    for name in (signal.SIGINT, signal.SIGTERM, *hang_up):
        asyncio.get_running_loop().add_signal_handler(name, told.set)
    return told


def _announce(supervisor: Supervisor, seconds: float, *, as_json: bool) -> None:
    engines = supervisor.engines
    data = str(engines.layout.root)
    _print_line("suite", f"up at {supervisor.url} after {seconds:.1f} s; data and logs in {data}; Ctrl-C stops it")
    _show_first_administrator(supervisor)
    if as_json:
        told = {"url": supervisor.url, "data": data, "pid": os.getpid()}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


def _show_first_administrator(supervisor: Supervisor) -> None:
    credentials = supervisor.engines.credentials
    if not credentials.first_admin_shown.exists():
        first = credentials.read(credentials.first_admin)
        _print_line("suite", f"first administrator: {first['username']}, one-time password: {first['password']}")
        credentials.first_admin_shown.touch()


def _print_line(name: str, what: str) -> None:
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    sys.stderr.write(f"{now}  {name:<15} {what}\n")
    sys.stderr.flush()
