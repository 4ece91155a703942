"""What ends the demonstration."""

from gridloop.errors import MachineError


class DemoError(MachineError):
    """The story cannot go on; one sentence for the person at the terminal."""


class UnexpectedAnswerError(DemoError):
    """The suite refused what the story needs."""

    def __init__(self, what: str, status: int, said: str) -> None:
        super().__init__(f"{what} was answered {status}: {said}")
        self.status = status
