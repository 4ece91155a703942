"""The form and the ``Authorization: Basic`` of an OAuth 2.0 token request (RFC 6749, 2.3.1 and 4.4)."""

import base64
import binascii
from urllib.parse import parse_qsl, unquote_plus

FIELDS = 20


def fields_of(body: bytes) -> dict[str, str]:
    """The fields of ``application/x-www-form-urlencoded``.

    ValueError where a field is there twice, or where it is no form.
    """
    pairs = parse_qsl(body.decode("utf-8"), strict_parsing=True, max_num_fields=FIELDS, keep_blank_values=True)
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a field is there twice")
    return dict(pairs)


def basic_credentials(header: str | None) -> tuple[str, str] | None:
    """Client id and secret of ``Basic``; None where the header holds none."""
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if colon else None
