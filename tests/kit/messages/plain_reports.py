"""What mail systems write to people, about whichever message one names by its return path."""

COPY = "Return-path: <{to}>\nFrom: survey@power.example\nTo: wang@example.com\nMessage-ID: <a@b>\n\nhttps://power.example\n"
EXIM = (
    """\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: {to}
X-Failed-Recipients: wang@example.com
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1ab2cD-0001xY-Zz@mx.example.net>

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  wang@example.com
    {reason}

------ This is a copy of the message, including all the headers. ------

"""
    + COPY
)
EXIM_WARNING = (
    """\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mx.example.net>
To: {to}
Auto-Submitted: auto-replied
Subject: Warning: message 1ab2cD-0001xY-Zz delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.net.

No action is required on your part. Delivery attempts will continue for
some time.

------ This is a copy of the message, including all the headers. ------

"""
    + COPY
)
QMAIL = (
    """\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<wang@example.com>:
{reason}

--- Below this line is a copy of the message.

"""
    + COPY
)
COREMAIL = """\
Received: from mail.example.com
From: "PostMaster@example.com" <PostMaster@example.com>
To: {to}
Subject: =?GBK?B?z7XNs83L0MUvU3lzdGVtcyBib3VuY2U=?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_1"

--=_1
Content-Type: text/html; charset=GBK
Content-Transfer-Encoding: 8bit

<html><body><p>抱歉，您的邮件<b>被退回</b>来了。</p><table><tr><td>退信原因</td>
<td>收件人邮件地址（wang@example.com）不存在，邮件无法送达。</td></tr>
<tr><td>英文说明</td><td>SMTP error, RCPT TO: 550 User not found: wang@example.com</td></tr></table></body></html>

--=_1
Content-Type: message/rfc822

Return-Path: <{to}>
Message-ID: <a@b>
Subject: x

https://power.example
--=_1--
"""
RIDDLE = """\
Return-Path: <>
From: Mail Delivery System <mailer-daemon@mx.example.net>
To: {to}
Subject: Your mail

Der Empfang war nicht so, wie er sein sollte.
"""


def written(form: str, *, to: str = "survey@power.example", reason: str = "", charset: str = "utf-8") -> bytes:
    return form.format(to=to, reason=reason).replace("\n", "\r\n").encode(charset)
