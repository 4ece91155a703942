"""Each bench measures, on engines of its own, beside its limit in the same run."""

import json
import subprocess

import pytest

from tests.support.databases import ROOT

pytestmark = [pytest.mark.alone, pytest.mark.long, pytest.mark.timeout(300)]


@pytest.mark.parametrize("name", ["events", "exports", "insights", "intake", "planning", "write"])
def test_a_quick_run_answers_figures_with_goals(name: str) -> None:
    command = ["./gridloop", "bench", name, "--quick", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["bench"] == name
    assert all(figure["value"] > 0 and figure["goal"] > 0 for figure in found["figures"])
    assert any(figure["reference"] for figure in found["figures"])
