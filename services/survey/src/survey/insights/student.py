"""Quantiles of Student's t, without scipy at start-up (it costs over a second of CPU to import).

Abramowitz and Stegun 26.7.1 with the incomplete beta function by Lentz's continued fraction (Numerical
Recipes, 3rd edition, 6.4). scipy.stats.t is the oracle in the tests.
"""

import math
from functools import lru_cache
from statistics import NormalDist

SMALLEST = 1e-300
ENOUGH = 1e-15
ROUNDS = 500
MANY = 300
"""From so many degrees of freedom on, the expansion about the normal quantile is exact to nine places."""


def two_sided(confidence: float, freedom: float) -> float:
    """The t that bounds the middle ``confidence`` (in 0..1); ``freedom`` may be fractional (Welch)."""
    if not 0 < confidence < 1 or freedom <= 0:
        raise ValueError(f"Confidence lies between 0 and 1 and freedom above 0, not {confidence} and {freedom}.")
    if freedom >= MANY:
        return _expanded(NormalDist().inv_cdf((1 + confidence) / 2), freedom)
    return _searched(confidence, freedom)


def _expanded(z: float, freedom: float) -> float:
    """Abramowitz and Stegun 26.7.5."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))


@lru_cache(maxsize=4096)
def _searched(confidence: float, freedom: float) -> float:
    """Newton's steps from the expansion, or halving where they leave the bracket."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    low, high = 0.0, z
    while _inside(high, freedom) < confidence:
        low, high = high, high * 2
    guess = min(max(_expanded(z, freedom), low), high)
    for _ in range(200):
        missing = confidence - _inside(guess, freedom)
        low, high = (guess, high) if missing > 0 else (low, guess)
        better = guess + missing / (2 * _density(guess, freedom))
        if not low < better < high:
            better = (low + high) / 2
        if abs(better - guess) <= ENOUGH * guess or better in {low, high}:
            return better
        guess = better
    return guess


def _density(at: float, freedom: float) -> float:
    whole = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2) - math.log(freedom * math.pi) / 2
    return math.exp(whole - (freedom + 1) / 2 * math.log1p(at * at / freedom))


def _inside(bound: float, freedom: float) -> float:
    """P(|T| <= bound) = 1 - I_x(freedom/2, 1/2) with x = freedom / (freedom + bound^2)."""
    return 1 - incomplete_beta(freedom / 2, 0.5, freedom / (freedom + bound * bound))


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for 0 <= x <= 1."""
    if x in {0.0, 1.0}:
        return x
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(a, b, x) / a
    return 1 - front * _continued_fraction(b, a, 1 - x) / b


def _continued_fraction(a: float, b: float, x: float) -> float:
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, ROUNDS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for step in (even, odd):
            d = 1 / _not_zero(1 + step * d)
            c = _not_zero(1 + step / c)
            change = c * d
            value *= change
        if abs(change - 1) < ENOUGH:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > SMALLEST else SMALLEST
