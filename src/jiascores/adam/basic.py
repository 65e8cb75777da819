"""ADEFF: the scores and verdicts of visits in the basic data structure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.datasets import AnalysisDataset, Variable
from jiascores.adam.parameters import IMPUTED, Parameter, by_intervals, parameters
from jiascores.adam.subjects import Subjects, frame_like, words_where
from jiascores.core.errors import RequestError, VisitError, listing
from jiascores.core.measure import Score
from jiascores.core.variables import MARKERS
from jiascores.core.variables import VARIABLES as MEASURED
from jiascores.tables.baselines import BaselineRule, OnOrBefore, reference_name
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Positions
from jiascores.tables.requests import Request, understand_requests
from jiascores.tables.table import Column, Table, Units, require_column, require_variable
from jiascores.tables.visits import CALENDAR

FloatArray = NDArray[np.float64]

KEYS = ("STUDYID", "USUBJID", "PARAMCD", "BASETYPE", "AVISITN", "ADT", "DTYPE")
VISIT_COLUMN = "nominal_visit"
NUMBER_AT_END = re.compile(r"-?\d+(\.\d+)?$")
DECIMALS = 10


def adeff(
    visits: Any,
    *,
    measures: Sequence[str | Request] | str = (),
    variables: Sequence[str] = (),
    subjects: Any = None,
    study: str | None = None,
    keep: Sequence[str] = (),
    baseline: BaselineRule | None = None,
    visit: Column | None = None,
    visit_number: Column | None = None,
    due: Mapping[float, str] | None = None,
    carry: Mapping[str, Column] | None = None,
    paramcd: Mapping[str, str] | None = None,
    columns: Mapping[str, Any] | None = None,
    units: Units | None = None,
    marker: str | None = None,
    name: str = "ADEFF",
) -> AnalysisDataset:
    """Make an efficacy data set (ADEFF) in the basic data structure from visits.

    Parameters
    ----------
    visits : data frame
        One row for each visit, with dates, of any engine; ``columns={"patient": "USUBJID"}`` says
        your own column names, as for `assess`.
    measures : list of str or requests
        What to compute, as for `assess`: each score, state, responder, flare is a parameter.
    variables : list of str
        What was recorded and is a parameter too, for example ``["physician_global", "esr"]``.
    subjects : data frame, optional
        ADSL: one row for each subject with ``USUBJID``, ``STUDYID`` and, for ADY, ``TRTSDT``.
    study : str, optional
        STUDYID, where there is no ADSL.
    keep : list of str
        Columns of ADSL to take along, for example ``["TRTP", "TRTSDT", "AGE"]``.
    baseline : str or rule
        As for `assess`; needed for BASE and for what compares visits. It must be one visit.
    visit : Column, optional
        The column with AVISIT, by default ``nominal_visit``, as `jiascores.prepare.nominal_visits`
        gives it. A row without one is unscheduled or not chosen, and has no ANL01FL.
    visit_number : Column, optional
        The column with AVISITN; by default the number at the end of AVISIT (``week 8``).
    due : dict, optional
        AVISITN → AVISIT of the visits that each subject of ADSL should have had. For responders
        by ``missing="nri"`` a visit without a row becomes a row without a date, DTYPE NRI.
    carry : dict, optional
        Further variables, each with its column in `visits`, for example
        ``{"SRCSEQ": jia.column("seq"), "APERIOD": jia.column("period")}``.
    paramcd : dict, optional
        Codes of your own, by column: ``{"state_cjadas10_ours": "STC10OUR"}``. Needed for variants.
    columns, units, marker
        As for `assess`.
    name : str
        What the data set is called.

    Returns
    -------
    AnalysisDataset
        `data` of the kind of `visits`, with ``variables`` and ``parameters``, its metadata.

    Raises
    ------
    RequestError
        If a parameter has no code or shares one, or a baseline is not one visit.
    VisitError
        If two rows of a subject are one analysis visit, or dates are study days.
    JiaScoresError
        As for `assess`.

    Notes
    -----
    ========== =====================================================================
    variable   rule
    ========== =====================================================================
    AVAL       a score; the level; 1 or 0 for yes and no; the rank of a state, from 1
    AVALC      ``Y`` or ``N``, or the word of a state; empty for numbers
    AVALMIN    where AVAL is not determinable: what it is at least, with AVALMAX; AREASND says
               what was missing
    ADY        ADT − TRTSDT, and 1 more on or after it
    BASE       AVAL of the row with ABLFL; what compares visits has no row at baseline or before
    CHG, PCHG  after baseline, of scores and of what was recorded
    DTYPE      an imputed value is a row of its own; the observed row stays, without ANL01FL
    ========== =====================================================================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "S-01", "date": pd.to_datetime(["2024-01-10", "2024-03-06"]),
    ...     "nominal_visit": ["week 0", "week 8"], "physician_global": [6.0, 2.0],
    ...     "patient_global": [5.0, 2.0], "active_joints": [8, 1]})
    >>> adeff = jia.adam.adeff(
    ...     visits, measures=["cjadas10"], study="JIA-1", baseline="first")
    >>> adeff.data[["PARAMCD", "AVISIT", "AVAL", "BASE", "CHG"]]
        PARAMCD  AVISIT  AVAL  BASE   CHG
    0  CJADAS10  Week 0  19.0  19.0   NaN
    1  CJADAS10  Week 8   5.0  19.0 -14.0
    """
    requests = _asked(measures, variables, baseline)
    table = Table(Frame(to_eager(visits)), columns, units, baseline=baseline, marker=marker)
    table.require([*variables, *(each for request in requests for each in request.needs(table))])
    either = any(isinstance(each.measure, Score) and each.measure.either for each in requests)
    made = parameters(requests, variables, paramcd or {}, table.marker if either else "")
    rows = _Rows(table, visit, visit_number, carry or {})
    parts = [part for each in made for part in rows.of(each)]
    people = Subjects.of(subjects, study, keep, table.visits.labels)
    data = pd.concat(parts, ignore_index=True)
    data = _with_missed_visits(data, people, made, due or {})
    data = people.joined(_flagged(data))
    data = _in_order(data, made)
    carried = {each: Variable(each, _kind(data[each]), "Predecessor") for each in rows.carried}
    return AnalysisDataset(
        name=name,
        label="Efficacy Analysis Dataset",
        data=frame_like(table.frame, data),
        keys=KEYS,
        parameters=tuple(made),
        taken={**people.taken, **carried},
    )


def _asked(measures: Any, variables: Sequence[str], baseline: Any) -> list[Request]:
    """Return what is computed; raise where a data set cannot hold it."""
    requests = understand_requests(measures) if len(measures) else []
    for each in requests:
        if not isinstance(each, Request):
            raise RequestError(
                "the CHAQ is computed from its form before: assess with jia.ask.chaq_di(…), and give "
                "variables=['chaq'].",
                variable="measures",
            )
    if not requests and not variables:
        raise RequestError("measures= and variables= ask for nothing.", variable="measures")
    for name in variables:
        require_variable(name, "variables")
    if isinstance(baseline, OnOrBefore) and baseline.per_variable:
        raise RequestError(
            "baseline= with per_variable=True takes each variable from another visit, and ABLFL "
            "flags one row: choose a rule that is one visit.",
            variable="baseline",
        )
    return requests


def _kind(values: pd.Series[Any]) -> str:
    return "float" if pd.api.types.is_numeric_dtype(values) else "text"


class _Rows:
    """The rows of a table, as those of each parameter."""

    def __init__(
        self,
        table: Table,
        visit: Column | None,
        visit_number: Column | None,
        carry: Mapping[str, Column],
    ) -> None:
        self.table, visits = table, table.visits
        if table.size and visits.per_day != CALENDAR:
            raise VisitError(
                f"column {table.column('date')!r} holds study days, and ADT is a date.",
                variable="date",
            )
        labels = np.array([str(label) for label in visits.labels], dtype=object)
        self.about: dict[str, Any] = {
            "USUBJID": labels[visits.patients],
            "ADT": visits.dates // int(visits.per_day),
            **self._visits(visit, visit_number),
        }
        for name, column in carry.items():
            cells = table.frame.objects(require_column(column, "carry").name)
            self.about[name] = pd.Series(list(cells)).to_numpy()
        self.carried = tuple(carry)
        rule = table.baseline_rule
        self.base_rows = None if rule is None else table.baseline
        self.basetype = None if rule is None else reference_name(rule).replace("-", " ").upper()

    def _visits(self, visit: Column | None, number: Column | None) -> dict[str, Any]:
        frame = self.table.frame
        if visit is None and VISIT_COLUMN not in frame:
            return {"AVISIT": None, "AVISITN": np.nan}
        name = VISIT_COLUMN if visit is None else require_column(visit, "visit").name
        words = [None if pd.isna(word) else str(word) for word in frame.objects(name)]
        if number is not None:
            numbers = pd.to_numeric(
                pd.Series(frame.objects(require_column(number, "visit_number").name), dtype=object)
            ).to_numpy(float)
        else:
            found = {word: NUMBER_AT_END.search(word) for word in words if word}
            without = [word for word, match in found.items() if match is None]
            if without:
                raise RequestError(
                    f"AVISIT {without[0]!r} has no number at its end: give AVISITN, "
                    f"visit_number=jia.column('your column').",
                    variable="visit_number",
                    values=without,
                )
            numbers = np.array([float(found[word][0]) if word else np.nan for word in words])  # type: ignore[index]
        return {"AVISIT": [w and f"{w[0].upper()}{w[1:]}" for w in words], "AVISITN": numbers}

    def of(self, parameter: Parameter) -> list[pd.DataFrame]:
        """Return the rows of one parameter: what was observed, and what was imputed."""
        request = parameter.request
        if request is None:
            return [self._made(parameter, self.table.values(parameter.variable))]
        policy = dict(request.options).get("missing", "interval")
        observed = request
        if policy in IMPUTED:
            observed = by_intervals(request)
        after, lowest, highest = request.reach(self.table)
        values = self._values(observed)
        data = self._made(parameter, values, after)
        judged = np.ones(self.table.size, bool) if after is None else after
        open_ = (np.isnan(values) & judged)[judged]
        ends = _ends(parameter, lowest, highest, self.table.size)
        for column, end in zip(("AVALMIN", "AVALMAX"), ends, strict=True):
            data[column] = np.where(open_, end[judged], np.nan)
        places = np.flatnonzero(judged)[open_]
        data.loc[open_, "AREASND"] = self._reasons(request, places, after)
        if policy not in IMPUTED:
            return [data]
        filled = self._values(request)[judged]
        imputed = data[open_ & ~np.isnan(filled)].copy()
        imputed["AVAL"] = filled[imputed.index]
        imputed["AVALC"] = _words(parameter, imputed["AVAL"].to_numpy(float))
        imputed["DTYPE"] = IMPUTED[policy]
        imputed[["AVALMIN", "AVALMAX"]] = np.nan
        imputed["AREASND"] = None
        return [data, imputed]

    def _values(self, request: Request) -> FloatArray:
        """Return AVAL of every row."""
        outputs = {each.name: each for each in request.compute(self.table)}
        output = outputs[request.columns[0] if request.gives == "level" else request.stem]
        values = np.asarray(output.data, dtype=np.float64)
        return np.where(values < 0, np.nan, values + 1) if output.kind == "state" else values

    def _made(
        self, parameter: Parameter, values: FloatArray, after: NDArray[np.bool_] | None = None
    ) -> pd.DataFrame:
        request = parameter.request
        data = pd.DataFrame(self.about, index=range(self.table.size))
        data["PARAMCD"], data["PARAM"] = parameter.code, parameter.label
        data["PARAMN"], data["PARCAT1"] = parameter.number, parameter.category
        data["PARAMTYP"] = None if request is None else "DERIVED"
        data["AVAL"], data["AVALC"] = values, _words(parameter, values)
        for column in ("AVALMIN", "AVALMAX", "BASE", "CHG", "PCHG"):
            data[column] = np.nan
        for column in ("AREASND", "BASEC", "ABLFL", "DTYPE"):
            data[column] = None
        data["BASETYPE"] = self.basetype
        if after is None and self.base_rows is not None:
            self._from_baseline(data, self.base_rows, changes=not parameter.words)
        return data if after is None else data[after].reset_index(drop=True)

    def _from_baseline(self, data: pd.DataFrame, rows: Positions, *, changes: bool) -> None:
        known, at = rows >= 0, np.maximum(rows, 0)
        values, words = data["AVAL"].to_numpy(float), data["AVALC"].to_numpy(object)
        base = np.where(known, values[at], np.nan)
        here = (rows == np.arange(rows.size)) & ~np.isnan(values)
        data["BASE"], data["BASEC"] = base, words_where(known, words[at])
        data["ABLFL"] = words_where(here, "Y")
        if changes:
            change = np.where(self.table.after(rows), np.round(values - base, DECIMALS), np.nan)
            data["CHG"] = change
            share = np.divide(100 * change, base, out=np.full(base.size, np.nan), where=base != 0)
            data["PCHG"] = np.round(share, DECIMALS)

    def _reasons(self, request: Request, rows: Positions, after: Any) -> NDArray[Any]:
        """Return for these rows which needed variables are missing, here or at baseline."""
        table = self.table
        names = [n for n in dict.fromkeys(request.needs(table)) if table.has(n)]
        names += [
            n for n in MARKERS if table.has(n) and n not in names and self._reads_marker(request)
        ]
        gaps = {n: np.isnan(table.values(n)) for n in names if not MEASURED[n].flag or table.has(n)}
        before = self.base_rows if after is not None else None
        said = []
        for row in rows:
            here = [n for n, gap in gaps.items() if gap[row]]
            words = [f"missing: {', '.join(here)}"] if here else []
            if before is not None:
                at = before[row]
                there = [n for n, gap in gaps.items() if at >= 0 and gap[at]]
                words += [f"missing at baseline: {', '.join(there)}"] if there else []
                words += ["no baseline"] if at < 0 else []
            said.append(("; ".join(words) or "open")[:200])
        return np.array(said, dtype=object)

    @staticmethod
    def _reads_marker(request: Request) -> bool:
        if isinstance(request.measure, Score):
            return bool(request.measure.either)
        return any("esr" in need for need in request.criteria.needs)


def _words(parameter: Parameter, values: FloatArray) -> NDArray[Any]:
    """Return AVALC: the word that each value stands for."""
    if not parameter.words:
        return np.full(values.size, None, dtype=object)
    first = 0 if parameter.words == ("N", "Y") else 1
    words: NDArray[Any] = np.array([*parameter.words, None], dtype=object)
    at = np.where(np.isnan(values), -1, np.nan_to_num(values) - first)
    found: NDArray[Any] = words[at.astype(np.int64)]
    return found


def _ends(
    parameter: Parameter, lowest: Any, highest: Any, size: int
) -> tuple[FloatArray, FloatArray]:
    """Return between what each answer lies where it is not determinable."""
    if lowest is not None:
        return np.broadcast_to(lowest, (size,)), np.broadcast_to(highest, (size,))
    low, high = np.nan, np.nan
    if parameter.words:
        first = 0 if parameter.words == ("N", "Y") else 1
        low, high = float(first), float(first + len(parameter.words) - 1)
    return np.full(size, low), np.full(size, high)


def _with_missed_visits(
    data: pd.DataFrame, people: Subjects, made: Sequence[Parameter], due: Mapping[float, str]
) -> pd.DataFrame:
    """Return the rows with one for each visit that should have been and was not, by NRI."""
    by_nri = [
        each for each in made if each.request and dict(each.request.options).get("missing") == "nri"
    ]
    missed = []
    for parameter in by_nri:
        own = data[data["PARAMCD"] == parameter.code]
        seen = set(zip(own["USUBJID"], own["AVISITN"], strict=True))
        for subject in people.ids:
            for number, word in due.items():
                if (subject, float(number)) not in seen:
                    missed.append(
                        {
                            "USUBJID": subject,
                            "AVISITN": float(number),
                            "AVISIT": word,
                            "PARAMCD": parameter.code,
                            "PARAM": parameter.label,
                            "PARAMN": parameter.number,
                            "PARCAT1": parameter.category,
                            "PARAMTYP": "DERIVED",
                            "AVAL": 0.0,
                            "AVALC": "N",
                            "DTYPE": IMPUTED["nri"],
                            "BASETYPE": data["BASETYPE"].iloc[0],
                        }
                    )
    if not missed:
        return data
    more = pd.DataFrame(missed).reindex(columns=data.columns)
    more["ADT"] = np.nan
    return pd.concat([data.astype({"ADT": float}), more.astype({"ADT": float})], ignore_index=True)


def _flagged(data: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with ANL01FL: the one of each analysis visit, the imputed before the open."""
    keys = ["USUBJID", "PARAMCD", "BASETYPE", "AVISITN"]
    planned = data["AVISITN"].notna()
    imputed = data["DTYPE"].notna()
    replaced = data.loc[planned & imputed, keys].apply(tuple, axis=1)
    observed = data[keys].apply(tuple, axis=1).isin(set(replaced)) & ~imputed
    chosen = planned & ~observed
    twice = data[
        chosen & data[chosen].duplicated(keys, keep=False).reindex(data.index, fill_value=False)
    ]
    if len(twice):
        first = twice.iloc[0]
        who = listing(twice["USUBJID"].unique().tolist())
        raise VisitError(
            f"two rows of one subject are {first['AVISIT']} (of {who}): leave AVISIT empty where a "
            f"row does not count; nominal_visits with rule= chooses one of a window.",
            variable="visit",
            values=twice["USUBJID"].unique().tolist(),
        )
    data["ANL01FL"] = words_where(chosen, "Y")
    return data


ORDER = (
    *("PARAMCD", "PARAM", "PARAMN", "PARCAT1", "PARAMTYP", "AVISIT", "AVISITN", "ADT", "ADY"),
    *("AVAL", "AVALC", "AVALMIN", "AVALMAX", "AREASND", "BASE", "BASEC", "BASETYPE", "CHG"),
    *("PCHG", "ABLFL", "ANL01FL", "DTYPE"),
)


def _in_order(data: pd.DataFrame, made: Sequence[Parameter]) -> pd.DataFrame:
    """Return rows and variables in the order in which they are read."""
    known = [name for name in ORDER if name in data]
    before = [name for name in data if name in ("STUDYID", "USUBJID") or name not in ORDER]
    place = {each.code: at for at, each in enumerate(made)}
    data = data.assign(_at=data["PARAMCD"].map(place))
    data = data.sort_values(["USUBJID", "_at", "AVISITN", "ADT"], kind="stable")
    return data[[*before, *known]].reset_index(drop=True)
