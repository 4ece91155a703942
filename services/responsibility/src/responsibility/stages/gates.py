"""What keeps a stage from being handed on, and what keeps one from beginning."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from responsibility.catalogue.document import HardGate

CheckState = Literal["open", "passed", "failed"]
Attestation = Literal["passed", "signed"]


@dataclass(frozen=True)
class Check:
    """A checkpoint of a stage; only one of the dimension ``gate`` holds the order back."""

    code: str
    dimension: str
    state: CheckState


@dataclass(frozen=True)
class Attested:
    """What is on record for a stage: whether it is done, and as what it was attested."""

    done: bool
    kinds: frozenset[str]


def blocking(checks: Iterable[Check]) -> list[Check]:
    """The gate checkpoints that are open or failed."""
    return [check for check in checks if check.dimension == "gate" and check.state != "passed"]


def missing(gate: HardGate | None, stages: Mapping[str, Attested]) -> list[str]:
    """A sentence for each condition of a hard gate that is not fulfilled; nobody can waive one."""
    if gate is None:
        return []
    wanted: list[tuple[str, Attestation]] = [
        *((code, "passed") for code in gate.passed),
        *((code, "signed") for code in gate.signed),
    ]
    return [_sentence(code, kind) for code, kind in wanted if not _fulfilled(stages.get(code), kind)]


def _fulfilled(stage: Attested | None, kind: Attestation) -> bool:
    return stage is not None and stage.done and kind in stage.kinds


def _sentence(code: str, kind: Attestation) -> str:
    return f"{code} must be done and attested as {kind}"
