"""Telephone numbers in the one form that can be compared: E.164."""

import phonenumbers

HOME = "CN"


def e164(number: str) -> str:
    """``+8613800000001``; a number without country code is read as one of the home country.

    Raises ValueError with a sentence for what is no possible number.
    """
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException as error:
        raise ValueError("This is no telephone number; write it as E.164, for example +8613800000001.") from error
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("A telephone number of that country cannot have this length.")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
