"""ADEFF: the scores and verdicts of visits in the basic data structure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.adam.datasets import VARIABLES, AnalysisDataset
from jiascores.adam.parameters import Parameter, parameters, refuse_unknown
from jiascores.adam.rows import Rows
from jiascores.adam.subjects import Subjects, words_where
from jiascores.adam.timing import Plan, visits_in_columns, visits_in_windows, with_periods
from jiascores.core import logic
from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, VisitError, listing, say
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame
from jiascores.tables.naming import Column, Units, column_of, require_variable
from jiascores.tables.requests import Request, understand_requests
from jiascores.tables.table import Table
from jiascores.tables.visits import CALENDAR

LABEL = "Efficacy Analysis Dataset"
KEYS = ("STUDYID", "USUBJID", "PARAMCD", "BASETYPE", "AVISITN", "ADT", "DTYPE")
# One row counts for each combination of these.
ONE_OF = ["USUBJID", "PARAMCD", "BASETYPE", "AVISITN"]
ORDER = (
    *("PARAMCD", "PARAM", "PARAMN", "PARCAT1", "PARAMTYP", "APHASE", "APERIOD", "APERIODC"),
    *("AVISIT", "AVISITN", "AWTARGET", "AWTDIFF", "AWLO", "AWHI", "AWU", "ADT", "ADY", "APERDY"),
    *("AVAL", "AVALC", "AVALMIN", "AVALMAX", "AREASND", "BASE", "BASEC", "BASETYPE", "CHG"),
    *("PCHG", "REFDT", "ABLFL", "ANL01FL", "DTYPE", "SRCDOM", "SRCVAR", "SRCSEQ"),
)
RECORDED = "a variable of this data set"
# Variables that are left out if they are empty in every row.
WHERE_KNOWN = ("REFDT", "SRCDOM", "SRCVAR", "SRCSEQ")
THRESHOLD = re.compile(r"(<=|>=|<|>|=)\s*(-?\d+(?:\.\d+)?)")
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": logic.at_most,
    ">=": logic.at_least,
    "<": logic.below,
    ">": logic.above,
    "=": logic.equal,
}


@as_declared
def adeff(
    visits: Any,
    *,
    measures: Sequence[str | Request | Column] | str = (),
    variables: Sequence[str] = (),
    subjects: Any = None,
    study: str | None = None,
    keep: Sequence[str] | Mapping[str, str] = (),
    improvement: Sequence[str] = (),
    thresholds: Mapping[str, str | Sequence[str]] | None = None,
    baseline: BaselineRule | Mapping[str, BaselineRule] | None = None,
    windows: Mapping[str, Any] | None = None,
    visit: Column | None = None,
    visit_number: Column | None = None,
    due: Mapping[float, str] | None = None,
    periods: Mapping[str, str] | None = None,
    phases: Mapping[str, str] | None = None,
    sources: Mapping[str, Sequence[Any]] | None = None,
    carry: Mapping[str, Column] | None = None,
    paramcd: Mapping[str, str] | None = None,
    terminology: str = "",
    columns: Mapping[str, Any] | None = None,
    units: Units | None = None,
    marker: str | None = None,
    name: str = "ADEFF",
) -> AnalysisDataset:
    """Make an efficacy data set (ADEFF) in the basic data structure from visits.

    Parameters
    ----------
    visits : data frame
        One row for each visit, with dates, from any engine. Give your own column names as for
        `assess`: ``columns={"patient": "USUBJID"}``.
    measures : list of str, requests or columns
        What to compute, as for `assess`. Each score, state, response or flare becomes a parameter.
        So does a column that is already there: one that `remission` added, for example
        ``jia.column("remission_wallace_2011")``, or any yes/no column, such as
        ``retreatment_eligible`` from `retreatment`.
    variables : list of str
        Recorded variables that become parameters too, for example ``["physician_global", "esr"]``.
    subjects : data frame, optional
        ADSL: one row for each subject with ``USUBJID``, ``STUDYID`` and, for ADY, ``TRTSDT``.
    study : str, optional
        STUDYID, if you have no ADSL.
    keep : list of str or dict
        Columns of ADSL to add to each row, for example ``["TRTP", "AGE"]``. A dict renames them:
        ``{"TRTP": "TRT01P"}``. ``{"TRTP": "TRTxxP"}`` takes the column of each row's period.
    improvement : list of str
        Scores and variables whose improvement from baseline, in per cent, becomes a parameter too.
    thresholds : dict, optional
        Criteria that AVAL of a row may meet: ``{"cjadas10": ["<= 1.1", "<= 2.5"]}`` gives CRIT1,
        CRIT1FL, CRIT2 and CRIT2FL.
    baseline : str, rule or dict
        As for `assess`. Needed for BASE and for measures that compare visits. A dict names several
        baselines by BASETYPE, and each has its own rows:
        ``{"FIRST DOSE": "first", "RANDOMISATION": jia.flagged("rand")}``.
    windows : dict, optional
        Arguments of `jiascores.prepare.nominal_visits`, for example
        ``{"weeks": {0: 0, 8: 7}, "rule": "nearest"}``. They give AVISIT, AWTARGET, AWLO, AWHI and
        AWTDIFF. Days are counted from TRTSDT, unless ``day_zero`` is among them.
    visit : Column, optional
        Instead of `windows`, the column with AVISIT. The default is ``nominal_visit``, the name
        that `jiascores.prepare.nominal_visits` uses. A row where it is empty is unscheduled or not
        chosen, and has no ANL01FL.
    visit_number : Column, optional
        The column with AVISITN; by default the number at the end of AVISIT (``week 8``).
    due : dict, optional
        The visits that each subject of ADSL should have had: AVISITN → AVISIT. For responders with
        ``missing="nri"``, a missed visit becomes a row without a date and with DTYPE NRI.
    periods, phases : dict, optional
        The name of each, in order → the column of ADSL with its first day:
        ``{"Open label": "TRTSDT", "Withdrawal": "RANDDT"}``. Periods give APERIOD, APERIODC and
        APERDY; phases give APHASE.
    sources : dict, optional
        Where a recorded variable comes from: ``{"esr": ("LB", "LBSTRESN", jia.column("esr_seq"))}``
        gives SRCDOM, SRCVAR and SRCSEQ.
    carry : dict, optional
        Further variables, each with its column in `visits`: ``{"VISITNUM": jia.column("number")}``.
    paramcd : dict, optional
        Your own codes, by column: ``{"state_cjadas10_ours": "STC10OUR"}``. Variants need one.
    terminology : str
        The version of CDISC's controlled terminology that your study uses, for the metadata.
    columns, units, marker
        As for `assess`.
    name : str
        The name of the data set.

    Returns
    -------
    AnalysisDataset
        The rows in `data`, a frame of the kind of `visits`; the metadata in ``variables``,
        ``parameters``, ``codelists`` and ``metadata``.

    Raises
    ------
    RequestError
        If two parameters share a code, one has none, or an argument names something that is not
        there.
    VisitError
        If two rows of a subject are the same analysis visit, or the dates are study days.
    JiaScoresError
        As for `assess`.

    See Also
    --------
    jiascores.adam.adtte : Times to an event.
    jiascores.adam.check : Checks the data set against the rules.
    jiascores.adam.write : Writes it to a file.

    Notes
    -----
    ========== =====================================================================
    variable   rule
    ========== =====================================================================
    AVAL       a score; the level; 1 or 0 for yes and no; the rank of a state, from 1
    AVALC      ``Y`` or ``N``, or the word of a state; empty for numbers
    AVALMIN    if AVAL is not determinable, the lowest value that it can have; AVALMAX is the
               highest, and AREASND says which variables were missing. Of ESR and CRP, only the
               one that counts in the row is named
    ADY        ADT − TRTSDT, plus 1 on or after TRTSDT; APERDY is the day in the period
    BASE       AVAL of the row with ABLFL. Measures that compare visits have no row at baseline or
               before. A flare against the last responding or the best visit has REFDT instead
    CHG, PCHG  after baseline, for scores and recorded variables
    DTYPE      an imputed value has its own row; the observed row stays, without ANL01FL. With
               ``"nri"``, a subject without a baseline is a non-responder. COMPOSITE marks the
               baseline of a score whose parts were recorded at several visits, with
               ``jia.on_or_before(…, per_variable=True, days=…)``; states have no BASE then
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
    rules = baseline if isinstance(baseline, Mapping) and baseline else {"": baseline or None}
    frame = Frame(to_eager(visits))
    how: dict[str, Any] = {"columns": columns, "units": units, "marker": marker}
    tables = {word: Table(frame, baseline=rule, **how) for word, rule in rules.items()}
    table = next(iter(tables.values()))
    made = _parameters(table, measures, variables, improvement, paramcd or {})
    refuse_unknown("adam.sources", sources or {}, variables, RECORDED)
    about = {**_who_and_when(table), **_carried(frame, carry or {}, periods, phases)}
    people = Subjects.of(subjects, study, keep, about["USUBJID"])
    plan = _plan(table, about["USUBJID"], people, windows, visit, visit_number)
    each = [Rows(one, {**about, **plan.about}, word, sources or {}) for word, one in tables.items()]
    data = _flagged([part for rows in each for part in rows.of_all(made, people, due or {})])
    data = with_periods(_with_thresholds(data, made, thresholds or {}), people, periods, phases)
    data = plan.joined(data, people).drop(columns=[n for n in WHERE_KNOWN if data[n].isna().all()])
    origins = {new: f"Column {old.name} of the visits" for new, old in (carry or {}).items()}
    named: dict[str, Any] = {"name": name, "label": LABEL, "keys": KEYS, "terminology": terminology}
    return people.dataset(data, frame, ORDER, origins, parameters=tuple(made), **named)


def _parameters(
    table: Table, measures: Any, variables: Any, improvement: Any, own: Mapping[str, str]
) -> list[Parameter]:
    """Return the parameters that are asked for; the table has what they need."""
    given = [measures] if isinstance(measures, str | Column) else measures
    asked = [each if isinstance(each, Column) else understand_requests([each])[0] for each in given]
    if not asked and not variables:
        raise RequestError(
            f"{say('measures')} and {say('variables')} ask for nothing.", variable="measures"
        )
    if improvement and table.baseline_rule is None:
        raise RequestError(
            f"{say('adam.improvement')} compares with the baseline: say which visit that is, "
            f"{say('baseline', 'first')}.",
            variable="baseline",
        )
    for name in variables:
        require_variable(name, "variables")
    computed = [each for each in asked if not isinstance(each, Column)]
    table.require([*variables, *(need for each in computed for need in each.needs(table))])
    return parameters([*variables, *asked], improvement, own, table)


def _who_and_when(table: Table) -> dict[str, Any]:
    """Return USUBJID and ADT of each row; dates must be dates."""
    visits = table.visits
    if table.size and visits.per_day != CALENDAR:
        raise VisitError(
            f"column {table.column('date')!r} holds study days, and ADT is a date.",
            variable="date",
        )
    labels = np.array([str(label) for label in visits.labels], dtype=object)
    return {
        "USUBJID": labels[visits.patients],
        "ADT": (visits.dates // int(CALENDAR)).astype(float),
    }


def _plan(table: Table, ids: Any, people: Subjects, windows: Any, visit: Any, number: Any) -> Plan:
    """Return the analysis visit of each row, from windows or from columns."""
    if windows is None:
        return visits_in_columns(table.frame, visit, number)
    if visit is not None or number is not None:
        raise RequestError(
            f"{say('adam.windows')} says which visit a row is, and so do {say('visit')} and "
            f"{say('visit_number')}: give one.",
            variable="windows",
        )
    return visits_in_windows(table, ids, people, windows)


def _carried(
    frame: Frame, carry: Mapping[str, Column], periods: Any, phases: Any
) -> dict[str, Any]:
    """Return the columns to carry along; refuse the names of variables that are made here."""
    free = {
        *(() if periods else ("APERIOD", "APERIODC", "APERDY")),
        *(() if phases else ("APHASE",)),
    }
    ours = sorted((set(carry) & set(VARIABLES)) - free)
    if ours:
        raise RequestError(
            f"{say('adam.carry')} gives {ours[0]}, which adeff makes itself; SRCDOM, SRCVAR and "
            f"SRCSEQ come from {say('adam.sources')}.",
            variable="carry",
            values=ours,
        )
    cells = {n: frame.objects(column_of(frame, c, "carry")) for n, c in carry.items()}
    return {name: pd.Series(list(values)).to_numpy() for name, values in cells.items()}


def _with_thresholds(
    data: pd.DataFrame, made: Sequence[Parameter], given: Mapping[str, str | Sequence[str]]
) -> pd.DataFrame:
    """Return the rows with each criterion on AVAL, CRITy, and whether it is met, CRITyFL."""
    codes = {each.column: each.code for each in made if not each.words}
    refuse_unknown("adam.thresholds", given, codes, "a number of this data set")
    for column, criteria in given.items():
        here = data["PARAMCD"] == codes[column]
        for number, criterion in enumerate(
            [criteria] if isinstance(criteria, str) else criteria, 1
        ):
            found = THRESHOLD.fullmatch(str(criterion).strip())
            if found is None:
                raise RequestError(
                    f"{say('adam.thresholds')} asks {criterion!r} of {column}: write a comparison "
                    f"with a number, such as '<= 3.8'.",
                    variable="thresholds",
                    values=(criterion,),
                )
            text, flag = f"CRIT{number}", f"CRIT{number}FL"
            if text not in data:
                data[text] = data[flag] = None
            holds = COMPARISONS[found[1]](data["AVAL"].to_numpy(float)[here], float(found[2]))
            data.loc[here, text] = f"AVAL {found[1]} {found[2]}"
            data.loc[here, flag] = pd.Series(holds, data.index[here]).map({1: "Y", 0: "N"})
    return data


def _flagged(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows with ANL01FL: one row for each analysis visit, imputed before observed."""
    data = pd.concat([part for part in parts if len(part)] or parts, ignore_index=True)
    chosen, derived = data.pop("chosen").to_numpy(bool), data["DTYPE"].notna().to_numpy()
    keys = data[ONE_OF].fillna({"BASETYPE": ""})

    def of_visit(rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        groups = pd.Series(rows).groupby([keys[name] for name in ONE_OF], dropna=False)
        return groups.transform("any").to_numpy(bool)

    flagged = chosen & (derived | ~of_visit(chosen & derived))
    twice = data[flagged][keys[flagged].duplicated(keep=False)]
    if len(twice):
        who = twice["USUBJID"].unique().tolist()
        raise VisitError(
            f"two rows of one subject are {twice['AVISIT'].iloc[0]} (of {listing(who)}): "
            f"leave AVISIT empty where a row does not count; of windows, "
            f"{say('visits.rule', 'nearest')} chooses one.",
            variable="visit",
            values=who,
        )
    data["ANL01FL"] = words_where(flagged, "Y")
    # If no row of a window counts, as at a baseline without an answer, none keeps the visit.
    planned = of_visit(flagged)
    data["AVISIT"], data["AVISITN"] = (
        data["AVISIT"].where(planned, None),
        data["AVISITN"].where(planned),
    )
    same = data[data.duplicated([name for name in KEYS if name in data], keep=False)]
    if len(same):
        who = same["USUBJID"].unique().tolist()
        raise VisitError(
            f"two rows of one subject have the same date and analysis visit (of {listing(who)}), "
            f"and a row needs a key of its own: join the rows of one date first.",
            variable="date",
            values=who,
        )
    return data
