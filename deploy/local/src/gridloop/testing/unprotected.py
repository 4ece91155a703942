"""Takes each protection away in a copy of the tree, and sees that its test notices.

A patch under tests/faults/ begins with lines that say what it takes away; one of them is
``Test: tests/<file>::<test>``. The patch has done its part when that test passes as things are and fails in the
patched copy: fails in its own assertions, not because the copy cannot be loaded.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gridloop.engines import SERVICES, scratch_engines
from gridloop.errors import MachineError
from gridloop.layout import write_private
from gridloop.testing import patching

NAMED = re.compile(r"^Test: (?P<test>\S+)\s*$", re.MULTILINE)
FAILED = re.compile(r"^FAILED ", re.MULTILINE)
SOURCES = ("shared/src", "services/survey/src", "services/incident/src", "services/responsibility/src",
           "services/gateway/src", "deploy/local/src")  # fmt: skip
AT_ONCE = 2
ENGINES = "GRIDLOOP_TEST_ENGINES"
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".gridloop", "__pycache__", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache"
)


def try_all(root: Path, *, engines: Path | None = None, proven: bool = False) -> Iterator[tuple[str, bool]]:
    """Name of each patch, and whether its test turned red.

    ``engines``: what ``shared_engines`` gave; without, each run starts its own. ``proven``: all tests have passed
    just now.
    """
    patches = sorted((root / "tests" / "faults").glob("*.patch"))
    tests = {patch: named_test(patch) for patch in patches}
    red_anyway = failing(root, sorted(set(tests.values())), engines) if tests and not proven else ""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        tried = pool.map(lambda patch: try_one(root, patch, tests[patch], red_anyway, engines), patches)
        for patch, (good, said) in zip(patches, tried, strict=True):
            sys.stdout.write(f"\n== without {patch.stem}: {said}\n")
            sys.stdout.flush()
            yield patch.stem, good


@contextlib.contextmanager
def shared_engines() -> Iterator[Path]:
    """Engines for many runs, described in a file as ``tests/conftest.py`` reads it."""
    with tempfile.TemporaryDirectory() as folder, scratch_engines() as engines:
        known = {
            "environment": {service: engines.environment(service) for service in SERVICES},
            "admin": {service: engines.admin_url(service) for service in SERVICES},
            "nats": engines.nats_url("admin"),
        }
        file = Path(folder) / "engines.json"
        write_private(file, json.dumps(known))
        yield file


def failing(root: Path, tests: Sequence[str], engines: Path | None) -> str:
    """pytest's list of those that fail, or cannot be found, without any patch; empty when all pass."""
    done = _run(root, tests, engines)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def try_one(root: Path, patch: Path, test: str, red_anyway: str = "", engines: Path | None = None) -> tuple[bool, str]:
    """Whether the test fails once the patch is applied, and a sentence about it."""
    if test in red_anyway:
        return False, f"{test} fails even so"
    with tempfile.TemporaryDirectory(prefix="gridloop-fault-") as folder:
        copy = Path(folder) / "tree"
        Path(folder).chmod(0o711)
        shutil.copytree(root, copy, ignore=LEFT_OUT, symlinks=True)
        try:
            patching.apply(patch.read_text(encoding="utf-8"), copy)
        except MachineError as error:
            return False, str(error)
        return _judged(test, _run(copy, [test], engines))


def named_test(patch: Path) -> str:
    """Raises ``MachineError`` when the patch names no test."""
    found = NAMED.search(patch.read_text(encoding="utf-8"))
    if found is None:
        raise MachineError(f"{patch} names no test: one of its first lines must be 'Test: tests/<file>::<test>'.")
    return found["test"]


def _run(tree: Path, tests: Sequence[str], engines: Path | None) -> subprocess.CompletedProcess[str]:
    """The tree's sources go before the installed ones, also in the processes that the tests start."""
    path = os.pathsep.join(str(tree / source) for source in SOURCES)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rfE", "--tb=short", "--long", *tests]
    told = {"PYTHONPATH": path} | ({ENGINES: str(engines)} if engines else {})
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False, env=os.environ | told)


def _judged(test: str, done: subprocess.CompletedProcess[str]) -> tuple[bool, str]:
    if FAILED.search(done.stdout):
        return True, f"{test} turns red, as it must"
    if done.returncode == 0:
        return False, f"{test} does not notice"
    return False, f"{test} could not be run (pytest ended with {done.returncode}):\n{done.stdout[-2000:]}"
