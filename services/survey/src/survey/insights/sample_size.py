"""How many answers a share needs (measures.md, Satisfaction): n = z^2 N p q / (d^2 (N - 1) + z^2 p q)."""

import math
from statistics import NormalDist

FORMULA = "n = z^2 N p q / (d^2 (N - 1) + z^2 p q), rounded up"


def sample_size(population: int, margin: float, *, share: float = 0.5, confidence: float = 0.95) -> int:
    """Answers needed so that a share of ``share`` is known to within ``margin``, both in 0..1.

    Raises ValueError outside of these ranges. Cochran 1977, Sampling Techniques, 4.4.
    """
    if population < 1 or not 0 < margin < 1 or not 0 < share < 1 or not 0 < confidence < 1:
        raise ValueError("The population is 1 or more; margin, share and confidence lie between 0 and 1.")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    spread = z * z * share * (1 - share)
    return math.ceil(spread * population / (margin * margin * (population - 1) + spread) - 1e-9)
