"""Danger words in what a caller says: downed wire, fire, shock, life support."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

Lexicon = Mapping[str, Sequence[re.Pattern[str]]]


@cache
def lexicon() -> Lexicon:
    """The shipped words by code, Chinese as they stand, English as whole words in any case."""
    text = resources.files("incident.calls").joinpath("danger_words.json").read_text(encoding="utf-8")
    return {word["code"]: _patterns(word["zh"], word["en"]) for word in json.loads(text)["words"]}


def dangers(text: str, words: Lexicon | None = None) -> list[str]:
    """Codes of the dangers this text names, in the lexicon's order."""
    known = lexicon() if words is None else words
    return [code for code, patterns in known.items() if any(p.search(text) for p in patterns)]


def _patterns(chinese: Sequence[str], english: Sequence[str]) -> list[re.Pattern[str]]:
    whole = [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in english]
    return [re.compile(re.escape(word)) for word in chinese] + whole
