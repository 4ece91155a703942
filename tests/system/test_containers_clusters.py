"""Clusters that the launcher did not start: roles, keys, the broker, and the engines' kept configuration."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest

from gridloop.clusters.environment import ROLES
from gridloop.layout import SERVICES, checkout
from kit.auth import Role, Signer, Verifier
from kit.auth.keys import PublicKeys, read_key

URL_SAFE = "a-secret-of-enough-length"


def step(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "gridloop.clusters", *arguments]
    known = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ} | variables
    return subprocess.run(command, capture_output=True, text=True, check=False, env=known)


def passwords(engines: dict[str, Any]) -> dict[str, str]:
    """Those that the running cluster has already, so that nobody else's tests notice."""
    urls = {"owner": "GRIDLOOP_MIGRATION_URL", "app": "GRIDLOOP_DATABASE_URL"}
    return {
        f"{service}_{role}_password".upper(): urlsplit(engines["environment"][service][name]).password or ""
        for service in SERVICES
        for role, name in urls.items()
    }


class TestConfiguration:
    @pytest.mark.parametrize("path", ["nats/nats.conf", "postgres/postgresql.conf"])
    def test_what_is_kept_is_what_the_launcher_says(self, path: str) -> None:
        kept = checkout() / "deploy" / path
        printed = step(kept.name)
        assert printed.returncode == 0, printed.stderr
        again = f"write it anew: python -m gridloop.clusters {kept.name} > deploy/{path}"
        assert kept.read_text() == printed.stdout, again


class TestRoles:
    def test_may_be_made_again_on_a_cluster_that_has_them(self, engines: dict[str, Any]) -> None:
        url = engines["admin"]["survey"].rsplit("/", 1)[0] + "/postgres"
        done = step("roles", GRIDLOOP_CLUSTER_URL=url, **passwords(engines))
        assert done.returncode == 0, done.stderr

    async def test_the_application_role_may_not_define_and_owns_nothing(self, engines: dict[str, Any]) -> None:
        connection = await asyncpg.connect(engines["environment"]["survey"]["GRIDLOOP_DATABASE_URL"])
        try:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute("CREATE TABLE mine ()")
            assert await connection.fetchval("SHOW transaction_timeout") == "5s"
        finally:
            await connection.close()

    def test_a_password_that_fits_no_url_is_refused(self, engines: dict[str, Any]) -> None:
        told = passwords(engines) | {"SURVEY_APP_PASSWORD": "it's/not@fit'for:urls"}
        done = step("roles", GRIDLOOP_CLUSTER_URL=engines["admin"]["survey"], **told)
        assert done.returncode != 0
        assert "SURVEY_APP_PASSWORD must have at least 16 characters" in done.stderr

    def test_an_unreachable_cluster_is_named_without_its_password(self) -> None:
        told = dict.fromkeys(ROLES.values(), URL_SAFE)
        done = step("roles", GRIDLOOP_CLUSTER_URL="postgresql://postgres:hidden@127.0.0.1:1/postgres", **told)
        assert done.returncode != 0
        assert done.stderr.startswith("127.0.0.1:1 does not take the databases and roles")
        assert "hidden" not in done.stderr


class TestKeys:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        self.lay_out(tmp_path)
        return tmp_path

    def lay_out(self, folder: Path) -> None:
        told = {"GRIDLOOP_CLIENT_ID": "operator", "GRIDLOOP_CLIENT_SECRET": URL_SAFE, "FIRST_ADMIN_PASSWORD": URL_SAFE}
        done = step("keys", str(folder), **told)
        assert done.returncode == 0, done.stderr

    def test_each_service_holds_its_own_key_and_everybodys_public_one(self, folder: Path) -> None:
        privates = {service: json.loads((folder / service / "signing.json").read_text())["d"] for service in SERVICES}
        assert len(set(privates.values())) == len(SERVICES)
        for service in SERVICES:
            held = "".join(path.read_text() for path in (folder / service).rglob("*.json"))
            assert {other for other in SERVICES if privates[other] in held} == {service}
            assert {path.stem for path in (folder / service / "public").iterdir()} == set(SERVICES)

    def test_what_one_signs_the_one_it_calls_accepts(self, folder: Path) -> None:
        token = Signer("survey", read_key(folder / "survey" / "signing.json")).service("gateway")
        actor = Verifier("gateway", PublicKeys(folder / "gateway" / "public")).actor(token)
        assert (actor.subject, actor.roles) == ("survey", {Role.SERVICE})

    def test_private_files_are_the_owners_only(self, folder: Path) -> None:
        open_to_others = [path for path in folder.glob("*/*.json") if path.stat().st_mode & 0o077]
        assert not open_to_others

    def test_again_keeps_every_key(self, folder: Path) -> None:
        before = {path: path.read_bytes() for path in folder.rglob("*.json")}
        self.lay_out(folder)
        assert {path: path.read_bytes() for path in folder.rglob("*.json")} == before


class TestBroker:
    def test_is_ready(self, engines: dict[str, Any]) -> None:
        done = step("broker", GRIDLOOP_NATS_URL=engines["nats"])
        assert done.returncode == 0, done.stderr

    def test_a_wrong_password_is_said_at_once(self, engines: dict[str, Any]) -> None:
        parts = urlsplit(engines["nats"])
        done = step("broker", GRIDLOOP_NATS_URL=f"nats://admin:wrong@{parts.hostname}:{parts.port}")
        assert done.returncode != 0
        assert done.stderr.startswith("NATS refuses the user or the password")
