from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from survey.questionnaires.definition import Definition

CONTENT = Path(__file__).parents[3] / "content" / "questionnaires"


def words(text="?"):
    return {"zh-CN": text, "en": text}


def rating(code, **more):
    return {"code": code, "type": "rating", "text": words()} | more


def definition(*items, **more):
    return {"title": words(), "introduction": words(), "items": list(items)} | more


class TestContent:
    @pytest.mark.parametrize("name", ["after_order", "after_outage", "follow_up"])
    def test_the_ready_made_questionnaires_are_sound_in_both_languages(self, name):
        made = Definition.model_validate(yaml.safe_load((CONTENT / f"{name}.yaml").read_text()))
        assert made.languages == ["zh-CN", "en"]
        assert [item.meaning for item in made.items[:2]] == ["may_contact", "unit_may_know"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            (definition(rating("a"), rating("a", driver="price")), "twice there: a"),
            (definition(rating("a"), rating("b")), "scored twice: overall"),
            (definition(rating("a", driver="price"), rating("b", driver="price")), "scored twice: price"),
            (definition(rating("a", least=5, most=5)), "must grow"),
            (definition(rating("a", when={"var": "b"}), rating("b", driver="price")), "earlier items only"),
            (definition(rating("a", when={"var": "a"})), "earlier items only"),
            (definition(rating("a", when={"sum": [1]})), "'sum' is not known"),
            (definition(rating("a", text={"zh-CN": "?"})), "Item 'a' lacks its text in en"),
            (definition(rating("a", labels={"1": {"en": "bad"}})), "Label 1 of 'a' lacks its text in zh-CN"),
            (definition(rating("a", colour="red")), "Extra inputs"),
            (definition(), "at least 1 item"),
            (definition(rating("a", scoring={"kind": "linear", "low_at": 9})), "less than or equal to 5"),
        ],
    )
    def test_an_unsound_definition_is_refused_with_a_sentence(self, wrong, sentence):
        with pytest.raises(ValidationError, match=sentence):
            Definition.model_validate(wrong)

    def test_a_choice_is_scored_by_a_table_of_all_its_options(self):
        options = [{"code": "good", "text": words()}, {"code": "bad", "text": words()}]
        item = {"code": "a", "type": "single_choice", "text": words(), "options": options}
        with pytest.raises(ValidationError, match="a table naming each option once"):
            Definition.model_validate(definition(item | {"scoring": {"kind": "table", "table": {"good": 5}}}))

    def test_solved_is_a_yes_or_a_no(self):
        options = [{"code": "yes", "text": words()}, {"code": "perhaps", "text": words()}]
        item = {
            "code": "a",
            "type": "single_choice",
            "text": words(),
            "options": options,
            "meaning": "solved",
        }
        with pytest.raises(ValidationError, match="yes and no"):
            Definition.model_validate(definition(item))
