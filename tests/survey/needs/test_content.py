"""The ready-made needs fit the catalogue and the ready-made questionnaires."""

from pathlib import Path

import pytest
import yaml

from survey.needs.schemas import NeedsImport
from survey.questionnaires.definition import Definition

CONTENT = Path(__file__).parents[3] / "content"
NEEDS = NeedsImport.model_validate(yaml.safe_load((CONTENT / "needs" / "needs.yaml").read_text()))
CATALOGUE = yaml.safe_load((CONTENT / "catalogue" / "process_catalogue.yaml").read_text())
MAIN = {one["code"] for one in CATALOGUE["main_processes"]}
SUB = {sub["code"] for one in CATALOGUE["main_processes"] for sub in one["sub_processes"]}


@pytest.mark.parametrize("need", NEEDS.needs, ids=lambda need: need.code)
def test_a_ready_made_need_hangs_on_processes_that_exist(need):
    assert set(need.main_processes) <= MAIN
    assert set(need.sub_processes) <= SUB
    assert need.main_processes or need.sub_processes


def test_no_sub_process_is_named_beside_its_whole_main_process():
    assert [
        (need.code, sub) for need in NEEDS.needs for sub in need.sub_processes if sub[:2] in need.main_processes
    ] == []


@pytest.mark.parametrize("path", sorted((CONTENT / "questionnaires").glob("*.yaml")), ids=lambda path: path.stem)
def test_ready_made_questionnaires_ask_about_ready_made_needs(path):
    made = Definition.model_validate(yaml.safe_load(path.read_text()))
    assert {need for _, need in made.needs()} <= {need.code for need in NEEDS.needs}
