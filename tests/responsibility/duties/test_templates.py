"""The duty templates that are shipped: whole, importable, and in the places that the first stories need."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.auth import Role
from responsibility.duties.rules import unpublishable
from responsibility.duties.schemas import DutiesIn
from tests.responsibility.company import CATALOGUE, expect
from tests.support.services import Service

FILES = sorted((Path(__file__).parents[3] / "content" / "duties").glob("*.yaml"))
CONTENT: dict[str, Any] = {path.name: yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES}
DUTIES = [duty for file in CONTENT.values() for duty in file["duties"]]


@pytest.mark.parametrize("name", CONTENT)
def test_each_can_be_published(name: str) -> None:
    for duty in DutiesIn.model_validate(CONTENT[name]).duties:
        assert list(unpublishable(duty)) == [], duty.code


def test_their_codes_differ_and_say_where_they_belong() -> None:
    codes = [duty["code"] for duty in DUTIES]
    assert len(codes) == len(set(codes))
    assert all(duty["code"].startswith(f"{duty['sub_process']}-{duty['post']}-") for duty in DUTIES)


@pytest.mark.parametrize("sub_process", ["RB-04", "RB-05", "RB-09", "BE-08", "OR-04", "OR-05", "CS-01", "CS-09"])
def test_posts_customers_depend_on_have_a_gate(sub_process: str) -> None:
    assert any(duty["sub_process"] == sub_process and duty["dimension"] == "gate" for duty in DUTIES)


def test_stages_are_gated_by_the_post_that_works_on_them() -> None:
    """Managers' duties lie in sub-processes that others own; the others are the sub-process's own post."""
    owners = {s["code"]: s["post"] for m in yaml.safe_load(CATALOGUE)["main_processes"] for s in m["sub_processes"]}
    tiers = {p["code"]: p["tier"] for p in yaml.safe_load(CATALOGUE)["posts"]}
    for duty in DUTIES:
        assert duty["post"] == owners[duty["sub_process"]] or tiers[duty["post"]] in ("manager", "leader"), duty["code"]


async def test_all_are_imported(company: Service) -> None:
    for body in CONTENT.values():
        told = await expect(await company.client(Role.ADMIN).post("/v1/duties/import", json=body))
        assert told["published"] == len(body["duties"])
