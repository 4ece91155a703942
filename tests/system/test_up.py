"""``gridloop up`` as its user meets it: one command, one port, one data folder, and every fault a sentence."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from gridloop.engines import scratch_folder
from gridloop.layout import SERVICES

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]
STOPPED_WITHIN = 15


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def of_suite(data: Path) -> list[psutil.Process]:
    """Processes that write to the data folder, by their command lines and their open files."""
    found = []
    for process in psutil.process_iter():
        try:
            named = str(data) in " ".join(process.cmdline())
            if named or any(file.path.startswith(str(data / "logs")) for file in process.open_files()):
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if process.pid != os.getpid()]


def runs(pid: int) -> bool:
    """One that ended counts as ended, also while nobody has asked how: orphans wait for the machine's first process."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@dataclass
class Up:
    """One ``gridloop up --json`` and what it said when it was ready."""

    process: subprocess.Popen[str]
    told: dict[str, object]

    @property
    def url(self) -> str:
        return str(self.told["url"])

    def end(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """Its exit code, and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(how)
        code = self.process.wait(30)
        return code, time.monotonic() - began


def command(data: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-P", "-m", "gridloop", *arguments, "--data", str(data)]


@contextlib.contextmanager
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own group that has nothing to do with any suite."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], process_group=0) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def started(data: Path, *arguments: str, **how: object) -> Iterator[Up]:
    """A running suite; killed if the test has not ended it."""
    up = start(data, *arguments, **how)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.process.kill()
            up.process.wait()


def start(data: Path, *arguments: str, **how: object) -> Up:
    line = command(data, "up", "--json", "--port", str(free_port()), *arguments)
    log = data.with_suffix(".err")
    with log.open("w") as errors:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=errors, text=True, **how)  # type: ignore[call-overload]
    assert process.stdout is not None
    said = process.stdout.readline()
    assert said, log.read_text()
    return Up(process, json.loads(said))


def refused(data: Path, *arguments: str) -> str:
    """What an ``up`` says that must not come up."""
    done = subprocess.run(command(data, "up", *arguments), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode not in (0, None)
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def up(data: Path) -> Iterator[Up]:
    with started(data) as running:
        yield running
        running.end()


class TestRunning:
    def test_it_says_in_one_line_where_it_is(self, up: Up, data: Path) -> None:
        assert up.told == {"url": up.url, "data": str(data), "pid": up.process.pid}
        assert httpx.get(f"{up.url}/health/ready").json()["ready"] is True

    def test_the_first_administrator_is_told_a_password_that_works_once(self, up: Up, data: Path) -> None:
        said = data.with_suffix(".err").read_text()
        first = json.loads((data / "secrets" / "first-admin.json").read_text())
        assert first["password"] in said
        credentials = {"username": first["username"], "password": first["password"]}
        answer = httpx.post(f"{up.url}/v1/auth/sign-in", json=credentials)
        assert "password_change_required" in answer.json()["type"]

    def test_a_second_one_says_what_runs(self, up: Up, data: Path) -> None:
        said = refused(data)
        assert up.url in said
        assert str(up.process.pid) in said
        assert httpx.get(f"{up.url}/health/live").status_code == 200

    def test_a_killed_service_comes_back(self, up: Up, data: Path) -> None:
        note = data / "run" / "survey.json"
        before = json.loads(note.read_text())["pid"]
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: note.exists() and json.loads(note.read_text() or "{}").get("pid") not in (before, None))
        survey = json.loads((data / "run" / "suite.status").read_text())["services"]["survey"]
        wait_until(lambda: answers(survey))

    def test_the_services_come_back_when_what_they_were_forked_from_is_killed(self, up: Up, data: Path) -> None:
        notes = {name: data / "run" / f"{name}.json" for name in SERVICES}
        before = {name: json.loads(note.read_text())["pid"] for name, note in notes.items()}
        os.kill(json.loads((data / "run" / "fork-server.json").read_text())["pid"], signal.SIGKILL)
        for pid in before.values():
            wait_until(lambda pid=pid: not psutil.pid_exists(pid))
        addresses = json.loads((data / "run" / "suite.status").read_text())["services"]
        for name in SERVICES:
            wait_until(lambda name=name: answers(addresses[name]), 60)

    @pytest.mark.parametrize("service", SERVICES)
    def test_the_operator_reads_every_services_log(self, up: Up, data: Path, service: str) -> None:
        for words in (("events", "head", service), ("events", "list", service), ("events", "dead", "list", service)):
            done = subprocess.run(command(data, *words, "--json"), capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert isinstance(json.loads(done.stdout), dict)

    def test_people_and_systems_are_admitted(self, up: Up, data: Path) -> None:
        words = ("user", "add", "li.mei", "--name", "李梅", "--role", "agent", "--json")
        made = subprocess.run(command(data, *words), capture_output=True, text=True, check=False)
        assert json.loads(made.stdout)["one_time_password"], made.stderr
        words = ("client", "add", "Customer service", "--role", "integrator", "--json")
        made = subprocess.run(command(data, *words), capture_output=True, text=True, check=False)
        key = json.loads(made.stdout)
        form = {name: key[name] for name in ("client_id", "client_secret")} | {"grant_type": "client_credentials"}
        assert httpx.post(f"{up.url}/v1/auth/token", data=form).json()["access_token"]


def answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/health/ready").status_code == 200
    except httpx.HTTPError:
        return False


class TestStopping:
    def test_sigterm_stops_everything_in_time(self) -> None:
        with scratch_folder() as folder, started(folder) as running:
            assert len(of_suite(folder)) > len(SERVICES)
            code, seconds = running.end(signal.SIGTERM)
            assert code == 0
            assert seconds < STOPPED_WITHIN
            assert not of_suite(folder)

    def test_sigint_reaches_it_as_a_background_job_too(self) -> None:
        def ignored() -> None:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

        with scratch_folder() as folder, started(folder, preexec_fn=ignored) as running:
            code, seconds = running.end(signal.SIGINT)
            assert code == 0
            assert seconds < STOPPED_WITHIN
            assert not of_suite(folder)

    def test_what_a_killed_one_left_is_stopped_by_the_next(self) -> None:
        with scratch_folder() as folder, sleeper() as stray, started(folder) as first:
            notes = [json.loads(path.read_text()) for path in (folder / "run").glob("*.json")]
            begun = psutil.Process(stray.pid).create_time()
            note = {"name": "stray", "pid": stray.pid, "started": begun, "signal": int(signal.SIGTERM)}
            first.end(signal.SIGKILL)
            (folder / "run" / "stray.json").write_text(json.dumps(note))
            with started(folder) as second:
                assert stray.wait(10) == -signal.SIGTERM
                known = {json.loads(path.read_text())["pid"] for path in (folder / "run").glob("*.json")}
                assert not [note["pid"] for note in notes if note["pid"] not in known and runs(note["pid"])]
                second.end()

    def test_a_stranger_with_a_remembered_pid_is_left_alone(self) -> None:
        with scratch_folder() as folder, sleeper() as stranger:
            (folder / "run").mkdir(parents=True)
            note = {"name": "survey", "pid": stranger.pid, "started": 1.0, "signal": int(signal.SIGKILL)}
            (folder / "run" / "survey.json").write_text(json.dumps(note))
            with started(folder) as running:
                running.end()
            assert stranger.poll() is None


class TestFaults:
    def test_a_port_in_use(self) -> None:
        with scratch_folder() as folder, socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = str(other.getsockname()[1])
            assert f"Port {port} of 127.0.0.1 cannot be taken" in refused(folder, "--port", port)
            assert not (folder / "postgres").exists()
            assert not of_suite(folder)

    def test_data_of_another_version(self) -> None:
        with scratch_folder() as folder:
            folder.mkdir()
            (folder / "VERSION").write_text("99\n")
            assert "data of version '99'" in refused(folder, "--port", str(free_port()))
            assert not of_suite(folder)

    def test_a_file_in_place_of_the_folder(self) -> None:
        with scratch_folder() as folder:
            folder.write_text("")
            assert "cannot be used" in refused(folder, "--port", str(free_port()))

    def test_a_port_that_is_none(self) -> None:
        with scratch_folder() as folder:
            assert "--port 99999 is no TCP port" in refused(folder, "--port", "99999")

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
    def test_a_full_disk(self) -> None:
        with scratch_folder() as folder:
            folder.mkdir()
            subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", folder], check=True)
            try:
                assert f"The disk of {folder} has" in refused(folder, "--port", str(free_port()))
                assert not of_suite(folder)
            finally:
                subprocess.run(["umount", "--lazy", folder], check=True)
