"""Runs the checks, then the parallel tests, then those that need the machine to themselves."""

import re
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gridloop.layout import checkout
from gridloop.testing import unprotected as faults

NO_TESTS = 5
COUNTED = re.compile(r"(\d+) (passed|failed|errors?|skipped|xfailed)")
LACKING = re.compile(r"^SKIPPED .*?(this machine has no [^\n]*)$", re.MULTILINE)
WORKERS = "2"


@dataclass
class Tally:
    """What has passed and failed so far; a check counts as one."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)
    tests_passed: bool = True

    def check(self, name: str, *, good: bool) -> None:
        self.passed += good
        self.failed += not good
        if not good:
            self.failures.append(name)

    def add(self, name: str, output: str, code: int, *, strict: bool) -> None:
        """Take over the figures of pytest's last line; a bad end without figures counts as one failure.

        Where ``strict``, so does each part of the machine that was missing.
        """
        counts = {word.rstrip("s"): int(number) for number, word in COUNTED.findall(_last_line(output))}
        self.passed += counts.get("passed", 0)
        self.skipped += counts.get("skipped", 0)
        failed = counts.get("failed", 0) + counts.get("error", 0)
        if code not in (0, NO_TESTS):
            self.failed += max(failed, 1)
            self.tests_passed = False
            self.failures.append(name)
        for reason in sorted(set(LACKING.findall(output))) if strict else ():
            self.check(reason, good=False)


def run(arguments: Sequence[str], *, strict: bool, long: bool, unprotected: bool, engines: str) -> int:
    """Exit code 0 when everything passed. The last line says how many did."""
    began = time.monotonic()
    tally = Tally()
    if not arguments:
        for name, command in checks():
            tally.check(name, good=_ran_well(name, command))
    given = [*arguments, *(["--engines", engines] if engines != "embedded" else []), *(["--long"] if long else [])]
    for name, selection in selections(long=long):
        _tests(tally, name, [*selection, *given], strict=strict)
    if unprotected:
        _without_protections(tally, proven=not arguments and tally.tests_passed)
    _summarise(tally, time.monotonic() - began)
    return 1 if tally.failed else 0


def _without_protections(tally: Tally, *, proven: bool) -> None:
    with faults.shared_engines() as engines:
        for patch, good in faults.try_all(checkout(), engines=engines, proven=proven):
            tally.check(f"without {patch}", good=good)


def checks() -> Iterable[tuple[str, list[str]]]:
    """Static checks by name: each is a command of the environment."""
    yield "ruff", [_program("ruff"), "check", ".", "gridloop"]
    yield "ruff format", [_program("ruff"), "format", "--check", "--quiet", ".", "gridloop"]
    yield "mypy", [_program("mypy")]
    yield "import-linter", [_program("lint-imports")]


def selections(*, long: bool) -> Iterable[tuple[str, list[str]]]:
    """The two runs of pytest."""
    also = "" if long else " and not long"
    yield "tests in parallel", ["-n", WORKERS, "--dist", "loadfile", "-m", "not alone" + also]
    yield "tests that run alone", ["-m", "alone" + also]


def _tests(tally: Tally, name: str, arguments: Sequence[str], *, strict: bool) -> None:
    _head(name)
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(command, cwd=checkout(), stdout=subprocess.PIPE, text=True, bufsize=1) as child:
        lines = []
        for line in child.stdout or ():
            sys.stdout.write(line)
            lines.append(line)
    tally.add(name, "".join(lines), child.returncode, strict=strict)


def _ran_well(name: str, command: Sequence[str]) -> bool:
    _head(name)
    return subprocess.run(command, cwd=checkout(), check=False).returncode == 0


def _program(name: str) -> str:
    return str(Path(sys.prefix) / "bin" / name)


def _last_line(output: str) -> str:
    return next((line for line in reversed(output.splitlines()) if COUNTED.search(line)), "")


def _head(text: str) -> None:
    sys.stdout.write(f"\n== {text}\n")
    sys.stdout.flush()


def _summarise(tally: Tally, seconds: float) -> None:
    for name in tally.failures:
        sys.stdout.write(f"failed: {name}\n")
    skipped = f", {tally.skipped} skipped" if tally.skipped else ""
    sys.stdout.write(f"\n{tally.passed} passed, {tally.failed} failed{skipped} in {seconds:.0f} s\n")
    sys.stdout.flush()
