"""What changed between two versions of a questionnaire."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from survey.questionnaires.definition import Definition
from survey.questionnaires.terms import Language

LANGUAGES = frozenset(get_args(Language))
SETTLES_THE_SCALE = ("type", "least", "most", "scoring", "meaning", "decimals")


@dataclass(frozen=True, slots=True)
class Change:
    """``field`` is a path inside the item, options and rows by their codes; ``language`` is set for a text."""

    field: str
    language: str | None
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ItemChange:
    """``comparable``: answers before and after mean the same, so that a trend may run across the versions."""

    code: str
    comparable: bool
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """``moved``: items that stand in another order among those that both versions have."""

    texts: tuple[Change, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    moved: tuple[str, ...]
    changed: tuple[ItemChange, ...]


def difference(before: Definition, after: Definition) -> Difference:
    """From ``before`` to ``after``; all empty when they are alike."""
    old, new = before.by_code, after.by_code
    both = [code for code in new if code in old]
    changes = {code: tuple(_changes(old[code].model_dump(), new[code].model_dump())) for code in both}
    return Difference(
        texts=tuple(_changes(_head(before), _head(after))),
        added=tuple(code for code in new if code not in old),
        removed=tuple(code for code in old if code not in new),
        moved=tuple(_moved([code for code in old if code in new], both)),
        changed=tuple(ItemChange(code, _comparable(found), found) for code, found in changes.items() if found),
    )


def _head(definition: Definition) -> dict[str, Any]:
    return definition.model_dump(include={"title", "introduction", "languages"})


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for path in dict.fromkeys([*old, *new]):
        was, became = old.get(path), new.get(path)
        if (path in old, was) != (path in new, became):
            field, language = _named(path)
            yield Change(field, language, was, became)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Options and rows by their codes; a rule or another list is one leaf."""
    if path[-1:] == ("when",):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif path[-1:] in {("options",), ("rows",)}:
        yield (*path, "order"), [one["code"] for one in value]
        for one in value:
            yield from _leaves(one, (*path, one["code"]))
    else:
        yield path, value


def _named(path: tuple[str, ...]) -> tuple[str, str | None]:
    if path[-1] in LANGUAGES and len(path) > 1:
        return "/".join(path[:-1]), path[-1]
    return "/".join(path), None


def _comparable(changes: Sequence[Change]) -> bool:
    """A new wording may change what is meant too: people judge that, by the texts that are listed."""
    return not any(
        change.field.split("/")[0] in SETTLES_THE_SCALE or change.field in {"options/order", "rows/order"}
        for change in changes
    )


def _moved(before: list[str], after: list[str]) -> list[str]:
    """Those outside a longest common order: the least number of items that had to be moved."""
    place = {code: position for position, code in enumerate(before)}
    runs: list[list[str]] = []
    for code in after:
        fitting = [run for run in runs if place[run[-1]] < place[code]]
        runs.append([*_longest(fitting), code])
    kept = set(_longest(runs))
    return [code for code in after if code not in kept]


def _longest(runs: list[list[str]]) -> list[str]:
    return max(runs, key=len) if runs else []
