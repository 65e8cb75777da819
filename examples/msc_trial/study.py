"""Read the four files of a study as its mapping says, and assess every visit with jiascores."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

import jiascores as jia

# What units other than jiascores' own are multiplied by.
FACTORS = {None: 1.0, "mm": 0.1, "cm": 1.0, "mg/L": 1.0, "mg/dL": 10.0}

SYNTHETIC = "synthetic reconstruction"
# What the analysis itself counts with, beside the variables of jiascores.
DATES = ("last_tocilizumab",)
NUMBERS = (
    "age_years", "disease_duration_years", "biologicals_failed", "methotrexate_failed",
    "corticosteroids_failed", "joint_damage", "dose_million_per_kg",
)  # fmt: skip
CRITERIA = ("giannini-1997", "ntr4146")
SAID = ("marker", "rater_changed")
REFERENCES = ("last-responding", "best")
# Wallace 2011 says "ESR or CRP": where both were tested, one normal or both.
INACTIVE = (
    ("wallace-2011", "any"),
    ("wallace-2011", "all"),
    ("wallace-2004", None),
)


def read(path: Path, mapping: dict[str, Any], table: str) -> pd.DataFrame:
    """Read one file as the mapping says, and the columns that the analysis itself needs.

    Parameters
    ----------
    path
        The file.
    mapping
        The whole mapping.
    table
        ``"visits"``, which the top of the mapping describes, or one of the others.

    Returns
    -------
    pandas.DataFrame
        With the file's own column names.
    """
    own = mapping if table == "visits" else mapping.get(table, {})
    names = own.get("columns", {})
    there = jia.prepare.read(path, mapping, table=table).columns
    asked = {"dates": DATES, "numbers": NUMBERS}
    more = {
        kind: [column for role in roles if (column := names.get(role, role)) in there]
        for kind, roles in asked.items()
    }
    fixed = {**own, "csv": {**own.get("csv", {}), **more}}
    whole = fixed if table == "visits" else {**mapping, table: fixed}
    return jia.prepare.read(path, whole, table=table)


def response_column(criteria: str, part: str = "level") -> str:
    """Return the column of a response: the level, or one of the two between which it lies."""
    return f"{jia.ask.acr_ped(criteria=criteria).stem}_{part}"


class Study:
    """Four tables, how they are written, and the visits as jiascores assesses them.

    Parameters
    ----------
    tables
        ``patients``, ``visits``, ``infusions`` and ``events``.
    mapping
        How they are written, and what is asked of them.
    """

    def __init__(self, tables: dict[str, pd.DataFrame], mapping: dict[str, Any]) -> None:
        self.tables = tables
        self.mapping = mapping
        # What these files do not allow, and why.
        self.left_out: dict[str, str] = {}

    @classmethod
    def load(cls, paths: dict[str, Path], mapping: Path) -> Study:
        """Return the study in these files."""
        how = tomllib.loads(mapping.read_text(encoding="utf-8"))
        return cls({table: read(path, how, table) for table, path in paths.items()}, how)

    # --- what is called how

    def named(self, role: str, table: str = "visits") -> str:
        """Return what a file calls something."""
        own = self.mapping if table == "visits" else self.mapping.get(table, {})
        return str(own.get("columns", {}).get(role, role))

    def who_and_when(self, table: str) -> dict[str, str]:
        """Return what a file calls its patients and dates."""
        return {role: self.named(role, table) for role in ("patient", "date")}

    def has(self, role: str, table: str = "visits") -> bool:
        """Return whether a file has a column for something."""
        return self.named(role, table) in self.tables[table]

    def column(self, role: str, table: str) -> pd.Series:
        """Return a column of one of the files."""
        return self.tables[table][self.named(role, table)]

    def setting(self, name: str, default: str) -> str:
        """Return a setting of the study."""
        return str(self.mapping.get("study", {}).get(name, default))

    @property
    def title(self) -> str:
        """What the study is called."""
        return self.setting("title", "The study")

    @property
    def synthetic(self) -> bool:
        """Whether all files say of themselves that nobody's data are in them."""
        return all(
            "data_origin" in table and bool((table["data_origin"] == SYNTHETIC).all())
            for table in self.tables.values()
        )

    @property
    def protocol(self) -> jia.typing.RetreatmentProtocol:
        """The retreatment protocol: a published one, or a variant with the mapping's changes."""
        changes = dict(self.mapping.get("protocol", {}))
        published = changes.pop("name", "swart-2019")
        protocol = jia.definition(published, jia.typing.RetreatmentProtocol)
        return protocol.variant(name=f"{published}, changed", **changes) if changes else protocol

    @property
    def timepoints(self) -> dict[str, dict[str, int]]:
        """The days whose visits are compared with the baseline."""
        return dict(self.mapping.get("timepoints", {}))

    @cached_property
    def patients(self) -> list[str]:
        """Who was infused, in the order of the visits."""
        infused = set(self.column("patient", "infusions"))
        return [who for who in self.visits[self.named("patient")].unique() if who in infused]

    @property
    def how(self) -> dict[str, Any]:
        """What jiascores must know to read the visits."""
        there = self.tables["visits"].columns
        columns = self.mapping.get("columns", {})
        return {
            "columns": {role: name for role, name in columns.items() if name in there},
            "units": self.mapping.get("units", {}),
            "marker": self.mapping.get("study", {}).get("marker"),
        }

    # --- the visits, assessed

    @cached_property
    def visits(self) -> pd.DataFrame:
        """Every visit in order, with scores, states, responses, flares and retreatment."""
        patient, date = self.named("patient"), self.named("date")
        infusions = self.column("date", "infusions").groupby(self.column("patient", "infusions"))
        visits = self.tables["visits"].sort_values([patient, date], kind="stable")
        visits = visits.reset_index(drop=True)
        visits["first_infusion"] = visits[patient].map(infusions.min())
        visits["day"] = (visits[date] - visits["first_infusion"]).dt.days
        visits = self.assess(
            visits,
            "jadas71",
            jia.ask.score("cjadas10", components=True),
            *(jia.ask.acr_ped(criteria=criteria) for criteria in CRITERIA),
        )
        for request in self.inactivity.values():
            visits = self.attempt(request.criteria.name, visits, request)
        visits = self.add_states(visits)
        visits = self.add_flares(visits)
        return self.add_retreatment(visits)

    def assess(self, visits: pd.DataFrame, *measures: Any) -> pd.DataFrame:
        """Return the visits with measures added; changes are those since before the first dose."""
        baseline = jia.on_or_before("first_infusion")
        # Every call says again whose reactant and whose rating counted.
        said = [name for name in SAID if name in visits and name not in self.tables["visits"]]
        visits = visits.drop(columns=said)
        return jia.assess(visits, measures=list(measures), baseline=baseline, **self.how)

    def attempt(self, what: str, visits: pd.DataFrame, *measures: Any) -> pd.DataFrame:
        """Return the visits with measures added, or remember why the files do not allow them."""
        try:
            return self.assess(visits, *measures)
        except (
            jia.errors.ColumnError,
            jia.errors.MarkerError,
            jia.errors.NotCoveredError,
        ) as problem:
            self.left_out[what] = str(problem)
            return visits

    @property
    def inactivity(self) -> dict[str, Any]:
        """The definitions of inactive disease, by the column that holds them."""
        found = {}
        for name, markers in INACTIVE:
            criteria = jia.definition(name, jia.typing.InactiveDiseaseCriteria)
            if markers is not None:
                criteria = criteria.variant(name=f"{name}-{markers}", markers=markers)
            request = jia.ask.inactive_disease(criteria=criteria)
            found[request.stem] = request
        return found

    def add_states(self, visits: pd.DataFrame) -> pd.DataFrame:
        """Add the state by each published cut-off set of each score that it covers."""
        if not self.has("ilar_category", "patients"):
            self.left_out["states"] = "the patients' file has no ILAR category"
            return visits
        words = self.mapping.get("patients", {}).get("categories", {})
        own = self.column("ilar_category", "patients").replace(words)
        category = pd.Series(own.to_numpy(), index=self.column("patient", "patients"))
        categories = visits[self.named("patient")].map(category)
        for name in jia.definitions("cut-off set")["name"]:
            cutoffs = jia.definition(name, jia.typing.CutoffSet)
            course = f"course_{name.replace('-', '_')}"
            by_course = cutoffs.courses != ("any",)
            if by_course:
                joints = visits[self.named("active_joints")]
                visits[course] = jia.course(categories, active_joints=joints, cutoffs=cutoffs)
            for measure in cutoffs.measures:
                state = jia.ask.state(
                    measure, cutoffs=cutoffs, course=jia.column(course) if by_course else None
                )
                visits = self.attempt(f"{measure} by {name}", visits, state)
        return visits

    def add_flares(self, visits: pd.DataFrame) -> pd.DataFrame:
        """Add the flare by each published definition against each reference."""
        for name in jia.definitions("flare criteria")["name"]:
            criteria = jia.definition(name, jia.typing.FlareCriteria)
            fever = jia.column(self.named("flare_fever")) if criteria.fever_above else None
            if fever and not self.has("flare_fever"):
                self.left_out[name] = "whether there was fever as it words it was not recorded"
                continue
            flares = [
                jia.ask.flare(criteria=criteria, reference=reference, flare_fever=fever)
                for reference in REFERENCES
            ]
            visits = self.attempt(name, visits, *flares)
        return visits

    @property
    def retreating(self) -> dict[str, Any]:
        """What jiascores must know to read visits and infusions together."""
        return {
            "infusion_columns": self.who_and_when("infusions"),
            "exclusions": self.mapping.get("exclusions", {}),
            **self.how,
        }

    def add_retreatment(self, visits: pd.DataFrame) -> pd.DataFrame:
        """Add who may be infused again."""
        try:
            return jia.retreatment(
                visits, self.tables["infusions"], protocol=self.protocol, **self.retreating
            )
        except jia.errors.ColumnError as problem:
            self.left_out["retreatment"] = str(problem)
            return visits

    def retreatment_by(self, protocol: jia.typing.RetreatmentProtocol) -> pd.DataFrame:
        """Return code, yes or no, and reason by another protocol, row for row."""
        found = jia.retreatment(
            self.visits,
            self.tables["infusions"],
            protocol=protocol,
            prefix="other_",
            **self.retreating,
        )
        columns = [name for name in found if name.startswith("other_")]
        return found[columns].rename(columns=lambda name: name.removeprefix("other_"))

    def deviations(self) -> pd.DataFrame:
        """Return each later infusion with what the protocol said before it."""
        tables = self.tables
        return jia.deviations(
            tables["visits"], tables["infusions"], protocol=self.protocol, **self.retreating
        )

    # --- visits that are compared

    def at(self, timepoint: str) -> pd.DataFrame:
        """Return each patient's visit at baseline or nearest a timepoint, by patient.

        The baseline is the last visit on or before the first infusion. A patient without a visit
        near enough has an empty row.
        """
        patient = self.named("patient")
        if timepoint == "baseline":
            there = self.visits[self.visits["day"] <= 0]
            return there.groupby(patient).tail(1).set_index(patient).reindex(self.patients)
        point = self.timepoints[timepoint]
        away = (self.visits["day"] - point["day"]).abs()
        there = self.visits.assign(away=away)[(away <= point["within"]) & (self.visits["day"] > 0)]
        nearest = there.sort_values([patient, "away", "day"]).groupby(patient).head(1)
        return nearest.set_index(patient).reindex(self.patients)

    def value(self, rows: pd.DataFrame, variable: str) -> pd.Series:
        """Return a variable of some visits in jiascores' own unit."""
        factor = FACTORS[self.mapping.get("units", {}).get(variable)]
        # Rounded as jiascores does: 1.3 mg/dL is 13 mg/L, and not 13.000000000000002.
        return (rows[self.named(variable)].astype(float) * factor).round(9)
