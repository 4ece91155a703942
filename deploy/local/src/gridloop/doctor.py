"""``gridloop doctor``: what this machine has and lacks, without starting anything."""

import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

from gridloop.account import engine_account
from gridloop.data_folder import LEAST_FREE, DataFolder
from gridloop.engines import binaries
from gridloop.errors import MachineError
from gridloop.layout import DATA_VERSION, Layout
from gridloop.options import Options
from gridloop.supervisor.supervisor import check_free
from gridloop.up import PORT

Verdict = Literal["ok", "missing", "wrong"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """``wrong`` stands in the way of ``up``; ``missing`` only narrows what can be tested."""

    name: str
    verdict: Verdict
    detail: str


def run(options: Options, *, as_json: bool) -> int:
    """Exit code 0 when nothing stands in the way of ``up``."""
    found = findings(options)
    if as_json:
        sys.stdout.write(json.dumps({"items": [asdict(item) for item in found]}) + "\n")
    else:
        for item in found:
            sys.stdout.write(f"{item.verdict:<8} {item.name:<10} {item.detail}\n")
    return 1 if any(item.verdict == "wrong" for item in found) else 0


def findings(options: Options) -> list[Finding]:
    """All checks; none raises."""
    checks: list[tuple[str, Verdict, Callable[[Options], str]]] = [
        ("python", "wrong", _python),
        ("account", "wrong", _account),
        ("postgres", "wrong", _postgres),
        ("nats", "wrong", _nats),
        ("data", "wrong", _data),
        ("disk", "wrong", _disk),
        ("port", "wrong", _port),
        ("cjk font", "missing", _cjk_font),
        ("browser", "missing", _browser),
        ("docker", "missing", _docker),
    ]
    return [_finding(name, otherwise, check, options) for name, otherwise, check in checks]


def _finding(name: str, otherwise: Verdict, check: Callable[[Options], str], options: Options) -> Finding:
    try:
        return Finding(name, "ok", check(options))
    except (MachineError, OSError, subprocess.SubprocessError) as error:
        return Finding(name, otherwise, str(error))


def _python(options: Options) -> str:  # noqa: ARG001
    return f"{platform.python_version()} in {sys.prefix} on {platform.machine()}, {os.cpu_count()} cores"


def _account(options: Options) -> str:  # noqa: ARG001
    account = engine_account()
    return f"the engines run as {account.name}" if account else "the engines run as the caller"


def _postgres(options: Options) -> str:  # noqa: ARG001
    return _version([str(binaries.find(engine_account()).postgres / "postgres"), "--version"])


def _nats(options: Options) -> str:  # noqa: ARG001
    return _version([str(binaries.find(engine_account()).nats), "--version"])


def _data(options: Options) -> str:
    layout = Layout(options.data_folder())
    if not layout.version.exists():
        return f"{layout.root} (not made yet)"
    found = layout.version.read_text(encoding="utf-8").strip()
    if found != DATA_VERSION:
        raise MachineError(f"{layout.root} holds data of version {found!r}, not {DATA_VERSION!r}")
    return f"{layout.root}, version {found}" + (", in use" if DataFolder(layout).running() else "")


def _disk(options: Options) -> str:
    folder = options.data_folder()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    if free < LEAST_FREE:
        raise MachineError(f"{free >> 20} MB free at {existing}, {LEAST_FREE >> 20} MB needed")
    return f"{free >> 30} GB free at {existing}"


def _port(options: Options) -> str:
    folder = DataFolder(Layout(options.data_folder()))
    if folder.running():
        return f"the suite on this data folder answers at {folder.described().get('url', 'an address not known yet')}"
    check_free(options.port or PORT)
    return f"{options.port or PORT} is free on 127.0.0.1"


def _cjk_font(options: Options) -> str:  # noqa: ARG001
    listed = _version(["fc-list", ":lang=zh", "family"])
    if not listed:
        raise MachineError("no Chinese font: documents would be set in a Latin one (Debian: fonts-noto-cjk)")
    return listed


def _browser(options: Options) -> str:  # noqa: ARG001
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise MachineError("no Chromium: browser tests cannot run (Debian: chromium)")


def _docker(options: Options) -> str:  # noqa: ARG001
    if shutil.which("docker") is None:
        raise MachineError("no docker: nothing can be run in containers")
    return _version(["docker", "version", "--format", "server {{.Server.Version}}"])


def _version(command: list[str]) -> str:
    """The first line of a program's answer."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    except FileNotFoundError:
        raise MachineError(f"{command[0]} is not there") from None
    if done.returncode != 0:
        raise MachineError(f"{command[0]} does not answer: {done.stderr.strip().splitlines()[-1:]}")
    return (done.stdout.strip().splitlines() or [""])[0]
