"""Which header fields travel through the gateway (RFC 9110, 7.6.1), on ASGI's and aiohttp's byte pairs."""

from collections.abc import Iterable

Raw = Iterable[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization",
        b"te", b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
_ANSWERED_HERE = frozenset({b"date", b"server"})
_SET_ANEW = frozenset({b"host", b"content-length", b"expect", b"x-forwarded-for", b"forwarded"})


def _named_by_connection(headers: list[tuple[bytes, bytes]]) -> set[bytes]:
    values = [value for name, value in headers if name.lower() == b"connection"]
    return {token.strip().lower() for value in values for token in value.split(b",")}


def _kept(headers: Raw, dropped: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    pairs = list(headers)
    out = _HOP_BY_HOP | dropped | _named_by_connection(pairs)
    return [(name.lower(), value) for name, value in pairs if name.lower() not in out]


def onward(headers: Raw, address: str | None) -> list[tuple[str, str]]:
    """A request's fields for the service, with the client's address as the only ``x-forwarded-for``."""
    kept = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in _kept(headers, _SET_ANEW)]
    return [*kept, ("x-forwarded-for", address)] if address else kept


def back(headers: Raw) -> list[tuple[bytes, bytes]]:
    """An answer's fields for the client; its length stays, because its body is passed on unchanged."""
    return _kept(headers, _ANSWERED_HERE)


def length_of(headers: Raw) -> int | None:
    """The declared length of a body in bytes; None where it is not declared or is no number."""
    for name, value in headers:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return None
