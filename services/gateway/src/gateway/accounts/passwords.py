"""What a password must be: long, not guessable from the account, not among those tried first.

NIST SP 800-63B-4, 3.1.1: length and a blocklist instead of composition rules; Unicode is normalised (NFKC)
so that the same keys give the same password on every keyboard.
"""

import unicodedata
from functools import cache
from importlib.resources import files
from itertools import pairwise

SHORTEST = 12
LONGEST = 128
_FEWEST_CHARACTERS = 5
_SHORTEST_NAME = 4


def normalised(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


@cache
def _blocklist() -> frozenset[str]:
    lines = files("gateway.accounts").joinpath("tried_first.txt").read_text("utf-8").split()
    return frozenset(line.casefold() for line in lines)


def _is_run(text: str) -> bool:
    """Neighbouring characters only, such as ``abcdefghijkl`` or ``987654321098``."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _is_tried_first(text: str) -> bool:
    """A word of the blocklist, alone or drawn out with digits and signs, or repeated."""
    words = _blocklist()
    stem = text.strip("0123456789!@#$%^&*()_-+=.,?~ ")
    pieces = (text[: len(text) // times] for times in (2, 3, 4) if len(text) % times == 0)
    repeated = any(piece in words and piece * (len(text) // len(piece)) == text for piece in pieces)
    return text in words or stem in words or repeated


def fault_of(password: str, username: str) -> str | None:
    """What is wrong with a new password, as a sentence; None where it is good."""
    text = normalised(password).casefold()
    name = username.casefold()
    if not SHORTEST <= len(text) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters; this one has {len(text)}."
    if len(set(text)) < _FEWEST_CHARACTERS:
        return f"The password repeats few characters; use at least {_FEWEST_CHARACTERS} different ones."
    if len(name) >= _SHORTEST_NAME and name in text:
        return "The password contains the user name; choose one that cannot be guessed from it."
    if _is_run(text) or _is_tried_first(text):
        return "The password is among the first that are tried; choose some unrelated words instead."
    return None
