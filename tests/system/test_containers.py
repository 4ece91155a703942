"""docker-compose.yml: what it demands, what it opens, in which order it starts; and the suite in containers."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gridloop.layout import SERVICES, checkout
from tests.support.containers import answers

pytestmark = pytest.mark.alone
COMPOSE = checkout() / "docker-compose.yml"
DEMANDED = sorted(set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE.read_text())))
PORT = 8000


@pytest.fixture(scope="module")
def compose(request: pytest.FixtureRequest) -> None:
    """Needs the client alone. What is lacking counts only where containers were asked for."""
    if not answers("docker", "compose", "version"):
        asked = request.config.getoption("--engines") == "containers"
        pytest.skip("this machine has no Docker Compose" if asked else "Docker Compose is not installed")


@pytest.fixture(scope="module")
def daemon(compose: None, request: pytest.FixtureRequest) -> None:
    if not answers("docker", "version"):
        asked = request.config.getoption("--engines") == "containers"
        pytest.skip("this machine has no Docker engine" if asked else "no Docker engine answers")


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("secrets") / "env"
    subprocess.run([checkout() / "deploy" / "secrets", path], check=True, capture_output=True)
    return path


def configured(env_file: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    """What Compose makes of the file, with nothing of ours in the environment but ``settings``."""
    known = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "DOCKER_CONFIG"}}
    command = ["docker", "compose", "--env-file", str(env_file), "-f", str(COMPOSE), "config", "--format", "json"]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=known | settings)


def services(env_file: Path, **settings: str) -> dict[str, Any]:
    done = configured(env_file, **settings)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["services"]
    return found


def behind(all_of_them: Mapping[str, Any], name: str) -> dict[str, str]:
    """What a service waits for, directly or through others, and in which state."""
    found: dict[str, str] = {}
    for other, how in all_of_them[name].get("depends_on", {}).items():
        found |= {other: how["condition"]} | behind(all_of_them, other)
    return found


class TestSecrets:
    def test_all_that_is_demanded_is_made_for_the_owner_only(self, secrets: Path) -> None:
        lines = dict(line.split("=", 1) for line in secrets.read_text().splitlines())
        assert sorted(lines) == DEMANDED
        assert len(set(lines.values())) == len(lines)
        assert min(map(len, lines.values())) >= 32
        assert secrets.stat().st_mode & 0o777 == 0o600

    def test_a_second_time_keeps_what_is_there(self, secrets: Path, tmp_path: Path) -> None:
        path = tmp_path / "env"
        path.write_text("GRIDLOOP_PORT=9000\nPOSTGRES_PASSWORD=chosen-by-the-owner")
        for _ in range(2):
            subprocess.run([checkout() / "deploy" / "secrets", path], check=True, capture_output=True)
        lines = path.read_text().splitlines()
        assert lines[:2] == ["GRIDLOOP_PORT=9000", "POSTGRES_PASSWORD=chosen-by-the-owner"]
        assert len(lines) == len(DEMANDED) + 1

    @pytest.mark.usefixtures("compose")
    @pytest.mark.parametrize("name", DEMANDED)
    def test_without_one_nothing_starts_and_a_sentence_names_it(self, secrets: Path, name: str, tmp_path: Path) -> None:
        kept = [line for line in secrets.read_text().splitlines() if not line.startswith(name + "=")]
        short = tmp_path / "env"
        short.write_text("\n".join(kept))
        done = configured(short)
        assert done.returncode != 0
        assert f"required variable {name} is missing a value: deploy/secrets writes one" in done.stderr


@pytest.mark.usefixtures("compose")
class TestComposition:
    def test_only_the_gateway_is_reached_from_outside_and_only_from_this_machine(self, secrets: Path) -> None:
        ports = {name: one["ports"] for name, one in services(secrets).items() if one.get("ports")}
        assert list(ports) == ["gateway"]
        assert [(port["host_ip"], port["target"]) for port in ports["gateway"]] == [("127.0.0.1", PORT)]

    def test_a_service_starts_when_its_schema_its_roles_and_the_engines_are_there(self, secrets: Path) -> None:
        found = services(secrets)
        for name in SERVICES:
            before = behind(found, name)
            assert before[f"migrate-{name}"] == "service_completed_successfully"
            assert before["roles"] == before["broker"] == before["keys"] == "service_completed_successfully"
            assert before["postgres"] == "service_healthy"
        assert {behind(found, "gateway")[name] for name in SERVICES if name != "gateway"} == {"service_healthy"}

    def test_no_service_learns_an_owners_or_another_services_password(self, secrets: Path) -> None:
        told = {name: json.dumps(one.get("environment", {})) for name, one in services(secrets).items()}
        for line in secrets.read_text().splitlines():
            name, _, secret = line.partition("=")
            knowing = {service for service in SERVICES if secret in told[service]}
            own = {s for s in SERVICES if name in {f"{s}_APP_PASSWORD".upper(), f"NATS_{s}_PASSWORD".upper()}}
            assert knowing == own, name

    def test_services_and_steps_can_write_nowhere_but_into_volumes(self, secrets: Path) -> None:
        for name, one in services(secrets).items():
            if name != "postgres":
                assert one["read_only"], name
                assert one["cap_drop"] == ["ALL"], name

    def test_images_come_from_elsewhere_when_told(self, secrets: Path) -> None:
        given = {"POSTGRES_IMAGE": "registry/pg:1", "NATS_IMAGE": "registry/nats:1", "GRIDLOOP_IMAGE_PREFIX": "r/g"}
        found = services(secrets, **given)
        assert (found["postgres"]["image"], found["nats"]["image"]) == ("registry/pg:1", "registry/nats:1")
        assert found["survey"]["image"] == found["migrate-survey"]["image"] == "r/g/survey:latest"
        standard = services(secrets)
        assert (standard["postgres"]["image"], standard["nats"]["image"]) == ("postgres:18", "nats:2")


@pytest.mark.long
@pytest.mark.timeout(2400)
@pytest.mark.usefixtures("daemon")
def test_the_demonstration_passes_against_the_suite_in_containers() -> None:
    """Builds what images are missing; the same script by hand shows each step as it goes."""
    script = checkout() / "tests" / "system" / "containers"
    done = subprocess.run([script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
