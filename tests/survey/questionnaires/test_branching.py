import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.branching import ARITY, RuleFault, check, compiled, variables

VECTORS = Path(__file__).parents[3] / "content" / "vectors"


def vectors(name):
    return [entry for entry in json.loads((VECTORS / name).read_text()) if isinstance(entry, list)]


class TestVectors:
    @pytest.mark.parametrize(("rule", "answers", "value"), vectors("rules.json"))
    def test_every_shared_vector_gives_its_value(self, rule, answers, value):
        check(rule)
        found = compiled(rule)(answers)
        assert found == value
        assert isinstance(found, bool) == isinstance(value, bool)

    @pytest.mark.parametrize(("rule", "sentence"), vectors("not_rules.json"))
    def test_what_is_no_rule_is_refused_with_the_reason(self, rule, sentence):
        with pytest.raises(RuleFault, match=re.escape(sentence)):
            check(rule)


class TestVariables:
    def test_every_item_read_is_named(self):
        rule = {"and": [{"<": [{"var": ["a", {"var": "z"}]}, 2]}, {"missing": ["b", "c"]}]}
        assert list(variables(rule)) == ["a", "z", "b", "c"]

    def test_elements_are_no_items(self):
        rule = {"some": [{"var": "hurt"}, {"===": [{"var": ""}, "rude"]}]}
        assert list(variables({"and": [rule, {"missing_some": [1, ["x", "y"]]}]})) == ["hurt", "x", "y"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=10,
)
rules = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 12) | st.text(max_size=3) | st.just({"var": "a"}),
    lambda inner: st.dictionaries(
        st.sampled_from(sorted(ARITY)),
        st.lists(inner, min_size=1, max_size=3),
        min_size=1,
        max_size=1,
    ),
    max_leaves=12,
)


class TestProperties:
    @given(rules, st.dictionaries(st.sampled_from(["a", "b"]), json_values))
    def test_a_checked_rule_never_fails_whatever_was_answered(self, rule, answers):
        try:
            check(rule)
        except RuleFault:
            return
        found = compiled(rule)(answers)
        list(variables(rule))
        if isinstance(found, float) and not answers:
            assert math.isfinite(found)
