"""Tokens: renewed by refresh tokens, given to systems, and checked by public keys."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from gateway.access import service
from gateway.access.endpoints import Address, Attempts, Rules, Signing
from gateway.access.schemas import Refresh, SessionToken, Token
from gateway.access.throttle import WrongCredentials
from gateway.settings import Settings
from gateway.tokens.forms import basic_credentials, fields_of
from kit.auth import Signer, public
from kit.db import WriteSession
from kit.errors import Malformed
from kit.http.problems import response as problem_response

router = APIRouter(prefix="/v1/auth", tags=["auth"])
Anyone = Annotated[None, Depends(public())]
FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 4096
OVER = "The refresh token is unknown, used or expired, or its session was ended: sign in again."
TOKEN_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"enum": ["client_credentials", "refresh_token"]},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                        "refresh_token": {"type": "string"},
                    },
                }
            }
        },
    }
}


class BadTokenRequest(Malformed):
    """``error`` is the code of RFC 6749, 5.2."""

    code, title = "bad_token_request", "The token request could not be understood"


class SessionOver(WrongCredentials):
    code, title = "session_over", "The session is over"

    def __init__(self) -> None:
        super().__init__(OVER)
        self.extra["error"] = "invalid_grant"  # RFC 6749, 5.2


@router.post("/refresh", response_model=SessionToken)
async def refresh(
    body: Refresh, session: WriteSession, signing: Signing, rules: Rules, _: Anyone
) -> SessionToken | JSONResponse:
    """The next tokens of a session. A refresh token used twice ends its session."""
    return await _refreshed(session, body.refresh_token.get_secret_value(), signing, rules)


@router.post("/token", openapi_extra=TOKEN_FORM, response_model=SessionToken | Token)
async def issue_token(
    request: Request,
    session: WriteSession,
    attempts: Attempts,
    address: Address,
    signing: Signing,
    rules: Rules,
    _: Anyone,
) -> Token | JSONResponse:
    """OAuth 2.0 (RFC 6749): client credentials, as form fields or Basic, and refresh tokens."""
    form = await _form(request)
    match form.get("grant_type"):
        case "client_credentials":
            client_id, secret = _client_credentials(request, form)
            with attempts.attempt(client_id, address):
                return await service.client_token(session, client_id, secret, signer=signing)
        case "refresh_token":
            return await _refreshed(session, form.get("refresh_token", ""), signing, rules)
    raise BadTokenRequest("grant_type must be 'client_credentials' or 'refresh_token'.", error="unsupported_grant_type")


@router.get("/keys")
async def list_keys(request: Request, response: Response, _: Anyone) -> dict[str, Any]:
    """The public keys of access tokens (RFC 7517)."""
    response.headers["Cache-Control"] = "public, max-age=300"
    keys = request.app.state.runtime.verifier.keys.of("gateway")
    return dict(keys.as_dict(private=False)) if keys else {"keys": []}


async def _refreshed(
    session: WriteSession, refresh_token: str, signing: Signer, rules: Settings
) -> SessionToken | JSONResponse:
    answer = await service.refresh(session, refresh_token, signer=signing, settings=rules)
    # Answered, not raised: the end of a session whose token was used twice must be committed.
    return answer or problem_response(SessionOver())


async def _form(request: Request) -> dict[str, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise BadTokenRequest(f"A token request is a form of type {FORM}.", error="invalid_request")
    body = await request.body()
    try:
        if len(body) > LONGEST_FORM:
            raise ValueError("the form is too long")
        return fields_of(body)
    except ValueError as fault:
        raise BadTokenRequest(
            f"The form has up to {LONGEST_FORM} bytes, each field once, in UTF-8.", error="invalid_request"
        ) from fault


def _client_credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    found = basic_credentials(request.headers.get("authorization"))
    client_id, secret = found or (form.get("client_id", ""), form.get("client_secret", ""))
    if not client_id or not secret:
        raise BadTokenRequest(
            "client_id and client_secret are missing: give them as form fields or as Basic credentials.",
            error="invalid_request",
        )
    return client_id, secret
