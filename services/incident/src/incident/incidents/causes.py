"""Causes of incidents as data: codes, groups, names in both languages."""

import json
from functools import cache
from importlib import resources
from typing import NamedTuple


class Cause(NamedTuple):
    """``group`` is what variants of the indices leave out: external, weather, supply_shortage, ..."""

    code: str
    group: str
    zh: str
    en: str


@cache
def causes() -> dict[str, Cause]:
    """The shipped causes by code."""
    text = resources.files("incident.incidents").joinpath("causes.json").read_text(encoding="utf-8")
    return {cause["code"]: Cause(**cause) for cause in json.loads(text)["causes"]}


def groups() -> list[str]:
    return sorted({cause.group for cause in causes().values()})


def codes_in(group_names: set[str]) -> set[str]:
    """Codes of the causes in these groups."""
    return {cause.code for cause in causes().values() if cause.group in group_names}
