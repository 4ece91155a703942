"""One look at answers, and the walk that names faults, give one verdict."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.answers import examine
from survey.questionnaires.definition import Definition
from survey.questionnaires.fits import fits, fits_whole
from survey.questionnaires.items import (
    Choice,
    Consent,
    KanoPair,
    LongText,
    Matrix,
    MultipleChoice,
    Number,
    Recommendation,
    Scaled,
    ShortText,
)
from survey.questionnaires.kano import FEELINGS, HALVES
from survey.questionnaires.values import lacking, wrong

FILES = sorted((Path(__file__).parents[3] / "content" / "vectors" / "answers").glob("*.json"))
DEFINITIONS = [Definition.model_validate(json.loads(path.read_text())["definition"]) for path in FILES]
ITEMS = [item for definition in DEFINITIONS for item in definition.items]
ODD = st.sampled_from(
    [
        None, True, False, 0, 1, 1.0, 2.5, -1, 10**400, float("nan"), float("inf"), "", "1", "a", "yes", "\ud83d",
        "a\x00b", "a\nb", "a\u2028b", "x" * 201, "x" * 4001, "2026-02-30", "2026-03-02", "1000-01-01", [], {}, [[]],
        [{}], [1], ["a", ["a"]], {"a": {"b": 1}}, {"": 1}, {"\ud83d": 1}, {"functional": ["like"]},
    ]
)  # fmt: skip


def fitting(item):
    """Values most of which fit, so that not every answer is refused for its first."""
    match item:
        case Matrix():
            rows = st.sampled_from([row.code for row in item.rows])
            found = st.dictionaries(rows, st.integers(item.least, item.most), min_size=1)
        case Scaled():
            found = st.integers(item.least, item.most)
        case Recommendation():
            found = st.integers(0, 10)
        case Consent():
            found = st.booleans()
        case KanoPair():
            found = st.dictionaries(st.sampled_from(HALVES), st.sampled_from(FEELINGS), min_size=1)
        case MultipleChoice():
            found = st.lists(st.sampled_from([one.code for one in item.options]), min_size=1)
        case Choice():
            found = st.sampled_from([one.code for one in item.options])
        case Number():
            found = st.integers(0, 20) | st.decimals(0, 20, places=2).map(float)
        case ShortText() | LongText():
            found = st.text(max_size=12) | st.text("字a\U0001f600", max_size=item.longest + 1)
        case _:
            found = st.dates(date(1899, 1, 1), date(2101, 12, 31)).map(str)
    return found


def values(item):
    return fitting(item) | fitting(item) | fitting(item) | ODD


def told(found):
    """The texts about options, which are no items."""
    return {code: value for code, value in found.items() if "." in code}


def answers(definition):
    """Any, those of them that are good, and one odd value among good ones."""
    asked = {item.code: values(item) for item in definition.items}
    said = dict.fromkeys(definition.free_texts, st.text(max_size=5) | ODD)
    some = st.fixed_dictionaries({}, optional=asked | said)
    good = some.map(lambda found: {**examine(definition, found, complete=False).good, **told(found)})
    one = st.dictionaries(st.sampled_from([*asked, *said, "unknown"]), ODD, max_size=1)
    return some | good | st.builds(lambda found, odd: found | odd, good, one)


def all_rows(item):
    return {f"{item.code}.{row.code}" for row in item.rows} if isinstance(item, Matrix) else set()


def hidden_by_rows(definition):
    """Whether a required matrix may be complete without some of its rows."""
    matrices = [item for item in definition.items if isinstance(item, Matrix) and item.required]
    return any(row.when is not None for item in matrices for row in item.rows)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item.type} {item.code}")
def test_a_value_fits_where_the_walk_finds_nothing(item):
    @given(values(item))
    def each(value):
        faults = list(wrong(item, value, all_rows(item)))
        assert fits(item)(value) == (not faults)
        assert fits_whole(item)(value) == (not faults and not lacking(item, value, all_rows(item)))

    each()


@pytest.mark.parametrize("definition", DEFINITIONS, ids=[path.stem for path in FILES])
@pytest.mark.parametrize("complete", [False, True])
def test_answers_are_good_at_a_glance_where_the_walk_finds_nothing(definition, complete):
    @given(answers(definition))
    def each(given_answers):
        faults = examine(definition, given_answers, complete=complete).faults
        seen = definition.glance.good(given_answers, complete=complete)
        if complete and hidden_by_rows(definition):
            assert not (seen and faults)
        else:
            assert seen == (not faults)

    each()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_vectors_of_the_phone_hold_at_a_glance(path):
    read = json.loads(path.read_text())
    glance = Definition.model_validate(read["definition"]).glance
    wrongly = [
        case["name"]
        for case in read["cases"]
        if case["faults"] and glance.good(case["answers"], complete=case["complete"])
    ]
    assert wrongly == []
