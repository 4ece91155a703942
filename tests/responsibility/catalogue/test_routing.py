from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from responsibility.catalogue.document import Limit, RouteStage
from responsibility.catalogue.reading import read
from responsibility.catalogue.routing import Attributes, asked, limit_for, longest, measured, steps

CATALOGUE = read((Path(__file__).parents[3] / "content" / "catalogue" / "process_catalogue.yaml").read_text())
ROUTES = {route.code: route for route in CATALOGUE.routes}


def codes(route, **attributes):
    return [[stage.sub_process for stage in step] for step in steps(ROUTES[route], Attributes(**attributes))]


class TestSteps:
    def test_of_an_important_customer(self):
        planned = codes("HV_NEW", source="single", kinds=frozenset({"important"}))
        assert ["BE-06", "MM-01"] in planned
        assert ["BE-07"] in planned
        assert ["BE-05", "BE-09"] in planned

    def test_of_an_ordinary_customer_leave_out_what_is_for_others(self):
        planned = codes("HV_NEW", source="single")
        assert ["MM-01"] in planned
        assert not any("BE-07" in step or "BE-06" in step for step in planned)

    def test_keep_the_order_of_the_route(self):
        assert codes("ADJUST") == [["CS-01"], ["RB-05"], ["RB-09"], ["CS-09"]]

    @given(st.frozensets(st.sampled_from(["important", "special_load", "other"])))
    def test_run_each_stage_once(self, kinds):
        flat = [code for step in codes("HV_NEW", kinds=kinds) for code in step]
        assert len(flat) == len(set(flat))


class TestLimits:
    def test_follow_the_area(self):
        arrival = next(stage for stage in ROUTES["FAULT"].stages if stage.sub_process == "OR-04")
        found = {a: limit_for(arrival.limits, Attributes(area=a)).amount for a in ("city", "rural", "remote")}
        assert found == {"city": 45, "rural": 90, "remote": 120}

    def test_are_absent_where_no_condition_fits(self):
        repair = next(stage for stage in ROUTES["FAULT"].stages if stage.sub_process == "OR-05")
        assert limit_for(repair.limits, Attributes(area="remote")) is None

    def test_say_what_they_depend_on(self):
        assert asked(ROUTES["HV_NEW"]) == {"source"}
        assert asked(ROUTES["FAULT"]) == {"area"}
        assert asked(ROUTES["ADJUST"]) == set()


class TestTotals:
    @pytest.mark.parametrize(("source", "days"), [("single", 22), ("dual", 32)])
    def test_of_high_voltage_are_used_up_exactly(self, source, days):
        attributes = Attributes(source, kinds=frozenset({"important"}))
        assert longest(ROUTES["HV_NEW"], attributes, "working_day") == days

    def test_count_the_longest_of_stages_side_by_side(self):
        beside = [
            RouteStage(sub_process="BE-01", limits=[Limit(amount=2, unit="day")]),
            RouteStage(sub_process="BE-02", limits=[Limit(amount=3, unit="day")], parallel="BE-01"),
        ]
        assert longest(ROUTES["LV_RES"].model_copy(update={"stages": beside}), Attributes(), "day") == 3

    def test_leave_out_the_customers_time_unless_the_whole_process_counts(self):
        stage = RouteStage(sub_process="BE-05", party="customer", limits=[Limit(amount=2, unit="day")])
        utility = ROUTES["LV_NONRES"].model_copy(update={"stages": [stage]})
        whole = ROUTES["LV_RES"].model_copy(update={"stages": [stage]})
        assert longest(utility, Attributes(), "day") == 0
        assert longest(whole, Attributes(), "day") == 2

    @pytest.mark.parametrize(
        ("amount", "unit", "target", "length"),
        [
            (90, "minute", "hour", 1.5),
            (24, "hour", "working_day", 1),
            (2, "working_day", "hour", None),
            (2, "day", "day", 2),
        ],
    )
    def test_units_compare(self, amount, unit, target, length):
        assert measured(Limit(amount=amount, unit=unit), target) == length
