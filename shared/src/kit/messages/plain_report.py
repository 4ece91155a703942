"""Reads what mail systems say in words: delivery reports that are none of RFC 3464's.

Exim's "Mail delivery failed" with X-Failed-Recipients, qmail's QSBMF (cr.yp.to/proto/qsbmf.txt), and the notes of those
that write to people only, in Chinese or English. What a mail system wrote and nobody here understands is said to be so.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message

from kit.messages import delivery_report
from kit.messages.delivery_report import MOST_PARTS, NESTING, DeliveryReport, Fields, State

LONGEST = 200_000
"""Characters looked through: the reason stands before the mail that is returned."""
ARRIVED = re.compile(rb"^Action:\s*(?:delivered|relayed|expanded)\b", re.IGNORECASE | re.MULTILINE)
SYSTEMS = re.compile(r"\b(?:mailer-daemon|postmaster|mail delivery (?:sub)?system)\b", re.IGNORECASE)
NOBODY = re.compile(r"<\s*>")
RETURNED = re.compile(
    r"^(?:-{2,} ?(?:Below this line is a copy|This is a copy|Original message|The header of the original)"
    r"|(?:原始邮件|原邮件信息|原信件内容))",
    re.IGNORECASE | re.MULTILINE,
)
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
REPLY = re.compile(r"(?<![\d.#-])([45])\d\d[ -](?=\S)")
LATER = re.compile(
    r"\bdelayed \d+ (?:hours?|minutes?|days?)|\bwill (?:keep trying|continue to try|be retried)"
    r"|^warning: message .* delayed"
    r"|(?:延迟|暂缓)投递|将继续(?:尝试|投递)",
    re.IGNORECASE | re.MULTILINE,
)
TRIED = re.compile(
    r"retry time(?:out)? (?:exceeded|not reached)|in the queue too long|too long to deliver|retry timeout"
    r"|connection timed out|多次(?:尝试|投递)|投递超时",
    re.IGNORECASE,
)
GIVEN_UP = re.compile(
    r"permanent (?:fatal )?error|i've given up|could not be delivered|couldn't be delivered|wasn't able to deliver"
    r"|not able to deliver|delivery (?:has )?failed|returned to sender|undeliverable|unrouteable address"
    r"|(?:user|mailbox|recipient|address) (?:unknown|not found|does ?n.t exist|unavailable)|no such (?:user|mailbox)"
    r"|退信|被退回|无法(?:送达|投递)|投递失败|(?:用户|地址|邮箱|收件人)不存在",
    re.IGNORECASE,
)
TAG = re.compile(r"<[^<>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Unclear:
    """A mail system wrote it, and it is not clear what it says; ``about`` as in ``DeliveryReport``."""

    about: str


def read(raw: bytes) -> DeliveryReport | Unclear | None:
    """None for what no mail system wrote, and for a report of nothing but arrivals."""
    if len(NESTING.findall(raw)) > MOST_PARTS:
        return None
    if (found := delivery_report.read(raw)) is not None:
        return found
    mail = message_from_bytes(raw)
    if not _from_a_system(mail) or ARRIVED.search(raw):
        return None
    said, returned = _words(mail)
    about = "\n".join([*(str(value) for value in mail.values()), said, returned])[:LONGEST]
    reason = RETURNED.split(said, maxsplit=1)[0]
    state = _state(mail, f"{_decoded(str(mail.get('Subject', '')))}\n{reason}")
    if state is None:
        return Unclear(about)
    return DeliveryReport(state[0], state[1], about)


def _from_a_system(mail: Fields) -> bool:
    """Reports have the empty return path; some only say who wrote them."""
    if NOBODY.search(str(mail.get("Return-Path", ""))) or mail.get("X-Failed-Recipients"):
        return True
    return bool(SYSTEMS.search(str(mail.get("From", ""))))


def _state(mail: Fields, said: str) -> tuple[State, str] | None:
    """What became of the mail, with the enhanced code (RFC 3463) where one is said."""
    codes = [code for code in ENHANCED.findall(said) if code[0] != "2"]
    status = codes[0] if codes else ""
    if LATER.search(said) and not mail.get("X-Failed-Recipients"):
        return "delayed", status
    if not (mail.get("X-Failed-Recipients") or GIVEN_UP.search(said) or TRIED.search(said)):
        return None
    replies = REPLY.findall(said)
    kind = status[:1] or (replies[0] if replies else "")
    soft = kind == "4" or (not kind and TRIED.search(said) is not None)
    return ("failed" if soft else "bounced"), status


def _words(mail: Fields) -> tuple[str, str]:
    """What it says itself, and what it encloses: from the first message in it on."""
    parts = [part for part in mail.walk() if part.get_content_maintype() in {"text", "message"}]
    at = next((at for at, part in enumerate(parts) if part.get_content_maintype() == "message"), len(parts))
    before, after = ("\n".join(map(_text, some))[:LONGEST] for some in (parts[:at], parts[at:]))
    return before, after


def _text(part: Fields) -> str:
    """A part's text, without the tags of HTML; a returned mail's header fields."""
    if part.get_content_maintype() == "message":
        return "\n".join(f"{name}: {value}" for one in _inside(part) for name, value in one.items())
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        text = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        text = raw.decode("utf-8", "replace")
    return TAG.sub(" ", text[:LONGEST]) if part.get_content_subtype() == "html" else text[:LONGEST]


def _inside(part: Fields) -> list[Fields]:
    found = part.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def _decoded(subject: str) -> str:
    try:
        return str(make_header(decode_header(subject)))
    except (HeaderParseError, LookupError, UnicodeDecodeError, ValueError):
        return subject
