"""Delivery reports as mail systems write them, about whichever message one names."""

POSTFIX = """\
Return-Path: <>
Delivered-To: {to}
Received: by mx.example.net (Postfix)
\tid 4TbX5w2Gm7z9sWX; Mon,  2 Mar 2026 09:31:02 +0800 (CST)
Date: Mon,  2 Mar 2026 09:31:02 +0800 (CST)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4TbX5w2Gm7z9sWX.1772415062/mx.example.net"
Message-Id: <4TbX5w3d6Vz9sWY@mx.example.net>

This is a MIME-encapsulated message.

--4TbX5w2Gm7z9sWX.1772415062/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<wang@example.com>: host mail.example.com[192.0.2.7] said: {status} (in reply to RCPT TO command)

--4TbX5w2Gm7z9sWX.1772415062/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4TbX5w2Gm7z9sWX
X-Postfix-Sender: rfc822; {to}
Arrival-Date: Mon,  2 Mar 2026 09:30:58 +0800 (CST)

Final-Recipient: rfc822; wang@example.com
Original-Recipient: rfc822;wang@example.com
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 550 5.1.1 <wang@example.com>: Recipient address rejected: User unknown

--4TbX5w2Gm7z9sWX.1772415062/mx.example.net
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <{to}>
From: survey@power.example
To: wang@example.com
Message-ID: {message_id}
Subject: =?utf-8?b?6K+36K+E5Lu35oiR5Lus55qE5pyN5Yqh?=
Content-Type: text/plain; charset="utf-8"

https://power.example/s/#abc

--4TbX5w2Gm7z9sWX.1772415062/mx.example.net--
"""

WORDED = """\
From: postmaster@mail.example.com
To: {to}
Subject: {subject}
MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="b-1"

--b-1
Content-Type: text/plain; charset={charset}
Content-Transfer-Encoding: 8bit

{words}

--b-1
Content-Type: message/{kind}

Reporting-MTA: dns;mail.example.com

Final-Recipient: {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{words}

--b-1
Content-Type: {returned}

Received: from mx.example.net
From: survey@power.example
Message-ID: {message_id}

--b-1--
"""
WORDS = {
    "utf-8": "无法投递您的邮件：收件人地址不存在。",
    "gb18030": "您的邮件被退回：用户不存在。",
    "iso-2022-jp": "メールを配信できませんでした。宛先が見つかりません。",
    "iso-8859-1": "Ihre Nachricht konnte nicht zugestellt werden: Empfänger unbekannt.",
    "koi8-r": "Письмо не доставлено: адресат не найден.",
    "big5": "郵件無法傳遞：找不到收件者。",
    "utf-16": "Message refusé",
}
"""What each says to people, in a charset that is used there; one of them breaks even the header fields' ASCII."""


def postfix(
    *,
    to: str = "survey@power.example",
    message_id: str = "<a@b>",
    action: str = "failed",
    status: str = "5.1.1",
    newline: str = "\r\n",
) -> bytes:
    text = POSTFIX.format(to=to, message_id=message_id, action=action, status=status)
    return text.replace("\n", newline).encode()


def worded(charset: str, *, to: str = "survey@power.example", message_id: str = "<a@b>", **more: str) -> bytes:
    """As another kind of mail system says it, in another language."""
    known = {
        "action": "failed",
        "status": "5.1.1",
        "kind": "delivery-status",
        "returned": "text/rfc822-headers",
        "recipient": "rfc822;wang@example.com",
        "subject": "=?utf-8?b?5pyq6YCB6L6+?=",
    }
    text = WORDED.format(to=to, message_id=message_id, charset=charset, words="@@", **(known | more))
    return text.encode().replace(b"@@", WORDS[charset].encode(charset))
