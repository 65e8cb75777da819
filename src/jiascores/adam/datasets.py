"""An analysis data set with its metadata: its variables, and how each parameter is derived."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.parameters import Parameter, rows_of
from jiascores.core.errors import VisitError
from jiascores.tables.frame import Frame

TEXT, NUMBER, WHOLE, DATE = "text", "float", "integer", "date"
IMPLEMENTATION_GUIDE = "ADaMIG 1.3"
# The terms of DTYPE, and whether each extends CDISC's codelist.
DTYPES = {
    "NRI": ("Non-responder imputation", True),
    "WC": ("Worst case: every gap counts against the subject", False),
    "UNCHANGED": ("Every gap counts as unchanged from baseline", True),
    "COMPOSITE": ("Baseline made of the last values of several visits", True),
}
NY, DTYPE, PARAMTYP = "NY (C66742)", "DTYPE (C81224)", "PARAMTYP (C81225)"
CRITERION = re.compile(r"CRIT(\d+)(FL)?")


def dates_of(cells: Any, what: str = "a date") -> NDArray[np.datetime64]:
    """Return dates of any kind as days, with NaT for gaps; a partial date raises."""
    cells = [_full_date(each, what) for each in cells]
    moments = pd.to_datetime(pd.Series(cells, dtype=object))
    return moments.to_numpy().astype("datetime64[s]").astype("datetime64[D]")


def _full_date(cell: Any, what: str) -> Any:
    """Return a text as a date; one that is not a full date raises."""
    if not isinstance(cell, str):
        return cell
    try:
        return dt.date.fromisoformat(cell.strip()[:10]) if cell.strip() else None
    except ValueError:
        raise VisitError(
            f"{what} is {cell!r}: give full dates, year-month-day.", variable=what, values=(cell,)
        ) from None


def days_of(cells: Any, what: str = "a date") -> NDArray[np.float64]:
    """Return dates as days since 1970, NaN for gaps."""
    dates = dates_of(cells, what)
    return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))


def typed(cells: Any, kind: str) -> pd.Series[Any]:
    """Return cells as a column of this type; gaps are empty texts, NaT or NaN."""
    gaps = [pd.isna(cell) or cell == "" for cell in cells]
    known = [None if gap else cell for cell, gap in zip(cells, gaps, strict=True)]
    if kind == TEXT:
        return pd.Series(["" if cell is None else str(cell) for cell in known], dtype=object)
    if kind == DATE:
        return pd.Series(dates_of(known).astype("datetime64[s]"))
    return pd.to_numeric(pd.Series(known, dtype=object)).astype(float)


def kind_of(values: pd.Series[Any]) -> str:
    """Return the type of the variable that holds these values."""
    known, types = values.dropna(), pd.api.types
    if types.is_datetime64_any_dtype(values) or (
        len(known) and known.map(lambda each: hasattr(each, "toordinal")).all()
    ):
        return DATE
    return NUMBER if types.is_numeric_dtype(values) and not types.is_bool_dtype(values) else TEXT


@attrs.frozen
class Variable:
    """A variable of an analysis data set.

    Parameters
    ----------
    label : str
        At most 40 characters.
    type : {"text", "float", "integer", "date"}
        The type of its values.
    origin : str
        ``Predecessor`` (taken over), ``Derived`` or ``Assigned``.
    derivation : str
        How it is derived, in words.
    codelist : str
        The values that it can have, or the name of the CDISC codelist.
    """

    label: str
    type: str = TEXT
    origin: str = "Derived"
    derivation: str = ""
    codelist: str = ""


_ROWS = rows_of("analysis_variables.csv")
# The variables that we make, and the labels of these and of others in ADSL.
VARIABLES = {
    row["variable"]: Variable(*(row[field.name] for field in attrs.fields(Variable)))
    for row in _ROWS
    if row["type"]
}
LABELS = {row["variable"]: row["label"] for row in _ROWS}


@attrs.frozen(eq=False, repr=False)
class AnalysisDataset:
    """An ADaM data set: its data, and the metadata that a define file needs.

    Attributes
    ----------
    name, label : str
        For example ``"ADEFF"``.
    data : data frame
        The rows, as a frame of the kind of the visits.
    keys : tuple of str
        The variables that identify a row, in the order by which the rows are sorted.
    terminology : str
        The version of CDISC's controlled terminology that your study uses, as you gave it.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "S-01", "date": pd.to_datetime(["2024-01-10"]), "physician_global": [6.0]})
    >>> adeff = jia.adam.adeff(visits, variables=["physician_global"], study="JIA-1")
    >>> adeff
    <ADEFF: 1 rows, 1 parameters>
    >>> adeff.variables.set_index("variable").loc["ADT", ["label", "type", "display_format"]].tolist()
    ['Analysis Date', 'date', 'DATE9.']
    """

    name: str
    label: str
    data: Any
    keys: tuple[str, ...]
    _parameters: tuple[Parameter, ...] = attrs.field(alias="parameters")
    _taken: Mapping[str, Variable] = attrs.field(alias="taken", factory=dict)
    terminology: str = ""

    def __repr__(self) -> str:
        size = Frame(self.data).size
        return f"<{self.name}: {size} rows, {len(self._parameters)} parameters>"

    def about(self, name: str) -> Variable:
        """Return the metadata of a variable; of one that was added by hand, only its type."""
        if criterion := CRITERION.fullmatch(name):
            known = VARIABLES[f"CRITy{criterion[2] or ''}"]
            return attrs.evolve(known, label=known.label.replace(" y", f" {criterion[1]}"))
        if name in self._taken or name in VARIABLES:
            return self._taken.get(name) or VARIABLES[name]
        cells = pd.Series(Frame(self.data).objects(name), dtype=object).infer_objects()
        return Variable("", kind_of(cells), origin="")

    @property
    def pandas(self) -> pd.DataFrame:
        """The data as a pandas frame: text with empty cells for gaps, numbers, dates."""
        frame = Frame(self.data)
        names = map(str, frame.names)
        return pd.DataFrame({n: typed(frame.objects(n), self.about(n).type) for n in names})

    @property
    def variables(self) -> pd.DataFrame:
        """The metadata of the variables, one row for each, as in a define file."""
        data = self.pandas
        place = {name: number for number, name in enumerate(self.keys, 1)}
        rows = [
            {
                "dataset": self.name,
                "variable": name,
                "label": known.label,
                "type": known.type,
                "length": max([1, *data[name].map(len)]) if known.type == TEXT else 8,
                "display_format": "DATE9." if known.type == DATE else "",
                "key": place.get(str(name)),
                "codelist": known.codelist,
                "origin": known.origin,
                "derivation": known.derivation,
                "standard": IMPLEMENTATION_GUIDE,
                "terminology": self.terminology if "(C" in known.codelist else "",
            }
            for name in data
            for known in [self.about(str(name))]
        ]
        return pd.DataFrame(rows).astype({"key": "Int64"})

    @property
    def parameters(self) -> pd.DataFrame:
        """The value-level metadata: one row for each PARAMCD, with its derivation and codelist."""
        rows = [
            {
                "dataset": self.name,
                "variable": "AVAL",
                "where": f"PARAMCD EQ {each.code!r}",
                "paramcd": each.code,
                "param": each.label,
                "paramn": each.number,
                "parcat1": each.category,
                "type": WHOLE if each.words else NUMBER,
                "codelist": "; ".join(f"{n} = {w}" for n, w in enumerate(each.words, each.first)),
                "origin": "Predecessor" if each.recorded else "Derived",
                "derivation": each.derivation,
                "reference": each.reference,
                "evidence": getattr(each.definition, "evidence_in_words", ""),
            }
            for each in self._parameters
        ]
        return pd.DataFrame(rows)

    @property
    def codelists(self) -> pd.DataFrame:
        """The terms that the data use, one row for each; those that extend CDISC's are marked."""
        rows = [(self.name, *row) for row in self._terms()]
        names = ["dataset", "codelist", "term", "decode", "order", "extended", "terminology"]
        return pd.DataFrame(rows, columns=names)

    @property
    def metadata(self) -> pd.DataFrame:
        """All metadata in one table: variables, values of AVAL by PARAMCD, and terms."""
        parts = {"variable": self.variables, "value": self.parameters, "term": self.codelists}
        tables = [table.astype(object).assign(part=name) for name, table in parts.items()]
        return pd.concat(tables, ignore_index=True).set_index("part").reset_index()

    def _terms(self) -> Iterator[tuple[str, str, str, int, bool, str]]:
        data, of_cdisc = self.pandas, self.terminology
        for order, each in enumerate(self._parameters, 1):
            yield "PARAMCD", each.code, each.label, order, False, ""
        for each in self._parameters:
            for rank, word in enumerate(each.words, each.first):
                yield each.code, word, str(rank), rank, False, ""
        used = [term for term in DTYPES if "DTYPE" in data and (data["DTYPE"] == term).any()]
        for order, term in enumerate(used, 1):
            words, extended = DTYPES[term]
            yield DTYPE, term, words, order, extended, of_cdisc
        if "PARAMTYP" in data and (data["PARAMTYP"] == "DERIVED").any():
            yield PARAMTYP, "DERIVED", "Derived", 1, False, of_cdisc
        if NY in {self.about(str(name)).codelist for name in data}:
            yield NY, "N", "No", 1, False, of_cdisc
            yield NY, "Y", "Yes", 2, False, of_cdisc
