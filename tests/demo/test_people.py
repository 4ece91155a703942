"""Made-up people: the same seed the same ones, spread over every load, and plainly nobody real."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridloop.demo.content import read
from gridloop.demo.people.customers import Customer, Mix, population
from gridloop.demo.people.names import NameBook, name_book
from gridloop.demo.people.staff import appointed, holder_of, listed, whole_company

PLACES = {f"load-{n}": ("/city/east/hall-1/", "city") for n in range(12)}
MIX = Mix(consent=0.9, opt_out=0.1, english=0.2, important=0.1, segments={"residential": 0.8, "commercial": 0.2})


def names() -> NameBook:
    return name_book(read("demo/names"))


def people(seed: int = 1, count: int = 200, single: tuple[str, ...] = ("load-3",)) -> list[Customer]:
    return population(PLACES, single, count, MIX, names(), Random(seed))


class TestCustomers:
    def test_the_same_seed_makes_the_same_ones(self) -> None:
        assert people(7) == people(7)
        assert people(7) != people(8)

    @given(count=st.integers(12, 300), seed=st.integers(0, 50))
    def test_there_are_as_many_as_asked_and_no_load_is_without(self, count: int, seed: int) -> None:
        spread = Counter(one.load for one in people(seed, count))
        assert sum(spread.values()) == count
        assert set(spread) == set(PLACES)
        assert spread["load-3"] == 1

    def test_accounts_and_phones_are_nobody_elses(self) -> None:
        found = people(count=300)
        assert len({one.account for one in found}) == len({one.phone for one in found}) == 300

    def test_no_phone_is_one_that_could_ring(self) -> None:
        assert all(one.phone.startswith("+86111") and len(one.phone) == 14 for one in people())

    def test_every_name_says_that_it_is_made_up(self) -> None:
        assert all(one.name.endswith("（示例）") for one in people())

    def test_who_opted_out_may_not_be_asked(self) -> None:
        assert any(one.opt_out for one in people())
        assert not any(one.may_be_asked for one in people() if one.opt_out or not one.consent)

    def test_a_user_metered_at_medium_voltage_is_industrial_and_nobody_else_is(self) -> None:
        assert {one.load for one in people() if one.segment == "industrial"} == {"load-3"}
        assert {one.segment for one in people()} == {"industrial", "residential", "commercial"}

    def test_fewer_customers_than_loads_are_refused(self) -> None:
        with pytest.raises(ValueError, match="11 customers cannot be spread over 12 loads"):
            people(count=11)


class TestStaff:
    def test_the_whole_company_has_as_many_holders_as_its_sheets(self) -> None:
        catalogue, sizes = read("catalogue/process_catalogue"), read("demo/demo_company")
        known = listed(read("demo/company")["posts"], ["east", "west"])
        posts = {main["code"]: [sub["post"] for sub in main["sub_processes"]] for main in catalogue["main_processes"]}
        holders = {process: split["holders"] for process, split in sizes["by_process"].items()}
        places = whole_company(known, posts, holders)
        assert len(places) == sizes["totals"]["sheets"] == 387
        assert not Counter(known) - Counter(places)

    def test_each_holder_is_an_employee_of_their_own(self) -> None:
        staff = appointed(listed(read("demo/company")["posts"], ["east", "west"]), names(), Random(1))
        assert len({one.employee for one in staff}) == len(staff)

    def test_every_sign_in_has_its_holder(self) -> None:
        content = read("demo/company")
        staff = appointed(listed(content["posts"], list(content["districts"])), names(), Random(1))
        for wanted in content["sign_ins"].values():
            if "post" in wanted:
                assert holder_of(staff, wanted["post"], wanted["of"])

    def test_a_post_that_nobody_holds_is_named(self) -> None:
        with pytest.raises(LookupError, match="Nobody holds the post READ"):
            holder_of([], "READ", "/city/")
