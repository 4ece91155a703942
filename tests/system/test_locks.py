"""What a package declares must be in the lock that its users install."""

import re
import tomllib

import pytest

from gridloop.layout import checkout

OWN = {"gridloop-kit", "gridloop"}
PACKAGES = {
    "shared": "kit",
    "services/survey": "survey",
    "services/incident": "incident",
    "services/responsibility": "responsibility",
    "services/gateway": "gateway",
    "deploy/local": "gridloop",
}


def names(requirements: list[str]) -> set[str]:
    """``uvicorn[standard]>=0.54`` -> ``uvicorn``, as locks write it."""
    return {re.split(r"[^\w.-]", text, maxsplit=1)[0].lower().replace("_", "-") for text in requirements}


def locked(lock: str) -> set[str]:
    text = (checkout() / "requirements" / f"{lock}.lock").read_text()
    return set(re.findall(r"^([a-z0-9][a-z0-9.-]*)==", text, re.MULTILINE))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_packages_dependencies_are_locked(package: str) -> None:
    project = tomllib.loads((checkout() / package / "pyproject.toml").read_text())["project"]
    declared = names(project["dependencies"]) - OWN
    for lock in (PACKAGES[package], "run", "all"):
        assert declared <= locked(lock), f"missing in requirements/{lock}.lock: run requirements/lock"


def test_every_locked_file_has_a_hash() -> None:
    for lock in (checkout() / "requirements").glob("*.lock"):
        pinned = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.MULTILINE)[1:]
        assert pinned
        assert all("--hash=sha256:" in entry for entry in pinned), lock.name
