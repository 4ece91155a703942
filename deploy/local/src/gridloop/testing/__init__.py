"""``gridloop test``: every check and every test, and the proof that the tests bite."""

from gridloop.testing.command import run

__all__ = ["run"]
