"""Taking protections away in a copy: the patch must fit, and its test must be named and turn red."""

from pathlib import Path

import pytest

from gridloop.errors import MachineError
from gridloop.layout import checkout
from gridloop.testing import patching, unprotected

PATCH = """Takes the guard away.
Test: tests/test_guard.py::test_it

--- a/guard.py
+++ b/guard.py
@@ -1,3 +1,3 @@
 def allowed(age):
-    return age >= 18
+    return True

"""
GUARD = "def allowed(age):\n    return age >= 18\n\n\nlimit = 18\n"
RED_TEST = "from guard import allowed\n\n\ndef test_it():\n    assert not allowed(17)\n"
CONFTEST = "def pytest_addoption(parser):\n    parser.addoption('--long', action='store_true')\n"
BLIND_TEST = "def test_it():\n    assert True\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "tests" / "faults").mkdir(parents=True)
    (tree / "shared" / "src").mkdir(parents=True)
    (tree / "shared" / "src" / "guard.py").write_text(GUARD)
    (tree / "tests" / "test_guard.py").write_text(RED_TEST)
    (tree / "tests" / "conftest.py").write_text(CONFTEST)
    (tree / "tests" / "faults" / "no-guard.patch").write_text(PATCH.replace("/guard.py", "/shared/src/guard.py"))
    return tree


class TestPatching:
    def test_a_patch_changes_what_it_names(self, tmp_path: Path) -> None:
        (tmp_path / "guard.py").write_text(GUARD)
        patching.apply(PATCH, tmp_path)
        assert (tmp_path / "guard.py").read_text() == GUARD.replace("age >= 18", "True")

    def test_lines_that_moved_are_found(self, tmp_path: Path) -> None:
        (tmp_path / "guard.py").write_text("import os\n" * 40 + GUARD)
        patching.apply(PATCH, tmp_path)
        assert "return True" in (tmp_path / "guard.py").read_text()

    def test_a_patch_that_no_longer_fits_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "guard.py").write_text(GUARD.replace("18", "21"))
        with pytest.raises(MachineError, match=r"near line 1 of guard\.py no longer fits"):
            patching.apply(PATCH, tmp_path)

    def test_a_file_that_other_trees_share_stays_theirs(self, tmp_path: Path) -> None:
        (tmp_path / "guard.py").write_text(GUARD)
        (tmp_path / "guard.py").chmod(0o755)
        (tmp_path / "theirs.py").hardlink_to(tmp_path / "guard.py")
        patching.apply(PATCH, tmp_path)
        assert (tmp_path / "theirs.py").read_text() == GUARD
        assert (tmp_path / "guard.py").stat().st_mode & 0o777 == 0o755

    def test_a_file_that_is_gone_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(MachineError, match=r"guard\.py, which is not there"):
            patching.apply(PATCH, tmp_path)


class TestUnprotected:
    def test_a_test_that_notices(self, tree: Path) -> None:
        assert [good for _, good in unprotected.try_all(tree)] == [True]

    def test_a_test_that_does_not(self, tree: Path) -> None:
        (tree / "tests" / "test_guard.py").write_text(BLIND_TEST)
        assert [good for _, good in unprotected.try_all(tree)] == [False]

    def test_a_test_that_is_not_there_proves_nothing(self, tree: Path) -> None:
        (tree / "tests" / "test_guard.py").unlink()
        assert [good for _, good in unprotected.try_all(tree)] == [False]

    def test_a_test_that_fails_anyway_proves_nothing(self, tree: Path) -> None:
        (tree / "tests" / "test_guard.py").write_text("def test_it():\n    assert False\n")
        assert [good for _, good in unprotected.try_all(tree)] == [False]

    def test_a_copy_that_cannot_be_loaded_proves_nothing(self, tree: Path) -> None:
        patch = tree / "tests" / "faults" / "no-guard.patch"
        patch.write_text(patch.read_text().replace("+    return True", "+    return ("))
        assert [good for _, good in unprotected.try_all(tree)] == [False]

    def test_each_patch_has_a_copy_of_its_own(self, tree: Path) -> None:
        """Side by side and after each other: what one takes away is there for the next."""
        first = tree / "tests" / "faults" / "no-guard.patch"
        for number in range(4):
            harmless = first.read_text().replace("return True", "return age > 17")
            (tree / "tests" / "faults" / f"{number}-harmless.patch").write_text(harmless)
        found = dict(unprotected.try_all(tree))
        assert found == {"no-guard": True} | {f"{number}-harmless": False for number in range(4)}

    def test_what_runs_is_the_copys_not_what_runs_it(self, tree: Path) -> None:
        """A package that the forking process has loaded itself is the tree's own in its run."""
        package = tree / "deploy" / "local" / "src" / "gridloop"
        package.mkdir(parents=True)
        (package / "__init__.py").write_text("from guard import allowed\n")
        (tree / "tests" / "test_guard.py").write_text(RED_TEST.replace("from guard", "from gridloop"))
        patch = tree / "tests" / "faults" / "no-guard.patch"
        with unprotected.trials(tree) as tries:
            assert tries.try_one(patch, unprotected.named_test(patch))[0]

    def test_patches_of_one_file_of_tests_follow_each_other(self) -> None:
        tests = {Path("a"): "t/x.py::one", Path("b"): "t/y.py::two", Path("c"): "t/y.py::three"}
        assert [list(group) for group in unprotected.by_file(tests)] == [[Path("b"), Path("c")], [Path("a")]]

    def test_a_patch_without_a_test_is_refused(self, tree: Path) -> None:
        (tree / "tests" / "faults" / "no-guard.patch").write_text("--- a/x\n+++ b/x\n")
        with pytest.raises(MachineError, match="names no test"):
            list(unprotected.try_all(tree))

    def test_the_tree_itself_stays_as_it_is(self, tree: Path) -> None:
        list(unprotected.try_all(tree))
        assert (tree / "shared" / "src" / "guard.py").read_text() == GUARD


PATCHES = sorted((checkout() / "tests" / "faults").glob("*.patch"))


@pytest.mark.parametrize("patch", PATCHES, ids=lambda path: path.stem)
class TestOurPatches:
    def test_it_fits_the_tree_as_it_is(self, patch: Path, tmp_path: Path) -> None:
        text = patch.read_text(encoding="utf-8")
        changed = patching.parse(text)
        assert changed
        for name in changed:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text((checkout() / name).read_text(encoding="utf-8"), encoding="utf-8")
        patching.apply(text, tmp_path)

    def test_the_test_that_it_names_exists(self, patch: Path) -> None:
        file, *words = unprotected.named_test(patch).split("::")
        written = (checkout() / file).read_text(encoding="utf-8")
        assert all(word.split("[")[0] in written for word in words)
