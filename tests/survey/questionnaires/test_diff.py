import copy
import random

from hypothesis import given
from hypothesis import strategies as st

from survey.questionnaires.definition import Definition
from survey.questionnaires.diff import Change, Difference, difference


def words(text="?"):
    return {"zh-CN": text, "en": text}


def item(code, type_="rating", **more):
    return {"code": code, "type": type_, "text": words(), **({} if type_ != "rating" else {"scoring": None})} | more


def options(*codes):
    return [{"code": code, "text": words()} for code in codes]


def definition(*items, **more):
    return Definition.model_validate({"title": words(), "introduction": words(), "items": list(items)} | more)


ABC = definition(item("a"), item("b"), item("c", "single_choice", options=options("x", "y")))


def changes(before, after):
    (changed,) = difference(definition(before), definition(after)).changed
    return changed.comparable, [(one.field, one.language, one.before, one.after) for one in changed.changes]


class TestItems:
    def test_alike(self):
        assert difference(ABC, copy.deepcopy(ABC)) == Difference((), (), (), (), ())

    def test_added_and_removed(self):
        found = difference(ABC, definition(item("a"), item("d"), ABC.items[2].model_dump()))
        assert (found.added, found.removed, found.moved, found.changed) == (("d",), ("b",), (), ())

    def test_as_few_as_possible_are_moved(self):
        before = definition(*map(item, "abcde"))
        assert difference(before, definition(*map(item, "bcdea"))).moved == ("a",)
        assert difference(before, definition(*map(item, "eabcd"))).moved == ("e",)

    @given(st.permutations("abcdef"), st.permutations("abcdef"))
    def test_without_the_moved_ones_the_order_is_the_same(self, before, after):
        moved = difference(definition(*map(item, before)), definition(*map(item, after))).moved
        assert [code for code in before if code not in moved] == [code for code in after if code not in moved]


class TestFields:
    def test_texts_by_language(self):
        after = item("a", text={"zh-CN": "新", "en": "?"})
        assert changes(item("a"), after) == (True, [("text", "zh-CN", "?", "新")])

    def test_a_text_that_is_new(self):
        assert changes(item("a", text={"en": "?"}), item("a")) == (True, [("text", "zh-CN", None, "?")])

    def test_a_rule_is_one_field(self):
        before, after = {"var": "a"}, {"!": [{"var": "a"}]}
        found = difference(definition(item("a"), item("b", when=before)), definition(item("a"), item("b", when=after)))
        assert found.changed[0].changes == (Change("when", None, before, after),)

    def test_another_scale_breaks_the_comparison(self):
        comparable, found = changes(item("a"), item("a", most=10))
        assert (comparable, found) == (False, [("most", None, 5, 10)])

    def test_another_scoring_breaks_the_comparison(self):
        comparable, found = changes(item("a", scoring={"low_at": 2}), item("a", scoring={"low_at": 3}))
        assert (comparable, found) == (False, [("scoring/low_at", None, 2, 3)])

    def test_an_option_is_named_by_its_code(self):
        before = item("a", "single_choice", options=options("x", "y"))
        after = item("a", "single_choice", options=[*options("x"), {"code": "y", "text": {"en": "!"}}])
        assert changes(before, after) == (
            True,
            [("options/y/text", "zh-CN", "?", None), ("options/y/text", "en", "?", "!")],
        )

    def test_another_choice_of_options_breaks_the_comparison(self):
        before = item("a", "single_choice", options=options("x", "y"))
        comparable, found = changes(before, item("a", "single_choice", options=options("x", "y", "z")))
        assert not comparable
        assert found[0] == ("options/order", None, ["x", "y"], ["x", "y", "z"])

    def test_the_whole_has_texts_too(self):
        found = difference(ABC, definition(*[one.model_dump() for one in ABC.items], title={"en": "New"}))
        assert found.texts == (Change("title", "zh-CN", "?", None), Change("title", "en", "?", "New"))


def test_backwards_it_is_the_mirror_image():
    shuffled = [one.model_dump() for one in ABC.items]
    random.Random(3).shuffle(shuffled)
    other = definition(*shuffled[:2], item("d"), title={"en": "New", "zh-CN": "新"})
    there, back = difference(ABC, other), difference(other, ABC)
    assert (set(there.added), set(there.removed)) == (set(back.removed), set(back.added))
    assert {(one.field, one.language, one.after, one.before) for one in there.texts} == {
        (one.field, one.language, one.before, one.after) for one in back.texts
    }
