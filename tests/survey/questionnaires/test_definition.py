from pathlib import Path
from typing import get_args

import pytest
import yaml
from pydantic import ValidationError

from survey.questionnaires.definition import Definition
from survey.questionnaires.items import AnyItem
from survey.questionnaires.translations import translations

CONTENT = Path(__file__).parents[3] / "content" / "questionnaires"


def words(text="?"):
    return {"zh-CN": text, "en": text}


def rating(code, **more):
    return {"code": code, "type": "rating", "text": words()} | more


def item(code, type_, **more):
    return {"code": code, "type": type_, "text": words()} | more


def consent(code):
    return item(code, "consent", meaning="may_contact")


def row(code, **more):
    return {"code": code, "text": words()} | more


def matrix(code, *rows, **more):
    return item(code, "matrix", rows=list(rows), **more)


def kano(code, need):
    return item(code, "kano", need=need, functional=words(), dysfunctional=words())


def important(need, code="a"):
    return [rating(code, meaning="importance", need=need)]


def choice(code, *options, **more):
    return item(code, "single_choice", options=[row(option) for option in options], **more)


def explained(code):
    return item(code, "single_choice", options=[row("x", free_text=True), row("y")])


def definition(*items, **more):
    return {"title": words(), "introduction": words(), "items": list(items)} | more


class TestContent:
    @pytest.mark.parametrize("name", ["after_order", "after_outage", "follow_up", "yearly"])
    def test_the_ready_made_questionnaires_are_sound_in_both_languages(self, name):
        made = Definition.model_validate(yaml.safe_load((CONTENT / f"{name}.yaml").read_text()))
        assert made.languages == ["zh-CN", "en"]
        assert [item.meaning for item in made.items[:2]] == ["may_contact", "unit_may_know"]
        assert [one.lacking for one in translations(made)] == [(), ()]

    def test_the_yearly_one_asks_in_nearly_every_way(self):
        made = Definition.model_validate(yaml.safe_load((CONTENT / "yearly.yaml").read_text()))
        known = {
            name for kind in get_args(get_args(AnyItem)[0]) for name in get_args(kind.model_fields["type"].annotation)
        }
        assert known - {item.type for item in made.items} == {"rating", "text"}


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
            (definition(rating("a"), languages=["en", "en"]), "named once"),
            (definition(rating("a"), languages=["de"]), "'zh-CN' or 'en'"),
            (definition(rating("a"), languages=[]), "at least 1 item"),
            (definition(rating("a", labels={"9": words()})), "goes from 1 to 5, without 9"),
            (definition(rating("a", scoring={"kind": "table", "table": {"0": 1}})), "without 0"),
            (definition(rating("a", meaning="importance")), "names a need and no driver"),
            (definition(rating("a", meaning="importance", need="x", driver="price")), "names a need and no driver"),
            (definition(item("a", "csat", most=7)), "Input should be 5"),
            (definition(item("a", "ces", least=0)), "Input should be 1"),
            (definition(item("a", "ces", driver=None)), "staff_conduct"),
            (definition(item("a", "ces"), item("b", "ces", driver="price")), "once, not twice: ces"),
            (definition(item("a", "nps"), item("b", "nps")), "once, not twice: nps"),
            (definition(consent("a"), consent("b")), "once, not twice: may_contact"),
            (definition(item("a", "number", least=2, most=2)), "must grow"),
            (definition(item("a", "number", least=-1e13)), "greater than or equal to"),
            (definition(item("a", "number", most=float("inf"))), "finite"),
            (definition(item("a", "number", decimals=7)), "less than or equal to 6"),
            (definition(item("a", "date", earliest="2026-02-01", latest="2026-01-01")), "must not be after"),
            (definition(item("a", "date", earliest="soon")), "valid date"),
            (definition(item("a", "short_text", longest=201)), "less than or equal to 200"),
            (definition(item("a", "long_text", longest=0)), "greater than or equal to 1"),
            (definition(item("a", "kano", functional=words(), dysfunctional=words())), "need"),
            (definition(kano("a", "told") | {"labels": {"like": words()}}), "labels of 'a' word each of like, expect"),
            (definition(kano("a", "told"), kano("b", "told")), "one Kano pair; more ask about told"),
            (definition(matrix("a")), "at least 1 item"),
            (definition(matrix("a", row("x"), row("x"))), "Two rows of 'a'"),
            (definition(matrix("a", row("x"), driver="price")), "said by its rows"),
            (definition(matrix("a", row("x"), need="told")), "said by its rows"),
            (definition(matrix("a", row("x"), meaning="importance")), "each row names a need"),
            (definition(matrix("a", row("x", need="n", driver="price"), meaning="importance")), "for no driver"),
            (definition(matrix("a", row("x", driver="price"), row("y", driver="price"))), "scored twice: price"),
            (definition(matrix("a", row("x", driver="price")), rating("b", driver="price")), "scored twice: price"),
            (definition(*important("n"), *important("n", code="b")), "importance of a need is asked once"),
            (definition(matrix("a", row("x", when={"var": "a.y"}), row("y"))), "'a.x' may read earlier items only"),
            (definition(matrix("a", row("x")), item("b", "nps", when={"var": "a.z"})), "earlier items only, not a.z"),
            (definition(choice("a", "x", "x")), "Two options of 'a'"),
            (definition(*[explained(f"i{n}") for n in range(51)]), "an answer holds at most 100"),
            (definition(item("a", "slider")), "does not match any of the expected tags"),
            (definition(rating("a", colour="red")), "Extra inputs"),
            (definition(), "at least 1 item"),
            (definition(rating("a", scoring={"kind": "linear", "low_at": 9})), "less than or equal to 5"),
        ],
    )
    def test_an_unsound_definition_is_refused_with_a_sentence(self, wrong, sentence):
        with pytest.raises(ValidationError, match=sentence):
            Definition.model_validate(wrong)

    def test_rows_without_a_driver_count_for_no_driver_and_what_is_asked_once_may_be_read_later(self):
        made = definition(
            matrix("a", row("x", need="n"), row("y", need="n")),
            rating("overall", when={"<=": [{"var": "a.x"}, 2]}),
            kano("k", "n"),
            item("why", "short_text", when={"===": [{"var": "k.functional"}, "like"]}),
            *important("n", code="weight"),
        )
        assert Definition.model_validate(made).codes == ["a", "a.x", "a.y", "overall", "k", "why", "weight"]

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
