"""What the README says can be copied and pasted: it is, against a suite that is up."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridloop.engines import scratch_folder
from gridloop.process import free_ports
from tests.support.databases import ROOT

EXAMPLE = re.compile(r"<!-- example -->\n```bash\n(.*?)```", re.DOTALL)


def examples(name: str) -> list[str]:
    return EXAMPLE.findall((ROOT / name).read_text())


@pytest.fixture(scope="module")
def up() -> Iterator[dict[str, str]]:
    """What ``./gridloop up --json`` prints when it is ready."""
    with scratch_folder() as data:
        command = ["./gridloop", "--data", str(data), "--port", str(free_ports(1)[0]), "up", "--json"]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            try:
                assert process.stdout is not None
                yield json.loads(process.stdout.readline())
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=30)


def environment(up: dict[str, str], tmp_path: Path) -> dict[str, str]:
    found = os.environ | {"GRIDLOOP": up["url"], "TMPDIR": str(tmp_path)}
    if shutil.which("curl") is None:
        found["PATH"] += f":{ROOT / 'tests' / 'support' / 'bin'}"
    return found


@pytest.mark.alone
def test_the_examples_run_as_they_stand(up: dict[str, str], tmp_path: Path) -> None:
    script = "set -euo pipefail\n" + "\n".join(examples("README.md"))
    script = script.replace("./gridloop ", f"./gridloop --data {up['data']} ").replace(
        "/tmp/gridloop-client", f"{tmp_path}/gridloop-client"
    )
    told = environment(up, tmp_path)
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert '"revision":1' in done.stdout
    assert "gridloop.survey.dissatisfaction.reported.v1" in done.stdout
    assert "The meter was misread." not in done.stdout


def test_both_languages_show_the_same_examples() -> None:
    assert examples("README.md") == examples("README.zh-CN.md")


def test_the_readme_names_rooms_that_exist() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        rooms = re.findall(r"^\| `([\w/]+)` \|", (ROOT / name).read_text(), re.MULTILINE)
        assert len(rooms) >= 8
        assert all((ROOT / room).is_dir() for room in rooms)
