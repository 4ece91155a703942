"""From the text of a catalogue (YAML, of which JSON is a part) to the document or its faults."""

from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from responsibility.catalogue.document import Catalogue
from responsibility.catalogue.faults import Fault, faults

M = TypeVar("M", bound=BaseModel)


class Refused(Exception):  # noqa: N818
    """The text holds no catalogue that may be imported; ``faults`` has every reason, ``lines`` the places."""

    def __init__(self, found: list[Fault], lines: dict[str, int]) -> None:
        super().__init__(f"{len(found)} faults")
        self.faults = found
        self.lines = lines


def read(text: str) -> Catalogue:
    """The catalogue in ``text``; raises `Refused` with all its faults at once."""
    raw, lines = load(text)
    catalogue = shaped(Catalogue, raw, lines)
    found = faults(catalogue)
    if found:
        raise Refused(found, lines)
    return catalogue


def load(text: str) -> tuple[Any, dict[str, int]]:
    """The plain values of a YAML text and the line (from 1) of each JSON pointer in it.

    Aliases are refused: a few lines of them may stand for gigabytes.
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.CSafeLoader)):
            raise Refused([Fault("", "The document uses YAML aliases ('*name'); write the values out.")], {})
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        raw = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as fault:
        raise Refused([Fault("", f"The document is not readable as YAML: {fault}")], {}) from fault
    lines: dict[str, int] = {}
    _note_lines(node, "", lines)
    return raw, lines


def _note_lines(node: yaml.Node | None, pointer: str, lines: dict[str, int]) -> None:
    if node is None:
        return
    lines[pointer] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _note_lines(value, f"{pointer}/{key.value}", lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, f"{pointer}/{index}", lines)


def shaped(model: type[M], raw: Any, lines: dict[str, int]) -> M:
    """``raw`` as ``model``; raises `Refused` with a fault for each place that has the wrong shape."""
    try:
        return model.model_validate(raw)
    except ValidationError as fault:
        raise Refused([_fault(dict(error)) for error in fault.errors()], lines) from fault


def _fault(error: dict[str, Any]) -> Fault:
    pointer = "".join(f"/{part}" for part in error["loc"])
    given = "" if isinstance(error["input"], dict | list) else f" (found {error['input']!r})"
    return Fault(pointer, f"{error['msg']}{given}")
