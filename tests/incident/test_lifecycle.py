"""The table of states: who may follow whom."""

from itertools import pairwise

from incident.incidents.lifecycle import MOVES, OPEN, STATES, allowed, may_move


def test_every_state_has_its_row():
    assert set(MOVES) == set(STATES)


def test_every_open_state_can_reach_an_end():
    for state in OPEN:
        assert allowed(state), state


def test_the_way_of_an_ordinary_fault():
    way = "reported predicted confirmed dispatched en_route arrived isolating restoring restored closed"

    assert all(may_move(one, other) for one, other in pairwise(way.split()))


def test_what_is_over_stays_over():
    assert allowed("closed") == allowed("merged") == allowed("cancelled") == []
    assert allowed("restored") == ["closed"]


def test_nobody_is_restored_before_a_device_is_confirmed():
    assert not may_move("reported", "restored")
    assert not may_move("predicted", "restoring")
