"""Posts to a real message gateway: signed, repeated under one key, never hammered."""

import hashlib
import hmac
import json

import pytest
from aiohttp import web

from tests.kit.messages.posting import PHONE, SECRET, mail, sms


async def test_a_post_is_signed_and_carries_its_key(post):
    await post.send(sms("gateway:1", "您好"))
    headers, body = post.gateway.posts[-1]
    sent = json.loads(body)
    assert (sent["key"], sent["to"], sent["text"]) == ("gateway:1", PHONE, "您好")
    stamp = headers["Gridloop-Timestamp"]
    expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["Gridloop-Signature"] == f"v1={expected}"
    assert headers["Idempotency-Key"] == "gateway:1"
    row = await post.row("gateway:1")
    assert (row["state"], row["provider_id"]) == ("sent", "m-gateway:1")


@pytest.mark.parametrize("status", [408, 425, 500, 502, 504])
async def test_what_may_pass_is_tried_again_under_the_same_key(post, status):
    key = f"passing:{status}"
    post.gateway.answers.append(lambda: web.Response(status=status))
    await post.send(sms(key))
    row = await post.row(key)
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    await post.send_again()
    assert await post.states(key) == ["sent"]
    assert [headers["Idempotency-Key"] for headers, _ in post.gateway.posts[-2:]] == [key, key]


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
async def test_a_refusal_is_final(post, status):
    post.gateway.answers.append(lambda: web.Response(status=status))
    await post.send(sms(f"final:{status}"))
    assert await post.states(f"final:{status}") == ["failed"]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_gateway_that_asks_for_a_pause_gets_it_for_all_messages(post, status):
    post.gateway.answers.append(lambda: web.Response(status=status, headers={"Retry-After": "600"}))
    await post.send(sms(f"pause:{status}"))
    before = len(post.gateway.posts)
    await post.send(sms(f"pause:{status}:2"), mail(f"pause:{status}:mail"))
    assert len(post.gateway.posts) == before
    assert await post.states(f"pause:{status}:2", f"pause:{status}:mail") == ["waiting", "sent"]
    far = "SELECT retry_at - now() > interval '590 seconds' AS far FROM message WHERE key = $1"
    assert (await post.service.sql(far, f"pause:{status}"))[0]["far"]
    await post.send_again()
    assert await post.states(f"pause:{status}", f"pause:{status}:2") == ["sent", "sent"]


async def test_tries_end(post):
    await post.queue(sms("ends:1"))
    for _ in range(13):
        post.gateway.answers.append(lambda: web.Response(status=500))
        await post.send_again()
    post.gateway.answers.clear()
    row = await post.row("ends:1")
    assert (row["state"], row["attempts"]) == ("failed", 12)


async def test_redirects_are_not_followed(post):
    post.gateway.answers.append(lambda: web.Response(status=307, headers={"Location": post.gateway.url}))
    await post.send(sms("moved:1"))
    assert await post.states("moved:1") == ["failed"]


async def test_a_gateway_without_its_secret_is_refused_at_start(lone, monkeypatch):
    monkeypatch.delenv("GRIDLOOP_MESSAGE_GATEWAY_SECRET", raising=False)
    with pytest.raises(ValueError, match="GRIDLOOP_MESSAGE_GATEWAY_SECRET"):
        await lone(GRIDLOOP_MESSAGE_GATEWAY_URL="http://127.0.0.1:9")
