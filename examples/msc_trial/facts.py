"""What the trial published, beside what these visits give: one `Fact` for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from study import Study

import jiascores as jia

SIGNIFICANT = 0.05
CLINICAL = ("physician_global", "patient_global", "chaq", "active_joints", "limited_joints")
MANY = 3  # of the five clinical variables
WINDOWS = "swart-2019-windows"

NOT_COMPARABLE = {
    "patients' own values": "medians and counts were published, nobody's visits",
    "who was infused again, and when": "only how many once, twice and three times",
    "loss of response, and any time window": "the wording of both was not published",
    "adverse events in each period": "that there were fewer after; the counts were not published",
    "Fisher's exact test of adverse events": "named as the method; table and p were not published",
    "p of the changes at week 8": "reported as significant; the p values themselves were not seen",
    "which definition of inactive disease": "three were inactive; by which definition was not seen",
}


@dataclass(frozen=True)
class Fact:
    """One published fact, and what the files give.

    Parameters
    ----------
    name
        What it is about.
    published
        What the paper says.
    computed
        What these files give.
    agrees
        Whether both say the same.
    """

    name: str
    published: str
    computed: str
    agrees: bool


def number(value: float) -> str:
    """Write a number in up to four digits."""
    return "–" if pd.isna(value) else f"{value:.4g}"


def equal(name: str, published: Any, computed: Any) -> Fact:
    """Return a fact that agrees where both are the same."""
    said, found = (
        number(value) if isinstance(value, float) else str(value) for value in (published, computed)
    )
    return Fact(name, said, found, said == found)


def share(flags: pd.Series) -> str:
    """Write how many of those known."""
    known = flags.dropna()
    return f"{int(known.sum())} of {len(known)}"


def all_of(flags: pd.Series) -> str:
    """Write "all" or how many."""
    known = flags.dropna()
    return "all" if len(known) and known.astype(bool).all() else share(flags)


def cohort(study: Study) -> Iterator[Fact]:
    """Yield the facts about who was treated."""
    patient = study.named("patient")
    people = study.tables["patients"].set_index(study.named("patient", "patients"))
    people = people.reindex(study.patients)

    def recorded(role: str) -> pd.Series | None:
        return people.get(study.named(role, "patients"))

    yield equal("patients", 6, len(study.patients))
    ages = recorded("age_years")
    if ages is not None:
        span = f"{number(ages.min())}–{number(ages.max())}"
        yield Fact("age, years", "4–18", span, ages.between(4, 18).all())
    for name, role, median in (
        ("duration of disease, years, median", "disease_duration_years", 9.2),
        ("biologicals failed, median", "biologicals_failed", 5.0),
    ):
        values = recorded(role)
        if values is not None:
            yield equal(name, median, values.median())
    for name, role in (
        ("methotrexate failed", "methotrexate_failed"),
        ("corticosteroids failed", "corticosteroids_failed"),
        ("joint damage", "joint_damage"),
    ):
        flags = recorded(role)
        if flags is not None:
            yield equal(name, "all", all_of(flags))
    joints = study.value(study.at("baseline"), "active_joints")
    yield equal("active arthritis at baseline", "all", all_of((joints > 0).where(joints.notna())))
    categories = recorded("ilar_category")
    if categories is not None:
        words = study.mapping.get("patients", {}).get("categories", {})
        yield equal("systemic JIA", 1, int((categories.replace(words) == "systemic").sum()))
    treated = study.visits[study.visits[patient].isin(study.patients)]
    visits = treated.groupby(patient).size()
    fewest, most = visits.min(), visits.max()
    each = str(most) if fewest == most else f"{fewest}–{most}"
    yield equal("visits of each patient", 9, each)


def infusions(study: Study) -> Iterator[Fact]:
    """Yield the facts about infusions and repeats."""
    given = study.column("patient", "infusions").value_counts()
    yield equal("infusions", 9, int(given.sum()))
    for name, times, published in (("once", 1, 3), ("twice", 2, 3), ("three times", 3, 0)):
        yield equal(f"patients infused {name}", published, int((given == times).sum()))
    if study.has("dose_million_per_kg", "infusions"):
        doses = sorted(study.column("dose_million_per_kg", "infusions").unique())
        yield equal("dose, million cells/kg", "2", ", ".join(map(number, doses)))
    if "retreatment" not in study.left_out:
        allowed = study.deviations()["retreatment_eligible"]
        found = f"{int(allowed.sum())} of {len(allowed)}"
        after = "after response and its loss"
        yield Fact(f"repeats {after}", "each", found, bool(allowed.fillna(value=False).all()))


def week_8(study: Study) -> Iterator[Fact]:
    """Yield the facts at week 8."""
    before, after = study.at("baseline"), study.at("week 8")
    for name, column, scale, then, now in (
        ("VAS well-being, mm", "cjadas10_patient_global", 10, 75.0, 56.0),
        ("JADAS-71", "jadas71", 1, 24.5, 11.0),
        ("cJADAS10", "cjadas10", 1, 18.0, 10.6),
    ):
        change = jia.analysis.paired_change(before[column] * scale, after[column] * scale)
        yield equal(f"{name}: median at baseline", then, change.median_before)
        yield equal(f"{name}: median at week 8", now, change.median_after)
        p = change.p_exact, change.p_normal
        yield Fact(
            f"{name}: Wilcoxon, two-tailed",
            "significant",
            f"p = {p[0]:.3f}, normal {p[1]:.3f}",
            max(p) < SIGNIFICANT and change.median_after < change.median_before,
        )
    fewer = _lower(study, before, after, "active_joints")
    yield equal("fewer active joints", "4 of 6", share(fewer))
    lower = pd.DataFrame({name: _lower(study, before, after, name) for name in CLINICAL})
    many = (lower.sum(axis=1) >= MANY).where(lower.notna().any(axis=1))
    yield equal("many clinical parameters improved", "5 of 6", share(many))
    if study.has("esr_upper_limit"):
        raised = study.value(before, "esr") > study.value(before, "esr_upper_limit")
        fell = _lower(study, before[raised], after[raised], "esr")
        yield equal("inflammatory parameters fell", "3 of 4", share(fell))


def _lower(study: Study, before: pd.DataFrame, after: pd.DataFrame, name: str) -> pd.Series:
    """Return in whom a variable is lower, missing where it was not measured twice."""
    change = study.value(after, name) - study.value(before, name)
    return (change < 0).astype("boolean").where(change.notna())


def one_year(study: Study) -> Iterator[Fact]:
    """Yield the facts at one year."""
    before, after = study.at("baseline"), study.at("one year")
    joints = jia.analysis.paired_change(
        study.value(before, "active_joints"), study.value(after, "active_joints")
    )
    yield Fact(
        "active joints: Wilcoxon, two-tailed",
        "significantly lower",
        f"p = {joints.p_exact:.3f}, normal {joints.p_normal:.3f}",
        max(joints.p_exact, joints.p_normal) < SIGNIFICANT
        and joints.median_after < joints.median_before,
    )
    well = jia.analysis.paired_change(
        before["cjadas10_patient_global"] * 10, after["cjadas10_patient_global"] * 10
    )
    yield Fact(
        "VAS well-being, mm: medians",
        "better",
        f"{number(well.median_before)} → {number(well.median_after)}",
        well.median_after < well.median_before,
    )
    for marker in ("esr", "crp"):
        if study.has(marker) and study.has(f"{marker}_upper_limit"):
            limit = study.value(after, f"{marker}_upper_limit").median()
            median = study.value(after, marker).median()
            said = f"{number(median)} (limit {number(limit)})"
            yield Fact(f"{marker.upper()}: median", "normal", said, median <= limit)
    for column, request in study.inactivity.items():
        if column in after:
            # Wallace 2011 is the reading; the others are printed with the states.
            if request.criteria.markers == "any":
                yield equal("inactive disease (Wallace 2011)", "3", str(int(after[column].sum())))


def events(study: Study) -> Iterator[Fact]:
    """Yield the facts about adverse events."""
    compared = compare(study)
    before, after = compared.events_before, compared.events_after
    yield Fact(
        "adverse events, 3 months before → after",
        "fewer after",
        f"{before} → {after}",
        after < before,
    )
    term = study.mapping.get("events", {}).get("terms", {}).get("macrophage_activation_syndrome")
    if term is None or not study.has("event", "events"):
        return
    found = study.tables["events"][study.column("event", "events") == term]
    who = found[study.named("patient", "events")].tolist()
    yield equal("macrophage activation syndrome, patients", 1, len(set(who)))
    if len(who) != 1:
        return
    onset = found[study.named("date", "events")].iloc[0]
    given = study.tables["infusions"]
    given = given.loc[
        study.column("patient", "infusions") == who[0], study.named("date", "infusions")
    ]
    last = given[given <= onset].max()
    yield equal("… weeks after infusion", 7.0, (onset - last).days / 7)
    if study.has("last_tocilizumab", "patients"):
        people = study.tables["patients"].set_index(study.named("patient", "patients"))
        stopped = people.loc[who[0], study.named("last_tocilizumab", "patients")]
        yield equal("… weeks after the last tocilizumab", 9.0, (onset - stopped).days / 7)


def compare(study: Study, *, per_infusion: bool = False) -> Any:
    """Compare adverse events before and after infusion."""
    return jia.analysis.compare_events(
        study.tables["events"],
        study.tables["infusions"],
        windows=WINDOWS,
        event_columns=study.who_and_when("events"),
        infusion_columns=study.who_and_when("infusions"),
        per_infusion=per_infusion,
        test=None if per_infusion else "fisher-swart-2019",
    )


GROUPS = {
    "Patients": cohort,
    "Infusions": infusions,
    "Week 8": week_8,
    "One year": one_year,
    "Adverse events": events,
}
