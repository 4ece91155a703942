"""The phone page and the server agree on what is shown and what is wrong: both are tested with these files."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest

from survey.questionnaires.answers import examine
from survey.questionnaires.definition import Definition
from survey.questionnaires.items import AnyItem, Matrix

FILES = sorted((Path(__file__).parents[3] / "content" / "vectors" / "answers").glob("*.json"))
READ = {path.stem: json.loads(path.read_text()) for path in FILES}
CASES = [(name, case) for name, read in READ.items() for case in read["cases"]]
DEFINITIONS = {name: Definition.model_validate(read["definition"]) for name, read in READ.items()}


def in_order(item: AnyItem, shown: set[str]) -> list[str]:
    rows = [f"{item.code}.{row.code}" for row in item.rows] if isinstance(item, Matrix) else []
    return [code for code in (item.code, *rows) if code in shown]


def test_every_type_of_item_has_its_vectors() -> None:
    types = {item.type for definition in DEFINITIONS.values() for item in definition.items}
    kinds = get_args(get_args(AnyItem)[0])
    assert types == {name for kind in kinds for name in get_args(kind.model_fields["type"].annotation)}


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case['name']}" for name, case in CASES])
def test_shown_items_and_faults(name: str, case: dict[str, Any]) -> None:
    definition = DEFINITIONS[name]
    found = examine(definition, case["answers"], complete=case["complete"])
    shown = [code for item in definition.items for code in in_order(item, found.shown)]
    assert shown == case["shown"]
    assert [fault.pointer for fault in found.faults] == case["faults"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_case_is_written_once(path: Path) -> None:
    names = [case["name"] for case in READ[path.stem]["cases"]]
    assert len(set(names)) == len(names)
    assert set(READ[path.stem]) == {"about", "definition", "cases"}
