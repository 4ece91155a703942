"""E-mails to a real server: each arrives once it can, and one that never can holds up no other."""

import pytest

from kit.messages import Draft
from kit.messages.return_path import key_of, mark
from kit.messages.smtp import MailServer
from tests.kit.messages.posting import mail
from tests.kit.messages.servers import certificate, mail_server


async def test_an_email_arrives_with_its_title_and_an_id_that_stays(post):
    draft = Draft("mail:1", "wang@example.com", "请评价我们的服务 https://x/s/#abc", "email", "用电服务评价")
    await post.send(draft, draft)
    (got,) = post.box.mails
    assert (got["To"], got["Subject"]) == ("wang@example.com", "用电服务评价")
    assert got["From"] == "Gridloop <survey@power.example>"
    assert got.get_content().strip() == "请评价我们的服务 https://x/s/#abc"
    row, keyring = await post.row("mail:1"), post.service.runtime.context.keyring
    assert got["Message-ID"] == f"<{mark(key_of(keyring), row['id'])}@power.example>"
    assert post.box.senders[-1] == "survey@power.example"
    assert await post.states("mail:1") == ["sent"]


async def test_reports_come_back_under_a_mark_of_each_message(lone):
    async with mail_server() as box:
        service = await lone(
            GRIDLOOP_SMTP_URL=f"smtp://127.0.0.1:{box.port}",
            GRIDLOOP_MAIL_FROM="Gridloop <survey@power.example>",
            GRIDLOOP_BOUNCE_ADDRESS="bounces@power.example",
        )
        await service.send(mail("verp:1"), mail("verp:2"))
    keyring = service.service.runtime.context.keyring
    marks = {mark(key_of(keyring), (await service.row(key))["id"]) for key in ("verp:1", "verp:2")}
    assert sorted(box.senders) == sorted(f"bounces+{one}@power.example" for one in marks)
    assert {sent["From"] for sent in box.mails} == {"Gridloop <survey@power.example>"}


async def test_what_the_server_refuses_holds_up_no_other(post):
    post.box.replies |= {"gone@example.com": "550 no such mailbox", "full@example.com": "452 try again later"}
    names = ("gone", "full", "a", "b", "c", "d")
    await post.send(*(mail(f"refused:{name}", f"{name}@example.com") for name in names))
    states = await post.states(*(f"refused:{name}" for name in names))
    assert states == ["bounced", "waiting", "sent", "sent", "sent", "sent"]
    post.box.replies.clear()
    await post.send_again()
    assert await post.states("refused:full") == ["sent"]


async def test_a_line_break_makes_no_header(post):
    await post.send(mail("header:1", title="one\r\nBcc: all@example.com"))
    assert post.box.mails[-1]["Bcc"] is None
    assert post.box.mails[-1]["Subject"] == "one Bcc: all@example.com"


async def test_one_that_no_header_can_carry_is_put_aside(post):
    await post.send(mail("header:2", "a@example.com\r\nBcc: b@example.com"), mail("header:3"))
    assert await post.states("header:2", "header:3") == ["failed", "sent"]


async def test_a_server_that_is_away_is_tried_later(lone):
    async with mail_server() as box:
        port = box.port
    service = await lone(GRIDLOOP_SMTP_URL=f"smtp://127.0.0.1:{port}", GRIDLOOP_MAIL_FROM="a@power.example")
    await service.send(mail("away:1"))
    row = await service.row("away:1")
    assert (row["state"], row["attempts"]) == ("waiting", 1)
    assert row["error"].startswith("mail server:")


async def test_starttls_and_login(lone, tmp_path):
    shown, secure = certificate(tmp_path)
    (tmp_path / "password").write_text("pass\n")
    async with mail_server(secure=secure, password="pass") as box:
        service = await lone(
            GRIDLOOP_SMTP_URL=f"smtp+starttls://survey@127.0.0.1:{box.port}",
            GRIDLOOP_SMTP_PASSWORD=str(tmp_path / "password"),
            GRIDLOOP_SMTP_CA=str(shown),
            GRIDLOOP_MAIL_FROM="a@power.example",
        )
        await service.send(mail("tls:1"))
    assert box.secured == [True]


async def test_a_certificate_that_nobody_vouches_for_gets_no_mail(lone, tmp_path):
    _, secure = certificate(tmp_path)
    async with mail_server(secure=secure) as box:
        url = f"smtp+starttls://127.0.0.1:{box.port}"
        service = await lone(GRIDLOOP_SMTP_URL=url, GRIDLOOP_MAIL_FROM="a@power.example")
        await service.send(mail("tls:2"))
        assert await service.states("tls:2") == ["waiting"]
    assert box.mails == []


@pytest.mark.parametrize(
    "url", ["smtp://mail.example", "http://mail.example", "smtps://", "smtps://user:pass@mail.example"]
)
def test_unsafe_servers_are_refused_at_start(url):
    with pytest.raises(ValueError, match="smtps"):
        MailServer.read(url, password=None, ca=None)
