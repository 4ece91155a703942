"""When nothing is on its way any more between the services, judged from what each says of itself."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Said(BaseModel):
    """What a service says of itself at ``/v1/demo/idle``."""

    model_config = ConfigDict(extra="ignore")

    offset_seconds: float
    heads: dict[str, int]
    unpublished: int
    consumed: dict[str, int]
    due_timers: int
    next_timer: AwareDatetime | None
    waiting_messages: int


def restless(said: Mapping[str, Said], *, offset: float, messages: bool) -> list[str]:
    """What is still on its way, in words; nothing when all is still.

    ``offset`` is what every clock must have reached, in seconds; ``messages``: whether those count too. The
    answers need not be of one moment: a reader that is as far as its publisher's head, with nothing
    unpublished and no timer due on either side, has nothing left to react to.
    """
    heads = {stream: head for one in said.values() for stream, head in one.heads.items()}
    found = []
    for name, one in said.items():
        found += [f"{name}: clock"] * (one.offset_seconds < offset)
        found += [f"{name}: {one.unpublished} event(s) to publish"] * (one.unpublished > 0)
        found += [f"{name}: {one.due_timers} timer(s) due"] * (one.due_timers > 0)
        found += [f"{name}: {one.waiting_messages} message(s)"] * (messages and one.waiting_messages > 0)
        found += [
            f"{name}: behind in {stream}"
            for stream, sequence in one.consumed.items()
            if sequence != heads.get(stream, sequence)
        ]
    return found


def next_stop(said: Mapping[str, Said], to: datetime) -> datetime:
    """The next moment at which a timer is due, or ``to`` where none is due before."""
    return min([one.next_timer for one in said.values() if one.next_timer is not None] + [to])
