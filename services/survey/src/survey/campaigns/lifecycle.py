"""A campaign: a draft asks nobody; an active one asks on its occasions; a closed one never again."""

from typing import Literal

State = Literal["draft", "active", "closed"]
Kind = Literal["one_off", "periodic", "triggered", "by_hand"]

MOVES: dict[State, tuple[State, ...]] = {"draft": ("active", "closed"), "active": ("closed",), "closed": ()}
