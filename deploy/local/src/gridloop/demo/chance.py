"""One stream of random numbers per topic: a new topic leaves the others as they were."""

import uuid
from random import Random

SPACE = uuid.UUID("5f1d3f6e-6c8a-5d7e-9a52-6a0f6b1c2d3e")


def stream(seed: int, *topic: object) -> Random:
    """The generator of this topic, for instance ``stream(7, "answers", "3100000017")``."""
    return Random("|".join(map(str, (seed, *topic))))


def made_id(seed: int, *topic: object) -> str:
    """An id that the same seed makes again, for what phones and callers name themselves."""
    return str(uuid.uuid5(SPACE, "|".join(map(str, (seed, *topic)))))
