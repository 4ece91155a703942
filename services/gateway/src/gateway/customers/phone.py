"""Telephone numbers in the one form that all owners compare: E.164."""

import phonenumbers

HOME = "CN"


def e164(number: str) -> str:
    """``+8613800000001``; a number without country code is one of the home country. ValueError for no number."""
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException as fault:
        raise ValueError("must be a telephone number in E.164, such as +8613800000001") from fault
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("must have a length that numbers of its country can have")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
