"""One analysis of gathered answers: its point values, and the statistic that the bootstrap repeats."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from survey.analyses import quadrants
from survey.analyses.bootstrap import CONFIDENCE, percentile_interval
from survey.analyses.drivers import METHODS, Refused, correlation_matrix, johnson, lmg, r_squared, require_solvable
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
NOTE = (
    "An association among those who answered; other things that go with it are in it too. It is no proof of what "
    "would change."
)


@dataclass(frozen=True, slots=True)
class Answers:
    """``matrix``: respondents x (predictors, outcome), nothing missing; ``asked``: as many before listwise deletion.

    ``categories``: each respondent's segment and unit.
    """

    predictors: Sequence[str]
    matrix: Floats
    categories: Mapping[str, Sequence[str]]
    asked: int
    digest: str

    @property
    def n(self) -> int:
        return len(self.matrix)


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

    def _common(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "n": self.answers.n,
            "n_before_listwise": self.answers.asked,
            "effective_n": kish(self.weights),
            "confidence": CONFIDENCE,
            "weighting": None,
        }
        if self.raked:
            found["weighting"] = {
                "method": RAKING,
                "margins": self.asked.margins,
                "limits": self.asked.limits,
                "smallest": float(self.weights.min()),
                "largest": float(self.weights.max()),
                "converged": self.raked.converged,
                "largest_gap": self.raked.largest_gap,
            }
        return found

    def _drivers(self, repeated: Floats | None) -> dict[str, Any]:
        point = self.statistic(self.weights)
        low, high = percentile_interval(repeated) if repeated is not None else (None, None)
        means = self.weights @ self.answers.matrix / self.weights.sum()
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
        mean = float(shares @ scores)
        reach = 1.959963984540054 * float(np.sqrt(shares @ (scores - mean) ** 2 / effective))
        satisfied = float(shares @ (scores >= SATISFIED))
        low, high = wilson(satisfied * effective, effective)
        return {
            "method": RAKING,
            "mean": {"value": mean, "low": mean - reach, "high": mean + reach, "unweighted": float(scores.mean())},
            "csat": {
                "value": 100 * satisfied,
                "low": 100 * low,
                "high": 100 * high,
                "unweighted": 100 * float((scores >= SATISFIED).mean()),
            },
        }

    def _cost(self) -> dict[str, Any]:
        inputs, outcome = self.answers.matrix[:, :-1], self.answers.matrix[:, -1]
        kept = [at for at in range(inputs.shape[1]) if np.ptp(inputs[:, at]) > 0]
        if not kept:
            raise Refused("Nobody who answered lived through any of it: there is nothing to compare.")
        found = fit(np.column_stack([np.ones(len(outcome)), inputs[:, kept]]), outcome, self.weights)
        rows = [
            {
                "name": self.answers.predictors[at],
                "points_per_unit": found.coefficients[place],
                "low": found.low[place],
                "high": found.high[place],
                "mean": float(inputs[:, at].mean()),
                "exposed": int((inputs[:, at] > 0).sum()),
            }
            for place, at in enumerate(kept, 1)
        ]
        left_out = [name for at, name in enumerate(self.answers.predictors) if at not in kept]
        return {
            "method": REGRESSION,
            "window_days": self.asked.window_days,
            "intercept": found.coefficients[0],
            "r_squared": found.r_squared,
            "coefficients": rows,
            "left_out": [{"name": name, "reason": "The same for everybody who answered."} for name in left_out],
            "not_known": [{"name": "voltage_dips", "reason": "No event tells of voltage dips yet."}],
            "note": NOTE,
        }


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
