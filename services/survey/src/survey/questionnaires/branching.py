"""Branching rules in JsonLogic, the same on the server and on the phone.

The operators taken from https://jsonlogic.com are ``var === !== == != < <= > >= and or ! !! in if missing``.
Two readings are stricter than the reference in JavaScript, and the vectors under
``tests/survey/questionnaires`` pin both: ``==`` compares like ``===``, and an ordering with anything but
numbers is false, so that a question not yet answered never counts as a zero.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Rule = Any
Data = Mapping[str, Any]

DEEPEST = 16


class RuleFault(ValueError):  # noqa: N818
    """A rule that is no JsonLogic of this subset; the text says where and what would be right."""


def holds(rule: Rule, data: Data) -> bool:
    """Whether a checked rule is truthy for the answers given so far."""
    return truthy(apply(rule, data))


def truthy(value: Any) -> bool:
    """JsonLogic's truth: 0, "", null, false and an empty array are false; "0" is true."""
    return bool(value)


def apply(rule: Rule, data: Data) -> Any:
    """The value of a checked rule."""
    if isinstance(rule, list):
        return [apply(part, data) for part in rule]
    if not isinstance(rule, dict):
        return rule
    operator, arguments = _parts(rule)
    if operator in LAZY:
        return LAZY[operator](arguments, data)
    return EAGER[operator]([apply(argument, data) for argument in arguments])


def check(rule: Rule, *, depth: int = 0) -> None:
    """Raise RuleFault for an unknown operator, a wrong number of arguments or too deep a nesting."""
    if depth > DEEPEST:
        raise RuleFault(f"The rule is nested deeper than {DEEPEST} levels.")
    if isinstance(rule, list):
        for part in rule:
            check(part, depth=depth + 1)
    elif isinstance(rule, dict):
        _check_operation(rule, depth)


def variables(rule: Rule) -> Iterator[str]:
    """The item codes that a checked rule reads."""
    if isinstance(rule, list):
        for part in rule:
            yield from variables(part)
    elif isinstance(rule, dict):
        operator, arguments = _parts(rule)
        if operator == "var":
            yield arguments[0]
        elif operator == "missing":
            yield from arguments
        else:
            yield from variables(arguments)


def _check_operation(rule: dict[str, Any], depth: int) -> None:
    if len(rule) != 1:
        raise RuleFault(f"An operation has exactly one operator as its key; here are {len(rule)}.")
    operator, arguments = _parts(rule)
    if operator not in ARITY:
        raise RuleFault(f"The operator {operator!r} is not known; known are {', '.join(sorted(ARITY))}.")
    least, most = ARITY[operator]
    if not least <= len(arguments) <= most:
        raise RuleFault(f"{operator!r} takes {least} to {most} arguments, not {len(arguments)}.")
    named = {"var": arguments[:1], "missing": arguments}.get(operator, [])
    if not all(isinstance(name, str) for name in named):
        raise RuleFault(f"{operator!r} names items by their codes, as texts.")
    for argument in arguments:
        check(argument, depth=depth + 1)


def _parts(rule: dict[str, Any]) -> tuple[str, list[Any]]:
    operator, arguments = next(iter(rule.items()))
    return operator, arguments if isinstance(arguments, list) else [arguments]


def _var(arguments: list[Any], data: Data) -> Any:
    value = data.get(arguments[0])
    return apply(arguments[1], data) if value is None and len(arguments) > 1 else value


def _and(arguments: list[Any], data: Data) -> Any:
    value: Any = None
    for argument in arguments:
        value = apply(argument, data)
        if not truthy(value):
            return value
    return value


def _or(arguments: list[Any], data: Data) -> Any:
    value: Any = None
    for argument in arguments:
        value = apply(argument, data)
        if truthy(value):
            return value
    return value


def _if(arguments: list[Any], data: Data) -> Any:
    for position in range(0, len(arguments) - 1, 2):
        if holds(arguments[position], data):
            return apply(arguments[position + 1], data)
    return apply(arguments[-1], data) if len(arguments) % 2 else None


def _missing(arguments: list[Any], data: Data) -> list[str]:
    return [name for name in arguments if data.get(name) in (None, "")]


def _same(values: list[Any]) -> bool:
    left, right = values
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _in(values: list[Any]) -> bool:
    needle, hay = values
    if isinstance(hay, str):
        return isinstance(needle, str) and needle in hay
    return isinstance(hay, list) and any(_same([needle, straw]) for straw in hay)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[list[Any]], bool]:
    def chain(values: list[Any]) -> bool:
        return all(map(_number, values)) and all(map(compare, values, values[1:]))

    return chain


EAGER: dict[str, Callable[[list[Any]], Any]] = {
    "===": _same,
    "==": _same,
    "!==": lambda values: not _same(values),
    "!=": lambda values: not _same(values),
    "<": _ordered(lambda left, right: left < right),
    "<=": _ordered(lambda left, right: left <= right),
    ">": _ordered(lambda left, right: left > right),
    ">=": _ordered(lambda left, right: left >= right),
    "!": lambda values: not truthy(values[0]),
    "!!": lambda values: truthy(values[0]),
    "in": _in,
}
LAZY: dict[str, Callable[[list[Any], Data], Any]] = {
    "var": _var,
    "and": _and,
    "or": _or,
    "if": _if,
    "missing": _missing,
}
ARITY: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("===", "==", "!==", "!=", "in", ">", ">="), (2, 2)),
    **dict.fromkeys(("<", "<="), (2, 3)),
    **dict.fromkeys(("!", "!!"), (1, 1)),
    **dict.fromkeys(("and", "or", "missing"), (1, 50)),
    "var": (1, 2),
    "if": (2, 51),
}
