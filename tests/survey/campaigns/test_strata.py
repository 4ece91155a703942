import pytest

from survey.campaigns.strata import district, stratum_of


@pytest.mark.parametrize(
    ("unit", "depth", "found"),
    [
        ("/city/east/hall-3/", 2, "/city/east/"),
        ("/city/east/hall-3/", 1, "/city/"),
        ("/city/east/hall-3/", 9, "/city/east/hall-3/"),
        ("/city/", 2, "/city/"),
        ("/", 2, "/"),
    ],
)
def test_a_district_is_the_path_down_to_its_depth(unit, depth, found):
    assert district(unit, depth) == found


def test_a_stratum_is_named_by_its_parts():
    where = {"unit": "/city/east/hall-3/", "segment": "residential"}
    assert stratum_of(["district", "segment"], 2, **where) == "/city/east/|residential"
    assert stratum_of(["segment"], 2, **where) == "residential"
    assert stratum_of(["segment"], 2, unit="/", segment=None) == "-"
    assert stratum_of([], 2, **where) == "all"
