"""``./gridloop import`` beside a suite that is up: as an operator uses it."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridloop.engines import scratch_folder
from gridloop.process import free_ports
from tests.support.databases import ROOT

pytestmark = pytest.mark.alone
HEADING = "户号,版本,单位,姓名,手机号,同意调查\n"


@pytest.fixture(scope="module")
def data() -> Iterator[str]:
    """The data folder of a suite that is up."""
    with scratch_folder() as folder:
        command = ["./gridloop", "--data", str(folder), "--port", str(free_ports(1)[0]), "up", "--json"]
        quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, cwd=ROOT, text=True, **quiet) as process:
            try:
                assert process.stdout is not None
                json.loads(process.stdout.readline())
                yield str(folder)
            finally:
                process.send_signal(signal.SIGINT)
                process.wait(timeout=30)


def gridloop(data: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = ["./gridloop", "--data", data, *arguments]
    return subprocess.run(command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)


def contacts(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "contacts.csv"
    path.write_bytes((HEADING + "".join(row + "\n" for row in rows)).encode("gb18030"))
    return str(path)


def test_contacts_are_stored_and_again_they_are_known(data: str, tmp_path: Path) -> None:
    rows = [f"31{n:08d},1,/,客户{n},138{n:08d},是" for n in range(3000)]
    file = contacts(tmp_path, *rows)
    dry = gridloop(data, "import", "contacts", file, "--dry-run", "--json")
    assert (dry.returncode, json.loads(dry.stdout)["outcome"]) == (0, "checked"), dry.stderr
    first = gridloop(data, "import", "contacts", file)
    assert (first.returncode, first.stdout) == (0, "3000 rows: 3000 stored, 0 were here already.\n"), first.stderr
    again = json.loads(gridloop(data, "import", "contacts", file, "--json").stdout)
    assert (again["changed"], again["unchanged"]) == (0, 3000)


def test_faults_are_printed_by_row_and_column(data: str, tmp_path: Path) -> None:
    done = gridloop(data, "import", "contacts", contacts(tmp_path, "3199999999,1,/,甲,1.38E+10,是"))
    assert done.returncode == 1
    assert "row       2  手机号" in done.stdout
    assert "format the column as text" in done.stdout


def test_a_catalogue(data: str) -> None:
    file = str(ROOT / "content" / "catalogue" / "process_catalogue.yaml")
    done = gridloop(data, "import", "catalogue", file, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["weather", "x.csv"], "no kind"),
        (["contacts", "x.pdf"], "ends in"),
        (["contacts", "nowhere.csv"], "no file"),
        (["responses", __file__.replace(".py", ".csv")], "no file"),
    ],
)
def test_what_cannot_be_imported_is_told_in_a_sentence(data: str, arguments: list[str], word: str) -> None:
    done = gridloop(data, "import", *arguments)
    assert done.returncode == 1
    assert word in done.stderr
