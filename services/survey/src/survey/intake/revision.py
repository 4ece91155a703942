"""What becomes of a response whose id is known already.

The phone makes the id and counts its revisions, so that a repeated delivery over a bad network is recognised.
"""

import hashlib
from typing import Any, Literal, NamedTuple

from pydantic_core import to_json

from kit.errors import Conflict

Move = Literal["insert", "replace", "same"]


class Clash(Conflict):
    """The id stands for something else already."""

    code, title = "revision_clash", "This response is stored differently"


class Version(NamedTuple):
    """One state of a response: ``digest`` is SHA-256 over its canonical body."""

    revision: int
    digest: str
    complete: bool


def decide(stored: Version | None, sent: Version) -> Move:
    """The same revision and body is the same success; a higher revision replaces an incomplete answer.

    Raises Clash for anything else under that id.
    """
    if stored is None:
        return "insert"
    if stored.revision == sent.revision:
        if stored.digest == sent.digest:
            return "same"
        raise Clash(f"Revision {sent.revision} is stored with another body; send a change under a higher revision.")
    if sent.revision < stored.revision:
        raise Clash(f"Revision {sent.revision} is older than the stored {stored.revision}.")
    if stored.complete:
        raise Clash(f"The answer was completed with revision {stored.revision} and can no longer be changed.")
    return "replace"


def digest(body: dict[str, Any]) -> str:
    """SHA-256 in hexadecimal over the body as JSON with sorted keys and no spaces."""
    return hashlib.sha256(to_json(_sorted(body))).hexdigest()


def _sorted(value: dict[str, Any]) -> dict[str, Any]:
    """Answers hold objects within objects, and lists of plain values only."""
    return {key: _sorted(part) if type(part := value[key]) is dict else part for key in sorted(value)}
