"""The message gateway tells what became of messages, and proves that it is the gateway."""

import json
import time

import pytest

from kit.messages.signature import signed
from tests.kit.messages.servers import message_gateway
from tests.support.services import running
from tests.survey.sampling import Sampling

SECRET = b"a secret of the message gateway, long enough"


@pytest.fixture(scope="module")
async def posted(engines, tmp_path_factory):
    """Messages that the gateway took."""
    files = tmp_path_factory.mktemp("files")
    (files / "secret").write_bytes(SECRET)
    async with message_gateway() as gateway:
        environment = {
            "GRIDLOOP_MESSAGE_GATEWAY_URL": gateway.url,
            "GRIDLOOP_MESSAGE_GATEWAY_SECRET": str(files / "secret"),
        }
        async with running(engines, "survey", files, **environment) as survey:
            sampling = Sampling(survey)
            await sampling.publish("after_order")
            await sampling.crowd(8, segment="r")
            await sampling.drawn("r", frame={"segments": ["r"]}, channels=["gateway"], reminders=1, remind_after_days=1)
            await sampling.plan()
            await survey.send_messages()
            keys = sorted(json.loads(body)["key"] for _, body in gateway.posts)
            yield survey, iter(keys)


async def tell(survey, items, *, secret=SECRET, at=None, body=None, headers=None):
    raw = json.dumps({"items": items}).encode() if body is None else body
    sent = signed(secret, raw, at=int(time.time()) if at is None else at) if headers is None else headers
    async with survey.client() as gateway:
        return await gateway.post(
            "/v1/invitations/receipts", content=raw, headers=sent | {"Content-Type": "application/json"}
        )


def receipt(key, state, at="2026-03-02T09:30:00+08:00"):
    return {"key": key, "state": state, "at": at}


async def invitation(survey, key):
    (row,) = await survey.sql("SELECT * FROM invitation WHERE id = $1", key.split(":")[1])
    return row


async def test_what_arrived_and_what_did_not(posted):
    survey, keys = posted
    one, other = next(keys), next(keys)
    answer = await tell(survey, [receipt(one, "delivered"), receipt(other, "bounced")])
    assert (answer.status_code, answer.json()["taken"]) == (200, 2)
    assert (await invitation(survey, one))["delivery_state"] == "delivered"
    assert (await invitation(survey, one))["delivered_at"] is not None
    assert (await invitation(survey, other))["delivery_state"] == "bounced"


async def test_told_again_and_late_changes_nothing(posted):
    survey, keys = posted
    key = next(keys)
    await tell(survey, [receipt(key, "failed")])
    for state in ("failed", "delivered", "bounced"):
        answer = await tell(survey, [receipt(key, state)])
        assert (answer.status_code, answer.json()["taken"]) == (200, 0)
    assert (await invitation(survey, key))["delivery_state"] == "failed"


async def test_what_was_delivered_may_bounce_yet(posted):
    survey, keys = posted
    key = next(keys)
    for state in ("delivered", "bounced", "delivered"):
        await tell(survey, [receipt(key, state)])
    assert (await invitation(survey, key))["delivery_state"] == "bounced"


async def test_unknown_messages_are_nobodys(posted):
    survey, keys = posted
    key = next(keys)
    items = [receipt("invitation:x", "delivered"), receipt("another", "failed"), receipt(key, "delivered")]
    assert (await tell(survey, items)).json()["taken"] == 1


async def test_nothing_is_delivered_tomorrow(posted):
    survey, keys = posted
    key = next(keys)
    await tell(survey, [receipt(key, "delivered", at="2126-03-02T09:30:00+08:00")])
    assert (await invitation(survey, key))["delivered_at"] == survey.clock.now()


class TestSignature:
    async def test_only_the_gateway_tells(self, posted):
        survey, keys = posted
        key = next(keys)
        good = [receipt(key, "bounced")]
        body = json.dumps({"items": good}).encode()
        other = signed(SECRET, b'{"items": []}', at=int(time.time()))
        for answer in (
            await tell(survey, good, secret=b"x" * 32),
            await tell(survey, good, at=int(time.time()) - 600),
            await tell(survey, good, headers={}),
            await tell(survey, good, headers=other),
            await tell(survey, good, body=body.replace(b"bounced", b"failed"), headers=signed(SECRET, body, at=0)),
        ):
            assert (answer.status_code, answer.json()["type"]) == (403, "urn:gridloop:problem:signature_wrong")
        assert (await invitation(survey, key))["delivery_state"] == "sent"

    @pytest.mark.parametrize(
        ("items", "pointer"),
        [
            ([], "/items"),
            ([receipt("k", "arrived")], "/items/0/state"),
            ([receipt("k" * 201, "failed")], "/items/0/key"),
            ([receipt("k\u0000", "failed")], "/items/0/key"),
            ([receipt("k", "failed", at="2026-03-02T09:30:00")], "/items/0/at"),
            ([receipt("k", "failed") | {"more": 1}], "/items/0/more"),
        ],
    )
    async def test_bad_ones_have_their_pointer(self, posted, items, pointer):
        survey, _ = posted
        answer = await tell(survey, items)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
