"""Each service declares the order of its slices beside its dependencies; import-linter holds it to that."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DECLARED = sorted(
    path
    for path in (ROOT / "services").glob("*/pyproject.toml")
    if "importlinter" in tomllib.loads(path.read_text("utf-8")).get("tool", {})
)


@pytest.mark.parametrize("path", DECLARED, ids=lambda path: path.parent.name)
def test_a_slice_imports_only_lower_ones(path: Path) -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [program, "--config", path, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
