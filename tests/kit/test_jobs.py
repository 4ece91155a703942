"""Long work: asked for by HTTP, claimed once, told of, stopped, taken over."""

from kit.auth import Role
from tests.support.services import Service


async def ask(ledger: Service, copies: int) -> str:
    answer = await ledger.client(Role.AGENT).post("/v1/entries/copies", json={"copies": copies})
    assert answer.status_code == 202
    return str(answer.headers["location"])


async def test_runs_and_tells_its_result(ledger: Service) -> None:
    place = await ask(ledger, 3)
    client = ledger.client(Role.AGENT)
    assert (await client.get(place)).json()["state"] == "waiting"
    assert await ledger.runtime.jobs.run_next()
    done = (await client.get(place)).json()
    assert (done["state"], done["progress"], done["result"]) == ("done", 100, {"copied": 3})


async def test_a_failure_is_told_without_what_it_held(ledger: Service) -> None:
    place = await ask(ledger, -1)
    await ledger.runtime.jobs.run_next()
    failed = (await ledger.client(Role.AGENT).get(place)).json()
    assert failed["state"] == "failed"
    assert failed["error"].startswith("RuntimeError")
    assert "copied less" not in failed["error"]


async def test_one_that_waits_is_stopped_at_once(ledger: Service) -> None:
    place = await ask(ledger, 2)
    client = ledger.client(Role.AGENT)
    assert (await client.delete(place)).status_code == 204
    assert not await ledger.runtime.jobs.run_next()
    assert (await client.get(place)).json()["state"] == "stopped"


async def test_one_that_runs_stops_at_its_next_step(ledger: Service) -> None:
    place = await ask(ledger, 2)
    await ledger.sql("UPDATE job SET stop_requested = 1 WHERE state = 'waiting'")
    await ledger.runtime.jobs.run_next()
    stopped = (await ledger.client(Role.AGENT).get(place)).json()
    assert (stopped["state"], stopped["error"]) == ("stopped", "after 1 copies")


async def test_is_taken_over_when_its_worker_died(ledger: Service) -> None:
    place = await ask(ledger, 1)
    await ledger.sql(
        "UPDATE job SET state = 'running', lease_until = now() + interval '1 hour' WHERE state = 'waiting'"
    )
    assert not await ledger.runtime.jobs.run_next()
    await ledger.sql("UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'running'")
    assert await ledger.runtime.jobs.run_next()
    assert (await ledger.client(Role.AGENT).get(place)).json()["state"] == "done"


async def test_jobs_of_other_units_are_not_there(ledger: Service) -> None:
    place = await ask(ledger, 0)
    assert (await ledger.client(Role.AGENT, unit="/city/east/").get(place)).status_code == 404
    await ledger.runtime.jobs.run_next()
