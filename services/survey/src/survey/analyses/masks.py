"""Which respondents are analysed, so that their blocks are whole."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.analyses.blocks import FIVE

Mask = NDArray[np.bool_]


def whole(blocks: NDArray[Any], fits: Mask) -> Mask:
    """The respondents that fit and whose block does in full; ``blocks``: the block of each."""
    _, places = np.unique(blocks, return_inverse=True)
    return np.asarray(fits & (np.bincount(places, weights=fits)[places] == FIVE))


def of_one_category(blocks: NDArray[Any], categories: Sequence[str]) -> Mask:
    """The respondents whose whole block is of one category."""
    _, places = np.unique(blocks, return_inverse=True)
    _, numbers = np.unique(np.array(categories, dtype=object), return_inverse=True)
    count = places.max(initial=-1) + 1
    least, most = np.full(count, len(numbers)), np.full(count, -1)
    np.minimum.at(least, places, numbers)
    np.maximum.at(most, places, numbers)
    return np.asarray(least[places] == most[places])
