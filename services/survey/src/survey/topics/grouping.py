"""Texts by topic: TF-IDF weighted terms, factorised into non-negative parts (NMF, Lee and Seung 2001).

A text belongs to the part that explains most of it. The start is drawn from a seed: the same texts and seed give the
same topics.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

MOST_TERMS = 1000
ROUNDS = 120
NAMED_BY = 6
FAINT = 1e-3
TINY = np.float32(1e-9)


@dataclass(frozen=True, slots=True)
class Group:
    """``members``: places of its texts, the most typical first. ``terms``: what marks it, strongest first."""

    terms: tuple[str, ...]
    members: tuple[int, ...]


def topics_for(texts: int, most: int) -> int:
    """How many topics so many texts bear."""
    return max(2, min(most, round(math.sqrt(texts / 8))))


def grouped(texts: Sequence[Sequence[str]], count: int, *, seed: int, smallest: int) -> tuple[list[Group], list[int]]:
    """Groups of at least ``smallest`` texts, largest first, and the texts in none.

    Terms that fewer than ``smallest`` texts use neither group nor name anything. Where 1 to ``smallest`` - 1 texts
    would be left in no group, the least typical of the largest group are left with them, or the smallest group is.
    """
    vocabulary = _vocabulary(texts, smallest)
    if not vocabulary:
        return [], list(range(len(texts)))
    matrix = _tf_idf(texts, vocabulary)
    parts, loads = _factorised(matrix, min(count, *matrix.shape), seed)
    strength = parts * loads.sum(axis=1)
    best, sure = strength.argmax(axis=1), strength.max(axis=1) > FAINT
    groups = []
    for topic in range(strength.shape[1]):
        members = np.flatnonzero((best == topic) & sure)
        if len(members) >= smallest:
            ordered = members[np.argsort(-strength[members, topic], kind="stable")]
            marks = np.argsort(-loads[topic], kind="stable")[:NAMED_BY]
            groups.append(Group(tuple(vocabulary[at] for at in marks), tuple(int(at) for at in ordered)))
    groups.sort(key=lambda group: (-len(group.members), group.terms))
    return _none_by_difference(groups, len(texts), smallest)


def _none_by_difference(groups: list[Group], texts: int, smallest: int) -> tuple[list[Group], list[int]]:
    rest = texts - sum(len(group.members) for group in groups)
    if groups and 0 < rest < smallest:
        largest, needed = groups[0], smallest - rest
        if len(largest.members) >= smallest + needed:
            groups[0] = Group(largest.terms, largest.members[:-needed])
        else:
            groups.pop()
    inside = {at for group in groups for at in group.members}
    return groups, [at for at in range(texts) if at not in inside]


def _vocabulary(texts: Sequence[Sequence[str]], smallest: int) -> list[str]:
    """Terms of several texts, but not of more than half of many."""
    used = Counter(term for text in texts for term in set(text))
    common = max(0.5 * len(texts), smallest)
    kept = [(count, term) for term, count in used.items() if smallest <= count <= common]
    return [term for _, term in sorted(kept, key=lambda one: (-one[0], one[1]))[:MOST_TERMS]]


def _tf_idf(texts: Sequence[Sequence[str]], vocabulary: Sequence[str]) -> Floats:
    places = {term: at for at, term in enumerate(vocabulary)}
    matrix = np.zeros((len(texts), len(vocabulary)), dtype=np.float32)
    for row, text in enumerate(texts):
        for term, count in Counter(text).items():
            if term in places:
                matrix[row, places[term]] = 1 + math.log(count)
    matrix *= np.log(len(texts) / (matrix > 0).sum(axis=0)).astype(np.float32) + 1
    length = np.sqrt((matrix**2).sum(axis=1, keepdims=True))
    return np.asarray(matrix / np.maximum(length, TINY))


def _factorised(matrix: Floats, count: int, seed: int) -> tuple[Floats, Floats]:
    """Texts x topics and topics x terms whose product is near the matrix."""
    chance = np.random.default_rng(seed)
    scale = math.sqrt(float(matrix.mean()) / count)
    parts = (chance.random((matrix.shape[0], count)) * scale).astype(np.float32) + TINY
    loads = (chance.random((count, matrix.shape[1])) * scale).astype(np.float32) + TINY
    for _ in range(ROUNDS):
        loads *= (parts.T @ matrix) / (parts.T @ parts @ loads + TINY)
        parts *= (matrix @ loads.T) / (parts @ (loads @ loads.T) + TINY)
    return parts, loads
