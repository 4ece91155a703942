import json
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from responsibility.catalogue.faults import problems
from responsibility.catalogue.reading import Refused, read

CATALOGUE = Path(__file__).parents[3] / "content" / "catalogue" / "process_catalogue.yaml"
TEXT = CATALOGUE.read_text()
RAW = yaml.safe_load(TEXT)


def refusal(change):
    """What is said of the real catalogue after ``change`` has spoilt it: ``{pointer: sentence}``."""
    raw = deepcopy(RAW)
    change(raw)
    with pytest.raises(Refused) as caught:
        read(yaml.safe_dump(raw, allow_unicode=True))
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def route(raw, code):
    return next(r for r in raw["routes"] if r["code"] == code)


def place(code):
    return next(n for n, r in enumerate(RAW["routes"]) if r["code"] == code)


class TestTheRealCatalogue:
    def test_is_accepted_whole(self):
        catalogue = read(TEXT)
        assert len(catalogue.main_processes) == 12
        assert len(catalogue.sub_processes()) == 126
        assert len(catalogue.routes) == 14

    def test_reads_the_same_from_json(self):
        assert read(json.dumps(RAW, default=str)) == read(TEXT)


class TestRefusals:
    def test_stage_limits_over_the_total(self):
        def change(raw):
            route(raw, "HV_NEW")["stages"][2]["limits"][1]["amount"] = 13

        said = refusal(change)
        assert said == {
            f"/routes/{place('HV_NEW')}/total": "For dual the stage limits of route 'HV_NEW' add up to 33 "
            "working_days, more than its total of 32."
        }

    def test_stage_limits_that_cannot_be_compared_with_the_total(self):
        def change(raw):
            route(raw, "METER_TEST")["total"]["limits"][0]["unit"] = "hour"
            route(raw, "METER_TEST")["stages"][1]["limits"] = [{"amount": 1, "unit": "working_day"}]

        assert "do not fit a total in hours" in refusal(change)[f"/routes/{place('METER_TEST')}/total"]

    def test_an_unknown_post(self):
        def change(raw):
            raw["main_processes"][3]["sub_processes"][4]["post"] = "READER"

        assert refusal(change) == {
            "/main_processes/3/sub_processes/4/post": "Sub-process 'RB-05' names the unknown post 'READER'."
        }

    def test_an_unknown_sub_process_in_a_route(self):
        def change(raw):
            route(raw, "ADJUST")["stages"][1]["sub_process"] = "RB-99"

        assert list(refusal(change)) == [f"/routes/{place('ADJUST')}/stages/1/sub_process"]

    def test_a_parallel_stage_that_is_not_there(self):
        def change(raw):
            route(raw, "HV_NEW")["stages"][7]["parallel"] = "CS-01"

        assert list(refusal(change)) == [f"/routes/{place('HV_NEW')}/stages/7/parallel"]

    def test_a_hard_gate_on_a_later_stage(self):
        def change(raw):
            route(raw, "LV_NONRES")["stages"][5]["hard_gate"] = {"signed": ["BE-11"]}

        assert list(refusal(change)) == [f"/routes/{place('LV_NONRES')}/stages/5/hard_gate/signed/0"]

    def test_a_hard_gate_on_a_stage_that_not_every_order_has(self):
        def change(raw):
            route(raw, "HV_NEW")["stages"][14]["hard_gate"] = {"passed": ["BE-07"]}

        assert "does not run for every order" in next(iter(refusal(change).values()))

    def test_two_limits_for_the_same_order(self):
        def change(raw):
            route(raw, "FAULT")["stages"][1]["limits"].append({"amount": 60, "unit": "minute"})

        assert list(refusal(change)) == [f"/routes/{place('FAULT')}/stages/1/limits"]

    def test_a_flow_that_is_none(self):
        def change(raw):
            route(raw, "ADJUST")["flow"] = "RB-05"

        assert "only a flow starts an order" in refusal(change)[f"/routes/{place('ADJUST')}/flow"]

    def test_a_route_that_nothing_starts(self):
        def change(raw):
            del route(raw, "ADJUST")["flow"]

        assert list(refusal(change)) == [f"/routes/{place('ADJUST')}"]

    def test_branches_to_nowhere(self):
        def change(raw):
            route(raw, "BILLING")["branches"][0]["order"] = "ADJUSTED"
            route(raw, "COMPLAINT")["branches"][0]["finding"] = "QA-33"

        assert set(refusal(change)) == {
            f"/routes/{place('BILLING')}/branches/0/order",
            f"/routes/{place('COMPLAINT')}/branches/0/finding",
        }

    def test_doubles(self):
        def change(raw):
            raw["posts"].append(dict(raw["posts"][0]))
            raw["routes"].append(deepcopy(raw["routes"][0]))

        assert set(refusal(change)) == {"/posts/29/code", "/routes/14/code", "/routes/14/flow"}

    def test_a_sub_process_under_the_wrong_process(self):
        def change(raw):
            moved = raw["main_processes"][0]["sub_processes"][0]
            raw["main_processes"][1]["sub_processes"].append(dict(moved))

        assert "must begin with 'CU-'" in refusal(change)["/main_processes/1/sub_processes/14/code"]

    def test_every_fault_is_named_at_once(self):
        def change(raw):
            raw["main_processes"][0]["sub_processes"][0]["post"] = "NOBODY"
            route(raw, "ADJUST")["stages"][0]["sub_process"] = "RB-99"

        assert len(refusal(change)) == 2

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            (lambda raw: raw.pop("posts"), "/posts"),
            (lambda raw: raw["posts"][2].update(tier="chief"), "/posts/2/tier"),
            (
                lambda raw: raw["routes"][0]["stages"][0]["limits"][0].update(amount=0),
                "/routes/0/stages/0/limits/0/amount",
            ),
            (lambda raw: raw["routes"][0]["stages"][1].update(waive=True), "/routes/0/stages/1/waive"),
            (
                lambda raw: raw["routes"][0]["stages"][14].update(hard_gate={}),
                "/routes/0/stages/14/hard_gate",
            ),
            (lambda raw: raw["routes"][3].update(branches=[{"trigger": "x"}]), "/routes/3/branches/0"),
        ],
    )
    def test_wrong_shapes_are_named_by_their_place(self, change, pointer):
        assert list(refusal(change)) == [pointer]

    def test_the_line_of_the_document_is_said(self):
        spoilt = TEXT.replace("post: COMPL, risk: 3", "post: NOBODY, risk: 3")
        with pytest.raises(Refused) as caught:
            read(spoilt)
        said = problems(caught.value.faults, caught.value.lines)
        line = next(n for n, row in enumerate(spoilt.splitlines(), 1) if "NOBODY" in row)
        assert [problem["line"] for problem in said] == [str(line)]


class TestUnreadable:
    @pytest.mark.parametrize("text", ["", "[1, 2", "a: &x [1]\nb: *x", "just words", "- 1"])
    def test_is_said_in_a_sentence(self, text):
        with pytest.raises(Refused) as caught:
            read(text)
        assert all(fault.detail for fault in caught.value.faults)

    def test_aliases_are_not_expanded(self):
        with pytest.raises(Refused, match="1 faults"):
            read("a: &a [1,1]\nb: &b [*a,*a]\nc: [*b,*b]")
