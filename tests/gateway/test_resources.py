"""The table that cuts ``/v1`` by resource."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.upstreams.resources import RESOURCES, owner_of, resource_of


class TestResourceOf:
    @pytest.mark.parametrize(
        ("path", "resource"),
        [
            ("/v1/orders", "orders"),
            ("/v1/orders/", "orders"),
            ("/v1/orders/7/stages", "orders"),
            ("/v1/trouble-calls/x", "trouble-calls"),
        ],
    )
    def test_names_the_first_segment_below_v1(self, path: str, resource: str) -> None:
        assert resource_of(path) == resource

    @pytest.mark.parametrize(
        "path",
        ["/", "/v1", "/v1/", "/v2/orders", "v1/orders", "/v1//orders", "/v1/needs/../events", "/v1/./orders",
         "/v1/needs/..", "/v1/needs\\..\\events", "/health/ready"],
    )  # fmt: skip
    def test_refuses_what_others_might_resolve_differently(self, path: str) -> None:
        assert resource_of(path) is None

    @given(st.text(max_size=30))
    def test_never_finds_an_owner_for_a_path_with_dot_segments(self, tail: str) -> None:
        assert resource_of(f"/v1/needs/{tail}/../x") is None


class TestOwnerOf:
    def test_gives_every_resource_one_owner(self) -> None:
        everything = [resource for owned in RESOURCES.values() for resource in owned]

        assert len(everything) == len(set(everything))
        assert all(resource in RESOURCES[owner_of(resource) or ""] for resource in everything)

    def test_knows_no_owner_of_what_is_no_resource(self) -> None:
        assert owner_of("events") is None
        assert owner_of("unicorns") is None
