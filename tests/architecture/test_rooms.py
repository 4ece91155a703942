"""Rules of the tree that no linter knows: pure modules, one place that commits, sizes a reader can hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("survey", "incident", "responsibility", "gateway")
WIRED = {
    "endpoints",
    "schemas",
    "models",
    "service",
    "consumers",
    "timers",
    "jobs",
    "app",
    "settings",
    "db",
    "__init__",
}
TECHNOLOGY = {"fastapi", "sqlalchemy", "httpx", "nats", "asyncpg", "starlette"}
MACHINERY = {"kit.db", "kit.events", "kit.http", "kit.auth", "kit.timers", "kit.jobs", "kit.messages", "kit.peers"}
LONGEST_FILE = 400
LONGEST_FUNCTION = 50


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def product() -> list[Path]:
    return list(sources("shared/src", "deploy/local/src", *(f"services/{name}/src" for name in SERVICES)))


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_pure(path: Path) -> bool:
    return path.stem not in WIRED


@pytest.mark.parametrize("service", SERVICES)
def test_modules_named_by_their_subject_are_pure(service: str) -> None:
    """Rules on plain values: whoever reads them needs no framework, whoever tests them no database."""
    faults = []
    for path in sources(f"services/{service}/src"):
        if is_pure(path):
            found = {
                name
                for name in imported(path)
                if name.split(".")[0] in TECHNOLOGY or ".".join(name.split(".")[:2]) in MACHINERY
            }
            if found:
                faults.append(f"{path.relative_to(ROOT)} imports {', '.join(sorted(found))}")
    assert not faults, "\n".join(faults)


def test_only_kit_commits() -> None:
    """A second commit in a request would let half of it stay."""
    faults = [
        str(path.relative_to(ROOT))
        for path in product()
        if re.search(r"\.commit\(", path.read_text()) and ROOT / "shared/src/kit/db" not in path.parents
    ]
    assert not faults


def test_files_can_be_read_in_one_sitting() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text().splitlines()) for p in product()}
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_functions_can_be_held_in_the_head() -> None:
    faults = []
    for path in product():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    faults.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines")
    assert not faults, "\n".join(faults)


def test_no_room_is_called_utils() -> None:
    named = [p for p in (ROOT / "services").rglob("*") if re.search(r"utils?|helpers?|common|misc", p.stem)]
    assert [p for p in named if ".gridloop" not in p.parts] == []


def test_relationships_name_their_loads() -> None:
    """A relationship that loads by itself asks the database in the middle of a loop."""
    faults = []
    for path in sources("services"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "relationship":
                lazy = [k.value for k in node.keywords if k.arg == "lazy"]
                if not lazy or not isinstance(lazy[0], ast.Constant) or lazy[0].value != "raise":
                    faults.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not faults


def test_kit_names_no_service_outside_its_contracts() -> None:
    faults = []
    for path in sources("shared/src"):
        if "contracts" not in path.parts:
            constants = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)]
            named = [n.lineno for n in constants if n.value in {"survey", "incident", "responsibility"}]
            faults += [f"{path.relative_to(ROOT)}:{line}" for line in named]
    assert not faults
