"""A baseline for each variable: its last value on or before a date, within a number of days."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiascores as jia
from tests.tables.kinds import MAKERS, column

CORE = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints", "esr")
OWN = jia.on_or_before("dose", per_variable=True, days=28)


def _visits(**changes):
    """One child: blood at screening, the rest on the day of the dose, then week 8."""
    rows = {
        "patient": ["A"] * 4,
        "date": ["2024-01-01", "2024-01-15", "2024-01-29", "2024-03-25"],
        "dose": ["2024-01-29"] * 4,
        "physician_global": [9.0, None, 8.0, 4.0],
        "patient_global": [9.0, None, 8.0, 4.0],
        "chaq": [2.0, None, 2.0, 2.0],
        "active_joints": [20, None, 10, 10],
        "limited_joints": [20, None, 10, 10],
        "esr": [90.0, 60.0, None, 30.0],
    }
    return rows | changes


@pytest.mark.parametrize("kind", MAKERS)
def test_the_level_is_known_where_each_variable_has_its_own_baseline(kind) -> None:
    visits = MAKERS[kind](_visits())
    ask = {"measures": ["acr_ped"]}
    whole = jia.assess(visits, baseline=jia.on_or_before("dose"), **ask)
    assert column(whole, "acr_ped_level") == [None] * 4
    own = jia.assess(visits, baseline=OWN, **ask)
    # 8, 8 and 60 to 4, 4 and 30: half, three times.
    assert column(own, "acr_ped_level") == [None, None, None, 50]
    assert column(own, "acr_ped_level_min") == column(own, "acr_ped_level_max")


def test_a_partitioned_frame_gives_the_same() -> None:
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.from_pandas(pd.DataFrame(_visits()), npartitions=3)
    out = jia.assess(frame, baseline=OWN, measures=["acr_ped"]).compute().sort_values("date")
    assert out["acr_ped_level"].tolist()[-1] == 50


@pytest.mark.parametrize(
    ("days", "level"), [(28, 50), (14, 50), (13, None), (13.5, None), (0, None)]
)
def test_a_value_from_too_long_before_is_missing(days, level) -> None:
    rule = jia.on_or_before("dose", per_variable=True, days=days)
    visits = pd.DataFrame(_visits(chaq=[2.0, None, 2.0, 1.9]))
    out = jia.assess(visits, baseline=rule, measures=["acr_ped"])
    assert column(out, "acr_ped_level")[-1] == level
    assert (column(out, "acr_ped_level_min")[-1], column(out, "acr_ped_level_max")[-1]) == (
        (50, 50) if level else (0, 50)
    )


def test_a_whole_visit_has_its_days_too() -> None:
    visits = pd.DataFrame(_visits(esr=[90.0, 60.0, 60.0, 30.0], dose=["2024-02-05"] * 4))
    for days, level in ((7, 50), (6, None)):
        rule = jia.on_or_before("dose", days=days)
        out = jia.assess(visits, baseline=rule, measures=["acr_ped"])
        assert column(out, "acr_ped_level")[-1] == level


def test_rows_on_or_before_the_latest_have_no_response() -> None:
    # The dose comes two weeks after the last of the values; a row between has nothing new.
    rows = {
        name: [*values, values[0] if name in ("patient", "dose") else None]
        for name, values in _visits(esr=[90.0, 60.0, 60.0, 30.0]).items()
    }
    rows |= {"dose": ["2024-02-12"] * 5, "date": [*rows["date"][:4], "2024-02-05"]}
    table = pd.DataFrame(rows)
    out = jia.assess(table, baseline=OWN, measures=["acr_ped"])
    assert column(out, "acr_ped_level_min") == [None, None, None, 50, 0]


def test_a_score_at_baseline_is_made_of_these_values() -> None:
    # 8 + 8 + 10 + 4 = 30 at baseline, 4 + 4 + 10 + 1 = 19 after.
    visits = pd.DataFrame(_visits())
    published = jia.definition("bulatovic-2014", jia.typing.JadasChangeCriteria)
    change, more = (
        jia.ask.bulatovic_change(
            published.variant(name=f"fall {fall}", measure="jadas10", improvement=fall)
        )
        for fall in (11.0, 11.1)
    )
    out = jia.assess(visits, baseline=OWN, measures=[change, more])
    assert column(out, change.stem) == [None, None, None, "improved"]
    assert column(out, more.stem) == [None, None, None, "unchanged"]
    whole = jia.assess(visits, baseline=jia.on_or_before("dose"), measures=[change])
    assert column(whole, change.stem) == [None] * 4


def test_one_variable_is_compared_with_its_own_baseline() -> None:
    # CHAQ: the row of the dose has none, so that of screening is taken.
    visits = pd.DataFrame(_visits(chaq=[2.0, 2.0, None, 1.8]))
    ask = jia.ask.chaq_change("dempster-2001")
    out = jia.assess(visits, baseline=OWN, measures=[ask])
    assert column(out, ask.stem) == [None, None, None, "improved"]


def test_two_rows_of_a_date_with_a_value_raise_and_with_one_do_not() -> None:
    same_day = ["2024-01-01", "2024-01-29", "2024-01-29", "2024-03-25"]
    out = jia.assess(pd.DataFrame(_visits(date=same_day)), baseline=OWN, measures=["acr_ped"])
    assert column(out, "acr_ped_level")[-1] == 50
    twice = pd.DataFrame(_visits(date=same_day, esr=[90.0, 60.0, 55.0, 30.0]))
    with pytest.raises(jia.errors.VisitError, match="the last with a value of esr") as raised:
        jia.assess(twice, baseline=OWN, measures=["acr_ped"])
    assert raised.value.reason == "two-baselines"
    found = jia.check(twice, baseline=OWN, measures=["acr_ped"])
    assert found.loc[found["reason"] == "two-baselines", "row"].tolist() == [1, 2]


def test_by_esr_else_crp_each_patient_has_the_reactant_of_the_baseline() -> None:
    visits = pd.DataFrame(_visits(crp=[50.0, 40.0, 40.0, 40.0]))
    out = jia.assess(visits, baseline=OWN, marker="esr-else-crp", measures=["acr_ped", "jadas10"])
    assert set(column(out, "marker")) == {"esr"}
    assert column(out, "acr_ped_level")[-1] == 50
    late = visits.assign(esr=[90.0, None, None, 30.0])
    rule = jia.on_or_before("dose", per_variable=True, days=14)
    out = jia.assess(late, baseline=rule, marker="esr-else-crp", measures=["acr_ped"])
    assert set(column(out, "marker")) == {"crp"}
    # A CRP of 40 stays 40: two of six are half.
    assert column(out, "acr_ped_level")[-1] == 0


def test_a_change_of_rater_is_that_since_the_rating_at_baseline() -> None:
    raters = ["parent", "patient", "patient", "patient"]
    visits = pd.DataFrame(_visits(patient_global_rater=raters))
    for patient_global, changed in (([9, None, 8, 4], False), ([9, None, None, 4], True)):
        table = visits.assign(patient_global=patient_global)
        out = jia.assess(table, baseline=OWN, measures=["acr_ped"])
        assert column(out, "rater_changed") == [None, None, None, changed]
        said = column(jia.check(table, baseline=OWN), "message")
        assert any(words.startswith("Another rater") for words in said) is changed


def test_a_flare_is_judged_against_each_variables_own_reference() -> None:
    visits = pd.DataFrame(
        _visits(
            physician_global=[3, None, 2, 4],
            patient_global=[3, None, 2, 4],
            chaq=[1, None, 1, 1],
            esr=[10, 10, None, 14],
        )
    )
    ask = jia.ask.flare("prcsg-printo", reference=OWN)
    out = jia.assess(visits, baseline="first", measures=[ask])
    # Both globals doubled, and ESR rose by 40 %.
    assert column(out, ask.stem) == [None, None, None, True]


def test_check_says_what_is_missing_at_baseline_by_variable() -> None:
    visits = pd.DataFrame(_visits(esr=[90.0, None, None, 30.0]))
    rule = jia.on_or_before("dose", per_variable=True, days=14)
    found = jia.check(visits, baseline=rule, measures=["acr_ped"])
    said = found.loc[found["message"].str.startswith("Missing at baseline"), "variable"]
    assert said.tolist() == ["esr"]
    before = found.loc[found["message"].str.startswith("Before the patient"), "row"].tolist()
    assert before == [0, 1]
    fine = jia.check(pd.DataFrame(_visits()), baseline=OWN, measures=["acr_ped"])
    assert not fine["message"].str.startswith("Missing at baseline").any()
    # The row of the blood is no visit before baseline, but part of it.
    assert fine.loc[fine["message"].str.startswith("Before the patient"), "row"].tolist() == [0]


def test_what_lies_between_two_ends_may_be_the_baseline_of_its_variable() -> None:
    visits = pd.DataFrame(_visits(low=[90, 60, None, 29], high=[90, 60, None, 30])).drop(
        columns="esr"
    )
    out = jia.assess_between(
        visits, "esr", low=jia.column("low"), high=jia.column("high"), baseline=OWN,
        measures=["acr_ped"],
    )  # fmt: skip
    assert column(out, "acr_ped_level")[-1] == 50


def test_days_are_needed_and_are_a_number() -> None:
    with pytest.raises(jia.errors.RequestError, match="needs days="):
        jia.on_or_before("dose", per_variable=True)
    for wrong in (-1, "28", math.inf, True):
        with pytest.raises(jia.errors.RequestError, match="days="):
            jia.on_or_before("dose", days=wrong)


def test_the_report_and_the_pictures_take_it() -> None:
    pytest.importorskip("matplotlib")
    visits = pd.DataFrame(_visits())
    ax = jia.plot.response_matrix(visits, baseline=OWN)
    assert "ACR Pedi 50" in ax.get_xticklabels()[0].get_text()
    assert jia.report(visits, measures=["acr_ped"], baseline=OWN, pictures=False)


# --------------------------------------------------------------------------------------------

VALUE = st.one_of(st.none(), st.integers(1, 9).map(float))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(-40, 60), st.tuples(*[VALUE] * 6)),
        min_size=1,
        max_size=12,
        unique_by=lambda row: row[:2],
    ),
    st.integers(0, 40),
)
def test_the_same_as_looking_for_each_value_by_hand(rows, days) -> None:
    table = pd.DataFrame([(who, day, 0, *values) for who, day, values in rows],
                         columns=["patient", "date", "dose", *CORE])  # fmt: skip
    table[list(CORE)] = table[list(CORE)].astype(float).clip(upper=3)
    rule = jia.on_or_before("dose", per_variable=True, days=days)
    out = jia.assess(table, baseline=rule, measures=["acr_ped"])
    for at in range(len(table)):
        mine = table[(table["patient"] == table["patient"][at]) & table["date"].between(-days, 0)]
        base, dated = {}, []
        for name in CORE:
            known = mine[mine[name].notna()].sort_values("date")
            base[name] = known[name].iloc[-1] if len(known) else None
            dated += [known["date"].iloc[-1]] if len(known) else []
        now = {name: None if pd.isna(table[name][at]) else table[name][at] for name in CORE}
        answer = [column(out, f"acr_ped_level_{end}")[at] for end in ("min", "max")]
        if not dated or table["date"][at] <= max(dated):
            assert answer == [None, None]
            continue
        due = jia.acr_ped(baseline=jia.CoreSet(**base), now=jia.CoreSet(**now))
        assert answer == [due.level_min, due.level_max]


# ------------------------------------------------------------------ each flagged

FLAGGED = jia.flagged("lobxfl", per_variable=True)


def _flagged(**changes):
    """Return the visits of one child with a flag for each variable, as a trial sets them."""
    flags = {f"{name}_lobxfl": [None, None, "Y", None] for name in CORE}
    return _visits(**(flags | {"esr_lobxfl": [None, "Y", None, None]} | changes))


@pytest.mark.parametrize("kind", MAKERS)
def test_each_variable_has_the_baseline_that_is_flagged(kind) -> None:
    out = jia.assess(MAKERS[kind](_flagged()), baseline=FLAGGED, measures=["acr_ped"])
    assert column(out, "acr_ped_level") == [None, None, None, 50]


def test_a_partitioned_frame_has_the_flagged_baselines_too() -> None:
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.from_pandas(pd.DataFrame(_flagged()), npartitions=3)
    out = jia.assess(frame, baseline=FLAGGED, measures=["acr_ped"]).compute().sort_values("date")
    assert out["acr_ped_level"].tolist()[-1] == 50


def test_a_variable_whose_flag_is_not_there_is_named() -> None:
    visits = pd.DataFrame(_flagged())
    with pytest.raises(jia.errors.ColumnError, match="chaq_lobxfl"):
        jia.assess(visits.drop(columns="chaq_lobxfl"), baseline=FLAGGED, measures=["acr_ped"])
    # What is not asked for needs none.
    out = jia.assess(
        visits.drop(columns="chaq_lobxfl"),
        baseline=FLAGGED,
        measures=[jia.ask.horneff_improvement(within=(0, 100))],
    )
    assert len(out) == 4
    with pytest.raises(jia.errors.ColumnError, match="'blfl'"):
        jia.assess(visits, baseline=jia.flagged("blfl", per_variable=True), measures=["acr_ped"])
    twice = visits.assign(esr_lobxfl=["Y", "Y", None, None])
    with pytest.raises(
        jia.errors.VisitError, match="two rows can be the visit flagged by esr_lobxfl"
    ):
        jia.assess(twice, baseline=FLAGGED, measures=["acr_ped"])


@pytest.mark.parametrize("marker", ["esr", "crp", "esr-else-crp"])
def test_the_reactant_that_counts_has_the_baseline_that_is_flagged(marker) -> None:
    visits = pd.DataFrame(_flagged(crp=[50.0, None, 60.0, 12.0], chaq=[2.0, None, 2.0, 1.0]))
    visits["crp_lobxfl"] = visits["physician_global_lobxfl"]
    out = jia.assess(visits, baseline=FLAGGED, measures=["acr_ped"], marker=marker)
    # ESR 60 to 30 is half, CRP 60 to 12 four fifths; the globals and the CHAQ are half.
    assert out["acr_ped_level"].tolist()[-1] == 50
    none = visits.assign(esr_lobxfl=None)
    by_crp = jia.assess(none, baseline=FLAGGED, measures=["acr_ped"], marker="esr-else-crp")
    same = jia.assess(none, baseline=FLAGGED, measures=["acr_ped"], marker="crp")
    assert by_crp["acr_ped_level_min"].equals(same["acr_ped_level_min"])


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("AB"),
            st.integers(0, 60),
            st.tuples(*[VALUE] * 6),
            st.tuples(*[st.booleans()] * 6),
        ),
        min_size=1,
        max_size=10,
        unique_by=lambda row: row[:2],
    )
)
def test_the_same_as_looking_for_each_flag_by_hand(rows) -> None:
    table = pd.DataFrame([(who, day, *values) for who, day, values, _ in rows],
                         columns=["patient", "date", *CORE])  # fmt: skip
    table[list(CORE)] = table[list(CORE)].astype(float).clip(upper=3)
    for at, name in enumerate(CORE):
        # Of several the first counts, so that each has one at most.
        said = pd.Series([flags[at] for *_, flags in rows])
        table[f"{name}_lobxfl"] = said & (said.groupby(table["patient"]).cumsum() == 1)
    out = jia.assess(table, baseline=FLAGGED, measures=["acr_ped"])
    for at in range(len(table)):
        mine = table[table["patient"] == table["patient"][at]]
        base, dated = {}, []
        for name in CORE:
            flagged = mine[mine[f"{name}_lobxfl"]]
            value = flagged[name].iloc[0] if len(flagged) else None
            base[name] = None if pd.isna(value) else value
            dated += flagged["date"].tolist()
        now = {name: None if pd.isna(table[name][at]) else table[name][at] for name in CORE}
        answer = [column(out, f"acr_ped_level_{end}")[at] for end in ("min", "max")]
        if not dated or table["date"][at] <= max(dated):
            assert answer == [None, None]
            continue
        due = jia.acr_ped(baseline=jia.CoreSet(**base), now=jia.CoreSet(**now))
        assert answer == [due.level_min, due.level_max]
