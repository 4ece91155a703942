"""A person's rights: all that is held about him, and to be forgotten, everywhere and for good."""

import asyncio
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from kit.auth import Role
from kit.contracts.survey import ContactErased
from kit.encryption import CannotOpen
from survey.analyses.service import assign
from survey.contacts.schemas import ContactIn
from tests.survey.exchange.exporting import Exporting
from tests.survey.exchange.importing import Importing

SECRET = "my very own words 电表"


@pytest.fixture
async def officer(survey):
    async with survey.client(Role.ADMIN) as client:
        yield client


@pytest.fixture
async def person(asking):
    """Account and answer of somebody who answered with words and agreed to everything."""
    account = await asking.contact(name="Qian Qi", phone="+8613712345678", email="qian.qi@example.com")
    token = await asking.invited(account)
    response = await asking.answer(token, overall=1, billing=1, words=SECRET, may_contact=True, unit_may_know=True)
    return account, response


async def whole_database(survey):
    """Every row of every table as text, the append-only log and its transport left out."""
    tables = await survey.sql(
        "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    left_out = ("event", "publication", "published", "relay")
    names = [row["name"] for row in tables if not row["name"].startswith(left_out)]
    return {name: str([dict(row) for row in await survey.sql(f'SELECT * FROM "{name}"')]) for name in names}


class TestTheExport:
    async def test_holds_everything_opened(self, officer, person):
        account, response = person
        found = (await officer.get(f"/v1/contacts/{account}/export")).json()
        assert (found["contact"]["name"], found["contact"]["phone"]) == ("Qian Qi", "+8613712345678")
        (answer,) = found["responses"]
        assert (answer["id"], answer["words"], answer["answers"]["overall"]) == (
            str(response), {"words": SECRET}, 1,
        )  # fmt: skip
        assert answer["questionnaire"] == "after_order"
        assert [row["id"] for row in found["invitations"]] == [answer["invitation_id"]]
        assert {row["driver"] for row in found["others"]["score"]} >= {"", "billing_accuracy"}

    async def test_holds_nothing_of_others(self, asking, officer, person):
        other = await asking.contact(name="Somebody Else")
        await asking.answer(await asking.invited(other), overall=2, words="not his")
        text = (await officer.get(f"/v1/contacts/{person[0]}/export")).text
        assert "not his" not in text
        assert "Somebody Else" not in text

    async def test_an_unknown_account_is_not_found(self, officer):
        assert (await officer.get("/v1/contacts/9999999/export")).status_code == 404


class TestErasure:
    async def test_nothing_leads_to_the_person_any_more(self, survey, officer, person):
        account, response = person
        (row,) = await survey.sql("SELECT id FROM contact WHERE account = $1", account)
        erased = await officer.delete(f"/v1/contacts/{account}")
        assert erased.status_code == 200
        tables = await whole_database(survey)
        # the log of events and the id kept against its return are all that is left
        traces = {
            (name, trace)
            for name, text in tables.items()
            for trace in (account, str(response), str(row["id"]), "Qian", SECRET)
            if trace in text
        }
        assert traces == {("erased_account", str(row["id"]))}
        assert (await officer.get(f"/v1/contacts/{account}/export")).status_code == 404

    async def test_nor_what_was_analysed_with_others(self, survey, asking, officer):
        """A block of five that the person belongs to is called as none of them, and stays whole."""
        accounts = [await asking.contact() for _ in range(5)]
        here = {"unit": "/city/east/hall-55/"}
        answered = [await asking.answer(await asking.invited(one, **here), overall=1) for one in accounts]
        await assign(survey.runtime.database, survey.runtime.context)
        placed = "SELECT block, count(*) AS n FROM analysis_member WHERE block = $1 OR response_id = $2 GROUP BY block"
        ((block, _),) = await survey.sql(placed, uuid4(), answered[0])
        for account in accounts:
            assert (await officer.delete(f"/v1/contacts/{account}")).status_code == 200
        tables = await whole_database(survey)
        assert {name for name, text in tables.items() if any(str(one) in text for one in answered)} == set()
        assert [row["n"] for row in await survey.sql(placed, block, uuid4())] == [5]

    async def test_one_that_was_in_no_block_yet_is_not_forgotten(self, survey, asking, officer):
        account = await asking.contact(name="Early Bird")
        here = {"unit": "/city/east/hall-77/"}
        await assign(survey.runtime.database, survey.runtime.context)
        await asking.answer(await asking.invited(account, **here), overall=2)
        await officer.delete(f"/v1/contacts/{account}")
        survey.clock.advance(timedelta(days=2))
        for _ in range(4):
            await asking.answer(await asking.invited(**here), overall=2)
        survey.clock.advance(timedelta(days=8))
        await assign(survey.runtime.database, survey.runtime.context)
        mine = "SELECT count(*) AS n FROM score JOIN analysis_member USING (response_id) WHERE unit = $1"
        assert (await survey.sql(mine, here["unit"]))[0]["n"] == 5

    async def test_what_was_sealed_opens_no_more(self, survey, officer, person):
        """With the keyring and a copy of the old rows: all but the wrapped data key, which is gone."""
        account, response = person
        (old,) = await survey.sql("SELECT * FROM contact WHERE account = $1", account)
        (answer,) = await survey.sql("SELECT * FROM response WHERE id = $1", response)
        keyring = survey.runtime.context.keyring
        person_key = keyring.with_data_key(old["id"], old["data_key"])
        assert json.loads(person_key.open(response, answer["words"])) == {"words": SECRET}
        await officer.delete(f"/v1/contacts/{account}")
        keys = [
            (row["id"], row["data_key"])
            for table in ("contact", "stored_file", "file_import")
            for row in await survey.sql(f"SELECT id, data_key FROM {table}")
        ]
        for owner, wrapped in keys:
            with pytest.raises(CannotOpen):
                keyring.with_data_key(owner, wrapped).open(response, answer["words"])
        with pytest.raises(CannotOpen):
            keyring.open(response, answer["words"])

    async def test_the_answers_stay_as_figures(self, survey, asking, officer, person):
        account, response = person
        counted = [await survey.sql(f"SELECT * FROM {table}") for table in ("tally", "waiting", "cell")]
        (scored,) = await survey.sql("SELECT count(*) AS n, sum(value) AS total FROM score")
        await officer.delete(f"/v1/contacts/{account}")
        assert [await survey.sql(f"SELECT * FROM {table}") for table in ("tally", "waiting", "cell")] == counted
        assert await survey.sql("SELECT count(*) AS n, sum(value) AS total FROM score") == [scored]
        assert await survey.sql("SELECT 1 FROM score WHERE response_id NOT IN (SELECT id FROM response)") == []
        async with survey.client(Role.MANAGER) as client:
            assert (await client.get(f"/v1/responses/{response}")).status_code == 404

    async def test_is_told_to_the_others_and_recorded_without_personal_data(self, survey, officer, person):
        account, _ = person
        await officer.delete(f"/v1/contacts/{account}")
        (event,) = [event for event in await survey.events(ContactErased) if event["account"] == account]
        assert event["data"]["answers"] == 1
        assert set(event["data"]) == {"contact_id", "erased_at", "answers"}

    async def test_a_second_time_changes_nothing(self, survey, officer, person):
        first = await officer.delete(f"/v1/contacts/{person[0]}")
        told = len(await survey.events(ContactErased))
        assert (await officer.delete(f"/v1/contacts/{person[0]}")).json() == first.json()
        assert len(await survey.events(ContactErased)) == told

    async def test_an_unknown_account_is_not_found(self, officer):
        assert (await officer.delete("/v1/contacts/9999998")).status_code == 404

    async def test_of_another_unit_it_is_not_found(self, survey, person):
        async with survey.client(Role.ADMIN, unit="/city/west/") as client:
            assert (await client.delete(f"/v1/contacts/{person[0]}")).status_code == 404

    async def test_an_open_invitation_is_answered_no_more(self, asking, officer):
        account = await asking.contact()
        token = await asking.invited(account)
        await officer.delete(f"/v1/contacts/{account}")
        answer = await asking.put(uuid4(), {"invitation": token, "revision": 1, "complete": True, "answers": {}})
        assert answer.status_code == 404

    async def test_exports_made_before_are_withdrawn(self, survey, officer, person):
        exporting = Exporting(survey)
        file = await exporting.run(Role.MANAGER, words=True, accounts=True)
        assert person[0] in file.text
        await officer.delete(f"/v1/contacts/{person[0]}")
        async with survey.client(Role.MANAGER) as client:
            assert (await client.get(file.request.url.path)).status_code == 404


class TestThePushAfterwards:
    async def test_is_acknowledged_and_stored_nowhere(self, survey, asking, officer, person):
        account, _ = person
        await officer.delete(f"/v1/contacts/{account}")
        await asking.contact(account, source_version=99, name="Qian Qi")
        importing = Importing(survey)
        result = await importing.run(f"account,consent,source_version\n{account},yes,100\n")
        assert (result["outcome"], result["changed"]) == ("applied", 0)
        assert await survey.sql("SELECT 1 FROM contact WHERE account = $1", account) == []

    async def test_readmitted_a_newer_one_is_a_new_contact(self, survey, asking, officer, person):
        account, _ = person
        (old,) = await survey.sql("SELECT id FROM contact WHERE account = $1", account)
        await officer.delete(f"/v1/contacts/{account}")
        assert (await officer.post(f"/v1/contacts/{account}/readmission")).json()["kept_out"] is False
        await asking.contact(account, source_version=1, name="late and old")
        assert await survey.sql("SELECT 1 FROM contact WHERE account = $1", account) == []
        await asking.contact(account, source_version=2, name="The Next One")
        (new,) = await survey.sql("SELECT id FROM contact WHERE account = $1", account)
        assert new["id"] != old["id"]
        found = (await officer.get(f"/v1/contacts/{account}/export")).json()
        assert (found["contact"]["name"], found["responses"]) == ("The Next One", [])

    async def test_one_that_was_under_way_brings_nobody_back(self, survey, officer, person):
        """It read the contact, with its key, before the erasure: the database refuses the id."""
        account, _ = person
        runtime = survey.runtime
        push = ContactIn(source_version=50, unit="/city/east/", name="Back", consent=True)
        reached, go_on = asyncio.Event(), asyncio.Event()

        async def pushes():
            async with runtime.database.writing() as session:
                from survey.contacts import service

                known = await service._known(session, [account])
                reached.set()
                await go_on.wait()
                row = service._row(account, push, known[account], runtime.context)
                await service._store(session, [row])

        pushing = asyncio.create_task(pushes())
        await reached.wait()
        await officer.delete(f"/v1/contacts/{account}")
        go_on.set()
        with pytest.raises(Exception, match="an erased contact stays erased"):
            await pushing
        assert await survey.sql("SELECT 1 FROM contact WHERE account = $1", account) == []
