"""What a request is: one transaction, committed before the answer; problems; paging; repeating safely."""

from uuid import uuid4

from kit.auth import Role
from tests.support.services import Service


class TestCommit:
    async def test_an_answer_of_success_is_stored(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        made = await client.post("/v1/entries", json={"words": "stored"})
        assert made.status_code == 201
        found = await client.get(f"/v1/entries/{made.json()['id']}")
        assert found.json() == made.json()

    async def test_a_constraint_that_fails_at_commit_is_no_success(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        await client.post("/v1/entries", json={"words": "once only"})
        twin = await client.post("/v1/entries", json={"words": "once only"})
        assert twin.status_code == 409
        assert twin.headers["content-type"] == "application/problem+json"
        assert "uq_words" in twin.json()["detail"]

    async def test_the_event_is_committed_with_its_row_or_not_at_all(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        before = len(await ledger.events())
        await client.post("/v1/entries", json={"words": "with event"})
        await client.post("/v1/entries", json={"words": "with event"})
        assert len(await ledger.events()) == before + 1


class TestProblems:
    async def test_a_fault_of_the_input_has_its_pointer(self, ledger: Service) -> None:
        answer = await ledger.client(Role.AGENT).post("/v1/entries", json={"words": 7})
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == ["/words"]

    async def test_broken_json(self, ledger: Service) -> None:
        headers = {"content-type": "application/json"}
        answer = await ledger.client(Role.AGENT).post("/v1/entries", content=b'{"words": ', headers=headers)
        assert answer.status_code == 400
        assert answer.json()["type"] == "urn:gridloop:problem:malformed"

    async def test_deep_nesting(self, ledger: Service) -> None:
        headers = {"content-type": "application/json"}
        answer = await ledger.client(Role.AGENT).post("/v1/entries", content=b"[" * 100_000, headers=headers)
        assert answer.status_code == 400

    async def test_a_body_over_the_limit(self, ledger: Service) -> None:
        answer = await ledger.client(Role.AGENT).post("/v1/entries", json={"words": "x" * 2_000_000})
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"

    async def test_a_route_may_take_more(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        assert (await client.post("/v1/entries/long", json={"words": "x" * 2_000_000})).json() == 2_000_000
        assert (await client.post("/v1/entries/long", json={"words": "x" * 5_000_000})).status_code == 413

    async def test_nowhere(self, ledger: Service) -> None:
        answer = await ledger.client().get("/v1/nowhere")
        assert answer.status_code == 404
        assert "openapi" in answer.json()["detail"]


class TestAccess:
    async def test_without_a_token(self, ledger: Service) -> None:
        answer = await ledger.client().get("/v1/entries")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"

    async def test_another_role(self, ledger: Service) -> None:
        answer = await ledger.client(Role.UNION).get("/v1/entries")
        assert answer.status_code == 403
        assert "agent" in answer.json()["detail"]

    async def test_a_forged_token(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        head, body, seal = client.headers["authorization"].split(".")
        client.headers["authorization"] = f"{head}.{body}.{seal[::-1]}"
        assert (await client.get("/v1/entries")).status_code == 401

    async def test_rows_of_another_unit_are_not_there(self, ledger: Service) -> None:
        words = f"east {uuid4()}"
        made = await ledger.client(Role.AGENT).post("/v1/entries", json={"words": words, "unit": "/city/east/"})
        path = f"/v1/entries/{made.json()['id']}"
        assert (await ledger.client(Role.AGENT, unit="/city/east/").get(path)).status_code == 200
        assert (await ledger.client(Role.AGENT, unit="/city/west/").get(path)).status_code == 404


class TestPaging:
    async def test_pages_cover_the_list_once(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT, unit="/paged/")
        for n in range(7):
            await client.post("/v1/entries", json={"words": f"page {n}", "unit": "/paged/"})
        seen, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            query = {"limit": 3} | ({"after": cursor} if cursor else {})
            answer = await client.get("/v1/entries", params=query)
            seen += [item["words"] for item in answer.json()["items"]]
            cursor = answer.json()["next"]
            assert ('rel="next"' in answer.headers.get("link", "")) == bool(cursor)
            pages += 1
        assert seen == [f"page {n}" for n in range(7)]
        assert pages == 3

    async def test_a_made_up_cursor(self, ledger: Service) -> None:
        answer = await ledger.client(Role.AGENT).get("/v1/entries", params={"after": "bogus"})
        assert answer.status_code == 422


class TestRepeating:
    async def test_the_same_key_makes_one_entry(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        key = {"Idempotency-Key": "k-1"}
        first = await client.post("/v1/entries", json={"words": "repeated"}, headers=key)
        again = await client.post("/v1/entries", json={"words": "repeated"}, headers=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()

    async def test_the_same_key_with_another_body(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        key = {"Idempotency-Key": "k-2"}
        await client.post("/v1/entries", json={"words": "one body"}, headers=key)
        other = await client.post("/v1/entries", json={"words": "another body"}, headers=key)
        assert other.status_code == 422
        assert other.json()["type"].endswith("idempotency_key_reused")


class TestTimers:
    async def test_fires_when_due_and_not_before(self, ledger: Service) -> None:
        from datetime import timedelta

        client = ledger.client(Role.AGENT)
        made = (await client.post("/v1/entries", json={"words": "alarm"})).json()
        await client.post(f"/v1/entries/{made['id']}/alarm", params={"seconds": 60})
        assert await ledger.fire_timers() == 0
        ledger.clock.advance(timedelta(seconds=61))
        assert await ledger.fire_timers() == 1
        assert (await client.get(f"/v1/entries/{made['id']}")).json()["words"] == "rang: alarm"

    async def test_one_that_fails_waits_and_lets_others_pass(self, ledger: Service) -> None:
        client = ledger.client(Role.AGENT)
        for words in ("cannot ring", "can ring"):
            made = (await client.post("/v1/entries", json={"words": words})).json()
            await client.post(f"/v1/entries/{made['id']}/alarm")
        assert await ledger.fire_timers() == 2
        rows = await ledger.sql("SELECT attempts, error FROM timer")
        assert [(row["attempts"], row["error"]) for row in rows] == [(1, "RuntimeError")]
