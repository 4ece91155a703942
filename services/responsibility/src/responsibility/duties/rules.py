"""What a duty must say before anybody can be held to it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from kit.contracts.survey import Driver

Dimension = Literal["gate", "next", "related"]
Evidence = Literal["photo", "document", "signature", "recording", "system_record", "measurement", "statement"]

Text = Annotated[str, Field(max_length=1000)]


class Bilingual(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: Text
    en: Text

    def complete(self) -> bool:
        return bool(self.zh.strip() and self.en.strip())


class Checkpoint(BaseModel):
    """What is looked at, which evidence is kept, and what passes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,39}$")]
    look: Bilingual
    evidence: Evidence
    passes: Bilingual


class DutyText(BaseModel):
    """One version of a duty: immutable once it is published. ``criticality`` 1..3."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Bilingual
    criticality: Annotated[int, Field(ge=1, le=3)]
    drivers: list[Driver] = []
    checkpoints: list[Checkpoint] = []


def unpublishable(duty: DutyText) -> Iterator[tuple[str, str]]:
    """``(JSON pointer, sentence)`` for each reason why this text cannot be published."""
    if not duty.text.complete():
        yield "/text", "The duty must be written in Chinese and in English."
    if not duty.checkpoints:
        yield "/checkpoints", "A duty without a checkpoint cannot be held against anybody: name at least one."
    yield from _checkpoint_faults(duty.checkpoints)


def _checkpoint_faults(checkpoints: Sequence[Checkpoint]) -> Iterator[tuple[str, str]]:
    codes: set[str] = set()
    for index, checkpoint in enumerate(checkpoints):
        at = f"/checkpoints/{index}"
        if checkpoint.code in codes:
            yield f"{at}/code", f"The checkpoint '{checkpoint.code}' is there twice."
        codes.add(checkpoint.code)
        if not checkpoint.look.complete():
            yield f"{at}/look", "A checkpoint must say in both languages what is looked at."
        if not checkpoint.passes.complete():
            yield f"{at}/passes", "A checkpoint must say in both languages what passes."
