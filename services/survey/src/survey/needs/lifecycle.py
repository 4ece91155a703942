"""A need: active, so that questionnaires may ask about it, or retired; it may come back."""

from typing import Literal

State = Literal["active", "retired"]

MOVES: dict[State, tuple[State, ...]] = {"active": ("retired",), "retired": ("active",)}
