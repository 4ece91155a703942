"""For operators: how the services are, their event logs and their dead letters."""

from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Depends, Query, Request, Response

from gateway.operations import service
from gateway.operations.schemas import ServiceName, SuiteStatus
from gateway.upstreams.service import Services
from kit.auth import Actor, Role, allow
from kit.errors import Unavailable
from kit.events.dead_letters import DeadLetterOut, Replayed
from kit.events.feed import FeedPage, Head
from kit.paging import Items

router = APIRouter(prefix="/v1/operations", tags=["operations"])
Operator = Annotated[Actor, Depends(allow(Role.OPERATOR, Role.ADMIN))]
EVENTS = "/events/{service_name}"


class ServiceEvents:
    """The ``/v1/events`` of one service, asked as the caller."""

    def __init__(self, service_name: ServiceName, request: Request, upstreams: Services) -> None:
        self._name = service_name
        self._upstreams = upstreams
        self._authorization = request.headers["authorization"]

    async def ask(self, method: str, path: str, **params: Any) -> Response:
        """The service's own answer, problems included."""
        try:
            answer = await self._upstreams.ask(
                self._name, method, f"/v1/events{path}", authorization=self._authorization, params=params
            )
        except httpx.HTTPError as fault:
            raise Unavailable(f"'{self._name}' cannot be reached at present.", headers={"Retry-After": "2"}) from fault
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))


async def _service_events(service_name: ServiceName, request: Request, upstreams: Services) -> ServiceEvents:
    return ServiceEvents(service_name, request, upstreams)


Events = Annotated[ServiceEvents, Depends(_service_events)]


@router.get("/status")
async def read_status(upstreams: Services, _: Operator) -> SuiteStatus:
    """Which services are there, and what each lacks."""
    return await service.status(upstreams)


@router.get(f"{EVENTS}/head", response_model=Head)
async def read_service_head(_: Operator, events: Events) -> Response:
    """How far a service's event log reaches, by stream."""
    return await events.ask("GET", "/head")


@router.get(EVENTS, response_model=FeedPage)
async def list_service_events(
    _: Operator,
    events: Events,
    stream: Annotated[str, Query(max_length=100, examples=["survey"])],
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Response:
    """Events of one stream, oldest first."""
    return await events.ask("GET", "", stream=stream, after=after, limit=limit)


@router.get(f"{EVENTS}/dead", response_model=Items[DeadLetterOut])
async def list_service_dead_letters(
    _: Operator,
    events: Events,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Events that a service could not handle, oldest first."""
    return await events.ask("GET", "/dead", limit=limit, **({"after": after} if after else {}))


@router.post(f"{EVENTS}/dead/{{letter_id}}/replay", response_model=Replayed)
async def replay_service_dead_letter(_: Operator, events: Events, letter_id: int) -> Response:
    """Has a service handle an event again, and those that wait behind it."""
    return await events.ask("POST", f"/dead/{letter_id}/replay")


@router.delete(f"{EVENTS}/dead/{{letter_id}}", status_code=204, response_class=Response)
async def discard_service_dead_letter(_: Operator, events: Events, letter_id: int) -> Response:
    """Gives an event up for a service."""
    return await events.ask("DELETE", f"/dead/{letter_id}")
