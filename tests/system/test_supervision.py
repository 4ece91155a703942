"""How long the supervisor waits before it tries again, and how it keeps logs small."""

from pathlib import Path

import pytest

from gridloop.process import Process
from gridloop.supervisor import Child
from gridloop.supervisor.child import LONGEST_PAUSE
from gridloop.supervisor.logs import rotate


class Watch:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


async def yes() -> bool:
    return True


def child_that_runs(tmp_path: Path, *command: str) -> tuple[Child, Watch]:
    watch = Watch()
    process = Process("sample", command, {}, tmp_path / "sample.log", tmp_path / "sample.json")
    return Child(process, yes, now=watch), watch


async def die(child: Child) -> float:
    """Let it end and be noticed; the pause until the next attempt."""
    assert child.process.child is not None
    child.process.child.wait()
    assert await child.look() == "waiting"
    return child.pause()


class TestPauses:
    async def test_they_double_up_to_a_limit(self, tmp_path: Path) -> None:
        child, watch = child_that_runs(tmp_path, "/bin/false")
        child.start()
        pauses = [await die(child)]
        for _ in range(9):
            watch.at += pauses[-1]
            assert await child.look() == "starting"
            pauses.append(await die(child))
        assert pauses[:4] == pytest.approx([0.2, 0.4, 0.8, 1.6])
        assert pauses[-1] == LONGEST_PAUSE

    async def test_it_is_not_started_before_the_pause_is_over(self, tmp_path: Path) -> None:
        child, watch = child_that_runs(tmp_path, "/bin/false")
        child.start()
        watch.at += await die(child) - 0.01
        assert await child.look() is None
        watch.at += 0.02
        assert await child.look() == "starting"
        child.process.kill()

    async def test_a_minute_of_service_forgets_the_deaths(self, tmp_path: Path) -> None:
        child, watch = child_that_runs(tmp_path, "/bin/sleep", "300")
        child.deaths = 7
        child.start()
        assert await child.look() == "ready"
        watch.at += 61
        child.process.child.kill()  # type: ignore[union-attr]
        assert await die(child) == pytest.approx(0.2)

    async def test_a_held_child_stays_down(self, tmp_path: Path) -> None:
        child, watch = child_that_runs(tmp_path, "/bin/sleep", "300")
        child.start()
        child.hold()
        watch.at += 3600
        assert await child.look() is None
        child.release()
        assert await child.look() == "starting"
        child.process.kill()


class TestLogs:
    def test_a_large_one_is_moved_and_the_writer_goes_on(self, tmp_path: Path) -> None:
        log = tmp_path / "survey.log"
        with log.open("ab", buffering=0) as writer:
            for number in range(5):
                writer.write(b"%d" % number * 100)
                rotate(tmp_path, largest=50)
            writer.write(b"last")
        assert log.read_bytes() == b"last"
        kept = {path.name: path.read_bytes()[:1] for path in tmp_path.glob("survey.log.*")}
        assert kept == {"survey.log.1": b"4", "survey.log.2": b"3", "survey.log.3": b"2"}

    def test_a_small_one_stays(self, tmp_path: Path) -> None:
        (tmp_path / "nats.log").write_text("short")
        rotate(tmp_path)
        assert [path.name for path in tmp_path.iterdir()] == ["nats.log"]
