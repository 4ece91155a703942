"""``ETag`` and ``If-Match`` of what people edit: a counter that grows with each change."""

from typing import Annotated

from fastapi import Depends, Header, Response

from kit.errors import Invalid

DIGITS = 18


class BadETag(Invalid):
    code = "bad_etag"


async def _expected(
    if_match: Annotated[str, Header(alias="If-Match", description='The ETag of what was read, as "3"')],
) -> int:
    number = if_match.strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= DIGITS):
        raise BadETag('If-Match must be the ETag as it was read, for example "3".')
    return int(number)


Expected = Annotated[int, Depends(_expected)]
"""The counter that the editor saw."""


def tag(response: Response, counter: int) -> None:
    """Says the counter in the answer's ETag."""
    response.headers["ETag"] = f'"{counter}"'
