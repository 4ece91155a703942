"""``./gridloop keys``: a new key beside a suite that is up, all rows under it, and the old one destroyed."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest

from gridloop.credentials import Credentials, make_keys
from gridloop.engines import scratch_folder
from gridloop.errors import MachineError
from gridloop.keyrings import add_key, names, remove_key
from gridloop.layout import Layout
from gridloop.operations.session import Session, target
from gridloop.options import Options
from gridloop.process import free_ports
from gridloop.sealed_rows import needing
from kit.encryption import Keyring
from kit.ids import new_id
from tests.support.databases import ROOT

CONTACT = "/v1/contacts/3100000001"


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    path = tmp_path / "survey.keyring.json"
    make_keys("survey", tmp_path / "survey.signing.json", path, tmp_path)
    return path


class TestKeyring:
    def test_the_new_key_comes_first_and_the_old_one_goes_on_opening(self, keyring: Path) -> None:
        row = new_id()
        before = Keyring.read(keyring)
        sealed = before.seal(row, "words")
        assert (add_key(keyring), names(keyring)) == ("k2", ["k2", "k1"])
        after = Keyring.read(keyring)
        assert (after.current, after.open(row, sealed), after.lookup) == ("k2", "words", before.lookup)
        assert stat.S_IMODE(keyring.stat().st_mode) == 0o600

    def test_the_file_is_whole_or_as_it_was(self, keyring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = keyring.read_text()
        monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError("the disk is full")))
        with pytest.raises(OSError, match="full"):
            add_key(keyring)
        assert keyring.read_text() == before

    def test_keys_added_at_once_are_all_kept(self, keyring: Path) -> None:
        with ThreadPoolExecutor(8) as pool:
            made = [one.result() for one in [pool.submit(add_key, keyring) for _ in range(16)]]
        assert sorted(names(keyring)) == sorted({"k1", *made})
        assert len(set(made)) == 16

    def test_a_name_is_not_given_again(self, keyring: Path) -> None:
        add_key(keyring)
        remove_key(keyring, "k1")
        assert (add_key(keyring), names(keyring)) == ("k3", ["k3", "k2"])

    @pytest.mark.parametrize(("name", "words"), [("k1", "seals now"), ("k9", "holds no key")])
    def test_what_cannot_be_removed_is_told(self, keyring: Path, name: str, words: str) -> None:
        with pytest.raises(MachineError, match=words):
            remove_key(keyring, name)


async def test_a_hash_that_begins_like_a_keys_name_needs_no_key(engines: dict, keyring: Path) -> None:
    """Of a million hashes some do; what is sealed may be as short as they are."""
    ring = Keyring.read(keyring)
    row, url = new_id(), engines["environment"]["survey"]["GRIDLOOP_MIGRATION_URL"]
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("CREATE TABLE hashed (id uuid, hash bytea)")
        await connection.execute("INSERT INTO hashed VALUES ($1, $2)", row, b"\x02k1" + bytes(29))
        assert await needing(url, ring, "k1") == {}
        short = ring.seal(row, "A")
        assert len(short) == 32
        await connection.execute("INSERT INTO hashed VALUES ($1, $2)", row, short)
        assert await needing(url, ring, "k1") == {"hashed.hash": 1}
    finally:
        await connection.execute("DROP TABLE IF EXISTS hashed")
        await connection.close()


@contextmanager
def up(data: Path) -> Iterator[None]:
    command = ["./gridloop", "--data", str(data), "--port", str(free_ports(1)[0]), "up", "--json"]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, text=True, **quiet) as process:
        try:
            assert process.stdout is not None
            json.loads(process.stdout.readline())
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def keys(data: Path, *arguments: str) -> tuple[int, str]:
    command = ["./gridloop", "--data", str(data), "keys", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def asked(data: Path, system: dict[str, str], method: str, path: str, **what: object) -> dict:
    """As the operator, or as the system whose credentials these are."""
    with Session(replace(target(Options(data, None), None), **system)) as session:
        answer: dict = session.gateway(method, path, **what)
    return answer


@pytest.mark.alone
def test_a_key_is_changed_beside_the_suite_and_destroyed_only_when_nothing_needs_it() -> None:
    with scratch_folder() as data:
        with up(data):
            admitted = asked(
                data, {}, "POST", "/v1/clients", json={"name": "System", "roles": ["integrator"], "unit": "/"}
            )
            system = {name: admitted[name] for name in ("client_id", "client_secret")}
            customer = {"source_version": 1, "unit": "/", "name": "Zhang Wei", "language": "zh-CN", "consent": True}
            asked(data, system, "PUT", CONTACT, json=customer)
            assert "seals now" in keys(data, "destroy", "survey", "k1", "--yes")[1]
            assert keys(data, "add", "survey")[0] == 0
            for early in (["rewrap", "survey"], ["destroy", "survey", "k1", "--yes"]):
                refused, words = keys(data, *early)
                assert (refused, "has not read survey's newest keys" in words) == (1, True)
        with up(data):
            refused, words = keys(data, "destroy", "survey", "k1", "--yes")
            assert refused == 1
            assert "still needed" in words
            assert "1 in contact.data_key" in words
            done, words = keys(data, "rewrap", "survey", "--json")
            assert (done, json.loads(words)["needed_by_no_row"]) == (0, ["k1"])
            assert keys(data, "destroy", "survey", "k1", "--yes")[0] == 0
        assert names(Credentials(Layout(data)).keyring("survey")) == ["k2"]
        with up(data):
            assert asked(data, system, "GET", CONTACT)["name"] == "Zhang Wei"
