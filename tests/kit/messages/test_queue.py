from datetime import timedelta

from kit.messages import Draft, queue, withdraw
from tests.kit.messages.posting import PHONE, mail, sms


async def test_nothing_is_in_the_clear_at_rest(post):
    await post.queue(Draft("sealed:1", "hidden@example.com", "hidden words", "nowhere", "hidden title"))
    row = await post.row("sealed:1")
    kept = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row.values())
    assert b"hidden" not in kept


async def test_a_channel_that_is_not_set_up_keeps_its_messages_waiting(post):
    await post.send(Draft("unset:1", PHONE, "x", "nowhere"), mail("unset:2"))
    assert await post.states("unset:1", "unset:2") == ["waiting", "sent"]


async def test_what_cannot_be_opened_is_put_aside_and_the_rest_goes_on(post):
    await post.queue(Draft("poison:1", PHONE, "x"), Draft("poison:2", PHONE, "x"))
    await post.service.sql("UPDATE message SET body = '\\x00' WHERE key = 'poison:1'")
    await post.send()
    assert await post.states("poison:1", "poison:2") == ["failed", "sent"]


async def test_nothing_is_sent_too_late(post):
    clock, before = post.service.clock, len(post.gateway.posts)
    await post.queue(sms("late:1", expires_at=clock.now() + timedelta(days=1)))
    clock.advance(timedelta(days=1))
    await post.send()
    assert len(post.gateway.posts) == before
    assert (await post.row("late:1"))["error"] == "too late to be sent"


async def test_what_has_not_left_can_be_taken_back(post):
    await post.send(sms("back:1"))
    await post.queue(sms("back:2"))
    async with post.service.runtime.database.writing() as session:
        assert await withdraw(session, ["back:1", "back:2"]) == 1
    assert await post.states("back:1") == ["sent"]


async def test_a_batch_whose_process_died_is_sent_when_the_lease_ends(post):
    await post.queue(Draft("lease:1", PHONE, "x"))
    async with post.service.runtime.database.writing() as session:
        assert [row.key for row in await queue.claim(session, ["file"], 10)] == ["lease:1"]
    await post.send()
    assert await post.states("lease:1") == ["waiting"]
    await post.send_again()
    assert await post.states("lease:1") == ["sent"]


async def test_a_message_goes_to_one_of_two_senders(post):
    await post.queue(Draft("shared:1", PHONE, "x"))
    database = post.service.runtime.database
    async with database.writing() as one, database.writing() as other:
        mine, theirs = await queue.claim(one, ["file"], 10), await queue.claim(other, ["file"], 10)
    assert ([row.key for row in mine], theirs) == (["shared:1"], [])
