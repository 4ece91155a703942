"""Supply and downstream sets, with pandapower's graph search as oracle on the shipped network."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident.network import device_csv, pandapower_json
from incident.network.model import Device, Network
from incident.network.topology import Topology

SHIPPED = Path(__file__).parents[2] / "content" / "networks" / "mv_oberrhein.json"


@pytest.fixture(scope="module")
def network():
    return pandapower_json.read(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def normal(network):
    return Topology(network, network.state({}))


@pytest.fixture(scope="module")
def oracle():
    """``unsupplied(switches that change)`` by pandapower: codes of the loads without supply."""
    pandapower = pytest.importorskip("pandapower")
    from pandapower.topology import unsupplied_buses

    net = pandapower.from_json(str(SHIPPED))

    def unsupplied(changed):
        closed = net.switch.closed.copy()
        for index in changed:
            net.switch.loc[index, "closed"] = not closed[index]
        buses = unsupplied_buses(net)
        net.switch["closed"] = closed
        return {f"load-{i}" for i in net.load.index[net.load.bus.isin(buses)]}

    return unsupplied


def is_nested(one, other):
    return not one & other or one <= other or other <= one


class TestShippedNetwork:
    def test_is_whole_and_supplied(self, network, normal):
        counts = {kind: len(network.codes(kind)) for kind in ("bus", "line", "switch", "transformer", "load")}

        assert counts == {"bus": 179, "line": 181, "switch": 322, "transformer": 2, "load": 147}
        assert normal.supplied_loads == network.loads

    def test_each_closed_switch_loses_what_pandapower_says(self, network, normal, oracle):
        closed = [code for code in network.codes("switch") if network.devices[code].normally_in]
        lost = {code: normal.downstream(code) for code in closed}

        assert len(closed) == 316
        assert lost == {code: oracle([int(code.removeprefix("switch-"))]) for code in closed}
        assert len(set(lost.values())) == 156

    def test_downstream_sets_are_nested(self, network, normal):
        sets = {normal.downstream(code) for code in network.devices}

        assert all(is_nested(one, other) for one in sets for other in sets)

    @settings(max_examples=60, deadline=None)
    @given(changed=st.sets(st.integers(0, 321), min_size=1, max_size=12))
    def test_any_switching_supplies_what_pandapower_says(self, network, oracle, changed):
        known = {code: device.normally_in for code, device in network.devices.items()}
        present = {code: not known[code] for i in changed if (code := f"switch-{i}") in known}
        indices = [int(code.removeprefix("switch-")) for code in present]
        topology = Topology(network, network.state(present))

        assert network.loads - topology.supplied_loads == oracle(indices)


def ring():
    """Two sources' worth of ring: s - b1 - l1 - b2 - l2 - b3 - l3 - b1, loads at b2 and b3."""
    return Network.of(
        [
            Device("s", "source", terminals=("b1",)),
            *(Device(code, "bus") for code in ("b1", "b2", "b3")),
            Device("l1", "line", terminals=("b1", "b2")),
            Device("l2", "line", terminals=("b2", "b3")),
            Device("l3", "line", terminals=("b3", "b1")),
            Device("q", "switch", terminals=("b1", "l1")),
            Device("d2", "load", terminals=("b2",), type="public_transformer"),
            Device("d3", "load", terminals=("b3",), type="public_transformer"),
        ]
    )


class TestMeshed:
    def test_a_closed_ring_survives_any_one_line(self):
        topology = Topology(ring(), out=())

        assert topology.downstream("l1") == topology.downstream("l2") == frozenset()
        assert topology.downstream("s") == {"d2", "d3"}

    def test_an_open_ring_hangs_on_its_switch(self):
        assert Topology(ring(), out={"l2"}).downstream("q") == {"d2"}
        assert Topology(ring(), out={"l2", "q"}).unsupplied("load") == {"d2"}

    def test_switches_in_series_each_open_the_terminal(self):
        network = Network.of([*ring().devices.values(), Device("q2", "switch", terminals=("b1", "l1"))])

        assert Topology(network, out={"l2"}).downstream("q") == {"d2"}
        assert Topology(network, out={"l2"}).downstream("q2") == {"d2"}
        assert Topology(network, out={"l2", "q2"}).unsupplied("load") == {"d2"}

    def test_a_device_that_is_out_feeds_nothing_and_depends_on_nothing(self):
        topology = Topology(ring(), out={"q"})

        assert topology.downstream("q") == frozenset()
        assert topology.upstream("q") == []

    def test_a_bus_coupler_connects_while_closed(self):
        text = (
            "kind,code,terminal_1,terminal_2,type\nsource,s,b1,,\nbus,b1,,,\nbus,b2,,,\n"
            "switch,k,b1,b2,breaker\nload,d,b2,,mv_user\n"
        )
        network = device_csv.read(text)

        assert Topology(network, out=()).upstream("d") == ["d", "b2", "k", "b1", "s"]
        assert Topology(network, out={"k"}).supplied_loads == frozenset()
