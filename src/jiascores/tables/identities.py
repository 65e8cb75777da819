"""Doubts about patient ids: spellings of one id, and one number used at two sites."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from jiascores.core.errors import VisitError, listing, say
from jiascores.tables.frame import NONE, Frame, Positions, list_of
from jiascores.tables.ids import SPELLING, Several, alike
from jiascores.tables.table import Table

# The first row of each patient concerned, and the question about them.
Doubt: TypeAlias = tuple[Positions, str]

# Names of columns about a patient, without case, blanks and underscores.
NAMES: dict[str, tuple[str, ...]] = {
    "site": ("site", "siteid", "centre", "center", "centreid", "centerid", "hospital", "clinic"),
    "sex": ("sex", "gender"),
    "birth_date": ("birthdate", "dateofbirth", "dob", "birthday"),
    "ilar_category": ("ilarcategory",),
}
# One category may become the other in the course of the disease.
EXTENDED, PERSISTENT = "oligoarthritis_extended", "oligoarthritis_persistent"


def column_about(table: Table, role: str) -> str | None:
    """Return the column with the site, sex, birth date or category, or None."""
    if role in table.columns:
        return table.columns[role]
    given = {*table.columns.values()}
    for name in table.frame.names:
        plain = "".join(each for each in str(name).casefold() if each.isalnum())
        if plain in NAMES[role] and name not in given:
            return str(name)
    return None


def doubtful_ids(table: Table) -> Iterator[Doubt]:
    """Yield patients whose id may belong to two children, or who may have two ids."""
    visits = table.visits
    ids = list_of(visits.labels)
    first = np.full(len(ids), NONE, dtype=np.int64)
    first[visits.patients[::-1]] = np.arange(visits.size)[::-1]
    for group in alike(ids):
        rows = first[group]
        if (rows >= 0).all():
            names = listing(repr(ids[code]) for code in group)
            yield np.sort(rows), f"The ids {names} differ by {SPELLING} alone: one patient?"
    for code, why in _at_two_sites(table).items():
        yield first[[code]], why


def _at_two_sites(table: Table) -> dict[int, str]:
    """Return patients, by code, who are unlikely to be one child that moved between sites."""
    name = column_about(table, "site")
    patient = table.column("patient")
    if name is None or isinstance(patient, Several):
        return {}
    visits = table.visits
    try:
        sites, labels = table.frame.ids(name)
    except VisitError:
        # A list is not a site.
        return {}
    rows = pd.DataFrame({"patient": visits.patients, "site": sites, "date": visits.dates})
    rows = rows[visits.sure & (sites >= 0)]
    spans = rows.groupby(["patient", "site"])["date"].agg(["min", "max"]).reset_index()
    spans = spans[spans.duplicated("patient", keep=False)].sort_values(["patient", "min", "max"])
    if spans.empty:
        return {}
    before = spans.groupby("patient")["max"].cummax().groupby(spans["patient"]).shift()
    why = dict.fromkeys(spans["patient"][spans["min"] <= before], "visits at both in turn")
    rows = rows[rows["patient"].isin(spans["patient"])]
    for role in ("sex", "birth_date", "ilar_category"):
        for code in _differing(table, rows, role):
            why.setdefault(code, f"another {role.replace('_', ' ')} at one than at the other")
    names = list_of(labels)
    of = spans.groupby("patient")["site"].agg(list)
    both = {"patient": [name, patient]}
    return {
        code: (
            f"Patient {visits.labels[code]} is at the sites "
            f"{listing(str(names[site]) for site in of[code])}, with {said}: two children with "
            f"one number? Then both columns are the id: {say('columns', both)}."
        )
        for code, said in sorted(why.items())
    }


def _differing(table: Table, rows: pd.DataFrame, role: str) -> list[int]:
    """Return patients about whom two sites disagree and never agree."""
    column = column_about(table, role)
    if column is None:
        return []
    codes = _said(table.frame, column)[rows.index]
    told = rows.assign(said=codes)[codes >= 0].drop_duplicates(["patient", "site", "said"])
    sites = told.groupby("patient")["site"].nunique()
    shared = told.groupby(["patient", "said"])["site"].nunique().groupby("patient").max()
    return list(sites.index[(sites > 1) & (shared == 1)])


def _said(frame: Frame, column: str) -> Positions:
    """Return a column as codes, ignoring case and blanks; −1 where missing."""
    codes, labels = frame.ids(column)
    words: list[Any] = [str(word).strip().casefold() for word in list_of(labels)]
    plain = [PERSISTENT if word == EXTENDED else word for word in words]
    return np.append(pd.factorize(np.array(plain, dtype=object))[0], NONE)[codes]
