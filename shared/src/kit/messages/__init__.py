"""Telling people: at least once under one stable key per real change and recipient.

The recipient and the text are sealed. A channel carries them: ``file`` writes lines that the utility's own systems
take away, ``email`` speaks SMTP, ``gateway`` posts to the utility's message gateway.
"""

from kit.messages.loop import MessageLoop
from kit.messages.queue import Draft, send, send_many, withdraw
from kit.messages.sources import Messages, Told

__all__ = ["Draft", "MessageLoop", "Messages", "Told", "send", "send_many", "withdraw"]
