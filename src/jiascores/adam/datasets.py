"""An analysis data set with its metadata: what its variables are, and how each parameter is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.parameters import Parameter
from jiascores.tables.frame import Frame

TEXT, NUMBER, WHOLE, DATE = "text", "float", "integer", "date"
IMPLEMENTATION_GUIDE = "ADaMIG 1.3"


def dates_of(cells: Any) -> NDArray[np.datetime64]:
    """Return dates, of whatever kind, to the day; gaps are not a time."""
    moments = pd.to_datetime(pd.Series(list(cells), dtype=object))
    return moments.to_numpy().astype("datetime64[s]").astype("datetime64[D]")


def days_of(cells: Any) -> NDArray[np.float64]:
    """Return dates as days since 1970, NaN for gaps."""
    dates = dates_of(cells)
    return np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))


@attrs.frozen
class Variable:
    """A variable of an analysis data set.

    Parameters
    ----------
    label : str
        At most 40 characters.
    type : {"text", "float", "integer", "date"}
        What it holds.
    origin : str
        ``Predecessor`` (taken over), ``Derived`` or ``Assigned``.
    derivation : str
        In words.
    codelist : str
        The values that it may have, or the name of the CDISC codelist.
    """

    label: str
    type: str = TEXT
    origin: str = "Derived"
    derivation: str = ""
    codelist: str = ""


VARIABLES: Mapping[str, Variable] = {
    "STUDYID": Variable("Study Identifier", origin="Predecessor"),
    "USUBJID": Variable("Unique Subject Identifier", origin="Predecessor"),
    "PARAMCD": Variable("Parameter Code", origin="Assigned"),
    "PARAM": Variable("Parameter", origin="Assigned"),
    "PARAMN": Variable("Parameter (N)", WHOLE, "Assigned"),
    "PARCAT1": Variable("Parameter Category 1", origin="Assigned"),
    "PARAMTYP": Variable(
        "Parameter Type", codelist="DERIVED", derivation="DERIVED where no single record has it"
    ),
    "AVISIT": Variable("Analysis Visit", origin="Predecessor"),
    "AVISITN": Variable("Analysis Visit (N)", NUMBER, "Predecessor"),
    "STARTDT": Variable("Time-to-Event Origin Date for Subject", DATE, "Predecessor"),
    "ADT": Variable("Analysis Date", DATE, "Predecessor"),
    "ADY": Variable(
        "Analysis Relative Day", WHOLE, derivation="ADT − TRTSDT, + 1 on or after it; no day 0"
    ),
    "AVAL": Variable("Analysis Value", NUMBER, derivation="See the parameter"),
    "AVALC": Variable("Analysis Value (C)", derivation="The word that AVAL stands for"),
    "AVALMIN": Variable(
        "Lowest Analysis Value if Undetermined",
        NUMBER,
        derivation="The answer if every gap counted against it",
    ),
    "AVALMAX": Variable(
        "Highest Analysis Value if Undetermined",
        NUMBER,
        derivation="The answer if every gap counted for it",
    ),
    "AREASND": Variable(
        "Reason Not Determinable", derivation="What was missing at the visit or at its baseline"
    ),
    "BASE": Variable("Baseline Value", NUMBER, derivation="AVAL of the row with ABLFL Y"),
    "BASEC": Variable("Baseline Value (C)", derivation="AVALC of the row with ABLFL Y"),
    "BASETYPE": Variable("Baseline Type", derivation="The rule that chose the baseline"),
    "CHG": Variable("Change from Baseline", NUMBER, derivation="AVAL − BASE, after baseline"),
    "PCHG": Variable(
        "Percent Change from Baseline",
        NUMBER,
        derivation="100 · CHG / BASE, after baseline, empty where BASE is 0; a fall is negative",
    ),
    "ABLFL": Variable("Baseline Record Flag", codelist="Y"),
    "ANL01FL": Variable(
        "Analysis Flag 01", codelist="Y", derivation="Y on the one row of an analysis visit"
    ),
    "DTYPE": Variable(
        "Derivation Type",
        codelist="NRI, WC, UNCHANGED (extensions of the CDISC codelist but for WC)",
        derivation="How an imputed value was made; empty for what was observed",
    ),
    "CNSR": Variable("Censor", WHOLE, derivation="0: event; 1 and more: why censored"),
    "EVNTDESC": Variable("Event or Censoring Description"),
    "CNSDTDSC": Variable("Censor Date Description"),
}


@attrs.frozen(eq=False, repr=False)
class AnalysisDataset:
    """An ADaM data set: its data, and what a define file says about it.

    Attributes
    ----------
    name, label : str
        For example ``"ADEFF"``.
    data : data frame
        Of the kind of the visits.
    keys : tuple of str
        The variables that make a row unique, in the order of the rows.

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

    def __repr__(self) -> str:
        size = Frame(self.data).size
        return f"<{self.name}: {size} rows, {len(self._parameters)} parameters>"

    def about(self, name: str) -> Variable:
        """Return what is known of one of its variables."""
        return self._taken.get(name) or VARIABLES[name]

    @property
    def pandas(self) -> pd.DataFrame:
        """The data as a pandas frame: text with empty cells for gaps, numbers, dates."""
        frame = Frame(self.data)
        columns: dict[str, Any] = {}
        for name in frame.names:
            cells = frame.objects(name)
            kind = self.about(name).type
            if kind == TEXT:
                words = ["" if pd.isna(cell) else str(cell) for cell in cells]
                columns[name] = pd.Series(words, dtype=object)
            elif kind == DATE:
                columns[name] = dates_of(cells).astype("datetime64[s]")
            else:
                columns[name] = pd.to_numeric(pd.Series(cells, dtype=object)).astype(float)
        return pd.DataFrame(columns)

    @property
    def variables(self) -> pd.DataFrame:
        """The metadata of the variables: one row for each, as a define file lists them."""
        data = self.pandas
        rows = []
        for name in data:
            known = self.about(str(name))
            lengths = data[name].str.len() if known.type == TEXT else pd.Series([8])
            rows.append(
                {
                    "dataset": self.name,
                    "variable": name,
                    "label": known.label,
                    "type": known.type,
                    "length": int(max(1, lengths.max() if len(lengths) else 1)),
                    "display_format": "DATE9." if known.type == DATE else "",
                    "key": self.keys.index(name) + 1 if name in self.keys else None,
                    "codelist": known.codelist,
                    "origin": known.origin,
                    "derivation": known.derivation,
                    "standard": IMPLEMENTATION_GUIDE,
                }
            )
        return pd.DataFrame(rows).astype({"key": "Int64"})

    @property
    def parameters(self) -> pd.DataFrame:
        """The value-level metadata: one row for each PARAMCD, with its derivation and codelist."""
        rows = [
            {
                "dataset": self.name,
                "paramcd": each.code,
                "param": each.label,
                "paramn": each.number,
                "parcat1": each.category,
                "codelist": "; ".join(f"{n} = {w}" for n, w in self._ranks(each)),
                "origin": "Derived" if each.request else "Predecessor",
                "derivation": each.derivation,
                "evidence": each.request.criteria.evidence_in_words if each.request else "",
            }
            for each in self._parameters
        ]
        return pd.DataFrame(rows)

    @staticmethod
    def _ranks(parameter: Parameter) -> list[tuple[int, str]]:
        first = 0 if parameter.words == ("N", "Y") else 1
        return list(enumerate(parameter.words, first))
