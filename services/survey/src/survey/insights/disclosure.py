"""Which cells of an answer may be shown (measures.md, Disclosure)."""

from collections.abc import Sequence

SMALLEST_SHOWN = 5


def withheld(sizes: Sequence[int]) -> list[bool]:
    """For each cell of one answer, by its number of respondents, whether its figures are withheld.

    A cell of 1 to 4 is withheld. Where all withheld cells together are 1 to 4 respondents, the parent less
    the shown cells would tell them: the smallest shown cell is withheld with them.
    """
    hidden = [0 < size < SMALLEST_SHOWN for size in sizes]
    rest = sum(size for size, is_hidden in zip(sizes, hidden, strict=True) if is_hidden)
    shown = [place for place, size in enumerate(sizes) if size >= SMALLEST_SHOWN]
    if 0 < rest < SMALLEST_SHOWN and shown:
        hidden[min(shown, key=lambda place: sizes[place])] = True
    return hidden
