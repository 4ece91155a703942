import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.organisation.tree import is_path, nearest, parent, root, upwards, within

SEGMENT = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
PATHS = st.lists(SEGMENT, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts) + "/")


class TestPaths:
    @pytest.mark.parametrize("text", ["/city/", "/city/east/hall-3/", "/3/"])
    def test_accepts(self, text):
        assert is_path(text)

    @pytest.mark.parametrize("text", ["", "/", "city/", "/city", "/City/", "/city//", "/-x/", "/city/ /", "/city/\n"])
    def test_refuses(self, text):
        assert not is_path(text)

    def test_parent_and_root(self):
        assert parent("/city/east/") == "/city/"
        assert parent("/city/") is None
        assert root("/city/east/hall-3/") == "/city/"

    @given(PATHS)
    def test_every_unit_lies_within_all_above_it(self, path):
        chain = upwards(path)
        assert chain[0] == path
        assert chain[-1] == root(path)
        assert all(within(path, above) for above in chain)

    def test_a_sibling_with_the_same_beginning_is_not_within(self):
        assert not within("/city/east-end/", "/city/east/")


class TestNearest:
    TEAMS = ("/city/east/reading/", "/city/west/reading/", "/city/")

    def test_prefers_the_team_of_the_same_district(self):
        assert nearest("/city/west/", self.TEAMS) == "/city/west/reading/"
        assert nearest("/city/east/hall-1/", self.TEAMS) == "/city/east/reading/"

    def test_takes_the_highest_below_the_common_unit(self):
        assert nearest("/city/north/", self.TEAMS) == "/city/"

    def test_goes_by_name_among_equals(self):
        assert nearest("/city/", ["/city/b/", "/city/a/"]) == "/city/a/"

    def test_is_nothing_without_candidates(self):
        assert nearest("/city/", []) is None

    @given(PATHS, st.lists(PATHS, min_size=1))
    def test_does_not_depend_on_the_order(self, unit, teams):
        assert nearest(unit, teams) == nearest(unit, reversed(teams))
