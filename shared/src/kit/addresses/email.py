"""E-mail addresses in the one form that can be compared and put into a header."""

import re

# The dot-atom of RFC 5322 and host names of RFC 1035: what a header may carry without quoting, so that no address
# can break out of one.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
HOST = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]")
LONGEST_LOCAL = 64
WRONG = "This is no e-mail address; write it as name@example.com."


def address(text: str) -> str:
    """The address with its host in small letters; an international host becomes its ASCII form.

    Raises ValueError with a sentence for what is none.
    """
    local, at, host = text.strip().rpartition("@")
    try:
        host = host.encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError(WRONG) from error
    if not at or len(local) > LONGEST_LOCAL or not LOCAL.fullmatch(local) or not HOST.fullmatch(host):
        raise ValueError(WRONG)
    return f"{local}@{host}"
