"""What every event's payload has in common."""

from typing import Any, ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict
from pydantic_core import to_json


class Payload(BaseModel):
    """The ``data`` of one event type: additive, never personal.

    ``type`` is the CloudEvents type (``gridloop.<service>.<noun>.<past participle>.v<n>``), ``stream`` the
    JetStream stream that carries it. Fields that a reader does not know are ignored, so that a publisher may
    add some.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[str]
    stream: ClassVar[str]

    def as_json(self) -> str:
        """What ``model_dump_json`` gives, in half its time: it looks through all its options first."""
        return self.__pydantic_serializer__.to_json(self).decode()


class Ready(NamedTuple):
    """A payload of which nothing needs to be checked: ``as_json`` is the model's, in a quarter of the time.

    ``fields``: all of the model's in its order, ids as texts. A test of whoever makes one shows that it is.
    """

    model: type[Payload]
    fields: dict[str, Any]

    @property
    def type(self) -> str:
        return self.model.type

    @property
    def stream(self) -> str:
        return self.model.stream

    def as_json(self) -> str:
        return to_json(self.fields).decode()


def publisher_of(event_type: str) -> str:
    """``gridloop.survey.response.received.v1`` -> ``survey``."""
    return event_type.split(".")[1]
