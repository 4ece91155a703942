"""The texts and numbers of the demonstration: ``content/demo`` beside the ready-made content of the suite."""

from functools import cache
from typing import Any

import yaml

from gridloop.layout import checkout


@cache
def read(name: str) -> Any:
    """``read("demo/story")``: the YAML file of that name below ``content/``."""
    return yaml.load(text(f"{name}.yaml"), Loader=_LOADER)  # noqa: S506  (a safe loader, in C where there is one)


def text(name: str) -> str:
    return (checkout() / "content" / name).read_text(encoding="utf-8")


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
