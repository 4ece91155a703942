"""A process that has imported what every service needs, and forks one whenever it is asked.

Modules that are named on the command line are imported instead of the services'. A line of JSON per request on
standard input, one per answer on standard output:

    {"run": "uvicorn", "arguments": [...], "environment": {...}, "log": "...", "folder": "..."} -> {"pid": 123}
    {"reap": 123} -> {"code": 0}                         (waits for the end of a child that is known to end;
                                                          {} where it is no child of this process)

A child is as if started by ``python -m <run> <arguments>``.
"""

import gc
import importlib
import json
import os
import runpy
import signal
import sys
from typing import IO, Any

from gridloop.process import die_with_parent

COMMON = (
    "kit.auth",
    "kit.db",
    "kit.events",
    "kit.http",
    "kit.http.protocol",
    "kit.jobs",
    "kit.messages",
    "kit.db.migrate",
    "kit.timers",
    "httptools",
    "httpx",
    "uvicorn.main",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.lifespan.on",
    "uvloop",
)


def main() -> None:
    """Serve requests until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _private_output()
    for name in sys.argv[1:] or COMMON:
        importlib.import_module(name)
    gc.freeze()
    _answer(answers, {"ready": os.getpid()})
    for line in sys.stdin:
        request = json.loads(line)
        if "reap" in request:
            _answer(answers, _reaped(request["reap"]))
            continue
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            _become(request, parent)
            return
        _answer(answers, {"pid": pid})


def _reaped(pid: int) -> dict[str, int]:
    """Nothing where the child was that of a server before this one."""
    try:
        return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}
    except ChildProcessError:
        return {}


def _private_output() -> IO[str]:
    """Standard output for answers alone: whatever else is printed goes to the log."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(answers: IO[str], what: dict[str, int]) -> None:
    answers.write(json.dumps(what) + "\n")
    answers.flush()


def _become(request: dict[str, Any], parent: int) -> None:
    """In the child: leave the server's pipes, then run the module as a program."""
    os.setpgid(0, 0)
    die_with_parent(parent, signal.SIGTERM)
    _use_log(request["log"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.argv = [request["run"], *request["arguments"]]
    runpy.run_module(request["run"], run_name="__main__", alter_sys=True)


def _use_log(log: str) -> None:
    """File descriptors 0 to 2 become nothing, the log, the log; the objects around them stay."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for source, target in ((nothing, 0), (file, 1), (file, 2)):
        os.dup2(source, target)
    os.closerange(3, 256)


if __name__ == "__main__":
    main()
