"""What a step of switching brings back and takes away."""

import pytest

from incident.incidents.repair_unit import repair_unit
from incident.network import device_csv
from incident.network.switching import switched

LINE = """kind,code,terminal_1,terminal_2,normal_state,type
source,west,b1,,,
source,east,b4,,,
bus,b1,,,,
bus,b2,,,,
bus,b3,,,,
bus,b4,,,,
line,l12,b1,b2,,
line,l23,b2,b3,,
line,l34,b3,b4,,
switch,breaker,b1,l12,,breaker
switch,left,b2,l23,,load_break
switch,right,b3,l23,,load_break
switch,tie,b4,l34,out,load_break
load,d2,b2,,,public_transformer
load,d3,b3,,,public_transformer
"""


def test_three_steps_around_a_broken_section():
    network = device_csv.read(LINE)
    tripped = switched(network, {}, {"breaker": False})
    isolated = switched(network, tripped.state, {"left": False, "right": False, "breaker": True})
    transferred = switched(network, isolated.state, {"tie": True})
    repaired = switched(network, transferred.state, {"left": True, "right": True, "tie": False})

    assert (tripped.back, tripped.lost) == (frozenset(), {"d2", "d3"})
    assert (isolated.back, isolated.lost) == ({"d2"}, frozenset())
    assert (transferred.back, transferred.lost) == ({"d3"}, frozenset())
    assert (repaired.back, repaired.lost) == (frozenset(), frozenset())


def test_an_unknown_device_is_named():
    with pytest.raises(KeyError, match="q99"):
        switched(device_csv.read(LINE), {}, {"q99": True})


class TestRepairUnit:
    HALLS = ("/city/east/hall-1/", "/city/east/hall-2/", "/city/west/hall-1/")
    CREWS = ("/city/west/repair/", "/city/east/repair/")

    def test_the_crew_of_the_district_of_most_customers(self):
        assert repair_unit({self.HALLS[0]: 2, self.HALLS[2]: 1}, self.CREWS) == "/city/east/repair/"

    def test_without_a_crew_near_it_is_the_customers_own_unit(self):
        assert repair_unit({self.HALLS[0]: 1}, ["/city/west/repair/"]) == "/city/east/hall-1/"
        assert repair_unit({self.HALLS[0]: 1}, []) == "/city/east/hall-1/"

    def test_nobody_out_names_no_unit(self):
        assert repair_unit({}, self.CREWS) is None
