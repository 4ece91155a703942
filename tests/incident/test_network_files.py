"""Files of networks: what is read, and every fault with its row and column."""

import json
from pathlib import Path

import pytest

from incident.network import device_csv, pandapower_json
from incident.network.faults import FaultyFileError

SHIPPED = Path(__file__).parents[2] / "content" / "networks" / "mv_oberrhein.json"
HEADER = "kind,code,name,terminal_1,terminal_2,normal_state,type,kv\n"
SMALL = (
    HEADER + "source,s,Infeed,b1,,,,\nbus,b1,Bus one,,,,,10\nbus,b2,,,,in,,10\nline,l,,b1,b2,,,\n"
    "switch,q,Breaker,b1,l,,breaker,\nload,d,Lane 1,b2,,,public_transformer,\n"
)


def faults_of(read, text):
    with pytest.raises(FaultyFileError) as caught:
        read(text)
    return [(f.table, f.row, f.column) for f in caught.value.faults], caught.value.faults


class TestCsv:
    def test_reads_devices_with_states_and_types(self):
        network = device_csv.read("\ufeff" + SMALL)

        assert network.devices["q"].terminals == ("b1", "l")
        assert network.devices["q"].type == "breaker"
        assert network.devices["b1"].kv == 10
        assert all(device.normally_in for device in network.devices.values())

    def test_names_every_fault_by_line_and_column(self):
        text = (
            SMALL + "pole,p,,,,,,\nbus,,,,,,,\nbus,b9,,,,broken,,x\nline,l9,,b1,b77,,,\n"
            "switch,q9,,b2,d,,,\nload,d9,,b2,,,,\nbus,b1,,,,,,\nsource,s9,,,,,,\n"
        )

        places, faults = faults_of(device_csv.read, text)

        assert places == [
            ("csv", 8, "kind"),
            ("csv", 9, "code"),
            ("csv", 10, "kv"),
            ("csv", 10, "normal_state"),
            ("csv", 11, "terminal_2"),
            ("csv", 12, "terminal_2"),
            ("csv", 13, "type"),
            ("csv", 14, "code"),
            ("csv", 15, "terminal_1"),
        ]
        assert faults[4].message == "there is no device b77."

    def test_names_unknown_and_missing_columns(self):
        places, _ = faults_of(device_csv.read, "kind,code,terminal_1,colour\n")

        assert places == [("csv", 1, "colour"), ("csv", 1, "terminal_2")]

    def test_a_row_of_another_length_is_a_fault(self):
        places, _ = faults_of(device_csv.read, SMALL + "bus,b7\n")

        assert places == [("csv", 8, "kind")]

    def test_a_network_without_a_source_is_refused(self):
        places, faults = faults_of(device_csv.read, HEADER + "bus,b1,,,,,,\n")

        assert places == [("network", 0, "kind")]
        assert "no source" in faults[0].message

    def test_a_switch_must_stand_at_an_end_of_its_line(self):
        places, _ = faults_of(device_csv.read, SMALL + "bus,b3,,,,,,\nswitch,q3,,b3,l,,,\n")

        assert places == [("csv", 9, "terminal_2")]


def damaged(table, index, column, value):
    whole = json.loads(SHIPPED.read_text(encoding="utf-8"))
    frame = whole["_object"][table]
    split = json.loads(frame["_object"])
    split["data"][split["index"].index(index)][split["columns"].index(column)] = value
    frame["_object"] = json.dumps(split)
    return json.dumps(whole)


class TestPandapower:
    def test_reads_types_from_the_tables(self):
        network = pandapower_json.read(SHIPPED.read_bytes())

        assert network.devices["switch-99"].type == "breaker"
        assert sum(d.type == "mv_user" for d in network.devices.values()) == 6
        assert not network.devices["switch-14"].normally_in

    def test_reads_what_pandapower_writes_today(self):
        pandapower = pytest.importorskip("pandapower")
        from pandapower.networks import mv_oberrhein

        ours = pandapower_json.read(SHIPPED.read_text(encoding="utf-8"))

        assert pandapower_json.read(pandapower.to_json(mv_oberrhein())) == ours

    @pytest.mark.parametrize(
        ("table", "index", "column", "value"),
        [
            ("line", 15, "to_bus", 9999),
            ("line", 15, "from_bus", None),
            ("switch", 3, "et", "x"),
            ("switch", 3, "closed", "yes"),
            ("load", 7, "bus", 1.5),
        ],
    )
    def test_names_the_fault_by_table_index_and_column(self, table, index, column, value):
        places, _ = faults_of(pandapower_json.read, damaged(table, index, column, value))

        assert (table, index, column) in places

    @pytest.mark.parametrize("text", ["{", "[]", "{}", '{"_class": "pandapowerNet", "_object": {}}'])
    def test_refuses_what_is_no_network(self, text):
        places, _ = faults_of(pandapower_json.read, text)

        assert places[0][0] == "json"

    def test_refuses_elements_it_does_not_understand(self):
        whole = json.loads(SHIPPED.read_text(encoding="utf-8"))
        whole["_object"]["trafo3w"] = {"_object": json.dumps({"columns": [], "index": [0], "data": [[]]})}

        places, _ = faults_of(pandapower_json.read, json.dumps(whole))

        assert places == [("trafo3w", "all", "in_service")]
