"""``./gridloop`` itself: the environment it makes, and what it says where it cannot."""

import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from gridloop.layout import checkout

LAUNCHER = checkout() / "gridloop"
NOBODY = 65534


def load(path: Path) -> ModuleType:
    """The launcher as a module, without running it."""
    loader = importlib.machinery.SourceFileLoader("launcher", str(path))
    spec = importlib.util.spec_from_loader("launcher", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout without an environment, with what the launcher looks at."""
    for name in ("gridloop", "requirements", *(f"{package}/pyproject.toml" for package in load(LAUNCHER).PACKAGES)):
        source, target = checkout() / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    return tmp_path


@pytest.fixture
def launcher(clone: Path) -> ModuleType:
    return load(clone / "gridloop")


def pretend_ready(launcher: ModuleType, lock: str) -> None:
    (launcher.ENVIRONMENT / "bin").mkdir(parents=True, exist_ok=True)
    (launcher.ENVIRONMENT / "bin" / "python").touch()
    (launcher.ENVIRONMENT / f"{lock}.stamp").write_text(launcher.stamp(lock))


class TestCommand:
    @pytest.mark.parametrize(
        ("arguments", "lock"),
        [
            (["test"], "all"),
            (["--data", "test", "up"], "run"),
            (["--port", "8080", "test", "--strict"], "all"),
            (["demo", "test"], "run"),
            ([], "run"),
        ],
    )
    def test_only_the_tests_need_the_larger_lock(self, launcher: ModuleType, arguments: list[str], lock: str) -> None:
        assert launcher.lock_for(launcher.command_of(arguments)) == lock


class TestStamp:
    def test_without_one_nothing_is_ready(self, launcher: ModuleType) -> None:
        assert not launcher.is_ready("run")

    def test_the_larger_environment_serves_for_both(self, launcher: ModuleType) -> None:
        pretend_ready(launcher, "all")
        assert launcher.is_ready("run")
        assert launcher.is_ready("all")

    def test_the_smaller_one_does_not(self, launcher: ModuleType) -> None:
        pretend_ready(launcher, "run")
        assert launcher.is_ready("run")
        assert not launcher.is_ready("all")

    @pytest.mark.parametrize("changed", ["requirements/run.lock", "services/survey/pyproject.toml"])
    def test_it_is_void_when_what_it_was_made_of_changes(self, launcher: ModuleType, clone: Path, changed: str) -> None:
        pretend_ready(launcher, "run")
        with (clone / changed).open("a") as file:
            file.write("\n# another dependency\n")
        assert not launcher.is_ready("run")

    def test_an_installation_that_was_cut_short_is_begun_anew(self, launcher: ModuleType) -> None:
        (launcher.ENVIRONMENT / "bin").mkdir(parents=True)
        (launcher.ENVIRONMENT / "bin" / "python").touch()
        (launcher.ENVIRONMENT / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}").mkdir(parents=True)
        assert launcher.is_half_made()
        pretend_ready(launcher, "run")
        assert not launcher.is_half_made()


class TestObstacles:
    def test_an_older_python_gets_a_sentence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "version_info", (3, 10, 4))
        with pytest.raises(SystemExit, match="Gridloop needs Python"):
            load(LAUNCHER)

    def test_neither_pip_nor_ensurepip_names_the_package(
        self, launcher: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(launcher.SetupError, match="apt install python3-venv"):
            launcher.pip()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as somebody else")
    def test_a_checkout_of_another_user_gets_a_sentence(self, clone: Path) -> None:
        for folder in (clone, *list(clone.parents)[:-2]):
            folder.chmod(0o755)
        done = subprocess.run(
            ["/usr/bin/env", "python3", clone / "gridloop", "doctor"],
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            env={"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert "belongs to root" in done.stderr
        assert "Traceback" not in done.stderr


class TestBecoming:
    def test_its_pid_is_the_commands(self, launcher: ModuleType, clone: Path) -> None:
        pretend_ready(launcher, "run")
        python = launcher.ENVIRONMENT / "bin" / "python"
        python.write_text('#!/bin/sh\necho $$ "$@"\n')
        python.chmod(0o755)
        line = [sys.executable, clone / "gridloop", "up", "--port", "9"]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as child:
            said = child.communicate()[0]
        assert said.split() == [str(child.pid), "-P", "-m", "gridloop", "up", "--port", "9"]

    def test_a_warm_start_costs_little(self, launcher: ModuleType) -> None:
        pretend_ready(launcher, "run")
        began = time.monotonic()
        assert launcher.is_ready("run")
        assert time.monotonic() - began < 0.2
