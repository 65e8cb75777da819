"""Numbers at risk and the log-rank test, against lifelines and hand-counted tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import jiascores as jia
from tests.tables.kinds import MAKERS, column

# Two arms, two strata; one patient without a time.
TIMES = {
    "patient": list("ABCDEFGHIJKL"),
    "arm": ["drug"] * 6 + ["placebo"] * 6,
    "site": [1, 1, 1, 2, 2, 2] * 2,
    "duration": [28.0, 84, 84, 56, 84, None, 28, 28, 56, 56, 84, 84],
    "event": [True, False, False, True, False, None, True, True, True, False, True, False],
}


@pytest.mark.parametrize("kind", MAKERS)
def test_numbers_at_risk_by_arm(kind) -> None:
    out = jia.analysis.survival_table(
        MAKERS[kind](TIMES), at=[0, 28, 56, 84, 85], arm=jia.column("arm")
    )
    assert column(out, "arm") == ["drug"] * 5 + ["placebo"] * 5
    assert column(out, "patients") == [6] * 10
    assert column(out, "without_time") == [1] * 5 + [0] * 5
    assert column(out, "at_risk") == [5, 5, 4, 3, 0, 6, 6, 4, 2, 0]
    assert column(out, "events") == [0, 1, 2, 2, 2, 0, 2, 3, 4, 4]
    assert column(out, "censored") == [0, 0, 0, 3, 3, 0, 0, 1, 2, 2]
    curve = column(out, "without_event")
    # By hand: 1, 4/5, 4/5·3/4; 1, 4/6, 4/6·3/4, 1/2·1/2; nothing beyond day 84.
    assert curve[:4] == pytest.approx([1, 0.8, 0.6, 0.6])
    assert curve[5:9] == pytest.approx([1, 2 / 3, 0.5, 0.25])
    assert curve[4] is None
    assert column(out, "low")[0] is None


@pytest.mark.stats
def test_the_interval_is_that_of_lifelines() -> None:
    from lifelines import KaplanMeierFitter

    table = pd.DataFrame(TIMES).dropna().astype({"event": bool})
    fitted = KaplanMeierFitter().fit(table["duration"], table["event"])
    ends = fitted.confidence_interval_.loc[[28, 56, 84]].to_numpy()
    out = jia.analysis.survival_table(table, at=[28, 56, 84])
    np.testing.assert_allclose(out[["low", "high"]].to_numpy(), ends, atol=1e-9)


@pytest.mark.stats
@pytest.mark.parametrize("kind", MAKERS)
def test_log_rank_over_strata(kind) -> None:
    from lifelines.statistics import logrank_test

    table = pd.DataFrame(TIMES).dropna()
    drug = table["arm"] == "drug"
    expected = logrank_test(
        *(table.loc[side, "duration"] for side in (drug, ~drug)),
        *(table.loc[side, "event"] for side in (drug, ~drug)),
    )
    found = jia.analysis.logrank(MAKERS[kind](TIMES), arm=jia.column("arm"))
    assert found.p == pytest.approx(expected.p_value)
    assert "11 patients, 6 events, 1 without a time left out" in str(found)
    by_site = jia.analysis.logrank(
        MAKERS[kind](TIMES), arm=jia.column("arm"), strata=[jia.column("site")]
    )
    assert "2 strata" in by_site.name
    # Observed less expected, and its variance, summed over the sites by hand.
    difference, variance = 0.0, 0.0
    for _, site in table.groupby("site"):
        for day in site.loc[site["event"] == 1, "duration"].unique():
            risk = site[site["duration"] >= day]
            n, n1 = len(risk), (risk["arm"] == "drug").sum()
            now = risk[(risk["duration"] == day) & (risk["event"] == 1)]
            d, d1 = len(now), (now["arm"] == "drug").sum()
            difference += d1 - d * n1 / n
            variance += d * n1 / n * (1 - n1 / n) * (n - d) / max(n - 1, 1)
    assert by_site.estimate == pytest.approx(difference**2 / variance)


@pytest.mark.stats
def test_no_p_without_an_event() -> None:
    table = pd.DataFrame(TIMES).dropna().assign(event=False)
    found = jia.analysis.logrank(table, arm=jia.column("arm"))
    assert np.isnan(found.p)
    assert "not computed" in str(found)
    with pytest.raises(jia.errors.RequestError, match="one arm"):
        jia.analysis.logrank(table.assign(arm="drug"), arm=jia.column("arm"))


@pytest.mark.stats
def test_no_p_where_arms_were_never_at_risk_together() -> None:
    arms = {"arm": ["drug"] * 3 + ["placebo"] * 3, "site": [1, 1, 1, 2, 2, 2]}
    table = pd.DataFrame({**arms, "duration": [28.0, 56, 84] * 2, "event": [True, False, True] * 2})
    ask = {"arm": jia.column("arm")}
    assert jia.analysis.logrank(table, **ask).p == pytest.approx(1)
    # Each site has one arm; and in the other table drug ends before placebo has an event.
    by_site = jia.analysis.logrank(table, **ask, strata=[jia.column("site")])
    apart = table.assign(duration=[28.0, 28, 28, 56, 84, 84], event=[False] * 3 + [True] * 3)
    for found in (by_site, jia.analysis.logrank(apart, **ask)):
        assert np.isnan(found.p)
        assert np.isnan(found.estimate)
        assert "no stratum in which two arms were at risk at one" in found.assumes


def test_what_is_refused() -> None:
    table = pd.DataFrame(TIMES)
    with pytest.raises(jia.errors.ColumnError, match="time_to_flare"):
        jia.analysis.survival_table(table.drop(columns="event"), at=[0])
    with pytest.raises(jia.errors.RequestError, match="at=-1"):
        jia.analysis.survival_table(table, at=[-1])
    with pytest.raises(jia.errors.VisitError, match="missing in row 2"):
        jia.analysis.survival_table(
            table.assign(arm=[None if row == 2 else "x" for row in range(12)]),
            at=[0],
            arm=jia.column("arm"),
        )
