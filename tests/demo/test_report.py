"""The report: complete in both languages, and every number in it is one of the figures."""

import copy
import string
from typing import Any, get_args

import pytest
from rich.cells import cell_len

from gridloop.demo.content import read
from gridloop.demo.report.render import render
from gridloop.demo.report.tables import WIDTH, paragraph, table
from gridloop.demo.report.words import LANGUAGES, Words, number, signed
from responsibility.actions.models import ActionKind
from responsibility.cases.restitution import Restitution
from responsibility.duties.rules import Driver
from responsibility.findings.lifecycle import FindingState
from tests.demo.figures import FIGURES


def leaves(found: Any, path: str = "") -> dict[str, Any]:
    if isinstance(found, dict):
        return {key: value for name, part in found.items() for key, value in leaves(part, f"{path}.{name}").items()}
    return {path: found}


def fields(text: Any) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


class TestTexts:
    def test_both_languages_say_the_same_things(self) -> None:
        chinese, english = (leaves(read(f"demo/report.{language}")) for language in LANGUAGES)
        assert chinese.keys() == english.keys()
        assert {key: fields(text) for key, text in chinese.items()} == {key: fields(t) for key, t in english.items()}

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_every_state_move_and_kind_of_the_services_has_a_name(self, language: str) -> None:
        words = Words(language)
        assert set(get_args(FindingState)) == set(words.entry("states"))
        assert set(get_args(ActionKind)) == set(words.entry("action_kinds"))
        assert set(get_args(Restitution)) == set(words.entry("restitutions"))
        assert {*get_args(Driver), "overall"} == set(words.entry("drivers"))

    def test_the_story_says_everything_in_both_languages(self) -> None:
        def told(found: Any) -> list[dict[str, str]]:
            if isinstance(found, dict):
                mine = [found] if "zh" in found else []
                return mine + [one for part in found.values() for one in told(part)]
            return [one for part in found for one in told(part)] if isinstance(found, list) else []

        texts = told(read("demo/story")) + told(read("demo/company")) + told(read("demo/duties"))
        assert len(texts) > 50
        assert all(one["zh"] and one["en"] for one in texts)


class TestReport:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_leaves_nothing_unfilled(self, language: str) -> None:
        report = render(FIGURES, language)
        assert "{" not in report
        assert "None" not in report

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_it_shows_the_effect_with_its_interval_and_both_n(self, language: str) -> None:
        effect = FIGURES["finding"]["effect"]
        report = render(FIGURES, language)
        for value in (signed(effect["difference"]), signed(effect["low"]), signed(effect["high"])):
            assert value in report
        assert str(effect["n_before"]) in report
        assert str(effect["n_after"]) in report

    def test_it_follows_the_customers_own_words(self) -> None:
        shown = " ".join(render(FIGURES, "en").split())
        assert FIGURES["followed"]["words"] in shown

    def test_an_effect_that_is_not_proven_is_not_claimed(self) -> None:
        unproven = copy.deepcopy(FIGURES)
        unproven["finding"]["effect"] |= {"low": -0.2, "high": 0.4, "difference": 0.1, "conclusive": False}
        unproven["finding"] |= {"state": "effect_watch", "closed_on": None}
        report = render(unproven, "en")
        assert "no effect is proven yet" in report
        assert "effect proven" not in report.split("7. ")[0]

    def test_a_finding_that_came_again_is_not_called_closed(self) -> None:
        again = copy.deepcopy(FIGURES)
        again["finding"] |= {"state": "reopened", "closed_on": None, "outcome": None, "verified_by_another": False}
        report = render(again, "en")
        assert "the finding was reopened" in report
        assert "closed as 'effect proven'" not in report
        assert "Not verified" not in report

    def test_a_withheld_figure_says_so(self) -> None:
        withheld = copy.deepcopy(FIGURES)
        empty = {"value": None, "low": None, "high": None, "n": None, "reason": "Withheld"}
        withheld["heard"]["scores"][0] |= {"mean": {**empty}, "csat": {**empty}}
        assert "too few to show" in render(withheld, "en")

    def test_sign_ins_stand_in_it_only_when_the_suite_stays(self) -> None:
        assert "POST /v1/auth/sign-in" not in render(FIGURES, "en")
        sign_in = {"username": "agent", "password": "secret", "roles": ["agent"], "unit": "/city/", "employee": "E1"}
        kept = FIGURES | {"run": FIGURES["run"] | {"stays": True, "sign_ins": [sign_in]}}
        assert "POST /v1/auth/sign-in" in render(kept, "en")


class TestLayout:
    def test_lines_keep_to_the_width_and_lose_nothing(self) -> None:
        text = "得分由 3.11 升至 4.35，相差 +1.24（95% 置信区间 +0.88 至 +1.60），" * 5
        lines = paragraph(text)
        assert all(cell_len(line) <= WIDTH + 2 for line in lines)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")

    def test_no_number_is_broken_and_no_line_begins_with_a_full_stop(self) -> None:
        lines = paragraph("共计一二三四五 12345.67，" * 20)
        assert sum(line.count("12345.67，") for line in lines) == 20
        assert all(line.strip()[0] not in "，。；" for line in lines)

    def test_columns_stand_below_each_other(self) -> None:
        first, second = table(["方面", "n"], [["emergency", "12"]])
        assert cell_len(first[: first.index("n")]) == cell_len(second[: second.index("12")])

    def test_numbers_are_rounded_for_reading(self) -> None:
        assert [number(1.234), number(-1.239), number(None), signed(0.5), signed(-0.5)] == [
            "1.23", "−1.24", "–", "+0.50", "−0.50",
        ]  # fmt: skip
