"""Branching rules in JsonLogic, the same on the server and on the phone.

A subset of https://jsonlogic.com: ``var missing missing_some === !== == != < <= > >= and or ! !! in if
some all none + - * / % min max``. Three readings are stricter than the reference in JavaScript, and the vectors
under ``content/vectors`` pin them: ``==`` compares like ``===``; an ordering with anything but numbers is false;
arithmetic with anything but numbers, or without a finite result, is null. So a question not yet answered never
counts as a zero.
"""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

Rule = Any
Data = Any

DEEPEST = 16
LONGEST_LITERAL = 2000
SAFE_INTEGER = 2**53
NAME = re.compile(r"[a-z0-9_.]{0,81}")


class RuleFault(ValueError):  # noqa: N818
    """A rule that is no JsonLogic of this subset; the text says where and what would be right."""


def holds(rule: Rule, data: Data) -> bool:
    """Whether a checked rule is truthy for the answers given so far."""
    return truthy(apply(rule, data))


def truthy(value: Any) -> bool:
    """JsonLogic's truth: 0, "", null, false and an empty array are false; "0" and every object are true."""
    return isinstance(value, dict) or bool(value)


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


def check(rule: Rule, *, depth: int = 0, inside: bool = False) -> None:
    """Raise RuleFault for an unknown operator, a wrong number of arguments or too deep a nesting.

    ``inside``: within the test of ``some``, ``all`` or ``none``, where "" names the element itself.
    """
    if depth > DEEPEST:
        raise RuleFault(f"The rule is nested deeper than {DEEPEST} levels.")
    if isinstance(rule, list):
        for part in rule:
            check(part, depth=depth + 1, inside=inside)
    elif isinstance(rule, dict):
        _check_operation(rule, depth, inside=inside)
    else:
        _check_literal(rule)


def variables(rule: Rule) -> Iterator[str]:
    """The item codes that a checked rule reads."""
    if isinstance(rule, list):
        for part in rule:
            yield from variables(part)
    elif isinstance(rule, dict):
        operator, arguments = _parts(rule)
        yield from _named(operator, arguments)
        yield from variables(_heard(operator, arguments))


def _named(operator: str, arguments: list[Any]) -> list[Any]:
    if operator == "missing_some":
        return list(arguments[1])
    return {"var": arguments[:1], "missing": arguments}.get(operator, [])


def _heard(operator: str, arguments: list[Any]) -> list[Any]:
    """The arguments that are rules about the answers themselves, not about names or elements."""
    if operator in SCOPED:
        return arguments[:1]
    return {"var": arguments[1:], "missing": [], "missing_some": []}.get(operator, arguments)


def _check_literal(value: Any) -> None:
    """Only what every JSON reader reads alike, and the database takes."""
    if isinstance(value, str):
        if len(value) > LONGEST_LITERAL or "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise RuleFault(f"A text in a rule has at most {LONGEST_LITERAL} well-formed characters without NUL.")
    elif _number(value) and not -SAFE_INTEGER <= value <= SAFE_INTEGER:
        raise RuleFault("A number in a rule lies within 2**53 on either side of zero.")


def _check_operation(rule: dict[str, Any], depth: int, *, inside: bool) -> None:
    if len(rule) != 1:
        raise RuleFault(f"An operation has exactly one operator as its key; here are {len(rule)}.")
    operator, arguments = _parts(rule)
    if operator not in ARITY:
        raise RuleFault(f"The operator {operator!r} is not known; known are {', '.join(sorted(ARITY))}.")
    least, most = ARITY[operator]
    if not least <= len(arguments) <= most:
        raise RuleFault(f"{operator!r} takes {least} to {most} arguments, not {len(arguments)}.")
    if operator == "missing_some" and not (_whole(arguments[0]) and isinstance(arguments[1], list)):
        raise RuleFault("'missing_some' takes how many are needed and the list of the items' codes.")
    for name in _named(operator, arguments):
        if not isinstance(name, str) or not (name or inside) or not NAME.fullmatch(name):
            raise RuleFault(f"{operator!r} names items by their codes, as texts.")
    for argument in _heard(operator, arguments):
        check(argument, depth=depth + 1, inside=inside)
    if operator in SCOPED:
        check(arguments[1], depth=depth + 1, inside=True)


def _parts(rule: dict[str, Any]) -> tuple[str, list[Any]]:
    operator, arguments = next(iter(rule.items()))
    return operator, arguments if isinstance(arguments, list) else [arguments]


def _look_up(name: str, data: Data) -> Any:
    """What a dotted name leads to; "" is the data itself."""
    for part in name.split(".") if name else ():
        data = data.get(part) if isinstance(data, dict) else None
    return data


def _var(arguments: list[Any], data: Data) -> Any:
    value = _look_up(arguments[0], data)
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
    return [name for name in arguments if _look_up(name, data) in (None, "")]


def _missing_some(arguments: list[Any], data: Data) -> list[str]:
    needed, names = arguments
    lacking = _missing(names, data)
    return [] if len(names) - len(lacking) >= needed else lacking


def _elements(arguments: list[Any], data: Data) -> Iterator[bool]:
    found = apply(arguments[0], data)
    return (holds(arguments[1], element) for element in (found if isinstance(found, list) else []))


def _all(arguments: list[Any], data: Data) -> bool:
    """False without elements, as in the reference."""
    held = list(_elements(arguments, data))
    return bool(held) and all(held)


def _same(values: list[Any]) -> bool:
    """Lists and objects are like nothing, as in JavaScript."""
    left, right = values
    plain = not isinstance(left, list | dict) and isinstance(left, bool) == isinstance(right, bool)
    return plain and bool(left == right)


def _in(values: list[Any]) -> bool:
    needle, hay = values
    if isinstance(hay, str):
        return isinstance(needle, str) and needle in hay
    return isinstance(hay, list) and any(_same([needle, straw]) for straw in hay)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[list[Any]], bool]:
    def chain(values: list[Any]) -> bool:
        return all(map(_number, values)) and all(map(compare, values, values[1:]))

    return chain


def _computed(compute: Callable[..., float]) -> Callable[[list[Any]], float | None]:
    """In doubles, as JavaScript does; a whole result within 2**53 is a whole number."""

    def result(values: list[Any]) -> float | None:
        if not all(map(_number, values)):
            return None
        try:
            found = compute(*map(float, values))
        except (ArithmeticError, ValueError):
            return None
        if not math.isfinite(found):
            return None
        return int(found) if found.is_integer() and abs(found) <= SAFE_INTEGER else found

    return result


def _sum(*values: float) -> float:
    total = 0.0
    for value in values:
        total += value
    return total


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
    "+": _computed(_sum),
    "-": _computed(lambda left, right=None: -left if right is None else left - right),
    "*": _computed(lambda *values: math.prod(values)),
    "/": _computed(lambda left, right: left / right),
    "%": _computed(math.fmod),
    "min": _computed(lambda *values: min(values)),
    "max": _computed(lambda *values: max(values)),
}
LAZY: dict[str, Callable[[list[Any], Data], Any]] = {
    "var": _var,
    "and": _and,
    "or": _or,
    "if": _if,
    "missing": _missing,
    "missing_some": _missing_some,
    "some": lambda arguments, data: any(_elements(arguments, data)),
    "none": lambda arguments, data: not any(_elements(arguments, data)),
    "all": _all,
}
SCOPED = frozenset({"some", "none", "all"})
ARITY: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("===", "==", "!==", "!=", "in", ">", ">=", "/", "%", "missing_some"), (2, 2)),
    **dict.fromkeys(("some", "none", "all"), (2, 2)),
    **dict.fromkeys(("<", "<="), (2, 3)),
    **dict.fromkeys(("!", "!!"), (1, 1)),
    **dict.fromkeys(("and", "or", "missing", "+", "*", "min", "max"), (1, 50)),
    "-": (1, 2),
    "var": (1, 2),
    "if": (2, 51),
}
