"""One analysis of gathered answers: its point values, and the statistic that the bootstrap repeats."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from survey.analyses import quadrants
from survey.analyses.blocks import FIVE
from survey.analyses.bootstrap import CONFIDENCE, percentile_interval
from survey.analyses.drivers import METHODS, Refused, correlation_matrix, johnson, lmg, r_squared, require_solvable
from survey.analyses.masks import of_one_category, whole
from survey.analyses.raking import METHOD as RAKING
from survey.analyses.raking import Raked, kish, rake
from survey.analyses.regression import METHOD as REGRESSION
from survey.analyses.regression import fit
from survey.insights.figures import wilson

Floats = NDArray[np.float64]
FEWEST = 30
FEWEST_PER_PREDICTOR = 5
SATISFIED = 4
DIGITS = 10
STEP = "in steps of what five respondents can move it by"
SCORES = (1.0, 5.0)
POPULATION = "complete answers within the parameters that hold every item needed (listwise), in whole blocks of five"
MEANS = "weighted mean of the scores on 1..5 (of an experience: of its units), in the steps said"
MEAN = "sum of w score / sum of w; normal interval on the effective n, in the steps said"
CSAT = "100 sum of w over scores of 4 and more / sum of w; Wilson interval on the effective n, in the steps said"
BLOCK = np.dtype([("high", ">u8"), ("low", ">u8")])
NOTE = (
    "An association among those who answered; other things that go with it are in it too. It is no proof of what "
    "would change."
)


@dataclass(frozen=True, slots=True)
class Answers:
    """``matrix``: respondents x (predictors, outcome), nothing missing; ``asked``: as many before listwise deletion.

    ``categories``: each respondent's segment and unit. All are whole blocks of five.
    """

    predictors: Sequence[str]
    matrix: Floats
    categories: Mapping[str, Sequence[str]]
    asked: int
    digest: str
    respondents: Sequence[bytes] = ()

    @property
    def n(self) -> int:
        return len(self.matrix)


class Gathered:
    """Answers as they come, with their blocks; ``categories`` are those of the ones that fit."""

    def __init__(self, width: int) -> None:
        self.respondents: list[bytes] = []
        self.blocks: list[bytes] = []
        self.fits: list[bool] = []
        self.parts: list[Floats] = [np.empty((0, width))]
        self.categories: dict[str, list[str]] = {"segment": [], "unit": []}

    def add(self, respondents: Sequence[UUID], blocks: Sequence[UUID], fits: Sequence[bool], matrix: Floats) -> None:
        """``fits``: who has all that is needed; ``matrix`` has rows of those alone."""
        self.respondents += [one.bytes for one, fit in zip(respondents, fits, strict=True) if fit]
        self.blocks += [block.bytes for block in blocks]
        self.fits += fits
        self.parts.append(matrix)


def answers_of(gathered: Gathered, predictors: Sequence[str], margins: Mapping[str, Mapping[str, float]]) -> Answers:
    """Those of blocks that fit in full, each block in one category of every margin."""
    blocks, fits = np.frombuffer(b"".join(gathered.blocks), dtype=BLOCK), np.array(gathered.fits, dtype=bool)
    everybody = whole(blocks, np.ones(len(blocks), dtype=bool))
    kept = whole(blocks, fits)[fits]
    for name, margin in margins.items():
        kept &= of_one_category(blocks[fits], _category(name, gathered.categories[name], margin))
    matrix = np.concatenate(gathered.parts)[kept]
    categories = {name: list(compress(given, kept)) for name, given in gathered.categories.items()}
    respondents = list(compress(gathered.respondents, kept))
    digest = hashlib.sha256(b"".join(respondents) + matrix.tobytes() + json.dumps(categories).encode()).hexdigest()
    return Answers(predictors, matrix, categories, int(everybody.sum()), digest, respondents)


class Study:
    """Raises Refused where these answers allow no such analysis."""

    def __init__(self, asked: Any, answers: Answers) -> None:
        self.asked, self.answers = asked, answers
        fewest = max(FEWEST, FEWEST_PER_PREDICTOR * len(answers.predictors))
        if answers.n < fewest:
            raise Refused(f"Fewer than {fewest} respondents answered all that is needed.")
        self.raked = self._raked()
        self.weights = self.raked.weights if self.raked else np.ones(answers.n)
        if self.repeats:
            self._require_differences()
            require_solvable(correlation_matrix(answers.matrix, self.weights))

    @property
    def repeats(self) -> bool:
        """Whether its intervals come from the bootstrap."""
        return self.asked.kind in {"drivers_lmg", "drivers_johnson", "importance_performance"}

    def statistic(self, weights: Floats) -> Floats:
        """Shares of the predictors, then R squared."""
        correlation = correlation_matrix(self.answers.matrix, weights)
        shares = johnson(correlation) if self.asked.kind == "drivers_johnson" else lmg(correlation)
        return np.append(shares, r_squared(correlation))

    def result(self, repeated: Floats | None) -> dict[str, Any]:
        """``repeated``: the statistic of each resample, None without a bootstrap."""
        made = {"raking": self._figures, "experience_cost": self._cost}.get(self.asked.kind)
        found = made() if made else self._drivers(repeated)
        return {name: rounded(one) for name, one in (self._common() | found).items()}

    def _raked(self) -> Raked | None:
        margins = self.asked.margins
        if not margins:
            return None
        categories = {name: _category(name, self.answers.categories[name], margin) for name, margin in margins.items()}
        return rake(categories, margins, limits=self.asked.limits)

    def _require_differences(self) -> None:
        """A share that rests on a few would tell what they said."""
        columns = zip(self.answers.predictors, self.answers.matrix.T, strict=False)
        few = [name for name, column in columns if _differing(column) < FIVE]
        if few:
            raise Refused(f"All but fewer than {FIVE} have the same {few[0]!r}: it can explain nothing.")
        if _differing(self.answers.matrix[:, -1]) < FIVE:
            raise Refused(f"All but fewer than {FIVE} gave the same score: there is nothing to explain.")

    def _common(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "n": self.answers.n,
            "n_before_listwise": self.answers.asked,
            "population": POPULATION,
            "effective_n": round(kish(self.weights)),
            "confidence": CONFIDENCE,
            "weighting": None,
        }
        if self.raked:
            found["weighting"] = {
                "method": RAKING,
                "margins": self.asked.margins,
                "limits": self.asked.limits,
                "smallest": round(float(self.weights.min()), 2),
                "largest": round(float(self.weights.max()), 2),
                "converged": self.raked.converged,
                "largest_gap": self.raked.largest_gap,
            }
        return found

    def _drivers(self, repeated: Floats | None) -> dict[str, Any]:
        point = self.statistic(self.weights)
        low, high = percentile_interval(repeated) if repeated is not None else (None, None)
        means = [self._stepped(float(mean)) for mean in self.weights @ self.answers.matrix / self.weights.sum()]
        rows = [
            {
                "name": name,
                "share": point[at],
                "low": None if low is None else low[at],
                "high": None if high is None else high[at],
                "share_of_r_squared": point[at] / point[-1] if point[-1] > 0 else None,
                "mean": means[at],
            }
            for at, name in enumerate(self.answers.predictors)
        ]
        whole = {
            "value": point[-1],
            "low": None if low is None else low[-1],
            "high": None if high is None else high[-1],
        }
        method = METHODS.get(self.asked.kind, METHODS["drivers_lmg"])
        found = {"method": method, "resamples": self.asked.resamples, "r_squared": whole, "drivers": rows, "note": NOTE}
        found |= {"step": STEP, "formulas": {"mean": MEANS}}
        return found | (self._quadrants(rows) if self.asked.kind == "importance_performance" else {})

    def _quadrants(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        importance = [row["share_of_r_squared"] or 0.0 for row in rows]
        performance = [float(row["mean"]) for row in rows]
        at = quadrants.cuts(importance, performance, self.asked.cut_line)
        for row, one, other in zip(rows, importance, performance, strict=True):
            row["quadrant"] = quadrants.quadrant(one, other, at)
        lines = {"rule": self.asked.cut_line, "importance": at.importance, "performance": at.performance}
        return {"cut_lines": lines, "drivers": rows}

    def _figures(self) -> dict[str, Any]:
        scores, effective = self.answers.matrix[:, -1], kish(self.weights)
        shares = self.weights / self.weights.sum()
        mean, satisfied = float(shares @ scores), float(shares @ (scores >= SATISFIED))
        reach = 1.959963984540054 * float(np.sqrt(shares @ (scores - mean) ** 2 / effective))
        low, high = wilson(satisfied * effective, effective)
        return {
            "method": RAKING,
            "step": STEP,
            "formulas": {"mean": MEAN, "csat": CSAT},
            "mean": self._interval(mean, mean - reach, mean + reach, SCORES),
            "csat": {name: 100 * one for name, one in self._interval(satisfied, low, high, (0.0, 1.0)).items()},
        }

    def _interval(self, value: float, low: float, high: float, scale: tuple[float, float]) -> dict[str, float]:
        """Each in steps, the ends outwards, none beyond the scale."""
        step = self._step(scale[1] - scale[0])
        found = {"value": round(value / step), "low": np.floor(low / step), "high": np.ceil(high / step)}
        return {name: min(scale[1], max(scale[0], float(one) * step)) for name, one in found.items()}

    def _stepped(self, value: float) -> float:
        step = self._step(SCORES[1] - SCORES[0])
        return round(value / step) * step

    def _step(self, reach: float) -> float:
        """What five respondents can move a mean by, on a scale of this length."""
        return FIVE * reach / kish(self.weights)

    def _cost(self) -> dict[str, Any]:
        inputs, outcome = self.answers.matrix[:, :-1], self.answers.matrix[:, -1]
        kept = [at for at in range(inputs.shape[1]) if _differing(inputs[:, at]) >= FIVE]
        if not kept:
            raise Refused(f"Fewer than {FIVE} who answered lived through any of it: there is nothing to compare.")
        found = fit(np.column_stack([np.ones(len(outcome)), inputs[:, kept]]), outcome, self.weights)
        rows = [
            {
                "name": self.answers.predictors[at],
                "points_per_unit": found.coefficients[place],
                "low": found.low[place],
                "high": found.high[place],
                "exposed": int((inputs[:, at] > 0).sum()) // FIVE * FIVE,
            }
            for place, at in enumerate(kept, 1)
        ]
        left_out = [name for at, name in enumerate(self.answers.predictors) if at not in kept]
        return {
            "method": REGRESSION,
            "window_days": self.asked.window_days,
            "step": STEP,
            "intercept": self._stepped(float(found.coefficients[0])),
            "r_squared": found.r_squared,
            "coefficients": rows,
            "left_out": [
                {"name": name, "reason": f"The same for all but fewer than {FIVE} who answered."} for name in left_out
            ],
            "note": NOTE,
        }


def _differing(column: Floats) -> int:
    """How many have another value than most."""
    return len(column) - int(np.unique(column, return_counts=True)[1].max())


def rounded(value: Any) -> Any:
    """Plain numbers of ten significant digits: the last bits differ between processors."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return float(f"{float(value):.{DIGITS}g}") if isinstance(value, float | np.floating) else value


def _category(margin: str, given: Sequence[str], target: Mapping[str, float]) -> list[str]:
    """A unit belongs to the longest unit of the target that contains it."""
    if margin != "unit":
        return list(given)
    ordered = sorted(target, key=len, reverse=True)
    known = {unit: next((one for one in ordered if unit.startswith(one)), unit) for unit in set(given)}
    return [known[unit] for unit in given]
