"""Which anonymous answers leave together, and what they say of where they come from."""

from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from survey.anonymous.buckets import SMALLEST, Held, Place, above, alike, common, settled

QUESTIONNAIRE = UUID(int=1)
UNITS = ("/city/", "/city/east/", "/city/east/hall-1/", "/city/east/hall-2/", "/city/west/", "/city/west/hall-9/")


def held(unit: str = "/city/east/hall-1/", sub_process: str | None = "RB-09", segment: str | None = None) -> Held:
    return Held(uuid4(), uuid4().bytes, Place(QUESTIONNAIRE, unit, sub_process, segment, "none"), "x", {})


def many(count: int, **place: str | None) -> list[Held]:
    return [held(**place) for _ in range(count)]  # type: ignore[arg-type]


class TestAlike:
    def test_four_wait_and_five_go(self) -> None:
        assert alike(many(4)) == []
        assert [len(bucket) for bucket in alike(many(5))] == [5]

    def test_one_who_differs_in_anything_stays(self) -> None:
        for other in (held(unit="/city/west/"), held(sub_process="RB-10"), held(segment="industrial")):
            assert alike([*many(4), other]) == []


class TestSettled:
    def test_those_of_different_halls_go_as_their_district(self) -> None:
        (bucket,) = settled(many(3) + many(3, unit="/city/east/hall-2/", sub_process=None))
        assert common(bucket) == Place(QUESTIONNAIRE, "/city/east/", None, None, "none")

    def test_the_nearest_first(self) -> None:
        buckets = settled(many(5) + many(3, unit="/city/west/") + many(2, unit="/city/east/hall-2/"))
        assert [common(bucket).unit for bucket in buckets] == ["/city/east/hall-1/", "/city/"]

    def test_fewer_than_five_never_go(self) -> None:
        assert settled(many(2) + many(2, unit="/city/west/")) == []

    @given(st.lists(st.builds(held, st.sampled_from(UNITS), st.sampled_from([None, "RB-09", "BE-12"])), max_size=30))
    def test_nobody_goes_twice_or_alone_and_no_five_stay(self, waiting: list[Held]) -> None:
        buckets = settled(waiting)
        gone = [one.id for bucket in buckets for one in bucket]
        assert len(gone) == len(set(gone))
        assert all(len(bucket) >= SMALLEST for bucket in buckets)
        assert len(waiting) - len(gone) < SMALLEST

    @given(st.lists(st.builds(held, st.sampled_from(UNITS)), min_size=5, max_size=12))
    def test_what_is_told_is_true_of_each(self, bucket: list[Held]) -> None:
        place = common(bucket)
        assert all(one.place.unit.startswith(place.unit) for one in bucket)


def test_above() -> None:
    assert above("/city/east/hall-1/", 3) == "/city/east/"
    assert above("/city/", 5) == "/city/"
    assert above("/city/east/", 1) == "/"
