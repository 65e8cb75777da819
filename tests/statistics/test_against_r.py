"""1,000 random tables: what R's own packages and scipy give, beside ours; `make test-r` runs this."""

from __future__ import annotations

import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import jiascores as jia
from jiascores.core import errors
from jiascores.statistics.exact_tests import fisher_exact, mcnemar_exact
from jiascores.statistics.paired import wilcoxon_exact
from jiascores.statistics.proportions import proportion_interval
from jiascores.statistics.rates import compare_rates

TABLES = 1000
SCRIPT = Path(__file__).parent / "against_r.R"


def near(value, rel=1e-6, abs_=1e-7):
    return pytest.approx(value, rel=rel, abs=abs_, nan_ok=True)


@pytest.fixture(scope="module")
def tables() -> pd.DataFrame:
    """Return one to four strata of each table, many of them with nobody or everybody."""
    random = np.random.default_rng(1812)
    rows = []
    for table in range(TABLES):
        for _ in range(random.integers(1, 5)):
            n1, n0 = random.integers(2, 30, 2).tolist()
            p1, p0 = random.choice([0, 0.1, 0.3, 0.5, 0.8, 1], 2)
            rows.append((table, random.binomial(n1, p1), n1, random.binomial(n0, p0), n0))
    return pd.DataFrame(rows, columns=["table", "a", "n1", "b", "n0"])


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    """Return differences of which no two are equally large, and none is 0."""
    random = np.random.default_rng(58)
    rows = [
        (table, size * sign)
        for table in range(TABLES)
        for size, sign in zip(
            random.choice(np.arange(1, 80), random.integers(3, 14), replace=False).tolist(),
            random.choice([-1, 1, 1], 13).tolist(),
            strict=False,
        )
    ]
    return pd.DataFrame(rows, columns=["table", "difference"])


@pytest.fixture(scope="module")
def by_r(tables, pairs, tmp_path_factory) -> pd.DataFrame:
    rscript = shutil.which("Rscript")
    assert rscript, "this needs R: on Debian and Ubuntu, the package r-base-core"
    folder = tmp_path_factory.mktemp("r")
    tables.to_csv(folder / "tables.csv", index=False)
    pairs.to_csv(folder / "pairs.csv", index=False)
    subprocess.run([rscript, "--vanilla", SCRIPT], cwd=folder, check=True, timeout=1200)
    return pd.read_csv(folder / "r.csv").set_index("table")


def of(tables, table):
    """Return the four lists of counts of a table."""
    rows = tables[tables["table"] == table]
    return [rows[name].tolist() for name in ("a", "n1", "b", "n0")]


def difference(counts, method):
    try:
        return jia.analysis.stratified_difference(*counts, method=method)
    except errors.RequestError:
        return None


@pytest.mark.r
def test_exact_tests_of_one_table(tables, by_r) -> None:
    for table, r in by_r.iterrows():
        a, n1, b, n0 = (counts[0] for counts in of(tables, table))
        patients = {"after": a, "before": b, "n_after": n1, "n_before": n0}
        central, likely = (
            fisher_exact(**patients, method=name) for name in ("central", "minimum-likelihood")
        )
        assert likely.p == near(r["fisher_p"])
        for end, other in ((central.low, r["fisher_low"]), (central.high, r["fisher_high"])):
            # R looks for an end above 1 as its inverse, to 1.2e-4.
            above = end > 1
            assert (1 / end if above else end) == near(1 / other if above else other, abs_=2e-4)
        assert mcnemar_exact(only_after=a, only_before=b).p == near(min(1, r["mcnemar_p"]))
        events = {"after": a, "before": b, "time_after": n1, "time_before": n0}
        if a + b:
            assert compare_rates(**events, method="minimum-likelihood").p == near(r["rates_p"])
            rates = compare_rates(**events)
            assert (rates.low, rates.high) == near((r["rates_low"], r["rates_high"]), rel=1e-5)


@pytest.mark.r
def test_proportions_and_differences_of_one_table(tables, by_r) -> None:
    for table, r in by_r.iterrows():
        (a,), (n1,), _, (n0,) = counts = [each[:1] for each in of(tables, table)]
        for method, name in (("exact", "exact"), ("wilson", "wilson")):
            ends = proportion_interval(a, n1, method=method)
            assert ends == near((r[f"{name}_low"], r[f"{name}_high"]))
        newcombe = difference(counts, "newcombe")
        assert (newcombe.low, newcombe.high) == near((r["newcombe_low"], r["newcombe_high"]))
        wald = difference(counts, "inverse-variance")
        if wald is not None:
            assert (wald.low, wald.high) == near((r["wald_low"], r["wald_high"]))
        if not math.isnan(r["pearson"]):
            n = n1 + n0
            assert newcombe.cmh_p == near(stats.chi2.sf(r["pearson"] * (n - 1) / n, 1))


@pytest.mark.r
def test_differences_over_strata(tables, by_r) -> None:
    answered = 0
    for table, r in by_r.iterrows():
        score = difference(of(tables, table), "miettinen-nurminen")
        assert (score.low, score.high) == near((r["score_low"], r["score_high"]), abs_=2e-6)
        if not math.isnan(r["cmh_p"]):
            assert score.p == near(r["cmh_p"])
        if score.strata == 1:  # R's test is for two strata or more
            continue
        try:
            odds = score.odds_ratio()
        except errors.RequestError:
            assert not 0 < r["odds"] < math.inf
        else:
            answered += 1
            assert (odds.estimate, odds.low, odds.high) == near(
                (r["odds"], r["odds_low"], r["odds_high"])
            )
    assert answered > TABLES / 2


@pytest.mark.r
def test_wilcoxon(pairs, by_r) -> None:
    for table, r in by_r.iterrows():
        differences = pairs.loc[pairs["table"] == table, "difference"].to_numpy(dtype=float)
        assert wilcoxon_exact(differences) == near(r["wilcoxon_p"])
        assert wilcoxon_exact(differences) == near(stats.wilcoxon(differences, mode="exact").pvalue)


@pytest.mark.r
def test_scipy_on_the_same_tables(tables) -> None:
    for table in range(TABLES):
        a, n1, b, n0 = (counts[0] for counts in of(tables, table))
        cells = [[a, n1 - a], [b, n0 - b]]
        test = fisher_exact(after=a, before=b, n_after=n1, n_before=n0, method="minimum-likelihood")
        assert test.p == near(stats.fisher_exact(cells).pvalue)
        if a + b:
            assert mcnemar_exact(only_after=a, only_before=b).p == near(
                stats.binomtest(a, a + b).pvalue
            )
            rates = compare_rates(after=a, before=b, time_after=n1, time_before=n0)
            share = stats.binomtest(a, a + b).proportion_ci()
            odds = [end / (1 - end) * n0 / n1 if end < 1 else math.inf for end in share]
            assert (rates.low, rates.high) == near(odds, rel=1e-5)
        if 0 < a + b < n1 + n0:
            score = difference([[a], [n1], [b], [n0]], "miettinen-nurminen")
            pearson = stats.chi2_contingency(cells, correction=False).statistic
            n = n1 + n0
            assert score.p == near(stats.chi2.sf(pearson * (n - 1) / n, 1))
