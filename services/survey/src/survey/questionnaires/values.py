"""Whether one value is a good answer to one item: pairs of (rest of the JSON pointer, sentence) for what is not."""

import math
import re
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import date
from typing import Any

from survey.questionnaires.items import (
    AnyItem,
    Consent,
    Day,
    Effort,
    KanoPair,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Rating,
    Recommendation,
    Satisfaction,
    Scaled,
    ShortText,
    SingleChoice,
)
from survey.questionnaires.kano import FEELINGS, HALVES

Wrong = Iterator[tuple[str, str]]
Wrongs = Sequence[tuple[str, str]]

ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
LINE_BREAKS = "\n\r\v\f\x85\u2028\u2029"


def wrong(item: AnyItem, value: Any, shown: Container[str]) -> Wrongs:
    """Every fault of the value; ``shown`` names the matrix rows that are asked, as ``<item>.<row>``."""
    kind = type(item)
    if plain := PLAIN.get(kind):
        fits, sentence = plain
        return () if fits(item, value) else (("", sentence(item)),)
    return list(_wrong_rows(item, value, shown) if isinstance(item, Matrix) else CHECKS[kind](item, value))


def lacking(item: AnyItem, value: Any, shown: Container[str]) -> Wrongs:
    """What a good but unfinished value lacks to be complete."""
    if type(item) is KanoPair:
        return [(f"/{half}", "Both halves of the pair must be answered.") for half in HALVES if half not in value]
    if type(item) is Matrix and item.required:
        asked = [row.code for row in item.rows if f"{item.code}.{row.code}" in shown]
        sentence = "This row must be answered before the answer is complete."
        return [(f"/{code}", sentence) for code in asked if code not in value]
    return ()


def wrong_text(value: Any, longest: int) -> Wrong:
    if not isinstance(value, str):
        yield "", "The answer is a text."
    elif len(value) > longest:
        yield "", f"The text may have at most {longest} characters; it has {len(value)}."
    elif "\x00" in value or not well_formed(value):
        yield "", "The text holds a NUL or half a surrogate pair; send well-formed Unicode without NUL."


def well_formed(text: str) -> bool:
    """Without half a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def step(name: str) -> str:
    """One step of an RFC 6901 pointer, safe to print whatever the phone sent as a name."""
    safe = name.encode("utf-8", "backslashreplace").decode()[:90]
    return "/" + safe.replace("~", "~0").replace("/", "~1").replace("\x00", "\\u0000")


def _whole(value: Any, least: int, most: int) -> bool:
    return type(value) is int and least <= value <= most


def _on_scale(item: Scaled, value: Any) -> bool:
    return _whole(value, item.least, item.most)


def _scale(item: Scaled) -> str:
    return f"The answer is a whole number from {item.least} to {item.most}."


def _recommends(_: Recommendation, value: Any) -> bool:
    return _whole(value, 0, 10)


def _ten(_: Recommendation) -> str:
    return "The answer is a whole number from 0 to 10."


def _is_option(item: SingleChoice | MultipleChoice, value: Any) -> bool:
    return isinstance(value, str) and any(option.code == value for option in item.options)


def _options(item: SingleChoice | MultipleChoice) -> str:
    return f"The answer is one of {', '.join(option.code for option in item.options)}."


def _is_consent(_: Consent, value: Any) -> bool:
    return isinstance(value, bool)


def _consent(_: Consent) -> str:
    return "A consent is true or false."


def _wrong_rows(item: Matrix, value: Any, shown: Container[str]) -> Wrong:
    if not isinstance(value, dict) or not value:
        yield "", "The answer is an object of values by row; leave the item out when no row is answered."
        return
    known = {row.code for row in item.rows}
    for code, one in value.items():
        if code not in known:
            yield step(code), "The matrix has no row of this code."
        elif f"{item.code}.{code}" not in shown:
            yield step(code), "This row is hidden by the other answers; leave it out."
        elif not _on_scale(item, one):
            yield step(code), _scale(item)


def _wrong_pair(_: KanoPair, value: Any) -> Wrong:
    if not isinstance(value, dict) or not value:
        yield "", f"The answer is an object with {' and '.join(HALVES)}."
        return
    for half, one in value.items():
        if half not in HALVES:
            yield step(half), f"A pair has {' and '.join(HALVES)} only."
        elif not isinstance(one, str) or one not in FEELINGS:
            yield step(half), f"The answer is one of {', '.join(FEELINGS)}."


def _wrong_options(item: MultipleChoice, value: Any) -> Wrong:
    if not isinstance(value, list) or not value:
        yield "", "The answer is a list of at least one option; leave the item out when none is chosen."
        return
    most = item.most or len(item.options)
    if len(value) > most:
        yield "", f"At most {most} options may be chosen."
        return
    alone = {option.code for option in item.options if option.exclusive}
    for position, one in enumerate(value):
        if not _is_option(item, one):
            yield f"/{position}", _options(item)
        if one in value[:position]:
            yield f"/{position}", "This option is chosen twice."
        elif len(value) > 1 and isinstance(one, str) and one in alone:
            yield f"/{position}", "This option stands alone; choose it without others, or the others without it."


def _wrong_number(item: Number, value: Any) -> Wrong:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(_double(value)):
        yield "", "The answer is a number."
    elif not item.least <= value <= item.most:
        yield "", f"The number is from {item.least:.15g} to {item.most:.15g}."
    elif round(value, item.decimals) != value:
        yield "", f"The number has at most {item.decimals} decimal places."


def _double(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _wrong_day(item: Day, value: Any) -> Wrong:
    day = _day(value)
    if day is None:
        yield "", "The answer is a calendar day as YYYY-MM-DD."
    elif not item.earliest <= day <= item.latest:
        yield "", f"The day is from {item.earliest} to {item.latest}."


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _wrong_line(item: ShortText, value: Any) -> Wrong:
    if isinstance(value, str) and any(mark in value for mark in LINE_BREAKS):
        yield "", "The text is one line, without line breaks."
    else:
        yield from wrong_text(value, item.longest)


def _wrong_words(item: LongText, value: Any) -> Wrong:
    return wrong_text(value, item.longest)


# What one look at the value decides, with the sentence for the others: these are most of all answers.
PLAIN: dict[type[Any], tuple[Callable[[Any, Any], bool], Callable[[Any], str]]] = {
    **dict.fromkeys((Rating, Satisfaction, Effort), (_on_scale, _scale)),
    Recommendation: (_recommends, _ten),
    SingleChoice: (_is_option, _options),
    Consent: (_is_consent, _consent),
}
CHECKS: dict[type[Any], Callable[[Any, Any], Wrong]] = {
    KanoPair: _wrong_pair,
    MultipleChoice: _wrong_options,
    Number: _wrong_number,
    Day: _wrong_day,
    ShortText: _wrong_line,
    LongText: _wrong_words,
}
