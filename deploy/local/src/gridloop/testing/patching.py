"""Applies a unified diff to a tree, so that nothing but Python is needed for it."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from gridloop.errors import MachineError

HUNK = re.compile(r"^@@ -(?P<start>\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")
FURTHEST = 200


@dataclass(frozen=True)
class Hunk:
    """One change: the line it was made at, the lines before and after it, context included."""

    start: int
    before: list[str]
    after: list[str]


def apply(patch: str, tree: Path) -> None:
    """Change existing files as the patch says. Raises ``MachineError`` when a hunk fits nowhere near its place."""
    for name, hunks in parse(patch).items():
        path = tree / name
        if not path.is_file():
            raise MachineError(f"the patch changes {name}, which is not there")
        lines = path.read_text(encoding="utf-8").splitlines()
        for hunk in hunks:
            lines = _changed(name, lines, hunk)
        _replace(path, "\n".join(lines) + "\n")


def _replace(path: Path, text: str) -> None:
    """By another file in its place: the old one may be shared with other trees."""
    new = path.with_name(f"{path.name}.patched")
    new.write_text(text, encoding="utf-8")
    shutil.copymode(path, new)
    new.replace(path)


def parse(patch: str) -> dict[str, list[Hunk]]:
    """Hunks by file name; whatever stands before the first file is a comment."""
    files: dict[str, list[Hunk]] = {}
    hunks: list[Hunk] | None = None
    hunk: Hunk | None = None
    for line in patch.splitlines():
        if line.startswith(("--- ", "diff --git ", "index ")):
            hunk = None
        elif line.startswith("+++ "):
            hunks = files.setdefault(line[4:].split("\t")[0].strip().removeprefix("b/"), [])
        elif hunks is not None and (found := HUNK.match(line)):
            hunk = Hunk(int(found["start"]), [], [])
            hunks.append(hunk)
        elif hunk is not None:
            _take(hunk, line)
    return files


def _take(hunk: Hunk, line: str) -> None:
    kind, text = line[:1], line[1:]
    if kind in ("-", " ", ""):
        hunk.before.append(text)
    if kind in ("+", " ", ""):
        hunk.after.append(text)


def _changed(name: str, lines: list[str], hunk: Hunk) -> list[str]:
    size = len(hunk.before)
    for offset in sorted(range(-FURTHEST, FURTHEST + 1), key=abs):
        at = hunk.start - 1 + offset
        if at >= 0 and lines[at : at + size] == hunk.before:
            return lines[:at] + hunk.after + lines[at + size :]
    raise MachineError(f"the change near line {hunk.start} of {name} no longer fits")
