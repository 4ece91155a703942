"""A questionnaire's version: draft, then published and never changed again, then retired."""

from typing import Literal

State = Literal["draft", "published", "retired"]

MOVES: dict[State, tuple[State, ...]] = {"draft": ("published",), "published": ("retired",), "retired": ()}
