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
from functools import partial
from operator import ge, gt, le, lt
from typing import Any

Rule = Any
Data = Any
Heard = Callable[[Data], Any]

DEEPEST = 16
LONGEST_LITERAL = 2000
SAFE_INTEGER = 2**53
NUMBERS = frozenset({int, float})
NAME = re.compile(r"[a-z0-9_.]{0,81}")


class RuleFault(ValueError):  # noqa: N818
    """A rule that is no JsonLogic of this subset; the text says where and what would be right."""


def holds(heard: Heard, data: Data) -> bool:
    """Whether a compiled rule is truthy for the answers given so far."""
    return truthy(heard(data))


def truthy(value: Any) -> bool:
    """JsonLogic's truth: 0, "", null, false and an empty array are false; "0" and every object are true."""
    return isinstance(value, dict) or bool(value)


def compiled(rule: Rule) -> Heard:
    """A checked rule as a function from the answers to its value: rules are few, and answers are many."""
    if isinstance(rule, list):
        parts = [compiled(part) for part in rule]
        return lambda data: [part(data) for part in parts]
    if not isinstance(rule, dict):
        return lambda _: rule
    name, arguments = _parts(rule)
    if name in LAZY:
        return LAZY[name](arguments)
    values = [compiled(argument) for argument in arguments]
    if name in ORDERINGS and len(values) == 2:  # noqa: PLR2004  (as nearly all are)
        return _in_order(ORDERINGS[name], *values)
    compute = EAGER[name]
    return lambda data: compute([value(data) for value in values])


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


def _answer(code: str, data: Data) -> Any:
    return data.get(code) if isinstance(data, dict) else None


def _var(arguments: list[Any]) -> Heard:
    name = arguments[0]
    if len(arguments) == 1:
        return partial(_look_up, name) if not name or "." in name else partial(_answer, name)
    otherwise = compiled(arguments[1])

    def value(data: Data) -> Any:
        found = _look_up(name, data)
        return otherwise(data) if found is None else found

    return value


def _first(arguments: list[Any], *, wanted: bool) -> Heard:
    """The first value that is as true as wanted, else the last."""
    parts = [compiled(argument) for argument in arguments]

    def value(data: Data) -> Any:
        found: Any = None
        for part in parts:
            found = part(data)
            if (found if type(found) is bool else truthy(found)) is wanted:
                break
        return found

    return value


def _if(arguments: list[Any]) -> Heard:
    parts = [compiled(argument) for argument in arguments]
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    otherwise = parts[-1] if len(parts) % 2 else compiled(None)

    def value(data: Data) -> Any:
        chosen = next((then for condition, then in pairs if holds(condition, data)), otherwise)
        return chosen(data)

    return value


def _missing(names: list[Any]) -> Heard:
    return lambda data: [name for name in names if _look_up(name, data) in (None, "")]


def _missing_some(arguments: list[Any]) -> Heard:
    needed, names = arguments
    missing = _missing(names)

    def value(data: Data) -> list[str]:
        lacking: list[str] = missing(data)
        return [] if len(names) - len(lacking) >= needed else lacking

    return value


def _over(arguments: list[Any], judge: Callable[[Iterator[bool]], bool]) -> Heard:
    """What is judged of a test over the elements of a list; of what is no list it hears no element."""
    elements, test = map(compiled, arguments)

    def value(data: Data) -> bool:
        found = elements(data)
        return judge(holds(test, element) for element in (found if isinstance(found, list) else []))

    return value


def _all(held: Iterator[bool]) -> bool:
    """False without elements, as in the reference."""
    told = list(held)
    return bool(told) and all(told)


def _same(values: list[Any]) -> bool:
    """Lists and objects are like nothing, as in JavaScript."""
    left, right = values
    plain = not isinstance(left, (list, dict)) and isinstance(left, bool) == isinstance(right, bool)
    return plain and bool(left == right)


def _in(values: list[Any]) -> bool:
    needle, hay = values
    if isinstance(hay, str):
        return isinstance(needle, str) and needle in hay
    return isinstance(hay, list) and any(_same([needle, straw]) for straw in hay)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number(value: Any) -> bool:
    return type(value) in NUMBERS


def _in_order(compare: Callable[[Any, Any], bool], left: Heard, right: Heard) -> Heard:
    def value(data: Data) -> bool:
        first, second = left(data), right(data)
        return type(first) in NUMBERS and type(second) in NUMBERS and compare(first, second)

    return value


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


ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
EAGER: dict[str, Callable[[list[Any]], Any]] = {
    "===": _same,
    "==": _same,
    "!==": lambda values: not _same(values),
    "!=": lambda values: not _same(values),
    **{name: _ordered(compare) for name, compare in ORDERINGS.items()},
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
LAZY: dict[str, Callable[[list[Any]], Heard]] = {
    "var": _var,
    "and": partial(_first, wanted=False),
    "or": partial(_first, wanted=True),
    "if": _if,
    "missing": _missing,
    "missing_some": _missing_some,
    "some": partial(_over, judge=any),
    "none": partial(_over, judge=lambda held: not any(held)),
    "all": partial(_over, judge=_all),
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
