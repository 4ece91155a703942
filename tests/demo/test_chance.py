"""Random numbers by topic: one topic more leaves the others as they were."""

from uuid import UUID

from gridloop.demo import chance


def test_a_topic_has_its_own_numbers_for_each_seed() -> None:
    def first(*topic: object) -> float:
        return chance.stream(*topic).random()  # type: ignore[arg-type]

    assert first(1, "orders", 2) == first(1, "orders", 2)
    assert len({first(1, "orders", 2), first(1, "orders", 3), first(2, "orders", 2)}) == 3


def test_made_ids_are_ids_and_the_same_again() -> None:
    assert chance.made_id(1, "call", "load-3") == chance.made_id(1, "call", "load-3")
    assert UUID(chance.made_id(1, "call", "load-3")) != UUID(chance.made_id(2, "call", "load-3"))
