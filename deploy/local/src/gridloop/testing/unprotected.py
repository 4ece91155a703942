"""Takes each protection away in a copy of the tree, and sees that its test notices.

A patch under tests/faults/ begins with lines that say what it takes away; one of them is
``Test: tests/<file>::<test>``. It passes when that test passes in an unpatched copy and fails in the patched one.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gridloop.errors import MachineError
from gridloop.testing import patching

NAMED = re.compile(r"^Test: (?P<test>\S+)\s*$", re.MULTILINE)
FAILED = 1
SOURCES = ("shared/src", "services/survey/src", "services/incident/src", "services/responsibility/src",
           "services/gateway/src", "deploy/local/src")  # fmt: skip
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".gridloop", "__pycache__", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache"
)


def try_all(root: Path) -> Iterator[tuple[str, bool]]:
    """Name of each patch, and whether its test turned red."""
    for patch in sorted((root / "tests" / "faults").glob("*.patch")):
        good, said = try_one(root, patch)
        sys.stdout.write(f"\n== without {patch.stem}: {said}\n")
        sys.stdout.flush()
        yield patch.stem, good


def try_one(root: Path, patch: Path) -> tuple[bool, str]:
    """Whether the test named in the patch fails once the patch is applied, and a sentence about it."""
    test = named_test(patch)
    with tempfile.TemporaryDirectory(prefix="gridloop-fault-") as folder:
        copy = Path(folder) / "tree"
        Path(folder).chmod(0o711)
        shutil.copytree(root, copy, ignore=LEFT_OUT, symlinks=True)
        try:
            patching.apply(patch.read_text(encoding="utf-8"), copy)
        except MachineError as error:
            return False, str(error)
        return _judged(test, _run(copy, test))


def named_test(patch: Path) -> str:
    """Raises ``MachineError`` when the patch names no test."""
    found = NAMED.search(patch.read_text(encoding="utf-8"))
    if found is None:
        raise MachineError(f"{patch} has no line 'Test: tests/...::...': say which test must notice.")
    return found["test"]


def _run(copy: Path, test: str) -> subprocess.CompletedProcess[str]:
    """The copy's sources go before the installed ones, also in the processes that the test starts."""
    path = os.pathsep.join(str(copy / source) for source in SOURCES)
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "", test]
    return subprocess.run(
        command, cwd=copy, capture_output=True, text=True, check=False, env=os.environ | {"PYTHONPATH": path}
    )


def _judged(test: str, done: subprocess.CompletedProcess[str]) -> tuple[bool, str]:
    if done.returncode == FAILED:
        return True, f"{test} turns red, as it must"
    if done.returncode == 0:
        return False, f"{test} does not notice"
    return False, f"{test} could not be run (pytest ended with {done.returncode}):\n{done.stdout[-2000:]}"
