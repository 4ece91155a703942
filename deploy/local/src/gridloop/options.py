"""The two options that may stand anywhere on the command line."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gridloop.errors import MachineError

LARGEST_PORT = 65535


@dataclass(frozen=True)
class Options:
    """``data``: the suite's folder, ``port``: the gateway's; ``None`` where nothing was said."""

    data: Path | None = None
    port: int | None = None

    def data_folder(self) -> Path:
        """The folder asked for, or this checkout's own."""
        if self.data is not None:
            return self.data.absolute()
        from gridloop.account import engine_account
        from gridloop.engines.binaries import default_data
        from gridloop.layout import checkout

        return default_data(checkout(), engine_account())


def hoist(arguments: Sequence[str]) -> tuple[Options, list[str]]:
    """Take ``--data DIR`` and ``--port N`` out of the arguments, wherever they stand before a ``--``."""
    taken: dict[str, str] = {}
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        if word == "--":
            rest += [word, *words]
            break
        name, equals, value = word.partition("=")
        if name not in ("--data", "--port"):
            rest.append(word)
            continue
        taken[name] = value if equals else next(words, "")
        if not taken[name]:
            raise MachineError(f"{name} needs a value.")
    return Options(_folder(taken.get("--data")), _port(taken.get("--port"))), rest


def _folder(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _port(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit() or not 0 < int(text) <= LARGEST_PORT:
        raise MachineError(f"--port {text} is no TCP port: give a number from 1 to {LARGEST_PORT}.")
    return int(text)
