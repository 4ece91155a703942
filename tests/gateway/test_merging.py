"""Merging the services' OpenAPI documents."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.documents.merging import merge

INFO = {"title": "Gridloop", "version": "1"}


def ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def document(path: str, schemas: dict[str, Any], *, uses: str, operation: str = "read") -> dict[str, Any]:
    answer = {"content": {"application/json": {"schema": ref(uses)}}}
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": {"operationId": operation, "responses": {"200": answer}}}},
        "components": {"schemas": schemas},
        "tags": [{"name": path.split("/")[2]}],
    }


def anybody(_service: str, _path: str) -> bool:
    return True


def schema_at(merged: dict[str, Any], path: str) -> str:
    schema = merged["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    return str(schema["$ref"]).rpartition("/")[2]


SHAPE = st.sampled_from([{"type": "string"}, {"type": "integer"}, ref("A"), ref("B"), ref("SurveyA")])


class TestMerge:
    def test_shares_a_component_that_means_the_same(self) -> None:
        problem = {"Problem": {"type": "object"}}
        merged = merge(
            INFO,
            {
                "survey": document("/v1/needs", problem, uses="Problem"),
                "incident": document("/v1/crews", problem, uses="Problem", operation="crews"),
            },
            anybody,
        )

        assert merged["components"]["schemas"] == problem
        assert merged["paths"]["/v1/needs"]["get"]["operationId"] == "read"

    def test_names_a_component_by_its_service_where_meanings_differ(self) -> None:
        merged = merge(
            INFO,
            {
                "survey": document("/v1/needs", {"State": {"type": "string"}}, uses="State"),
                "incident": document("/v1/crews", {"State": {"type": "integer"}}, uses="State"),
            },
            anybody,
        )

        assert merged["components"]["schemas"][schema_at(merged, "/v1/needs")] == {"type": "string"}
        assert merged["components"]["schemas"][schema_at(merged, "/v1/crews")] == {"type": "integer"}
        assert schema_at(merged, "/v1/needs") == "SurveyState"

    def test_tells_apart_what_only_refers_to_different_things(self) -> None:
        page = {"Page": {"items": ref("Item")}}
        merged = merge(
            INFO,
            {
                "survey": document("/v1/needs", {**page, "Item": {"type": "string"}}, uses="Page"),
                "incident": document("/v1/crews", {**page, "Item": {"type": "integer"}}, uses="Page"),
            },
            anybody,
        )

        assert schema_at(merged, "/v1/needs") == "SurveyPage"
        assert merged["components"]["schemas"]["SurveyPage"] == {"items": ref("SurveyItem")}
        assert merged["components"]["schemas"]["IncidentPage"] == {"items": ref("IncidentItem")}

    def test_leaves_out_foreign_paths_and_what_only_they_used(self) -> None:
        survey = document("/v1/needs", {"Need": {}}, uses="Need")
        survey["paths"]["/v1/events"] = {"get": {"responses": {"200": ref("Feed")}}}
        survey["components"]["schemas"]["Feed"] = {}

        merged = merge(INFO, {"survey": survey}, lambda _, path: path != "/v1/events")

        assert set(merged["paths"]) == {"/v1/needs"}
        assert set(merged["components"]["schemas"]) == {"Need"}

    def test_makes_repeated_operation_ids_distinct(self) -> None:
        merged = merge(
            INFO,
            {
                "survey": document("/v1/needs", {"A": {}}, uses="A"),
                "incident": document("/v1/crews", {"A": {}}, uses="A"),
            },
            anybody,
        )

        ids = {item["get"]["operationId"] for item in merged["paths"].values()}
        assert ids == {"survey_read", "incident_read"}

    def test_writes_a_documents_default_security_into_its_operations(self) -> None:
        survey = document("/v1/needs", {"A": {}}, uses="A") | {"security": [{"bearer": []}]}
        survey["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}

        merged = merge(INFO, {"survey": survey}, anybody)

        assert merged["paths"]["/v1/needs"]["get"]["security"] == [{"bearer": []}]
        assert merged["components"]["securitySchemes"] == survey["components"]["securitySchemes"]

    @given(
        st.dictionaries(
            st.sampled_from(["survey", "incident", "responsibility"]),
            st.fixed_dictionaries(dict.fromkeys(["A", "B", "SurveyA", "IncidentB"], SHAPE)),
            min_size=1,
        )
    )
    def test_every_reference_leads_to_what_its_service_meant(self, shapes: dict[str, dict[str, Any]]) -> None:
        documents = {
            service: document(f"/v1/{service}", schemas, uses=min(schemas)) for service, schemas in shapes.items()
        }

        merged = merge(INFO, documents, anybody)

        for service, schemas in shapes.items():
            found = _unfolded(ref(schema_at(merged, f"/v1/{service}")), merged["components"]["schemas"])
            assert found == _unfolded(ref(min(schemas)), schemas)


def _unfolded(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 6) -> Any:
    name = schema.get("$ref", "").rpartition("/")[2]
    if not name:
        return schema
    return _unfolded(schemas[name], schemas, depth - 1) if depth and name in schemas else "..."
