"""Tokens: who signed, for whom, for how long, and until it was revoked."""

import json
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import OKPKey

from kit.auth import Role, Signer, Verifier
from kit.auth.keys import PublicKeys
from kit.errors import Unauthenticated


def new_key(name: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": name})


@pytest.fixture
def keys(tmp_path: Path) -> dict[str, OKPKey]:
    made = {name: new_key(name) for name in ("gateway", "survey", "incident")}
    for name, key in made.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(key.as_dict(private=False)))
    return made


@pytest.fixture
def verifier(keys: dict[str, OKPKey], tmp_path: Path) -> Verifier:
    return Verifier("responsibility", PublicKeys(tmp_path))


def access(keys: dict[str, OKPKey], issuer: str = "gateway", **more: Any) -> str:
    return Signer(issuer, keys[issuer]).access("u-1", [Role.AGENT], unit="/city/", **more)


class TestPeople:
    def test_the_claims_become_the_actor(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        actor = verifier.actor(access(keys, employee="E00001"))
        assert (actor.subject, actor.roles, actor.unit, actor.employee) == (
            "u-1",
            frozenset({Role.AGENT}),
            "/city/",
            "E00001",
        )

    def test_only_the_gateway_gives_people_roles(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        with pytest.raises(Unauthenticated):
            verifier.actor(access(keys, issuer="survey"))

    def test_expired(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        with pytest.raises(Unauthenticated, match="expired"):
            verifier.actor(access(keys, seconds=-60))

    def test_expired_while_remembered(self, keys: dict[str, OKPKey], verifier: Verifier, monkeypatch: Any) -> None:
        token = access(keys, seconds=60)
        verifier.actor(token)
        later = time.time() + 120
        monkeypatch.setattr(time, "time", lambda: later)
        with pytest.raises(Unauthenticated, match="expired"):
            verifier.actor(token)

    def test_a_session_that_was_ended(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        session = uuid4()
        token = access(keys, session=session)
        verifier.actor(token)
        verifier.revoked = {session: time.time() + 300}
        with pytest.raises(Unauthenticated, match="ended"):
            verifier.actor(token)

    def test_signed_with_another_key_of_the_same_name(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        forger = Signer("gateway", new_key("gateway"))
        with pytest.raises(Unauthenticated):
            verifier.actor(forger.access("u-1", [Role.ADMIN], unit="/"))

    @pytest.mark.parametrize("token", ["", "x", "a.b.c", "a" * 10_000, "e30.e30.", "Bearer x"])
    def test_what_is_no_token(self, verifier: Verifier, token: str) -> None:
        with pytest.raises(Unauthenticated):
            verifier.actor(token)


class TestServices:
    def test_speaks_for_itself(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        actor = verifier.actor(Signer("survey", keys["survey"]).service("responsibility"))
        assert (actor.subject, actor.roles) == ("survey", frozenset({Role.SERVICE}))

    def test_a_token_for_another_callee(self, keys: dict[str, OKPKey], verifier: Verifier) -> None:
        with pytest.raises(Unauthenticated):
            verifier.actor(Signer("survey", keys["survey"]).service("incident"))
