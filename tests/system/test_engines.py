"""The engines on this machine: durable, closed to everybody but their own users, gone when told to."""

import asyncio
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import nats.errors
import psutil
import pytest

from gridloop.data_folder import OccupiedError
from gridloop.engines import Engines, scratch_engines, scratch_folder
from gridloop.engines.permissions import STREAMS
from gridloop.errors import MachineError
from gridloop.layout import SERVICES
from kit import contracts
from kit.contracts.base import Payload, publisher_of

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with scratch_engines() as running:
        yield running


async def query(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


class TestPostgres:
    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("fsync", "on"),
            ("synchronous_commit", "on"),
            ("full_page_writes", "on"),
            ("password_encryption", "scram-sha-256"),
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("server_encoding", "UTF8"),
            ("lc_collate", "C"),
        ],
    )
    async def test_is_durable_and_closed(self, engines: Engines, setting: str, value: str) -> None:
        if setting == "lc_collate":
            statement = "SELECT datcollate FROM pg_database WHERE datname = current_database()"
        else:
            statement = f"SELECT current_setting('{setting}')"
        assert await query(engines.admin_url("survey"), statement) == value

    @pytest.mark.parametrize("service", SERVICES)
    async def test_the_application_may_not_define_tables(self, engines: Engines, service: str) -> None:
        url = engines.environment(service)["GRIDLOOP_DATABASE_URL"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await query(url, "CREATE TABLE stray (a int)")

    async def test_the_application_may_use_what_the_owner_makes(self, engines: Engines) -> None:
        told = engines.environment("survey")
        await query(told["GRIDLOOP_MIGRATION_URL"], "CREATE TABLE made (a int)")
        await query(told["GRIDLOOP_DATABASE_URL"], "INSERT INTO made VALUES (7)")
        assert await query(told["GRIDLOOP_DATABASE_URL"], "SELECT a FROM made") == 7
        await query(told["GRIDLOOP_MIGRATION_URL"], "DROP TABLE made")

    async def test_no_transaction_of_the_application_lasts_over_five_seconds(self, engines: Engines) -> None:
        told = engines.environment("survey")
        assert await query(told["GRIDLOOP_DATABASE_URL"], "SHOW transaction_timeout") == "5s"
        assert await query(told["GRIDLOOP_MIGRATION_URL"], "SHOW transaction_timeout") == "0"

    @pytest.mark.parametrize("role", ["survey_app", "survey_owner"])
    async def test_a_service_cannot_enter_another_ones_database(self, engines: Engines, role: str) -> None:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await query(engines.postgres.url(role, "incident"), "SELECT 1")

    async def test_a_wrong_password_is_refused(self, engines: Engines) -> None:
        url = engines.admin_url().replace(engines.postgres.passwords["postgres"], "guessed")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await query(url, "SELECT 1")


async def connected(engines: Engines, user: str) -> nats.NATS:
    async def ignore(error: Exception) -> None:
        """The refusals that these tests provoke."""

    return await nats.connect(engines.nats_url(user), inbox_prefix=f"_INBOX_{user}".encode(), error_cb=ignore)


async def is_refused(client: nats.NATS, subject: str) -> bool:
    """Whether a publication to the subject breaks the user's permissions."""
    try:
        await client.publish(subject, b"{}")
        await client.flush()
        await asyncio.sleep(0.05)
    finally:
        error = client.last_error
        client._err = None
    return "permissions violation" in str(error).lower()


class TestCrash:
    @pytest.mark.parametrize("engine", ["postgres", "nats"])
    async def test_a_killed_engine_serves_when_its_restart_returns(self, engines: Engines, engine: str) -> None:
        engines.kill(engine)
        engines.restart(engine)
        assert await query(engines.admin_url(), "SELECT 1") == 1
        await (await connected(engines, "gateway")).close()

    def test_the_status_file_of_a_killed_server_says_nothing_of_another(self, engines: Engines) -> None:
        engines.kill("postgres")
        try:
            assert not engines.postgres.ready(os.getpid())
        finally:
            engines.restart("postgres")


class TestNats:
    async def test_a_service_publishes_its_own_subjects_only(self, engines: Engines) -> None:
        client = await connected(engines, "survey")
        assert not await is_refused(client, "gridloop.survey.response.received.v1")
        assert await is_refused(client, "gridloop.incident.incident.opened.v1")
        await client.close()

    async def test_a_service_keeps_what_is_in_the_streams(self, engines: Engines) -> None:
        client = await connected(engines, "survey")
        stream = client.jetstream()
        await stream.add_stream(name="survey", subjects=["gridloop.survey.>"])
        for verb in ("DELETE", "PURGE", "UPDATE", "MSG.DELETE"):
            assert await is_refused(client, f"$JS.API.STREAM.{verb}.survey"), verb
        await client.close()

    async def test_a_service_makes_no_stream_of_another_name(self, engines: Engines) -> None:
        client = await connected(engines, "survey")
        assert await is_refused(client, "$JS.API.STREAM.CREATE.incident")
        assert await is_refused(client, "$JS.API.STREAM.CREATE.KV_demo")
        await client.close()

    async def test_only_the_gateway_moves_the_demonstration_clock(self, engines: Engines) -> None:
        gateway, survey = await connected(engines, "gateway"), await connected(engines, "survey")
        bucket = await gateway.jetstream().create_key_value(bucket="demo")
        await bucket.put("offset", b"60")
        assert (await (await survey.jetstream().key_value("demo")).get("offset")).value == b"60"
        assert await is_refused(survey, "$KV.demo.offset")
        await gateway.close()
        await survey.close()

    async def test_nobody_enters_without_a_password(self, engines: Engines) -> None:
        address = engines.nats_url().split("@")[1]
        with pytest.raises(nats.errors.Error):
            await nats.connect(f"nats://{address}", allow_reconnect=False, max_reconnect_attempts=0)

    def test_the_streams_are_those_of_the_contracts(self) -> None:
        import importlib
        import pkgutil

        for module in pkgutil.iter_modules(contracts.__path__):
            importlib.import_module(f"kit.contracts.{module.name}")
        found = {(publisher_of(kind.type), kind.stream) for kind in Payload.__subclasses__() if kind.stream}
        assert found <= {(service, stream) for service in STREAMS for stream in STREAMS[service]}


class TestSecrets:
    def test_only_their_owner_reads_them(self, engines: Engines) -> None:
        folder = engines.layout.secrets
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) > 10
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}

    def test_they_are_made_once(self) -> None:
        with scratch_folder() as folder:
            with Engines(folder) as first:
                before = {path: path.read_bytes() for path in first.layout.secrets.rglob("*.json")}
            with Engines(folder) as second:
                assert {path: path.read_bytes() for path in second.layout.secrets.rglob("*.json")} == before


def left_running(folder: Path) -> list[str]:
    """Command lines of processes that have to do with the data folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or ())
        if str(folder) in line and process.pid != os.getpid():
            found.append(line)
    return found


class TestFaults:
    def test_a_folder_in_use_is_refused(self, engines: Engines) -> None:
        with pytest.raises(OccupiedError, match=str(os.getpid())):
            Engines(engines.layout.root).start()

    def test_stopped_engines_leave_nothing(self) -> None:
        with scratch_folder() as folder:
            with Engines(folder):
                assert left_running(folder)
            assert not left_running(folder)

    def test_data_of_another_version_are_left_alone(self) -> None:
        with scratch_folder() as folder:
            folder.mkdir()
            (folder / "VERSION").write_text("99\n")
            with pytest.raises(MachineError, match="version '99'"):
                Engines(folder).start()
            assert [path.name for path in folder.iterdir()] == ["VERSION"]

    def test_a_cluster_of_another_postgresql_is_left_alone(self) -> None:
        with scratch_folder() as folder:
            with Engines(folder) as made:
                (made.layout.postgres / "PG_VERSION").write_text("17\n")
            with pytest.raises(MachineError, match="PostgreSQL 17"):
                Engines(folder).start()
            assert not left_running(folder)

    def test_a_damaged_secret_is_named(self) -> None:
        with scratch_folder() as folder:
            with Engines(folder) as made:
                secret = made.layout.secrets / "passwords.json"
                secret.write_text("{")
            with pytest.raises(MachineError, match=r"passwords\.json is damaged"):
                Engines(folder).start()
            assert not left_running(folder)

    def test_a_missing_engine_is_named(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr("sys.prefix", str(tmp_path))
        with scratch_folder() as folder, pytest.raises(MachineError, match="The engine NATS is missing"):
            Engines(folder).start()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root must drop its rights")
    def test_a_folder_that_the_engines_cannot_enter_is_refused(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o700)
        with pytest.raises(MachineError, match="cannot enter"):
            Engines(tmp_path / "data").start()
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
