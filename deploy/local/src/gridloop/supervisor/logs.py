"""Keeps the logs small. Children write to their files themselves, so that they outlive a killed supervisor."""

import shutil
from pathlib import Path

LARGEST = 16 << 20
KEPT = 3


def rotate(folder: Path, largest: int = LARGEST) -> None:
    """Copy each log that has outgrown ``largest`` bytes to ``.1`` (older ones move on) and empty it.

    The writer keeps its file open in append mode, so it is emptied, not renamed; what is written between copy
    and emptying is lost.
    """
    for log in folder.glob("*.log"):
        if log.stat().st_size > largest:
            for number in range(KEPT, 1, -1):
                older = log.with_suffix(f".log.{number - 1}")
                if older.exists():
                    older.replace(log.with_suffix(f".log.{number}"))
            shutil.copyfile(log, log.with_suffix(".log.1"))
            with log.open("r+b") as stream:
                stream.truncate(0)
