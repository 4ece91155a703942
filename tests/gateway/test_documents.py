"""The suite's one document."""

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.gateway.serving import Starting
from tests.gateway.test_forwarding import upstream


class TestDocument:
    async def test_holds_the_services_resources_and_the_gateways_own(self, starting: Starting) -> None:
        async with starting(survey=upstream()) as gateway:
            merged = (await gateway.client().get("/openapi.json")).json()

        assert merged["openapi"] == "3.1.0"
        assert {"/v1/needs", "/v1/auth/sign-in", "/v1/accounts", "/v1/clients"} <= merged["paths"].keys()
        assert "/v1/events" not in merged["paths"]
        assert merged["paths"]["/v1/auth/sign-in"]["post"]["security"] == []
        assert merged["paths"]["/v1/accounts"]["get"]["security"] != []

    async def test_names_what_is_missing(self, starting: Starting) -> None:
        async with starting(survey=upstream(), incident="http://127.0.0.1:9") as gateway:
            merged = (await gateway.client().get("/openapi.json")).json()
            shown = await gateway.client().get("/docs")

        assert merged["x-missing"] == ["incident"]
        assert "incident" in shown.text

    async def test_keeps_a_document_while_its_service_is_away(self, starting: Starting) -> None:
        asked = []

        async def once(_: object) -> JSONResponse:
            asked.append(1)
            return JSONResponse({"paths": {"/v1/needs": {"get": {"responses": {}}}}})

        async with starting(survey=Starlette(routes=[Route("/openapi.json", once)])) as gateway:
            for _ in range(3):
                await gateway.client().get("/openapi.json")

        assert len(asked) == 1


class TestPage:
    async def test_leads_there_from_the_root(self, starting: Starting) -> None:
        async with starting(survey=upstream()) as gateway:
            root = await gateway.client().get("/")
            shown = await gateway.client().get("/docs")

        assert (root.status_code, root.headers["location"]) == (307, "/docs")
        assert "/v1/needs" in shown.text

    async def test_loads_nothing_from_outside_and_runs_nothing(self, starting: Starting) -> None:
        async with starting(survey=upstream()) as gateway:
            shown = await gateway.client().get("/docs")
            style = await gateway.client().get("/docs/style.css")

        assert "default-src 'none'" in shown.headers["content-security-policy"]
        assert "<script" not in shown.text
        assert "http" not in shown.text.replace("http-equiv", "")
        assert style.headers["content-type"].startswith("text/css")
