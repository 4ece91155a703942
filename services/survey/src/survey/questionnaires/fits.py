"""Whether one value is a good answer to one item, as a function that is made once and asked often.

Its verdict is that of ``values``, which says what is wrong with the others.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from survey.questionnaires.items import (
    AnyItem,
    Consent,
    Effort,
    KanoPair,
    LongText,
    Matrix,
    MultipleChoice,
    Rating,
    Recommendation,
    Satisfaction,
    Scaled,
    ShortText,
    SingleChoice,
)
from survey.questionnaires.kano import FEELINGS, HALVES
from survey.questionnaires.values import LINE_BREAKS, lacking, well_formed, wrong

Fits = Callable[[Any], bool]


def fits(item: AnyItem) -> Fits:
    """For a value of an unfinished answer. Of a matrix every row counts as shown."""
    make = MADE.get(type(item))
    return make(item) if make else partial(_has_no_fault, item)


def fits_whole(item: AnyItem) -> Fits:
    """For a value of a complete answer."""
    good = fits(item)
    if not isinstance(item, KanoPair | Matrix):
        return good
    return lambda value: good(value) and not lacking(item, value, _rows(item))


def text(longest: int) -> Fits:
    def good(value: Any) -> bool:
        return type(value) is str and len(value) <= longest and "\x00" not in value and well_formed(value)

    return good


def _has_no_fault(item: AnyItem, value: Any) -> bool:
    return not wrong(item, value, ())


def _rows(item: AnyItem) -> set[str]:
    return {f"{item.code}.{row.code}" for row in item.rows} if isinstance(item, Matrix) else set()


def _scale(item: Scaled) -> Fits:
    return _whole(item.least, item.most)


def _whole(least: int, most: int) -> Fits:
    def good(value: Any) -> bool:
        return type(value) is int and least <= value <= most

    return good


def _consent(_: Consent) -> Fits:
    return lambda value: type(value) is bool


def _one_of(item: SingleChoice) -> Fits:
    codes = frozenset(option.code for option in item.options)
    return lambda value: type(value) is str and value in codes


def _some_of(item: MultipleChoice) -> Fits:
    codes = frozenset(option.code for option in item.options)
    alone = frozenset(option.code for option in item.options if option.exclusive)
    most = item.most or len(codes)

    def good(value: Any) -> bool:
        if type(value) is not list or not 0 < len(value) <= most:
            return False
        try:
            chosen = frozenset(value)
        except TypeError:  # an object or a list among them
            return False
        return chosen <= codes and len(chosen) == len(value) and (len(value) == 1 or chosen.isdisjoint(alone))

    return good


def _line(item: ShortText) -> Fits:
    one_line, good = frozenset(LINE_BREAKS).isdisjoint, text(item.longest)
    return lambda value: good(value) and one_line(value)


def _words(item: LongText) -> Fits:
    return text(item.longest)


def _matrix(item: Matrix) -> Fits:
    return _object(frozenset(row.code for row in item.rows), _scale(item))


def _pair(_: KanoPair) -> Fits:
    feelings = frozenset(FEELINGS)
    return _object(frozenset(HALVES), lambda value: type(value) is str and value in feelings)


def _object(names: frozenset[str], fit: Fits) -> Fits:
    def good(value: Any) -> bool:
        if type(value) is not dict or not value or not value.keys() <= names:
            return False
        return all(map(fit, value.values()))

    return good


# Of numbers and days, which are seldom asked for, ``values`` judges itself.
MADE: dict[type[Any], Callable[[Any], Fits]] = {
    **dict.fromkeys((Rating, Satisfaction, Effort), _scale),
    Recommendation: lambda _: _whole(0, 10),
    Consent: _consent,
    SingleChoice: _one_of,
    MultipleChoice: _some_of,
    ShortText: _line,
    LongText: _words,
    Matrix: _matrix,
    KanoPair: _pair,
}
