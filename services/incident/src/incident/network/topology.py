"""Which devices have supply, and what loses it when one goes out.

In the graph of devices (a switch stands between its bus and its line), seen from the sources, what a device
feeds alone is what it *dominates*: every path from any source to it runs through the device. The dominator
tree is therefore the tree of downstream sets, nested by construction, in radial and meshed operation alike.

Source: K. Cooper, T. Harvey, K. Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import pairwise

from incident.network.model import Device, Network

GRID = ""
"""The node above all sources."""


class Topology:
    """A network with some devices out. ``out`` holds their codes; a device that is out conducts nothing."""

    def __init__(self, network: Network, out: Collection[str]) -> None:
        self.network = network
        self.out = frozenset(out)

    @cached_property
    def energised(self) -> frozenset[str]:
        """Codes of all devices with a path to a source; "may be live" holds for the others too."""
        return frozenset(self._order) - {GRID}

    @cached_property
    def supplied_loads(self) -> frozenset[str]:
        return self.energised & self.network.loads

    def unsupplied(self, kind: str) -> set[str]:
        """Codes of the devices of this kind that are in, but without supply."""
        devices = self.network.devices.values()
        return {d.code for d in devices if d.kind == kind and d.code not in self.out and d.code not in self.energised}

    def upstream(self, code: str) -> list[str]:
        """The devices that ``code`` depends on, nearest first: it alone, then all that feed it alone."""
        if code not in self._dominator:
            return []
        chain = [code]
        while self._dominator[chain[-1]] != GRID:
            chain.append(self._dominator[chain[-1]])
        return chain

    def downstream(self, code: str) -> frozenset[str]:
        """Codes of the loads that lose supply when this device goes out."""
        if code not in self._spans:
            return frozenset()
        first, last = self._spans[code]
        places, codes = self._loads_in_order
        return frozenset(codes[bisect_left(places, first) : bisect_left(places, last)])

    @cached_property
    def _neighbours(self) -> Mapping[str, list[str]]:
        return conducting_edges(self.network, self.out)

    @cached_property
    def _order(self) -> list[str]:
        """Reverse postorder from the grid, which dominance needs."""
        seen, postorder, stack = {GRID}, [], [(GRID, iter(self._neighbours[GRID]))]
        while stack:
            node, rest = stack[-1]
            following = next((n for n in rest if n not in seen), None)
            if following is None:
                postorder.append(node)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(self._neighbours[following])))
        return postorder[::-1]

    @cached_property
    def _dominator(self) -> Mapping[str, str]:
        return dominators(self._order, self._neighbours)

    @cached_property
    def _spans(self) -> Mapping[str, tuple[int, int]]:
        """In a walk through the dominator tree: a device's own place, and the first one after all below it."""
        return spans(self._dominator)

    @cached_property
    def _loads_in_order(self) -> tuple[list[int], list[str]]:
        placed = sorted((self._spans[load][0], load) for load in self.supplied_loads)
        return [place for place, _ in placed], [load for _, load in placed]


def conducting_edges(network: Network, out: Collection[str]) -> dict[str, list[str]]:
    """Neighbours of each device that is in, over terminals that conduct; ``GRID`` touches the sources.

    The switches at one terminal of a line or transformer stand in series: one open switch opens it.
    """
    edges: dict[str, list[str]] = defaultdict(list)
    in_series = switches_at(network)
    for device in network.devices.values():
        if device.kind == "source":
            _chain(edges, (GRID, device.code), out)
        if not _stands_at_branch(device, network):
            for bus in device.terminals:
                _chain(edges, (bus, *in_series.get((bus, device.code), ()), device.code), out)
    return edges


def switches_at(network: Network) -> Mapping[tuple[str, str], list[str]]:
    """Codes of the switches at each terminal (bus, line or transformer)."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for device in network.devices.values():
        if _stands_at_branch(device, network):
            found[device.terminals[0], device.terminals[1]].append(device.code)
    return found


def _stands_at_branch(device: Device, network: Network) -> bool:
    return device.kind == "switch" and network.devices[device.terminals[1]].kind != "bus"


def _chain(edges: dict[str, list[str]], codes: tuple[str, ...], out: Collection[str]) -> None:
    if any(code in out for code in codes):
        return
    for one, other in pairwise(codes):
        edges[one].append(other)
        edges[other].append(one)


def dominators(order: list[str], neighbours: Mapping[str, list[str]]) -> dict[str, str]:
    """The immediate dominator of each node; ``order`` is a reverse postorder that begins with the root."""
    rank = {node: i for i, node in enumerate(order)}
    found = {order[0]: order[0]}
    changed = True
    while changed:
        changed = False
        for node in order[1:]:
            nearest = _common([n for n in neighbours[node] if n in found], found, rank)
            if found.get(node) != nearest:
                found[node], changed = nearest, True
    return found


def _common(nodes: list[str], found: Mapping[str, str], rank: Mapping[str, int]) -> str:
    common, *others = nodes
    while others:
        one, other = common, others.pop()
        while one != other:
            if rank[other] > rank[one]:
                other = found[other]
            else:
                one = found[one]
        common = one
    return common


def spans(parent: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """``(place, end)`` of each node of a tree, whose root is its own parent: all below a node lie between them."""
    below: dict[str, list[str]] = defaultdict(list)
    for node, above in parent.items():
        if node != above:
            below[above].append(node)
    walk: list[str] = []
    stack = [node for node, above in parent.items() if node == above]
    while stack:
        walk.append(stack.pop())
        stack.extend(below[walk[-1]])
    sizes: dict[str, int] = {}
    for node in reversed(walk):
        sizes[node] = 1 + sum(sizes[child] for child in below[node])
    return {node: (place, place + sizes[node]) for place, node in enumerate(walk)}
