"""Operations that need no sign-in."""

from gateway.documents.open_routes import OpenRoutes

DOCUMENT = {
    "paths": {
        "/v1/responses/{id}": {"put": {"security": []}, "get": {"security": [{"bearer": []}]}},
        "/v1/responses/batch": {"post": {"security": [{"bearer": []}]}},
        "/v1/status": {"get": {}},
        "/v1/needs": {"parameters": [], "get": {"security": [{"bearer": []}]}},
    }
}


class TestAdmit:
    def test_admits_what_is_declared_open(self) -> None:
        routes = OpenRoutes(DOCUMENT)

        assert routes.admit("PUT", "/v1/responses/7")
        assert routes.admit("GET", "/v1/status")

    def test_admits_nothing_else(self) -> None:
        routes = OpenRoutes(DOCUMENT)

        assert not routes.admit("GET", "/v1/responses/7")
        assert not routes.admit("PUT", "/v1/responses/7/words")
        assert not routes.admit("PUT", "/v1/responses/")
        assert not routes.admit("POST", "/v1/responses/batch")
        assert not routes.admit("DELETE", "/v1/status")

    def test_heeds_the_documents_default(self) -> None:
        closed = {"security": [{"bearer": []}], **DOCUMENT}

        assert not OpenRoutes(closed).admit("GET", "/v1/status")
        assert OpenRoutes(closed).admit("PUT", "/v1/responses/7")
