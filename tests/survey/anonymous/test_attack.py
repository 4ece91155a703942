"""Who has the whole database before and after tries to join anonymous answers with the customers who gave them.

He sees every table with every column, those of the system included, the log, and what the service printed.
"""

import asyncio
import json
import logging
import random
import re
from datetime import timedelta
from uuid import UUID

import pytest

from kit.auth import Role
from kit.ids import new_id
from tests.survey.anonymous.test_taking import waiting
from tests.survey.asking import delivery

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
CONTENT = ("anonymous_response", "score", "tally")
CUSTOMERS, CROWD = 24, 20
LATER = [
    ("/v1/insights/analyses", {"kind": "raking", "margins": {"unit": {"/": 1.0}}}),
    ("/v1/insights/analyses", {"kind": "experience_cost"}),
    ("/v1/topics/anonymous", {}),
    ("/v1/topics", {}),
    ("/v1/insights/honesty/runs", {"month": "2026-02"}),
    ("/v1/responses/exports", {"questionnaire": "after_order", "words": True, "accounts": True}),
]


async def dump(survey):
    """Every row of every table as text, with its place, the transactions that made and locked it, and their steps."""
    found = {}
    for (table,) in await survey.sql(TABLES):
        system = "ctid::text, xmin::text, xmax::text, cmin::text, cmax::text"
        seen = f'SELECT {system}, t::text AS line, to_jsonb(t) AS row FROM "{table}" t'
        found[table] = {row["ctid"] + row["line"]: dict(row) for row in await survey.sql(seen)}
    return found


@pytest.fixture(scope="module")
async def attack(survey, secret, request):
    """Customers answer in a known order, some at once; gives what was there before, what came, and what they know."""
    logged = []
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(str(record.msg) + str(record.args))
    logging.getLogger().addHandler(handler)
    customers = []
    for _ in range(CUSTOMERS):
        account = await secret.contact()
        body = {"campaign": "secret", "account": account, "unit": "/city/east/hall-1/", "sub_process": "RB-09"}
        made = await secret.post("/v1/invitations", body, Role.INTEGRATOR)
        link = await secret.post(f"/v1/invitations/{made['id']}/link", None, Role.INTEGRATOR, status=200)
        row = (await survey.sql("SELECT contact_id, correlation FROM invitation WHERE id = $1", UUID(made["id"])))[0]
        customers.append({"account": account, "invitation": made["id"], "token": link["token"], **dict(row)})
    before = await dump(survey)
    for place, one in enumerate(customers):
        one |= {"response": new_id(), "order": place}  # a phone's id that tells its time
    logged.clear()
    answered = await _answer(survey, secret, customers)
    after = await dump(survey)
    logging.getLogger().removeHandler(handler)
    came = {name: [row for key, row in rows.items() if key not in before[name]] for name, rows in after.items()}
    return {
        "customers": customers,
        "before": before,
        "after": after,
        "came": came,
        "logged": logged,
        "answered": answered,
    }


async def _answer(survey, secret, customers):
    """How many answered: one after the other, then a crowd, then as many as it takes that somebody waits."""

    async def send(one):
        words = f"answer number {one['order']}"
        body = delivery(one["token"], overall=1 + one["order"] % 5, words=words, may_contact=True, unit_may_know=True)
        body |= {"started_at": "2026-03-02T09:30:00+08:00", "device": f"device-of-{one['account']}"}
        body |= {"answered_at": f"2026-03-02T09:31:{one['order']:02d}+08:00"}
        answer = await secret.put(one["response"], body)
        assert answer.status_code == 200, answer.text

    for one in customers[:12]:
        await send(one)
    await asyncio.gather(*(send(one) for one in customers[12:CROWD]))
    answered = CROWD
    while answered < len(customers) and not await waiting(survey, "secret"):
        await send(customers[answered])
        answered += 1
    for one in random.Random(3).sample(customers[:answered], 5):
        await send(one)  # over a bad network
    return answered


@pytest.fixture(scope="module")
async def later(survey, attack):
    """What came when all was done with the answers that can be: analyses, topics, honesty, exports."""
    survey.clock.advance(timedelta(days=9))
    async with survey.client(Role.ANALYST, Role.MANAGER, Role.ADMIN) as client:
        for path, body in LATER:
            answer = await client.post(path, json=body)
            assert answer.status_code in {201, 202}, answer.text
        await client.get("/v1/insights/scores", params={"group_by": ["unit", "day"]})
        await client.get("/v1/insights/reliability", params={"item": ["staff_conduct", "billing_accuracy"]})
    await survey.fire_timers()
    while await survey.runtime.jobs.run_next():
        pass
    now = await dump(survey)
    before = attack["before"]
    return {name: [row for key, row in rows.items() if key not in before[name]] for name, rows in now.items()}


class TestLater:
    """Nothing that is made of the answers afterwards leads back either."""

    def test_it_was_done(self, later):
        assert all(later[name] for name in ("analysis_member", "anonymous_member", "analysis", "cell", "stored_file"))
        jobs = [_columns(row) for row in later["job"]]
        assert {job["state"] for job in jobs} == {"done"}

    def test_no_row_names_a_customer_an_invitation_or_a_phones_id(self, attack, later):
        names = [str(one[key]) for one in attack["customers"] for key in ("account", "invitation", "contact_id")]
        names += [str(one["response"]) for one in attack["customers"]] + [one["token"] for one in attack["customers"]]
        lines = [(table, row["line"]) for table, rows in later.items() for row in rows]
        assert [(table, name) for table, line in lines for name in names if name in line] == []

    @pytest.mark.parametrize("table", ["analysis_member", "anonymous_member"])
    def test_blocks_are_written_five_at_a_time_and_at_once(self, attack, later, table):
        """In one statement of one transaction: neither tells of an order."""
        hidden = {_columns(row)["id"] for row in attack["came"]["anonymous_response"]}
        mine = [row for row in later[table] if _columns(row)["response_id"] in hidden]
        steps = {}
        for row in mine:
            steps.setdefault((row["xmin"], _columns(row)["block"]), set()).add(row["cmin"])
        assert steps
        assert all(len(found) == 1 for found in steps.values())
        assert all(sum(key[0] == one["xmin"] for one in later[table]) >= 5 for key in steps)

    def test_no_value_of_an_answer_is_shared_with_some_customers_and_not_with_others(self, attack, later):
        """Every join there is: any column, system columns included, with any other of what is kept of customers."""
        told = [set() for _ in attack["customers"]]
        for table, rows in attack["before"].items():
            if table not in CONTENT:
                for row in rows.values():
                    for place, one in enumerate(attack["customers"]):
                        if any(str(one[key]) in row["line"] for key in ("account", "invitation", "contact_id")):
                            told[place] |= _values(row)
        some = {value for values in told for value in values}
        some = {value for value in some if 0 < sum(value in values for values in told) < 5}
        assert len(some) > len(attack["customers"])
        tables = (*CONTENT, "analysis_member", "anonymous_member", "anonymous_spent")
        joined = [(table, some & _values(row)) for table in tables for row in later[table] if some & _values(row)]
        assert joined == []


class TestRows:
    def test_what_the_attacker_looks_at_is_there(self, attack):
        counted, waiting = attack["came"]["anonymous_response"], attack["came"]["anonymous_waiting"]
        assert len(counted) >= 15
        assert waiting
        assert len(counted) + len(waiting) == attack["answered"]

    def test_nothing_that_came_names_a_customer_an_invitation_or_a_phones_id(self, attack):
        names = [str(one[key]) for one in attack["customers"] for key in ("account", "invitation", "contact_id")]
        names += [str(one["response"]) for one in attack["customers"]] + [one["token"] for one in attack["customers"]]
        names += [name.replace("-", "") for name in names]
        lines = [row["line"] for rows in attack["came"].values() for row in rows]
        assert [name for name in names if any(name in line for line in lines)] == []

    def test_rows_of_customers_and_invitations_are_untouched_even_by_a_lock(self, attack):
        for table in ("contact", "invitation", "short_code", "message", "event", "publication", "response"):
            assert attack["after"][table] == attack["before"][table], table

    def test_no_words_device_or_score_stand_in_the_clear_while_few_wait(self, attack):
        assert {key for row in attack["came"]["anonymous_waiting"] for key in _columns(row)} == {
            "spent",
            "id",
            "campaign_id",
            "sealed",
        }

    def test_nothing_counted_keeps_a_time_of_day(self, attack):
        texts = [row["line"] for name in CONTENT for row in attack["came"][name]]
        times = {found for text in texts for found in re.findall(r"\d\d:\d\d:\d\d", text)}
        assert len(times) <= 1  # the noon that stands for the whole day
        days = [row["line"] for row in attack["came"]["anonymous_response"]]
        assert not any(re.search(r"\d\d:\d\d", line) for line in days)


class TestSystemColumns:
    @pytest.mark.parametrize("table", ["anonymous_spent", *CONTENT])
    def test_a_bucket_is_written_in_one_step(self, attack, table):
        """Steps of a transaction are numbered: one for each answer would tell their order."""
        steps = {}
        for row in attack["came"][table]:
            steps.setdefault(row["xmin"], set()).add(row["cmin"])
        assert all(len(found) == 1 for found in steps.values())

    @pytest.mark.parametrize("table", ["anonymous_spent", *CONTENT])
    def test_each_transaction_wrote_at_least_five_answers(self, attack, table):
        sizes = {}
        for row in attack["came"][table]:
            sizes.setdefault(row["xmin"], set()).add(_answer_of(table, row))
        assert sizes
        assert all(len(answers) >= 5 for answers in sizes.values())

    def test_the_places_of_rows_follow_random_numbers_and_no_arrival(self, attack):
        for table, key in (("anonymous_response", "id"), ("anonymous_spent", "hash")):
            for bucket in _by_transaction(attack["came"][table]).values():
                placed = [_columns(row)[key] for row in sorted(bucket, key=_place)]
                assert placed == sorted(placed)

    def test_a_bucket_agrees_in_all_but_the_answers(self, attack):
        for bucket in _by_transaction(attack["came"]["anonymous_response"]).values():
            rows = [_columns(row) for row in bucket]
            for column in rows[0].keys() - {"id", "answers", "words", "digest"}:
                assert len({str(row[column]) for row in rows}) == 1, column

    def test_ids_tell_no_time(self, attack):
        ids = [UUID(_columns(row)["id"]) for row in attack["came"]["anonymous_response"]]
        sent = {one["response"].int >> 80 for one in attack["customers"]}
        assert not sent & {one.int >> 80 for one in ids}
        assert len({one.int >> 112 for one in ids}) > 15

    def test_what_has_a_sequence_is_in_no_order_of_arrival(self, attack, survey):
        """Tallies are numbered as they are written: in the order of hidden ids, which are random."""
        positions = [int(_columns(row)["position"]) for row in sorted(attack["came"]["tally"], key=_place)]
        assert positions == sorted(positions)
        assert len(positions) == len(attack["came"]["anonymous_response"])


class TestBesides:
    async def test_with_the_key_nothing_stored_fits_one_invitation_more_than_another(self, survey, attack, secret):
        """The hashes of invitations can be made anew with the key; none of an answer's columns can be made from one."""
        ring = survey.runtime.context.keyring
        lines = [row["line"] for name in CONTENT for row in attack["came"][name]]
        for one in attack["customers"]:
            spent = ring.hash(f"anonymous spent|{one['invitation']}")
            digests = [
                ring.hash(f"{label}|{one['invitation']}").hex() for label in ("anonymous digest", "anonymous id")
            ]
            assert not any(text in line for text in (spent.hex(), *digests) for line in lines)

    def test_the_service_printed_nothing_of_them(self, attack):
        printed = " ".join(attack["logged"])
        for one in attack["customers"]:
            assert not any(str(one[key]) in printed for key in ("account", "invitation", "contact_id", "response"))
            assert one["token"] not in printed

    async def test_no_statistic_changed_with_single_answers(self, survey, attack):
        """Response rates and rest periods know who was asked, never who answered."""
        (row,) = await survey.sql(
            "SELECT count(answered_at) + count(completed_at) + count(opened_at) AS n FROM invitation "
            "WHERE confidentiality = 'anonymous'"
        )
        assert row["n"] == 0

    async def test_the_answers_themselves_are_there_to_be_counted(self, attack):
        found = sorted(_columns(row)["answers"]["overall"] for row in attack["came"]["anonymous_response"])
        assert set(found) == {1, 2, 3, 4, 5}


def _values(row):
    """All that a row could be joined by: values of any depth that single out anything, and its transactions."""
    found = {f"transaction {row[name]}" for name in ("xmin", "xmax") if row[name] != "0"}

    def look(value):
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                look(one)
        elif value is not None and len(str(value)) > 3:
            found.add(str(value))

    look(_columns(row))
    return found


def _columns(row):
    found = row["row"]
    return json.loads(found) if isinstance(found, str) else found


def _answer_of(table, row):
    columns = _columns(row)
    return columns["response_id"] if table == "score" else row["ctid"]


def _by_transaction(rows):
    found = {}
    for row in rows:
        found.setdefault(row["xmin"], []).append(row)
    return found


def _place(row):
    page, line = re.findall(r"\d+", row["ctid"])
    return int(page), int(line)
