"""Progress for people: one line per chapter, a bar while it lasts; nothing where no terminal watches."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from gridloop.demo.report.words import Words


class Watcher:
    """``pace``: seconds of rest after each chapter, for those who look on."""

    def __init__(self, console: Console, words: Words, *, pace: float = 0.0) -> None:
        self._words = words
        self._pace = pace
        self._progress = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @contextmanager
    def chapter(self, key: str, steps: int = 1, **values: object) -> Iterator[Callable[[], None]]:
        """``key``: of a text under ``progress``. Yields what counts one step on; at the end all are done."""
        task = self._progress.add_task(self._words(f"progress.{key}", **values), total=steps)
        yield lambda: self._progress.advance(task)
        self._progress.update(task, completed=steps)

    async def rest(self) -> None:
        """What ``--pace`` asks for: time to read."""
        if self._pace:
            await asyncio.sleep(self._pace)
