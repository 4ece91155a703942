"""An example of every released payload is kept for ever, and must be accepted for ever."""

import json
import pkgutil
import re
from importlib import import_module
from pathlib import Path

import pytest

import kit.contracts
from kit.contracts.base import Payload, publisher_of

EXAMPLES = Path(__file__).parent / "examples"
FREE_TEXT = re.compile(r"(?<![a-z])(name|phone|words|text|note|comment|reason|address|caller)(?![a-z])")


def payloads() -> dict[str, type[Payload]]:
    """Every event's payload by its type; parts of payloads have none."""
    found = {}
    for module in pkgutil.iter_modules(kit.contracts.__path__):
        for value in vars(import_module(f"kit.contracts.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Payload) and getattr(value, "type", ""):
                found[value.type] = value
    return found


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_released_example_is_accepted(path: Path) -> None:
    data = json.loads(path.read_text())
    read = payloads()[path.stem].model_validate(data).model_dump(mode="json")
    assert data.keys() <= read.keys(), "a field of a released payload is gone"


@pytest.mark.parametrize("event_type", sorted(payloads()))
def test_what_is_sent_is_the_whole_payload(event_type: str) -> None:
    model = payloads()[event_type]
    payload = model.model_validate_json((EXAMPLES / f"{event_type}.json").read_text())
    assert payload.as_json() == payload.model_dump_json()
    assert model.model_validate_json(payload.as_json()) == payload


@pytest.mark.parametrize("event_type", sorted(payloads()))
def test_each_payload_has_its_example(event_type: str) -> None:
    example = json.loads((EXAMPLES / f"{event_type}.json").read_text())
    assert example.keys() == payloads()[event_type].model_fields.keys()


@pytest.mark.parametrize("event_type", sorted(payloads()))
def test_a_reader_ignores_what_it_does_not_know(event_type: str) -> None:
    example = json.loads((EXAMPLES / f"{event_type}.json").read_text())
    payloads()[event_type].model_validate(example | {"added_later": 1})


@pytest.mark.parametrize(("event_type", "payload"), sorted(payloads().items()))
def test_types_and_streams_are_the_publishers_own(event_type: str, payload: type[Payload]) -> None:
    assert re.fullmatch(r"gridloop\.[a-z]+\.[a-z_]+\.[a-z_]+\.v\d+", event_type)
    assert payload.stream.split("-")[0] == publisher_of(event_type)


@pytest.mark.parametrize(("event_type", "payload"), sorted(payloads().items()))
def test_no_field_can_carry_a_person(event_type: str, payload: type[Payload]) -> None:
    """Units and the like have names; people's never travel."""
    allowed = {"name_zh", "name_en"} if event_type.startswith("gridloop.responsibility.unit.") else set()
    assert [name for name in payload.model_fields if FREE_TEXT.search(name) and name not in allowed] == []
