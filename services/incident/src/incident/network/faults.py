"""What is wrong with a file that somebody wants to import, each fault with its place."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """``table`` and ``column`` as in the file, ``row`` as its user counts (a CSV's line, a table's index)."""

    table: str
    row: int | str
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.table}, row {self.row}, column {self.column}: {self.message}"


class FaultyFileError(Exception):
    """The file cannot be taken in, for all these reasons."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda f: (f.table, str(f.row).rjust(12), f.column))
        super().__init__(f"{len(faults)} faults, the first: {self.faults[0]}")
