"""Predictions from calls: the smallest device, when to climb, and what is said about it."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from incident.network import device_csv, pandapower_json
from incident.network.topology import Topology
from incident.prediction.device import predict
from incident.prediction.grouping import Known, incident_of

SHIPPED = Path(__file__).parents[2] / "content" / "networks" / "mv_oberrhein.json"
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = UUID(int=1)

FEEDER = """kind,code,terminal_1,terminal_2,type
source,grid,b0,,
bus,b0,,,
bus,b1,,,
bus,b2,,,
bus,b3,,,
line,l1,b0,b1,
line,l2,b1,b2,
line,l3,b2,b3,
switch,breaker,b0,l1,breaker
switch,knife,b1,l2,load_break
load,d1,b1,,public_transformer
load,d2,b2,,public_transformer
load,d3,b3,,public_transformer
"""


@pytest.fixture
def feeder():
    return Topology(device_csv.read(FEEDER), out=())


def codes(prediction):
    return [reason.code for reason in prediction.reasons]


class TestDevice:
    def test_one_transformer_area(self, feeder):
        prediction = predict(feeder, ["d3", "d3"], {"d1": 10, "d2": 10, "d3": 10})

        assert prediction.device == "d3"
        assert codes(prediction) == ["smallest_covering", "clears_fault"]

    def test_climbs_to_the_breaker_that_clears_the_fault(self, feeder):
        prediction = predict(feeder, ["d2", "d3"], {"d1": 10, "d2": 10, "d3": 10})

        assert prediction.device == "breaker"
        assert codes(prediction) == ["smallest_covering", "climbed"]
        assert "30 customers" in prediction.reasons[1].sentence

    def test_silence_of_many_others_forbids_climbing(self, feeder):
        prediction = predict(feeder, ["d2", "d3"], {"d1": 1000, "d2": 10, "d3": 10})

        assert prediction.device == "l2"
        assert codes(prediction) == ["smallest_covering", "silence_above"]
        assert "1000 other customers" in prediction.reasons[1].sentence

    def test_no_device_explains_calls_from_two_sources(self):
        text = FEEDER + "source,grid9,b9,,\nbus,b9,,,\nload,d9,b9,,mv_user\n"
        prediction = predict(Topology(device_csv.read(text), out=()), ["d1", "d9"], {})

        assert prediction.device is None
        assert codes(prediction) == ["no_common_device"]

    def test_a_whole_substation_needs_callers_on_two_branches(self):
        text = FEEDER + "bus,b4,,,\nline,l4,b0,b4,\nswitch,second,b0,l4,breaker\nload,d4,b4,,public_transformer\n"
        topology = Topology(device_csv.read(text), out=())

        few = predict(topology, ["d2", "d3", "d4"], {})
        many = predict(topology, ["d2", "d3", "d4", "d4"], {})

        assert (few.device, codes(few)[-1]) == (None, "too_few_for_wide")
        assert (many.device, codes(many)[-1]) == ("grid", "clears_fault")

    def test_a_place_that_was_dark_before_is_not_explained_anew(self, feeder):
        prediction = predict(Topology(feeder.network, out={"knife"}), ["d3"], {})

        assert prediction.device is None
        assert codes(prediction) == ["without_supply_before"]

    def test_needs_a_call(self, feeder):
        with pytest.raises(ValueError, match="at least one call"):
            predict(feeder, [], {})

    @pytest.mark.parametrize("breaker", ["switch-99", "switch-265", "switch-270", "switch-321"])
    def test_finds_each_feeder_of_the_shipped_network_from_six_calls(self, breaker):
        network = pandapower_json.read(SHIPPED.read_text(encoding="utf-8"))
        topology = Topology(network, network.state({}))
        out = sorted(topology.downstream(breaker))
        customers = dict.fromkeys(network.loads, 20)
        draws = [random.Random(seed).sample(out, 6) for seed in range(40)]

        hits = sum(predict(topology, calls, customers).device == breaker for calls in draws)

        assert hits >= 30

    def test_always_covers_its_calls(self):
        network = pandapower_json.read(SHIPPED.read_text(encoding="utf-8"))
        topology = Topology(network, network.state({}))
        for seed in range(60):
            calls = random.Random(seed).sample(sorted(network.loads), 2)
            device = predict(topology, calls, dict.fromkeys(network.loads, 20)).device
            assert device is None or set(calls) <= topology.downstream(device)


class TestGrouping:
    def known(self, **changes):
        given = {"incident_id": ONE, "fixed": False, "last_call_at": NOON}
        return Known(**{"calls": ("d3",), "out": frozenset({"d3"}), **given, **changes})

    def test_a_confirmed_incident_takes_calls_from_its_area_at_any_time(self, feeder):
        known = self.known(fixed=True, out=frozenset({"d2", "d3"}))

        found = incident_of(feeder, "d2", NOON + timedelta(hours=9), [known], {})

        assert found is not None
        assert (found.incident_id, found.prediction, found.reason.code) == (ONE, None, "explained")

    def test_an_unconfirmed_incident_grows_to_one_device(self, feeder):
        found = incident_of(feeder, "d2", NOON + timedelta(minutes=5), [self.known()], {"d1": 5, "d2": 5, "d3": 5})

        assert found is not None
        assert found.prediction is not None
        assert found.prediction.device == "breaker"

    def test_not_after_the_window(self, feeder):
        assert incident_of(feeder, "d2", NOON + timedelta(minutes=31), [self.known()], {}) is None

    def test_not_where_silence_speaks_against_it(self, feeder):
        customers = {"d1": 1000, "d2": 5, "d3": 5}

        assert incident_of(feeder, "d2", NOON, [self.known()], customers) is None
