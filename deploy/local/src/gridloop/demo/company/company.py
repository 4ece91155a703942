"""The loaded company, as the story needs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from gridloop.demo import chance
from gridloop.demo.calendar import ZONE, Weeks
from gridloop.demo.clock import Clock
from gridloop.demo.gateway import Caller
from gridloop.demo.people.customers import Customer
from gridloop.demo.people.staff import Holder
from gridloop.demo.progress import Watcher


@dataclass(frozen=True)
class SignIn:
    """What ``--keep`` prints."""

    username: str
    password: str
    roles: Sequence[str]
    unit: str
    employee: str | None = None


@dataclass
class Company:
    """Everybody who speaks to the gateway, and what was loaded.

    ``operator`` moves the clock and admits people; ``system`` is the customer-service system; ``phone`` has no
    account; ``people`` by the names of ``company.yaml``. ``feeds``: breaker -> the loads it feeds.
    """

    seed: int
    language: str
    scale: Mapping[str, Any]
    weeks: Weeks
    clock: Clock
    watcher: Watcher
    operator: Caller
    system: Caller
    phone: Caller
    people: dict[str, Caller] = field(default_factory=dict)
    sign_ins: list[SignIn] = field(default_factory=list)
    staff: list[Holder] = field(default_factory=list)
    feeds: dict[str, list[str]] = field(default_factory=dict)
    customers: list[Customer] = field(default_factory=list)
    followed_case: str = ""

    @staticmethod
    def local(moment: datetime) -> str:
        """Company local time to the minute, ``2027-03-10 08:52``."""
        return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")

    def say(self, texts: Mapping[str, str]) -> str:
        """What the company's people write, in the language that they and the report are to speak."""
        return texts["en" if self.language == "en" else "zh"]

    def stream(self, *topic: object) -> Random:
        return chance.stream(self.seed, *topic)

    def employee(self, name: str) -> str:
        """Employee number of one of the people who sign in. Raises ``LookupError``."""
        for known in self.sign_ins:
            if known.username == name and known.employee is not None:
                return known.employee
        raise LookupError(f"'{name}' signs in without an employee number.")
