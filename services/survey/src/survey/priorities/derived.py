"""Importance of needs out of a driver analysis: what goes with the overall score, not what customers say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from survey.questionnaires.definition import Definition
from survey.questionnaires.items import Matrix

FORMULA = (
    "share of R2 of the drivers whose items name the need (a driver that speaks for several needs is split evenly), "
    "divided by the largest among needs"
)
Pairs = frozenset[tuple[str, str]]


def pairs(definitions: Iterable[Definition]) -> Pairs:
    """(driver, need) of every scored item and row that names both."""
    return frozenset(pair for definition in definitions for pair in _pairs(definition))


def derived(shares: Mapping[str, float], named: Pairs) -> dict[str, float]:
    """On 0..1 by need; without those that no analysed driver speaks for, empty where no driver explains anything."""
    needs = defaultdict(list)
    for driver, need in sorted(named):
        needs[driver].append(need)
    found: defaultdict[str, float] = defaultdict(float)
    for driver in sorted(shares.keys() & needs.keys()):
        for need in needs[driver]:
            found[need] += max(0.0, shares[driver]) / len(needs[driver])
    largest = max(found.values(), default=0.0)
    return {need: share / largest for need, share in found.items()} if largest > 0 else {}


def _pairs(definition: Definition) -> Iterator[tuple[str, str]]:
    for item in definition.scored:
        for one in item.rows if isinstance(item, Matrix) else [item]:
            if one.driver is not None and one.need is not None:
                yield one.driver, one.need
