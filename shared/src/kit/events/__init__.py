"""Events: a log in each database, a relay that publishes it, readers in which each has its effect once."""

from kit.events.handlers import Consumers, Event
from kit.events.log import emit

__all__ = ["Consumers", "Event", "emit"]
