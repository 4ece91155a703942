"""Takes each protection away in a copy of the tree, and sees that its test notices.

A patch under tests/faults/ begins with lines that say what it takes away; one of them is
``Test: tests/<file>::<test>``. The patch has done its part when that test passes as things are and fails in the
patched copy: fails in its own assertions, not because the copy cannot be loaded.
"""

import compileall
import contextlib
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from gridloop.engines import SERVICES, scratch_engines
from gridloop.errors import MachineError
from gridloop.layout import write_private
from gridloop.testing import patching
from gridloop.testing.runs import Ended, Run, by_itself, forked

NAMED = re.compile(r"^Test: (?P<test>\S+)\s*$", re.MULTILINE)
FAILED = re.compile(r"^FAILED ", re.MULTILINE)
SOURCES = ("shared/src", "services/survey/src", "services/incident/src", "services/responsibility/src",
           "services/gateway/src", "deploy/local/src")  # fmt: skip
AT_ONCE = 3
"""One more than the build machine's processors: many tests turn red by waiting for what no longer comes."""
ENGINES = "GRIDLOOP_TEST_ENGINES"
LEFT_OUT = shutil.ignore_patterns(".git", ".gridloop", "__pycache__", "node_modules", ".*_cache", ".hypothesis")


def try_all(root: Path, *, engines: Path | None = None, proven: bool = False) -> Iterator[tuple[str, bool]]:
    """Name of each patch, and whether its test turned red.

    ``engines``: what ``shared_engines`` gave; without, each run starts its own. ``proven``: all tests have passed
    just now.
    """
    patches = sorted((root / "tests" / "faults").glob("*.patch"))
    tests = {patch: named_test(patch) for patch in patches}
    red_anyway = failing(root, sorted(set(tests.values())), engines) if tests and not proven else ""
    with trials(root, engines, few=len(patches) <= AT_ONCE) as tries, ThreadPoolExecutor(AT_ONCE) as pool:
        groups = [pool.submit(_tried, tries, group, red_anyway) for group in by_file(tests)]
        for group in as_completed(groups):
            for patch, good, said in group.result():
                sys.stdout.write(f"\n== without {patch.stem}: {said}\n")
                sys.stdout.flush()
                yield patch.stem, good


def by_file(tests: Mapping[Path, str]) -> list[dict[Path, str]]:
    """Patches whose tests stand in one file, which may need something for themselves; most of them first."""
    groups: dict[str, dict[Path, str]] = {}
    for patch, test in tests.items():
        groups.setdefault(test.partition("::")[0], {})[patch] = test
    return sorted(groups.values(), key=len, reverse=True)


def _tried(tries: "Trials", tests: Mapping[Path, str], red_anyway: str) -> list[tuple[Path, bool, str]]:
    """One after another; each as ``Trials.try_one`` says."""
    found = []
    for patch, test in tests.items():
        red = (False, f"{test} fails even so") if test in red_anyway else tries.try_one(patch, test)
        found.append((patch, *red))
    return found


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
    done = _run(by_itself, root, tests, engines)
    return "" if done.code == 0 else done.output


@dataclass(frozen=True)
class Trials:
    """``original``: the tree that each patch is applied to a copy of; ``engines``: what ``shared_engines`` gave."""

    original: Path
    run: Run
    engines: Path | None = None

    def try_one(self, patch: Path, test: str) -> tuple[bool, str]:
        """Whether the test fails once the patch is applied, and a sentence about it."""
        with tempfile.TemporaryDirectory(prefix="without-", dir=self.original.parent) as folder:
            copy = Path(folder) / "tree"
            Path(folder).chmod(0o711)
            # Links: a patched file takes the other's place, and nothing else is written in a tree but new files.
            shutil.copytree(self.original, copy, symlinks=True, copy_function=os.link)
            try:
                patching.apply(patch.read_text(encoding="utf-8"), copy)
            except MachineError as error:
                return False, str(error)
            return _judged(test, _run(self.run, copy, [test], self.engines))


@contextlib.contextmanager
def trials(root: Path, engines: Path | None = None, *, few: bool = False) -> Iterator[Trials]:
    """Trials on the tree as it is now, compiled once for all of them. ``few``: not worth a process to fork from."""
    runs = contextlib.nullcontext(by_itself) if few else forked()
    with tempfile.TemporaryDirectory(prefix="gridloop-faults-") as folder, runs as run:
        Path(folder).chmod(0o711)
        original = Path(folder) / "original"
        shutil.copytree(root, original, ignore=LEFT_OUT, symlinks=True)
        compileall.compile_dir(original, quiet=2)
        yield Trials(original, run, engines)


def named_test(patch: Path) -> str:
    """Raises ``MachineError`` when the patch names no test."""
    found = NAMED.search(patch.read_text(encoding="utf-8"))
    if found is None:
        raise MachineError(f"{patch} names no test: one of its first lines must be 'Test: tests/<file>::<test>'.")
    return found["test"]


def _run(run: Run, tree: Path, tests: Sequence[str], engines: Path | None) -> Ended:
    """The tree's sources go before the installed ones, also in the processes that the tests start."""
    arguments = ["-q", "-p", "no:cacheprovider", "-rfE", "--tb=short", "--long", *tests]
    told = {"PYTHONPATH": os.pathsep.join(str(tree / source) for source in SOURCES)}
    return run(tree, arguments, told | ({ENGINES: str(engines)} if engines else {}))


def _judged(test: str, done: Ended) -> tuple[bool, str]:
    if FAILED.search(done.output):
        return True, f"{test} turns red, as it must"
    if done.code == 0:
        return False, f"{test} does not notice"
    return False, f"{test} could not be run (pytest ended with {done.code}):\n{done.output[-2000:]}"
