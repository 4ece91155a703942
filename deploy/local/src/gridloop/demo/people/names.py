"""Names put together of common surnames and given names, and marked as made up."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Name:
    """``zh`` and ``en`` without the mark."""

    zh: str
    en: str


@dataclass(frozen=True)
class NameBook:
    """``content/demo/names.yaml``."""

    mark: Name
    surnames: Sequence[Name]
    given: Sequence[Name]

    def draw(self, chance: Random) -> Name:
        surname, given = chance.choice(self.surnames), chance.choice(self.given)
        return Name(surname.zh + given.zh, f"{surname.en} {given.en}")

    def marked(self, name: Name) -> str:
        """As it is loaded: ``王芳（示例）``."""
        return f"{name.zh}（{self.mark.zh}）"


def name_book(content: Any) -> NameBook:
    return NameBook(
        Name(**content["mark"]),
        [Name(**one) for one in content["surnames"]],
        [Name(**one) for one in content["given_names"]],
    )
