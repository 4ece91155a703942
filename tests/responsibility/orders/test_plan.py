from pathlib import Path

from responsibility.catalogue.reading import read
from responsibility.catalogue.routing import Attributes
from responsibility.orders.plan import lacking, plan, single

CATALOGUE = read((Path(__file__).parents[3] / "content" / "catalogue" / "process_catalogue.yaml").read_text())
ROUTES = {route.code: route for route in CATALOGUE.routes}
KNOWN = CATALOGUE.sub_processes()


class TestPlan:
    def test_names_posts_and_limits(self):
        stages = plan(ROUTES["ADJUST"], Attributes(), KNOWN)
        assert [(s.sub_process, s.post, s.step) for s in stages] == [
            ("CS-01", "CSR", 0), ("RB-05", "READ", 1), ("RB-09", "CALC", 2), ("CS-09", "AGENT", 3)
        ]  # fmt: skip
        assert [s.limit.amount if s.limit else None for s in stages] == [1, 2, 3, None]

    def test_gives_parallel_stages_one_step(self):
        stages = plan(ROUTES["HV_NEW"], Attributes("dual"), KNOWN)
        assert len({s.step for s in stages if s.sub_process in ("BE-05", "BE-09")}) == 1

    def test_takes_the_limit_of_the_orders_kind(self):
        scheme = {
            source: next(s for s in plan(ROUTES["HV_NEW"], Attributes(source), KNOWN) if s.sub_process == "BE-03")
            for source in ("single", "dual")
        }
        assert (scheme["single"].limit.amount, scheme["dual"].limit.amount) == (6, 12)

    def test_keeps_the_hard_gate(self):
        energise = next(s for s in plan(ROUTES["HV_NEW"], Attributes("dual"), KNOWN) if s.sub_process == "BE-10")
        assert energise.hard_gate.passed == ["BE-08"]

    def test_of_a_flow_without_a_route_is_one_stage(self):
        assert [(s.sub_process, s.post) for s in single(KNOWN["CU-01"])] == [("CU-01", "CMGR")]


class TestLacking:
    def test_says_which_attributes_the_limits_depend_on(self):
        assert lacking(ROUTES["FAULT"], Attributes()) == ["area"]
        assert lacking(ROUTES["FAULT"], Attributes(area="city")) == []
