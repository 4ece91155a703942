"""The loop of one case on one page."""

from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.quality.references import References, references
from kit.auth import Role
from tests.gateway.serving import Starting

CASE = "01a20000-0000-7000-8000-00000000000a"
RESPONSE = "01a20000-0000-7000-8000-00000000000b"
INVITATION = "01a20000-0000-7000-8000-00000000000c"
FINDING = "01a20000-0000-7000-8000-00000000000d"
TRAIL = {
    "case": {"id": CASE, "response_id": RESPONSE, "correlation": INVITATION},
    "finding": {"id": FINDING, "root_cause": "RC3"},
    "actions": [],
}


def answering(answers: dict[str, tuple[int, Any]]) -> Starlette:
    async def answer(request: Request) -> Response:
        status, body = answers.get(request.url.path, (404, {}))
        return JSONResponse(body, status)

    return Starlette(routes=[Route("/{path:path}", answer)])


class TestReferences:
    def test_finds_what_the_story_touches(self) -> None:
        assert references(TRAIL) == References(UUID(RESPONSE), UUID(INVITATION), UUID(FINDING))

    def test_a_story_may_begin_elsewhere(self) -> None:
        trail = {"case": {"response_id": None, "correlation": "complaint-7"}, "finding": None}

        assert references(trail) == References(None, None, None)


class TestFollow:
    async def test_tells_the_whole_loop(self, starting: Starting) -> None:
        responsibility = answering({f"/v1/cases/{CASE}/trail": (200, TRAIL)})
        survey = answering(
            {
                f"/v1/responses/{RESPONSE}": (200, {"words": {"words": "抄错表了"}}),
                f"/v1/invitations/{INVITATION}": (200, {"issued_at": "2026-03-02T09:00:00+08:00"}),
                f"/v1/insights/effects/{FINDING}": (200, {"difference": 0.8}),
            }
        )
        async with starting(survey=survey, responsibility=responsibility) as gateway:
            loop = (await gateway.client(Role.MANAGER).get(f"/v1/quality/cases/{CASE}")).json()

        assert loop["trail"] == TRAIL
        assert loop["response"]["data"]["words"] == {"words": "抄错表了"}
        assert loop["invitation"]["data"]["issued_at"] == "2026-03-02T09:00:00+08:00"
        assert loop["effect"]["data"] == {"difference": 0.8}
        assert loop["missing"] == []

    async def test_names_what_is_missing_and_why(self, starting: Starting) -> None:
        responsibility = answering({f"/v1/cases/{CASE}/trail": (200, TRAIL)})
        survey = answering({f"/v1/responses/{RESPONSE}": (403, {}), f"/v1/insights/effects/{FINDING}": (500, {})})
        async with starting(survey=survey, responsibility=responsibility) as gateway:
            answer = await gateway.client(Role.LEADER).get(f"/v1/quality/cases/{CASE}")

        assert answer.status_code == 200
        assert answer.json()["missing"] == ["invitation: absent", "response: forbidden", "effect: unavailable"]

    async def test_an_unknown_case_is_not_there(self, starting: Starting) -> None:
        async with starting(survey=answering({}), responsibility=answering({})) as gateway:
            unknown = await gateway.client(Role.MANAGER).get(f"/v1/quality/cases/{CASE}")

        assert unknown.status_code == 404

    async def test_says_when_cases_are_away(self, starting: Starting) -> None:
        async with starting(responsibility="http://127.0.0.1:9") as gateway:
            away = await gateway.client(Role.MANAGER).get(f"/v1/quality/cases/{CASE}")

        assert (away.status_code, away.headers["retry-after"]) == (503, "2")
