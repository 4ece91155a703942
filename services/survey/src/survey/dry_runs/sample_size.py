"""How many answers a proportion needs (measures.md, Satisfaction: sample size with finite population)."""

from math import ceil
from statistics import NormalDist


def sample_size(population: int, *, margin: float, confidence: float = 0.95, proportion: float = 0.5) -> int:
    """The least n with n >= z2 N p q / (d2 (N-1) + z2 p q), never more than the population.

    ``margin``: half the interval's width as a share, in (0, 1); ``proportion`` 0.5 is the most careful.
    """
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    spread = z2 * proportion * (1 - proportion)
    exact = population * spread / (margin**2 * (population - 1) + spread) if population else 0.0
    return min(population, ceil(exact - 1e-9))


def invitations_for(answers: int, response_rate: float) -> int:
    """How many to ask so that this many answer at the expected rate in (0, 1]."""
    return ceil(answers / response_rate - 1e-9)
