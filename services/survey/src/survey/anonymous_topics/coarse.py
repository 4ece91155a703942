"""What is told of topics of anonymous words: numbers in fives, terms that are no names, nobody's answer."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from survey.published.disclosure import SMALLEST_SHOWN
from survey.topics.coarse import fives


def told(topics: Iterable[Mapping[str, Any]], whole: int, names: Callable[[str], bool]) -> list[dict[str, Any]]:
    """``whole``: all texts; ``names``: whether a term may be a person's name. A topic that only names mark is left out.

    Without members there are neither examples nor scores to be looked up.
    """
    found = []
    for one in topics:
        terms = [term for term in one["terms"] if not names(term)]
        if terms:
            n = fives(one["n"])
            months = [[month, fives(count) if count else None] for month, count in one["months"]]
            kept = {"language": one["language"], "terms": terms, "n": n, "share": n / whole}
            found.append(kept | {"members": [], "months": months})
    return found


def ungrouped(left: Mapping[str, int], texts: Mapping[str, int]) -> dict[str, int]:
    """By language, in fives; a language that fewer than five wrote in is not told of."""
    return {language: fives(n) for language, n in left.items() if texts[language] >= SMALLEST_SHOWN}
