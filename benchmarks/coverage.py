"""Simulate how often each interval covers the truth, and how often each test errs.

    python benchmarks/coverage.py           # writes benchmarks/coverage.md, about ten minutes
    python benchmarks/coverage.py 200       # fewer simulations, to try the script itself

Every random number comes from one seed. The counts are those that the functions of
`jiascores.statistics` take, so that what is simulated is what a caller gets; where they give no
interval, that is counted and not covered up. The page of the documentation includes the file.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from jiascores.core.errors import RequestError
from jiascores.statistics.agreement import FEWEST, kappa_of
from jiascores.statistics.exact_tests import fisher_exact, mcnemar_exact
from jiascores.statistics.paired import sign_flip, wilcoxon_exact, wilcoxon_normal
from jiascores.statistics.proportions import (
    METHODS,
    proportion_interval,
    stratified_difference,
)
from jiascores.statistics.rates import compare_rates, rate
from jiascores.statistics.survival import kaplan_meier, logrank_test

SEED = 20190508
SIZES = (6, 10, 20, 50)
TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
ALPHA = 0.05
Row = dict[str, list[bool | None]]  # of each simulation: covered, or rejected; None: not given
Draw = Callable[[np.random.Generator, int], Iterator[tuple[str, bool | None]]]


def simulated(draw: Draw, seed: int) -> dict[str, dict[int, str]]:
    """Return of each method and size the percentage, and in brackets how often none was given."""
    cells: dict[str, dict[int, str]] = defaultdict(dict)
    for n in SIZES:
        random = np.random.default_rng((SEED, seed, n))
        found: Row = defaultdict(list)
        for _ in range(TIMES):
            for name, holds in draw(random, n):
                found[name].append(holds)
        for name, held in found.items():
            given = [each for each in held if each is not None]
            none = 100 * (1 - len(given) / len(held))
            words = f"{100 * np.mean(given):.1f}" if given else "–"
            cells[name][n] = words + (f" ({none:.0f})" if none >= 0.5 else "")
        print(seed, n, flush=True)
    return cells


def inside(truth: float, low: float, high: float) -> bool:
    return bool(low - 1e-9 <= truth <= high + 1e-9)


# ------------------------------------------------------------------ two arms


@cache
def difference(method: str, *counts: tuple[int, ...]) -> tuple[float, float, float] | None:
    try:
        found = stratified_difference(*counts, method=method)  # type: ignore[arg-type]
    except RequestError:
        return None
    return found.low, found.high, found.p


@cache
def ratio(which: str, *counts: tuple[int, ...]) -> tuple[float, float] | None:
    try:
        found = getattr(stratified_difference(*counts, method="mantel-haenszel"), which)()
    except RequestError:
        return None
    return found.low, found.high


def two_arms(arm: Mapping[str, Any], *, what: str) -> Draw:
    """Draw two arms of n in equal strata; `arm` and `reference` are the proportions in them."""
    p1, p0 = np.array(arm["arm"]), np.array(arm["reference"])

    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        of = np.full(p1.size, n // p1.size)
        counts = [random.binomial(of, p1), of, random.binomial(of, p0), of]
        frozen = [tuple(each.tolist()) for each in counts]
        if what in ("risk_ratio", "odds_ratio"):
            odds = what == "odds_ratio"
            truth = (p1 / p0 * (1 - p0) / (1 - p1) if odds else p1 / p0)[0]
            ends = ratio(what, *frozen)
            yield what.replace("_", " "), None if ends is None else inside(truth, *ends)
            return
        for method in METHODS:
            found = difference(method, *frozen)
            if found is None:
                yield f"`{method}`", None
            elif what == "size":
                yield f"`{method}`", found[2] < ALPHA
            else:
                yield f"`{method}`", inside((p1 - p0)[0], *found[:2])

    return draw


# ------------------------------------------------------------------ the same patients twice


@cache
def rates_of(before: int, after: int, method: str) -> tuple[float, float, float]:
    test = compare_rates(
        after=after,
        before=before,
        time_after=1,
        time_before=1,
        method=method,  # type: ignore[arg-type]
    )
    return test.low, test.high, test.p


@cache
def mcnemar(only_after: int, only_before: int) -> tuple[float, float, float]:
    test = mcnemar_exact(only_after=only_after, only_before=only_before)
    return test.low, test.high, test.p


@cache
def fisher(after: int, before: int, n: int) -> float:
    return fisher_exact(after=after, before=before, n_after=n, n_before=n).p


def periods(
    ratio_: float = 1.0, *, frail: bool = False, episode: int = 1, share: float = 1.0
) -> Draw:
    """Draw events of n patients: one expected before; `ratio_` × `share` after.

    `frail`: the rate differs between patients (gamma, variance 1). `episode`: events come so many
    at a time. `share`: the window after is shorter than that before, which no test is told.
    """

    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        expected = random.gamma(1.0, 1.0, n) if frail else np.ones(n)
        before = episode * random.poisson(expected / episode)
        after = episode * random.poisson(expected / episode * ratio_ * share)
        had = [
            int(((one > 0) & (other == 0)).sum())
            for one, other in ((after, before), (before, after))
        ]
        total = int(before.sum()), int(after.sum())
        ends = {
            "rate ratio, central": rates_of(*total, "central"),
            "rate ratio, minimum likelihood": rates_of(*total, "minimum-likelihood"),
        }
        if ratio_ != 1:
            for name, (low, high, _) in ends.items():
                yield name, inside(ratio_, low, high)
            low, high, _ = mcnemar(*had)
            either = [1 - np.exp(-r) for r in (ratio_, 1.0)]
            odds = either[0] * (1 - either[1]) / (either[1] * (1 - either[0]))
            yield "McNemar's odds ratio", inside(odds, low, high)
            return
        for name, (_, _, p) in ends.items():
            yield name, p < ALPHA
        yield "McNemar", mcnemar(*had)[2] < ALPHA
        flips = sign_flip(
            after=after, before=before, time_after=[1] * n, time_before=[1] * n, days_per_month=1
        )
        yield "sign flips", flips.p < ALPHA
        yield (
            "Fisher, of the same patients",
            fisher(*(int((e > 0).sum()) for e in (after, before)), n) < ALPHA,
        )

    return draw


def pairs(*, digits: int | None) -> Draw:
    """Draw n differences around 0; rounded, many are equal."""

    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        differences = random.normal(0, 1, n)
        if digits is not None:
            differences = np.round(differences, digits)
        yield "Wilcoxon, exact", wilcoxon_exact(differences) < ALPHA
        yield "Wilcoxon, normal approximation", wilcoxon_normal(differences) < ALPHA

    return draw


# ------------------------------------------------------------------ one group


@cache
def proportion(count: int, n: int, method: str) -> tuple[float, float]:
    return proportion_interval(count, n, method=method)  # type: ignore[arg-type]


def one_arm(p: float) -> Draw:
    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        count = int(random.binomial(n, p))
        yield "Clopper–Pearson", inside(p, *proportion(count, n, "exact"))
        yield "Wilson", inside(p, *proportion(count, n, "wilson"))

    return draw


def one_rate(expected: float) -> Draw:
    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        yield "exact Poisson", inside(expected, *rate(int(random.poisson(expected * n)), n)[1:])

    return draw


AGREE = np.array([[0.25, 0.06, 0.02], [0.06, 0.24, 0.05], [0.02, 0.05, 0.25]])


def kappa(weights: Any, visits: int) -> Draw:
    """Draw n patients with some visits; a patient's later ones repeat the first half of the time."""
    places = np.arange(3)
    far = (
        np.abs(np.subtract.outer(places, places)) ** {None: 0, "linear": 1, "quadratic": 2}[weights]
    )
    far = np.where(places[:, None] == places, 0, far)
    truth = 1 - (far * AGREE).sum() / (far * np.outer(AGREE.sum(1), AGREE.sum(0))).sum()

    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        name = f"kappa, {weights or 'unweighted'}, {visits} visit{'s' * (visits > 1)} each"
        if n < FEWEST:
            yield name, None
            return
        cells = random.choice(9, (visits, n), p=AGREE.ravel())
        for later in range(1, visits):
            cells[later] = np.where(random.random(n) < 0.5, cells[0], cells[later])
        who = np.tile(np.arange(n), visits)
        one, other = np.divmod(cells.ravel(), 3)
        _, low, high, why = kappa_of(one, other, who, size=3, weights=weights)
        yield name, None if why else inside(truth, low, high)

    return draw


# ------------------------------------------------------------------ times to an event

VISIT_DAYS, LAST_DAY, MEDIAN = 28, 168, 84


def followed(random: np.random.Generator, n: int, scale: Any = 1.0) -> tuple[Any, Any]:
    """Draw when an event of exponential times is first seen, at visits; one in ten is lost early."""
    times = random.exponential(MEDIAN / np.log(2), n) * scale
    seen = np.ceil(times / VISIT_DAYS) * VISIT_DAYS
    lost = np.where(random.random(n) < 0.1, VISIT_DAYS * random.integers(1, 6, n), LAST_DAY)
    return np.minimum(seen, lost).astype(float), (seen <= lost).astype(float)


def logrank(strata: int) -> Draw:
    """Draw two arms of n; in a second stratum the disease flares half as fast."""

    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        stratum = np.arange(2 * n) % strata
        times, events = followed(random, 2 * n, 1.0 + stratum)
        arms = np.repeat([0, 1], n)
        p = logrank_test(times, events, arms, stratum).p
        yield (
            f"log-rank, {strata} strat{'a' if strata > 1 else 'um'}",
            None if np.isnan(p) else p < ALPHA,
        )

    return draw


def curve() -> Draw:
    def draw(random: np.random.Generator, n: int) -> Iterator[tuple[str, bool | None]]:
        found = kaplan_meier(*followed(random, n), np.array([float(MEDIAN)]))
        low, high = found["low"][0], found["high"][0]
        yield "Kaplan–Meier, log–log", None if np.isnan(low) else inside(0.5, low, high)

    return draw


# ------------------------------------------------------------------ the page

SAME, MORE = {"arm": [0.3], "reference": [0.3]}, {"arm": [0.7], "reference": [0.3]}
HIGH = {"arm": [0.9], "reference": [0.9]}
STRATA = {"arm": [0.2, 0.5], "reference": [0.2, 0.5]}
APART = {"arm": [0.5, 0.8], "reference": [0.2, 0.5]}
ODDS = {"arm": [0.5], "reference": [0.3]}
COVERS, ERRS = "coverage, %", "p < 0.05 although nothing differs, %"
PARTS: dict[str, dict[str, list[tuple[str, Draw]]]] = {
    "Difference of responders between two arms": {
        COVERS: [
            ("30 % v. 30 %", two_arms(SAME, what="coverage")),
            ("70 % v. 30 %", two_arms(MORE, what="coverage")),
            ("90 % v. 90 %", two_arms(HIGH, what="coverage")),
            ("two strata, 20 and 50 % v. the same", two_arms(STRATA, what="coverage")),
            ("two strata, 50 and 80 % v. 20 and 50 %", two_arms(APART, what="coverage")),
            ("60 % v. 30 %", two_arms({"arm": [0.6], "reference": [0.3]}, what="risk_ratio")),
            ("50 % v. 30 %", two_arms(ODDS, what="odds_ratio")),
        ],
        ERRS: [
            ("30 % v. 30 %", two_arms(SAME, what="size")),
            ("two strata, 20 and 50 % v. the same", two_arms(STRATA, what="size")),
        ],
    },
    "Events before and after, and change, in the same patients": {
        ERRS: [
            ("1 event a window", periods()),
            ("some patients have many", periods(frail=True)),
            ("events come three at a time", periods(episode=3)),
            ("91 days before, 30 after, not told", periods(share=30 / 91)),
            ("normal differences", pairs(digits=None)),
            ("rounded to whole numbers", pairs(digits=0)),
        ],
        COVERS: [("half as many after", periods(0.5))],
    },
    "One group": {
        COVERS: [
            ("30 %", one_arm(0.3)),
            ("90 %", one_arm(0.9)),
            ("0.5 events a patient", one_rate(0.5)),
            ("three states", kappa(None, 1)),
            ("three states", kappa("quadratic", 1)),
            ("three states", kappa(None, 3)),
        ]
    },
    "Times to an event, seen at visits every 28 days": {
        ERRS: [("the same times", logrank(1)), ("half as fast in one stratum", logrank(2))],
        COVERS: [("50 % without, at day 84", curve())],
    },
}


def page() -> Iterator[str]:
    yield (
        f"From {TIMES:,} simulations of each cell (seed {SEED}; `python benchmarks/coverage.py`), so "
        f"that ± {196 * np.sqrt(0.05 * 0.95 / TIMES):.1f} is chance. The columns are patients an arm, "
        f"or patients. In brackets: per cent of the simulations without an interval, which the "
        f"function refuses or leaves out; the figure is of the others.\n"
    )
    seed = 0
    for title, parts in PARTS.items():
        yield f"\n### {title}\n"
        for what, cases in parts.items():
            yield f"\n| {what} | truth | {' | '.join(map(str, SIZES))} |\n|---|---|{'---|' * len(SIZES)}"
            for truth, draw in cases:
                seed += 1
                for name, cells in simulated(draw, seed).items():
                    yield f"| {name} | {truth} | {' | '.join(cells[n] for n in SIZES)} |"


if __name__ == "__main__":
    text = "\n".join(page()) + "\n"
    (Path(__file__).parent / "coverage.md").write_text(text, encoding="utf-8")
