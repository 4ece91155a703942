import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.answers import examine, faults, visible
from survey.questionnaires.definition import Definition
from survey.questionnaires.scoring import read


def words(text="?"):
    return {"zh-CN": text, "en": text}


def options(*codes):
    return [{"code": code, "text": words()} for code in codes]


DEFINITION = Definition.model_validate(
    {
        "title": words(),
        "introduction": words(),
        "items": [
            {"code": "contact", "type": "consent", "meaning": "may_contact", "text": words()},
            {"code": "overall", "type": "rating", "required": True, "text": words()},
            {
                "code": "why",
                "type": "text",
                "longest": 10,
                "when": {"<=": [{"var": "overall"}, 2]},
                "text": words(),
            },
            {"code": "more", "type": "text", "when": {"var": "why"}, "text": words()},
            {"code": "recommend", "type": "nps", "text": words()},
            {"code": "one", "type": "single_choice", "options": options("a", "b"), "text": words()},
            {
                "code": "some",
                "type": "multiple_choice",
                "most": 2,
                "options": options("a", "b", "c"),
                "text": words(),
            },
        ],
    }
)


def found(answers, *, complete=False):
    return [(fault.pointer, fault.detail) for fault in faults(DEFINITION, answers, complete=complete)]


class TestGoodAnswers:
    def test_a_full_answer_has_no_fault(self):
        answers = {
            "contact": True,
            "overall": 2,
            "why": "抄错表了",
            "more": "",
            "recommend": 0,
            "one": "a",
            "some": ["c", "a"],
        }
        assert found(answers, complete=True) == []

    def test_an_unfinished_answer_may_lack_what_is_required(self):
        assert found({}, complete=False) == []


class TestFaults:
    @pytest.mark.parametrize(
        ("code", "value", "pointer", "sentence"),
        [
            ("overall", "4", "/answers/overall", "whole number from 1 to 5"),
            ("overall", 4.0, "/answers/overall", "whole number"),
            ("overall", True, "/answers/overall", "whole number"),
            ("overall", None, "/answers/overall", "whole number"),
            ("overall", 0, "/answers/overall", "from 1 to 5"),
            ("overall", 6, "/answers/overall", "from 1 to 5"),
            ("recommend", 99, "/answers/recommend", "from 0 to 10"),
            ("recommend", float("nan"), "/answers/recommend", "whole number"),
            ("one", "c", "/answers/one", "one of a, b"),
            ("one", ["a"], "/answers/one", "one of a, b"),
            ("some", "a", "/answers/some", "list"),
            ("some", [], "/answers/some", "at least one"),
            ("some", ["a", "z"], "/answers/some/1", "one of a, b, c"),
            ("some", ["a", "a"], "/answers/some/1", "twice"),
            ("some", ["a", ["b"]], "/answers/some/1", "one of"),
            ("some", ["a", "b", "c"], "/answers/some", "At most 2"),
            ("contact", 1, "/answers/contact", "true or false"),
            ("contact", "true", "/answers/contact", "true or false"),
            ("unknown", 1, "/answers/unknown", "no item of this code"),
            ("a/b~c", 1, "/answers/a~1b~0c", "no item of this code"),
            ("bad\ud800\x00", 1, "/answers/bad\\ud800\\u0000", "no item of this code"),
        ],
    )
    def test_each_wrong_value_is_named_by_its_pointer(self, code, value, pointer, sentence):
        ((at, detail),) = found({code: value})
        assert at == pointer
        assert sentence in detail

    @pytest.mark.parametrize("value", [3, "x" * 11, "a\x00b", "\ud83d", ["x"]])
    def test_wrong_texts(self, value):
        ((at, _),) = found({"overall": 1, "why": value})
        assert at == "/answers/why"

    def test_an_answer_to_a_hidden_item_is_a_fault(self):
        assert found({"overall": 4, "why": "x"}) == [
            ("/answers/why", "This item is hidden by the other answers; leave it out.")
        ]

    def test_a_hidden_answer_shows_nothing_further(self):
        assert [at for at, _ in found({"overall": 4, "why": "x", "more": "y"})] == [
            "/answers/why",
            "/answers/more",
        ]

    def test_what_is_required_must_be_there_when_complete(self):
        assert [at for at, _ in found({"recommend": 3}, complete=True)] == ["/answers/overall"]


class TestBounds:
    def test_a_flood_of_faults_is_cut(self):
        assert len(found({f"x{number}": 1 for number in range(5000)})) == 100


EVERYTHING = Definition.model_validate(
    {
        "title": words(),
        "introduction": words(),
        "items": [
            {"code": "overall", "type": "csat", "text": words()},
            {"code": "effort", "type": "ces", "text": words(), "when": {"<=": [{"var": "overall"}, 3]}},
            {
                "code": "service",
                "type": "matrix",
                "text": words(),
                "required": True,
                "rows": [
                    {"code": "a", "text": words(), "when": {"max": [{"var": "overall"}, {"var": "effort"}]}},
                    {"code": "b", "text": words(), "driver": "price"},
                ],
            },
            {
                "code": "told",
                "type": "kano",
                "need": "n",
                "text": words(),
                "functional": words(),
                "dysfunctional": words(),
            },
            {"code": "amount", "type": "number", "decimals": 2, "text": words()},
            {"code": "day", "type": "date", "text": words(), "when": {">": [{"var": "amount"}, 5]}},
            {"code": "line", "type": "short_text", "text": words()},
            {
                "code": "one",
                "type": "single_choice",
                "text": words(),
                "options": [{"code": "x", "text": words(), "free_text": True}, {"code": "y", "text": words()}],
            },
            {
                "code": "some",
                "type": "multiple_choice",
                "text": words(),
                "options": [
                    {"code": "x", "text": words(), "free_text": True},
                    {"code": "none", "text": words(), "exclusive": True},
                ],
                "when": {"some": [{"var": "service"}, True]},
            },
        ],
    }
)
NAMES = ["a", "b", "x", "y", "none", "functional", "dysfunctional", "like", "2026-01-01"]
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(0, 8)
    | st.just(10**400)
    | st.floats()
    | st.text()
    | st.text(st.characters(categories=["Cs", "Cc", "Lo"]))
    | st.sampled_from(NAMES),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(NAMES), inner),
    max_leaves=6,
)


class TestProperties:
    @given(
        st.dictionaries(st.sampled_from([*EVERYTHING.by_code, *EVERYTHING.free_texts]) | st.text(), anything),
        st.booleans(),
    )
    def test_no_answer_breaks_the_check_and_every_fault_can_be_sent(self, answers, complete):
        examined = examine(EVERYTHING, answers, complete=complete)
        for fault in examined.faults:
            json.dumps([fault.pointer, fault.detail], ensure_ascii=False).encode()
            assert fault.pointer.startswith("/answers/")
        json.dumps(examined.good, allow_nan=False)
        read(EVERYTHING, examined.good, sub_process=None)

    @given(st.dictionaries(st.sampled_from(list(EVERYTHING.by_code)), anything))
    def test_what_is_good_alone_is_good_without_the_wrong_rest(self, answers):
        good = examine(EVERYTHING, answers, complete=False).good
        assert faults(EVERYTHING, good, complete=False) == []

    @given(st.integers(1, 5))
    def test_the_reason_is_asked_of_the_dissatisfied_only(self, overall):
        assert ("why" in visible(DEFINITION, {"overall": overall})) == (overall <= 2)
