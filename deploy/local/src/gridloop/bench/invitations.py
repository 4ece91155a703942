"""As many customers as wanted, each asked once, and the deliveries of their answers.

The first, alone in its tables, is made through the service's own routes; the others are copies of its rows with
keys of their own.
"""

import asyncio
import importlib
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import yaml

from gridloop.engines import Engines
from gridloop.layout import checkout
from kit.auth import Role, Signer
from kit.auth.keys import read_key
from kit.encryption import Keyring
from kit.ids import new_id

TOKEN_KEY = "survey invitation token key v1"  # noqa: S105  (a label)
HALLS, DAYS = 20, 14
LOW, CONSENT, IN_WORDS = 0.2, 0.5, 1 / 3
RATED = ("conduct", "billing", "solving")
STOCK = "CREATE TEMP TABLE stock (contact uuid, account text, data_key bytea, invitation uuid, n int)"
CONTACTS = """
    INSERT INTO contact SELECT (jsonb_populate_record(c, jsonb_build_object(
        'id', contact, 'account', stock.account, 'data_key', stock.data_key, 'phone', NULL, 'phone_hash', NULL))).*
    FROM stock, contact c
"""
INVITATIONS = f"""
    INSERT INTO invitation SELECT (jsonb_populate_record(i, jsonb_build_object(
        'id', invitation, 'contact_id', contact, 'correlation', invitation, 'trigger_id', gen_random_uuid(),
        'unit', format('/city/east/hall-%s/', n % {HALLS}),
        'occurred_at', i.occurred_at - n % {DAYS} * interval '1 day'))).*
    FROM stock, invitation i
"""  # noqa: S608  (two numbers of this module)


@dataclass(frozen=True)
class Asked:
    """One customer's token, and the id that his phone made for the answer."""

    token: str
    response: UUID


def prepare(engines: Engines, port: int, count: int) -> list[Asked]:
    """Customers who were asked; the service must be up on ``port``."""
    _first(engines, port)
    return asyncio.run(_copies(engines, count))


def _first(engines: Engines, port: int) -> None:
    """One questionnaire, one campaign, one customer: by the service's own routes."""
    key = read_key(engines.credentials.signing_key("gateway"))
    token = Signer("gateway", key).access("bench", [Role.INTEGRATOR, Role.ANALYST], unit="/", seconds=3600)
    content = checkout() / "content"
    needs = yaml.safe_load((content / "needs" / "needs.yaml").read_text())
    definition = yaml.safe_load((content / "questionnaires" / "after_order.yaml").read_text())
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=30) as client:
        _done(client.post("/v1/needs/import", json=needs))
        drafted = _done(client.post("/v1/questionnaires", json={"code": "after_order", "definition": definition}))
        _done(client.post(f"/v1/questionnaires/{drafted['id']}/publish"))
        campaign = {"code": "after_order", "questionnaire": "after_order", "trigger": "order_completed"}
        made = _done(client.post("/v1/campaigns", json=campaign))
        _done(client.post(f"/v1/campaigns/{made['id']}/activate"))
        contact = {"source_version": 1, "unit": "/city/east/", "phone": "+8613800000001", "consent": True}
        _done(client.put("/v1/contacts/4000000000", json=contact))
        _done(client.post("/v1/invitations", json=_invitation()))


def _invitation() -> dict[str, Any]:
    about = {"unit": "/city/east/hall-1/", "sub_process": "RB-09", "trigger_id": str(uuid4())}
    return {"campaign": "after_order", "account": "4000000000"} | about


def _done(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise RuntimeError(f"{answer.request.url} answered {answer.status_code}: {answer.text[:300]}")
    return answer.json()


async def _copies(engines: Engines, count: int) -> list[Asked]:
    keyring = Keyring.read(engines.credentials.keyring("survey"))
    contacts = [new_id() for _ in range(count)]
    invitations = [new_id() for _ in range(count)]
    rows = [
        (contact, str(4_000_000_001 + n), keyring.new_data_key(contact), invitations[n], n)
        for n, contact in enumerate(contacts)
    ]
    connection = await asyncpg.connect(engines.environment("survey")["GRIDLOOP_MIGRATION_URL"])
    try:
        await connection.execute(STOCK)
        await connection.copy_records_to_table("stock", records=rows)
        await connection.execute(CONTACTS)
        await connection.execute(INVITATIONS)
        expires_at = await connection.fetchval("SELECT max(expires_at) FROM invitation")
        # What is still empty is left alone, as autovacuum does: known to be empty it would be read whole again and
        # again, by plans made once and kept while thousands of answers come.
        await connection.execute("ANALYZE contact, invitation")
    finally:
        await connection.close()
    token = importlib.import_module("survey.invitations.token")
    key = keyring.hash(TOKEN_KEY)
    # Nobody answers in the order in which the others were asked.
    random.Random(count).shuffle(invitations)
    return [Asked(token.sign(key, token.Token(invitation, expires_at)), uuid4()) for invitation in invitations]


def answered(asked: Asked, n: int) -> dict[str, Any]:
    """The ``n``-th delivery: four scores, a recommendation, both consents; a third also write, a fifth are low."""
    chance = random.Random(n)
    low = chance.random() < LOW
    answers: dict[str, Any] = {"may_contact": chance.random() < CONSENT, "unit_may_know": chance.random() < CONSENT}
    answers["overall"] = chance.randint(1, 2) if low else chance.randint(3, 5)
    answers |= {item: chance.randint(3, 5) for item in RATED} | {"recommend": chance.randint(0, 10)}
    if low:
        answers["hurt"] = ["slow", "not_told"]
    if chance.random() < IN_WORDS:
        answers["words"] = "等了很久才有人来，电表读数也不对，希望尽快核实并退还多收的电费。"
    now = datetime.now(UTC) - timedelta(minutes=chance.randint(0, 600))
    head = {"invitation": asked.token, "revision": 1, "complete": True, "language": "zh-CN"}
    return head | {"answers": answers, "answered_at": now.isoformat(timespec="seconds")}


def single(asked: Asked, n: int) -> bytes:
    """The phone's whole request."""
    return _request(f"PUT /v1/responses/{asked.response}", answered(asked, n))


def batch(several: list[Asked], n: int) -> bytes:
    """One request with all of them; ``n`` is the number of its first."""
    entries = [answered(one, n + place) | {"id": str(one.response)} for place, one in enumerate(several)]
    return _request("POST /v1/responses/batch", {"responses": entries})


def _request(line: str, content: dict[str, Any]) -> bytes:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    head = f"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body
