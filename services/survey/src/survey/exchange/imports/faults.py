"""What is wrong with a file, by row and column; bounded, however much it is."""

from dataclasses import dataclass, field

MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class CellFault:
    """``row`` as the spreadsheet counts, ``column`` its heading ('' for the whole row), ``detail`` what is right.

    The cell's content is not repeated: it may be personal.
    """

    row: int
    column: str
    detail: str


@dataclass
class Faults:
    """The first hundred, and the count of all."""

    count: int = 0
    listed: list[CellFault] = field(default_factory=list)

    def add(self, fault: CellFault) -> None:
        self.count += 1
        if len(self.listed) < MOST_LISTED:
            self.listed.append(fault)
