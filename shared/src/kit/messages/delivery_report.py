"""Reads what a mail system says became of an e-mail: delivery status notifications (RFC 3464, 3462, 3463, 6533)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.parser import HeaderParser
from typing import Literal, TypeAlias

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
RETURNED_TYPES = frozenset({"message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers"})
NESTING = re.compile(rb"multipart/|message/", re.IGNORECASE)
MOST_PARTS = 12
"""A report has four; each level of a nested one costs another look at every line."""
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
ARRIVED = frozenset({"delivered", "relayed", "expanded"})

Fields: TypeAlias = "Message[str, str]"
State = Literal["bounced", "failed", "delayed"]


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """``bounced``: given up, and it will not do another time (5.x.x); ``failed``: given up after trying (4.x.x).

    ``status`` is the enhanced code (RFC 3463). ``about`` holds every header field that may name the message.
    """

    state: State
    status: str
    about: str

    @property
    def detail(self) -> str:
        return f"{self.state} {self.status}".strip()


def read(raw: bytes) -> DeliveryReport | None:
    """None for what is no report, or one of nothing but arrivals: an absence note, spam, a broken mail."""
    if len(NESTING.findall(raw)) > MOST_PARTS:
        return None
    mail = message_from_bytes(raw)
    if mail.get_content_type() != "multipart/report":
        return None
    blocks = [block for part in _parts(mail, STATUS_TYPES) for block in _blocks(part)]
    said = _worst([block for block in blocks if _word(block, "Action")])
    if said is None:
        return None
    returned = [fields for part in _parts(mail, RETURNED_TYPES) for fields in _returned(part)]
    about = "\n".join(str(value) for fields in [mail, *blocks, *returned] for value in fields.values())
    return DeliveryReport(*said, about)


def _parts(mail: Fields, kinds: frozenset[str]) -> list[Fields]:
    """The report's own parts: what a returned message itself encloses says nothing of this delivery."""
    return [part for part in _enclosed(mail) if part.get_content_type() in kinds]


def _blocks(part: Fields) -> Iterator[Fields]:
    """Groups of fields: first about the message, then one for each recipient."""
    for block in _enclosed(part):
        yield block
        if isinstance(text := block.get_payload(), str):
            yield from (HeaderParser().parsestr(group) for group in re.split(r"\r?\n\r?\n", text)[:MOST_PARTS])


def _returned(part: Fields) -> Iterator[Fields]:
    if part.is_multipart():
        yield from _enclosed(part)
    elif isinstance(plain := part.get_payload(decode=True), bytes):
        yield HeaderParser().parsestr(plain.decode("utf-8", "replace"))


def _enclosed(part: Fields) -> list[Fields]:
    inside = part.get_payload()
    return [one for one in inside if isinstance(one, Message)] if isinstance(inside, list) else []


def _worst(blocks: list[Fields]) -> tuple[State, str] | None:
    """Where one of several recipients was reached, the others' mailboxes are not the customer's own."""
    actions = {_word(block, "Action"): block for block in reversed(blocks)}
    if (failed := actions.get("failed")) is not None and not ARRIVED & actions.keys():
        status = _status(failed)
        return ("failed" if status.startswith("4") else "bounced"), status
    if (delayed := actions.get("delayed")) is not None:
        return "delayed", _status(delayed)
    return None


def _word(block: Fields, name: str) -> str:
    """A field's first word, without its comments."""
    words = str(block.get(name, "")).partition("(")[0].split()
    return words[0].lower() if words else ""


def _status(block: Fields) -> str:
    found = STATUS.search(str(block.get("Status", "")))
    return found.group() if found else ""
