"""A route for great numbers of small writes: it solves no dependency tree and reads its JSON in one step.

Its signature says what any route's does, so it stands in the OpenAPI document and its policy is found there.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from kit.http import problems

JSON = "application/json"
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class LeanRoute(APIRoute):
    """For endpoints of path parameters, one JSON body and dependencies that ask for nothing but the request.

    Raises TypeError when made for another endpoint. ``lean`` is the handler that ``LeanDispatch`` calls.
    """

    lean: Handler

    def get_route_handler(self) -> Handler:
        call, status = self.dependant.call, self.status_code or 200
        path = {field.name: _adapter(field) for field in self.dependant.path_params}
        (body,) = self.dependant.body_params
        model = _adapter(body)
        asked = [(one.name, one.call, one.request_param_name) for one in self._plain_dependencies()]
        assert call is not None and self.response_field is not None  # noqa: S101, PT018  (an endpoint with a model)
        shown = _adapter(self.response_field)

        async def handle(request: Request) -> Response:
            values = {name: _path(name, reads, request) for name, reads in path.items()}
            for name, dependency, wants in asked:
                value = await (dependency(**{wants: request}) if wants else dependency())
                if name is not None:
                    values[name] = value
            values[body.name] = await _body(request, model)
            return Response(shown.dump_json(await call(**values)), status, media_type=JSON)

        self.lean = handle
        return handle

    def _plain_dependencies(self) -> list[Any]:
        found = self.dependant
        simple = all(not one.dependencies and not _parameters(one) for one in found.dependencies)
        if not simple or len(found.body_params) != 1 or found.query_params or found.header_params:
            raise TypeError(f"{self.path} asks for more than a lean route gives: path parameters, a body, the request.")
        return found.dependencies


class LeanDispatch:
    """Calls lean routes at once; what lies between here and a route otherwise costs as much as the route itself."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self._routes: dict[str, list[tuple[LeanRoute, ASGIApp]]] = defaultdict(list)
        for route in routes:
            if isinstance(route, LeanRoute):
                limited = RequestBodyLimitMiddleware(_app(route), route.max_body_size or sys.maxsize)
                for method in route.methods or ():
                    self._routes[method].append((route, limited))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for route, app in self._routes.get(scope.get("method", ""), ()):
            if found := route.path_regex.match(scope["path"]):
                scope["route"], scope["path_params"] = route, found.groupdict()
                await app(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _app(route: LeanRoute) -> ASGIApp:
    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            response = await route.lean(Request(scope, receive, send))
        except Exception as fault:  # noqa: BLE001 - as the app's own handlers do
            response = problems.answer(fault)
        await response(scope, receive, send)

    return answer


def _adapter(field: Any) -> TypeAdapter[Any]:
    return TypeAdapter(field.field_info.annotation)


def _parameters(dependant: Any) -> list[Any]:
    return [*dependant.path_params, *dependant.query_params, *dependant.header_params, *dependant.body_params]


def _path(name: str, reads: TypeAdapter[Any], request: Request) -> Any:
    try:
        return reads.validate_python(request.path_params[name])
    except ValidationError as fault:
        raise _refused(fault, "path", name) from None


async def _body(request: Request, model: TypeAdapter[Any]) -> Any:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON and not (kind.startswith("application/") and kind.endswith("+json")):
        detail = {"type": "content_type", "loc": ("body",), "msg": f"Send the body as Content-Type {JSON}."}
        raise RequestValidationError([detail])
    raw = await request.body()
    try:
        return model.validate_json(raw)
    except ValidationError as fault:
        if fault.errors(include_url=False)[0]["type"] != "json_invalid":
            raise _refused(fault, "body") from None
        return _odd_json(raw, model, fault)


def _odd_json(raw: bytes, model: TypeAdapter[Any], fault: ValidationError) -> Any:
    """What the fast reader refuses and the standard library reads, such as half a surrogate pair: its fields are
    still named by their pointers."""
    try:
        loaded = json.loads(raw)
    except (ValueError, RecursionError):
        raise _refused(fault, "body") from None
    try:
        return model.validate_python(loaded)
    except ValidationError as wrong:
        raise _refused(wrong, "body") from None


def _refused(fault: ValidationError, *where: str) -> RequestValidationError:
    found = fault.errors(include_url=False, include_input=False)
    return RequestValidationError([error | {"loc": (*where, *error["loc"])} for error in found])
