"""Errors that leave a service: one base class, RFC 9457 bodies, stable codes."""

from typing import Any, ClassVar


class Problem(Exception):  # noqa: N818  (RFC 9457 calls it so)
    """An answer of ``application/problem+json``.

    ``detail`` says in a sentence what was wrong, where, and what would be right. ``errors`` holds
    ``{"pointer": <JSON pointer>, "detail": <sentence>}`` for each fault of the input.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"

    def __init__(
        self,
        detail: str,
        *,
        errors: list[dict[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        self.extra = extra

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": f"urn:gridloop:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = self.errors
        return body | self.extra


class Malformed(Problem):
    status, code, title = 400, "malformed", "The request could not be read"


class Unauthenticated(Problem):
    status, code, title = 401, "unauthenticated", "No valid credentials"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(Problem):
    status, code, title = 404, "not_found", "Not found"


class Conflict(Problem):
    status, code, title = 409, "conflict", "In conflict with the present state"


class WrongMove(Conflict):
    """A state machine does not allow this move from here."""

    code, title = "wrong_move", "Not possible in this state"

    def __init__(self, thing: str, state: str, move: str, allowed: list[str]) -> None:
        possible = ", ".join(allowed) if allowed else "nothing: this state is final"
        super().__init__(
            f"The {thing} is '{state}' and cannot go through '{move}'; possible from here: {possible}.",
            state=state,
            allowed=allowed,
        )


class Stale(Problem):
    status, code, title = 412, "stale", "Changed by somebody else meanwhile"


class TooLarge(Problem):
    status, code, title = 413, "too_large", "The body is too large"


class Invalid(Problem):
    status, code, title = 422, "invalid", "The input is not valid"


class TooMany(Problem):
    status, code, title = 429, "too_many_requests", "Too many requests"


class Unavailable(Problem):
    status, code, title = 503, "unavailable", "Not available now"
