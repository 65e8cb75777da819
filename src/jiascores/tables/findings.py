"""`check`: what is missing, refused and suspicious in a table of visits, listed and not raised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, Literal, TypeAlias, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import NotNumericError, VisitError, listing
from jiascores.core.decimals import nearest_decimal
from jiascores.core.values import refused
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES, Variable
from jiascores.measures.ilar import ILAR_CATEGORIES
from jiascores.measures.states import COURSES
from jiascores.tables.ask import Named, Request, named_columns, understand_requests
from jiascores.tables.baselines import BaselineRule, candidates, flags
from jiascores.tables.columns import (
    CONTRADICTION,
    RATERS,
    WHICH_RATING,
    Frame,
    Names,
    Places,
    absent,
    both_ratings,
    contradicting,
    numbers_only,
    read_raters,
    understand,
)
from jiascores.tables.context import check_marker
from jiascores.tables.engines import to_eager
from jiascores.tables.refusals import (
    Refused,
    about,
    about_dates,
    about_flags,
    about_words,
    by_reason,
    distinct,
    gap_code,
    is_number,
)
from jiascores.tables.visits import (
    CALENDAR,
    NO_DATE,
    NONE,
    Positions,
    Visits,
    codes_of,
    list_of,
    other_words,
    parse_dates,
)

FrameT = TypeVar("FrameT")
Words: TypeAlias = Sequence[str | None] | NDArray[Any]
Finding: TypeAlias = Literal["refused", "suspicious", "missing"]
KINDS: tuple[Finding, ...] = ("refused", "suspicious", "missing")

# Limits of suspicion: chosen here, from no paper. They refuse nothing.
ESR_HIGHEST = 200.0
CRP_HIGHEST = 500.0
CRP_LIMIT_LOWEST = 2.0
CRP_ITEM_BEGINS = 10.0
MANY_VISITS = 20
LIKERT_HIGHEST = 3.0
REDUCED_JOINTS = 27
YEARS = (1970, 2100)
YEARS_APART = 30.0
STUDY_DAYS_HIGHEST = 20_000.0

EPOCH = 1970
DAYS_A_YEAR = 365.25
TWO = 2
MISSING_AT_BASELINE = "Missing at baseline: nothing of this patient can be compared in it."
_DIGITS = re.compile(r"\d+")
# Columns that are read as these words, whatever a request calls them.
WORD_COLUMNS = {"course": COURSES, "ilar_category": ILAR_CATEGORIES}


def check(
    visits: FrameT,
    *,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    baseline: BaselineRule | None = None,
    marker: str | None = None,
    measures: Sequence[str | Request] | str | None = None,
) -> FrameT:
    """List what is missing, refused and suspicious in a table of visits.

    No value raises here: what `assess` would refuse is listed, all of it at once, with its row,
    patient and date.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order, of any kind that `assess` takes.
    columns : dict, optional
        What is called otherwise: variable → column of the table.
    units : dict, optional
        Units that are not canonical: variable → unit (``"mm"``, ``"mg/dL"``).
    baseline : str or rule, optional
        As for `assess`. Where it is given, patients without a baseline or with two, visits before
        it, gaps at it and changes of rater since it are listed too.
    marker : {"esr", "crp", "esr-else-crp"}, optional
        As for `assess`: the reactant that the core set uses.
    measures : list of str or requests, optional
        As for `assess`: the columns of words (course, category, yes or no) that these requests
        name are looked at too. Columns called ``course`` and ``ilar_category`` always are.

    Returns
    -------
    data frame
        One row for each finding, refused first, then suspicious, then missing; a pandas, Polars
        or PyArrow table as was given. A lazy or distributed table is collected, and the findings
        are an eager table: Polars for Polars, PyArrow for DuckDB, pandas for Dask and Spark.

        ``finding``
            ``refused``: `assess` raises on it, or leaves it out by ``invalid="missing"``.
            ``suspicious``: possible, and yet often a mistake. ``missing``: a gap.
        ``variable``, ``column``
            The variable, and what the table calls it.
        ``row``
            The row's index label (pandas), or its position from 0. Empty where the finding is
            about a whole column or patient. Where the same text stands in many rows, or dates or
            decimal commas do, there is one finding: it has the first row, and says how many.
        ``patient``, ``date``
            As they stand in the table.
        ``value``
            What was found, as it stands in the table; for a column, the number of visits.
        ``message``
            What is wrong and what to do.

        Without rows where there is nothing to say. A variable with gaps has one row with their
        number and one for each gap; a column that is empty, or not there, has one row in all.

    Raises
    ------
    ColumnError
        If `columns` or `units` name what does not exist, or `baseline` a column that does not.
    RequestError
        If `visits` is no data frame, or `baseline`, `marker` or `measures` ask for what does not
        exist.

    Notes
    -----
    Refused: a value out of range, a count that is not whole, text where a number is due (also
    ``"< 5"``: what a value below detection counts as is the protocol's decision), a word that is
    no course, ILAR category, yes or no where one is due, a 71-joint count that cannot be true
    beside the 27-joint count, a date that is not understood, and two visits that can both be the
    baseline.

    Suspicious, by limits that no paper gives: globals above 10 and globals declared as
    millimetres and never above 10; globals that are always 0, 1, 2 or 3; a CRP that is never
    above 10 mg/L, or mostly below 1, an upper limit of CRP below 2 mg/L (mg/dL?), and values
    above 500 mg/L; an ESR that is always 0, and values above 200 mm/h; a 71-joint count never
    above 27; a column with one value throughout; two visits of a patient on a date; ids that
    differ only by case or blanks; dates outside 1970–2099, and more than 30 years after the
    patient's first; a patient without a baseline; visits before baseline; and a change of rater
    since baseline. There is no clock here: a date in the future cannot be told.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A", "B"], "physician_global": [62, 4.0]})
    >>> found = jia.check(visits)
    >>> found[["finding", "variable", "row", "patient", "value"]].head(2)
          finding          variable   row patient value
    0     refused  physician_global     0       A    62
    1  suspicious  physician_global  <NA>     NaN     1
    >>> found["variable"][found["finding"] == "missing"].tolist()
    ['date', 'patient_global', 'chaq', 'active_joints', 'limited_joints', 'esr']
    """
    frame = Frame(to_eager(visits))
    names = understand(frame, columns, units)
    check_marker(marker)
    requests = [] if measures is None else understand_requests(measures)
    found = _Findings(frame, names)
    read = {name: _read(found, name) for name in VARIABLES if names.there(name, frame)}
    for each in read.values():
        _units(found, each)
        _throughout(found, each)
    _joint_counts(found, read)
    _both(found, read, marker)
    _words(found, named_columns(requests, baseline))
    _raters(found)
    timeline = _timeline(found)
    if timeline is not None:
        _same_day(found, timeline)
        _far_apart(found, timeline)
    at_baseline = _baseline(found, timeline, baseline)
    _gaps(found, read, at_baseline)
    _absent(found, read, marker)
    return cast(FrameT, found.table())


# --------------------------------------------------------------------------------------------
# Collecting


class _Findings:
    """The findings of one table, in the order in which they are made."""

    def __init__(self, frame: Frame, names: Names) -> None:
        self.frame = frame
        self.names = names
        self._blocks: list[_Block] = []

    def column(self, finding: Finding, variable: str, message: str, *, value: Any = None) -> None:
        """Add one finding about a whole column, or about one that is not there."""
        nowhere = np.array([NONE])
        self._add(finding, variable, nowhere, nowhere, [_text(value)], [message])

    def rows(
        self,
        finding: Finding,
        variable: str,
        rows: Positions,
        message: str | Words,
        *,
        values: Words | None = None,
    ) -> None:
        """Add one finding for each of these rows."""
        if rows.size:
            self._add(finding, variable, rows, rows, values, message)

    def cells(
        self,
        variable: str,
        kinds: Sequence[Refused],
        message: str,
        *,
        column: str | None = None,
    ) -> None:
        """Add one finding about refused cells that are alike, in the row of the first."""
        rows = np.array(sorted(row for kind in kinds for row in kind.rows), dtype=np.int64)
        first = next(kind for kind in kinds if kind.rows[0] == rows[0])
        many = "" if rows.size == 1 else f"In {rows.size} rows, first here. "
        at = rows[:1]
        said = [f"{many}{_capital(message)}"]
        self._add("refused", variable, at, at, [_text(first.value)], said, column)

    def patients(
        self, finding: Finding, variable: str, rows: Positions, message: str | Words
    ) -> None:
        """Add one finding for each patient of these rows, about no visit of theirs."""
        if rows.size:
            self._add(finding, variable, np.full(rows.size, NONE), rows, None, message)

    def _add(
        self,
        finding: Finding,
        variable: str,
        rows: Positions,
        patients: Positions,
        values: Words | None,
        message: str | Words,
        column: str | None = None,
    ) -> None:
        column = column or self.names.column(variable)
        messages: list[str | None] = (
            list(repeat(message, rows.size)) if isinstance(message, str) else list(message)
        )
        block = _Block(
            finding,
            variable,
            str(column) if column in self.frame else None,
            rows,
            patients,
            list(repeat(None, rows.size)) if values is None else list(values),
            messages,
        )
        self._blocks.append(block)

    def table(self) -> Any:
        """Return the findings as a frame of the caller's kind."""
        blocks = [block for kind in KINDS for block in self._blocks if block.finding == kind]
        none = [np.empty(0, dtype=np.int64)]
        rows = np.concatenate([block.rows for block in blocks] or none)
        patients = np.concatenate([block.patients for block in blocks] or none)
        words = {
            name: [word for block in blocks for word in block.words(name)]
            for name in ("finding", "variable", "column", "value", "message")
        }
        maker = {"pandas": _pandas, "polars": _polars}.get(self.frame.kind, _arrow)
        return maker(self.frame, self.names, rows, patients, words)


@attrs.frozen(eq=False)
class _Block:
    """Findings of one kind about one variable."""

    finding: Finding
    variable: str
    column: str | None
    rows: Positions
    patients: Positions
    value: list[str | None]
    message: list[str | None]

    def words(self, name: str) -> list[str | None]:
        """Return one column of text."""
        found = getattr(self, name)
        return found if isinstance(found, list) else [found] * self.rows.size


_ORDER = ("finding", "variable", "column", "row", "patient", "date", "value", "message")
_Words: TypeAlias = Mapping[str, list[str | None]]


def _pandas(frame: Frame, names: Names, rows: Positions, patients: Positions, words: _Words) -> Any:
    import pandas as pd

    def taken(values: Any, at: Positions) -> Any:
        series = pd.Series(values).reset_index(drop=True)
        if isinstance(series.dtype, np.dtype) and series.dtype.kind in "iu":
            series = series.astype("Int64")
        return series.reindex(at).reset_index(drop=True)

    index = frame.native.index
    labels = index.to_flat_index() if isinstance(index, pd.MultiIndex) else index
    made = {name: pd.Series(column, dtype="string") for name, column in words.items()}
    made["row"] = taken(labels, rows)
    for role, at in (("patient", patients), ("date", rows)):
        name = names.column(role)
        there = name in frame
        made[role] = (
            taken(frame.native[name], at)
            if there
            else pd.Series([None] * rows.size, dtype="string")
        )
    return pd.DataFrame({name: made[name] for name in _ORDER})


def _polars(frame: Frame, names: Names, rows: Positions, patients: Positions, words: _Words) -> Any:
    import polars as pl

    def places(at: Positions) -> Any:
        return pl.Series(at, dtype=pl.Int64).replace(NONE, None)

    made = {name: pl.Series(name, column, dtype=pl.String) for name, column in words.items()}
    made["row"] = places(rows).alias("row")
    for role, at in (("patient", patients), ("date", rows)):
        name = names.column(role)
        made[role] = (
            frame.series(name).gather(places(at)).alias(role)
            if name in frame
            else pl.Series(role, [None] * rows.size, dtype=pl.String)
        )
    return pl.DataFrame([made[name] for name in _ORDER])


def _arrow(frame: Frame, names: Names, rows: Positions, patients: Positions, words: _Words) -> Any:
    import pyarrow as pa

    def places(at: Positions) -> Any:
        return pa.array(at, pa.int64(), mask=at == NONE)

    made: dict[str, Any] = {name: pa.array(column, pa.string()) for name, column in words.items()}
    made["row"] = places(rows)
    for role, at in (("patient", patients), ("date", rows)):
        name = names.column(role)
        made[role] = (
            frame.series(name).take(places(at))
            if name in frame
            else pa.nulls(rows.size, pa.string())
        )
    return pa.table({name: made[name] for name in _ORDER})


# --------------------------------------------------------------------------------------------
# Values


@attrs.frozen(eq=False)
class _Read:
    """One variable as the table has it; `source` in its own unit, `numbers` in the canonical."""

    variable: Variable
    unit: str | None
    source: NDArray[np.float64]
    numbers: NDArray[np.float64]
    gaps: NDArray[np.bool_]

    @property
    def known(self) -> NDArray[np.float64]:
        """The numbers that the table has, in its own unit."""
        return self.source[~np.isnan(self.source)]


def _read(found: _Findings, name: str) -> _Read:
    """Read a variable and list what is refused in it."""
    variable, column = VARIABLES[name], found.names.column(name)
    unit = found.names.units.get(name)
    source, texts = _numbers(found, column, variable)
    gaps = np.isnan(source)
    gaps[list(texts)] = False
    for reason, cells in by_reason(variable, texts).items():
        # Commas are one mistake of reading; any other text is one of its own.
        for alike in [cells] if reason == "comma" else [[cell] for cell in cells]:
            found.cells(name, alike, about(reason, variable, column, alike))
    factor = found.names.factor(name)
    values = _converted(source, factor)
    outside, broken = refused(variable, values)
    wrong = np.flatnonzero(outside | broken)
    if wrong.size:
        kinds, which = np.unique(source[wrong], return_inverse=True)
        broken_kinds = np.zeros(kinds.size, dtype=bool)
        broken_kinds[which] = broken[wrong]
        texts_ = np.array([_text(float(kind)) for kind in kinds], dtype=object)
        messages = np.array(
            [
                _about_number(variable, kind, as_read, unit, whole=not odd)
                for kind, as_read, odd in zip(
                    kinds.tolist(), _converted(kinds, factor).tolist(), broken_kinds, strict=True
                )
            ],
            dtype=object,
        )
        found.rows("refused", name, wrong, messages[which], values=texts_[which])
    return _Read(variable, unit, source, np.where(outside | broken, np.nan, values), gaps)


def _converted(numbers: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    return numbers if factor == 1 else nearest_decimal(numbers * factor)


def _numbers(
    found: _Findings, column: str, variable: Variable
) -> tuple[NDArray[np.float64], dict[int, Any]]:
    """Return the numbers of a column, NaN elsewhere; and by position what is no number."""
    try:
        return found.frame.floats(column, variable), {}
    except NotNumericError:
        pass
    values, texts = numbers_only(found.frame.objects(column), variable)
    # A number written as text is looked at too; all of them are one finding.
    written = [at for at, text in texts.items() if isinstance(text, str) and is_number(text)]
    for position in written:
        values[position] = float(texts.pop(position))
    if written:
        found.column(
            "refused",
            variable.name,
            f"{len(written)} numbers are written as text. Decide what the other texts of the column "
            f"count as, and turn it into numbers first: pandas.to_numeric(table[{column!r}]).",
            value=len(written),
        )
    return values, texts


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def _about_number(
    variable: Variable, value: float, as_read: float, unit: str | None, *, whole: bool
) -> str:
    read_as = ""
    if unit:
        read_as = f": read as {unit}" + (f" it is {as_read:g}" if as_read != value else "")
    advice = "" if unit or not variable.advice else f"; {variable.advice}"
    allowed = f"{_capital(variable.label)} is {variable.allowed}"
    if variable.flag:
        return f"Neither yes nor no. {allowed}."
    if not whole:
        return f"Not a whole number{read_as}. {allowed}, counted."
    return f"Out of range{read_as}. {allowed}{advice}.{gap_code([value])}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --------------------------------------------------------------------------------------------
# Units and columns as a whole


def _units(found: _Findings, read: _Read) -> None:
    """List columns that look as if they were in another unit than is declared."""
    name, unit, known = read.variable.name, read.unit, read.known
    known = known[np.isfinite(known)]
    if not known.size:
        return
    units = dict(read.variable.conversions)
    if "mm" in units:
        _global_units(found, read, known)
    if name == "crp":
        _crp_units(found, read, known)
    if name == "crp_upper_limit" and unit is None and (known < CRP_LIMIT_LOWEST).any():
        low = int((known < CRP_LIMIT_LOWEST).sum())
        found.column(
            "suspicious",
            name,
            f"An upper limit of CRP below {CRP_LIMIT_LOWEST:g} mg/L at {low} of {known.size} "
            f"visits: mg/dL? Then declare units={{'crp_upper_limit': 'mg/dL', 'crp': 'mg/dL'}}.",
            value=low,
        )
    highest = {"esr": ESR_HIGHEST, "crp": CRP_HIGHEST}.get(name)
    if highest is not None:
        rows = np.flatnonzero(read.numbers > highest)
        found.rows(
            "suspicious",
            name,
            rows,
            f"Above {highest:g} {read.variable.unit}: hardly possible; a slip, another unit, or a "
            f"code for a gap?",
            values=[_text(value) for value in read.source[rows].tolist()],
        )


def _global_units(found: _Findings, read: _Read, known: NDArray[np.float64]) -> None:
    name, unit, top = read.variable.name, read.unit, read.variable.high
    beyond = int((known > top).sum())
    if unit not in ("mm", "0-100"):
        if beyond:
            found.column(
                "suspicious",
                name,
                f"{beyond} of {known.size} values are above {top:g}: millimetres? Then declare "
                f"units={{'{name}': 'mm'}}.",
                value=beyond,
            )
        likert = known.max() <= LIKERT_HIGHEST and known.size >= MANY_VISITS and known.max() > 0
        if likert and not (known % 1).any():
            found.column(
                "suspicious",
                name,
                f"Whole numbers, never above {LIKERT_HIGHEST:g} in {known.size} visits: a scale of "
                f"four steps is not the 0–10 scale.",
                value=known.size,
            )
    elif not beyond and known.max() > 0:
        found.column(
            "suspicious",
            name,
            f"Declared as {unit}, and never above {top:g} in {known.size} visits: centimetres "
            f"already? Then leave its unit out.",
            value=known.size,
        )


def _crp_units(found: _Findings, read: _Read, known: NDArray[np.float64]) -> None:
    raised = known[known > 0]
    if read.unit is not None or not raised.size:
        return
    if known.max() <= CRP_ITEM_BEGINS:
        said = f"never above {CRP_ITEM_BEGINS:g} mg/L, so that the CRP item is always 0"
    elif np.median(raised) < 1 and known.max() * 10 <= CRP_HIGHEST:
        said = "mostly below 1 mg/L"
    else:
        return
    found.column(
        "suspicious",
        "crp",
        f"CRP is {said}: mg/dL? Then declare units={{'crp': 'mg/dL'}}.",
        value=known.size,
    )


def _throughout(found: _Findings, read: _Read) -> None:
    """List columns that hold one value throughout."""
    name, known = read.variable.name, read.known
    if read.variable.flag or name.endswith("_upper_limit") or known.size < TWO:
        return
    first = known[0]
    if not (known == first).all():
        return
    if name == "esr" and first == 0:
        found.column(
            "suspicious",
            name,
            f"ESR is 0 at all {known.size} visits: 0 is a value, not a gap. Leave gaps empty.",
            value=known.size,
        )
    elif known.size >= MANY_VISITS:
        found.column(
            "suspicious",
            name,
            f"Always {_text(float(first))}, at {known.size} visits: a default that nobody changed?",
            value=known.size,
        )


def _joint_counts(found: _Findings, read: Mapping[str, _Read]) -> None:
    """List joint counts that cannot be true together, and a 27-joint count in disguise."""
    if "active_joints" not in read:
        return
    full = read["active_joints"].numbers
    known = ~np.isnan(full)
    if "active_joints_27" not in read:
        top = np.max(full[known], initial=0)
        # Few children have so many joints; in a few visits it says nothing that none has.
        if 0 < top <= REDUCED_JOINTS and known.sum() >= MANY_VISITS:
            found.column(
                "suspicious",
                "active_joints",
                f"Never above {REDUCED_JOINTS} in {int(known.sum())} visits: is it the count of 71 "
                f"joints? The reduced count is another variable, active_joints_27.",
                value=int(known.sum()),
            )
        return
    reduced = read["active_joints_27"].numbers
    rows = np.flatnonzero(contradicting(full, reduced))
    pairs = [f"{full[row]:g} of 71, {reduced[row]:g} of 27" for row in rows]
    found.rows("refused", "active_joints", rows, CONTRADICTION, values=pairs)
    both = known & ~np.isnan(reduced)
    if both.sum() >= TWO and (full[both] == reduced[both]).all() and full[both].any():
        found.column(
            "suspicious",
            "active_joints",
            f"The 71-joint and the 27-joint count agree at all {int(both.sum())} visits: is one a "
            f"copy of the other?",
            value=int(both.sum()),
        )


def _both(found: _Findings, read: Mapping[str, _Read], marker: str | None) -> None:
    """List choices that `assess` will ask for."""
    if marker is None and all(name in read for name in MARKERS):
        found.column(
            "suspicious",
            "esr",
            "The table has both ESR and CRP: say which one counts, marker='esr' or marker='crp' "
            "(or 'esr-else-crp', per patient).",
        )
    if both_ratings(found.frame, found.names):
        found.column("refused", "patient_global", WHICH_RATING)


def _words(found: _Findings, named: Sequence[Named]) -> None:
    """List words that are none of those that a column may hold."""
    # A column that is a variable's has been read already.
    done = {found.names.column(name) for name in VARIABLES if found.names.there(name, found.frame)}
    asked = {one.column for one in named}
    usual = [Named(name, name, words) for name, words in WORD_COLUMNS.items() if name not in asked]
    told: set[tuple[str, int]] = set()
    for one in (*named, *usual):
        if one.column in done or one.column not in found.frame:
            continue
        for kind in _other_words(found, one):
            # Two requests may refuse the same word.
            if (one.column, kind.rows[0]) in told:
                continue
            told.add((one.column, kind.rows[0]))
            if one.flag:
                message, what = about_flags([kind], one.column), one.column
            else:
                message, what = about_words([kind], one.words, one.column), one.what
            found.cells(what, [kind], message, column=one.column)


def _other_words(found: _Findings, one: Named) -> list[Refused]:
    if one.flag:
        return distinct(flags(found.frame, one.column)[1])
    if not one.words:
        return []
    try:
        codes, labels = codes_of(found.frame, one.column)
    except VisitError as problem:
        found.column("refused", one.what, str(problem))
        return []
    return distinct(other_words(codes, list_of(labels), one.words))


def _raters(found: _Findings) -> None:
    """List words that are no rater."""
    if found.names.column("patient_global_rater") not in found.frame:
        return
    _, raters = read_raters(found.frame, found.names)
    others = [rater for rater in raters if rater not in RATERS]
    if others:
        found.column(
            "suspicious",
            "patient_global_rater",
            f"Raters are {' or '.join(RATERS)}; found {listing([repr(one) for one in others])}.",
            value=len(others),
        )


def _gaps(found: _Findings, read: Mapping[str, _Read], at_baseline: NDArray[np.bool_]) -> None:
    """List what is missing: for each variable how often, and where."""
    size = found.frame.size
    for name, each in read.items():
        rows = np.flatnonzero(each.gaps)
        if not rows.size:
            continue
        if rows.size == size:
            found.column("missing", name, f"Missing at all {size} visits.", value=size)
            continue
        share = rows.size / size
        found.column(
            "missing",
            name,
            f"Missing at {rows.size} of {size} visits ({share:.1%}).",
            value=rows.size,
        )
        messages: str | Words = "Missing."
        if name in (*CORE_VARIABLES, *MARKERS) and at_baseline[rows].any():
            words = np.array(["Missing.", MISSING_AT_BASELINE], dtype=object)
            messages = words[at_baseline[rows].astype(np.int64)]
        found.rows("missing", name, rows, messages)


def _absent(found: _Findings, read: Mapping[str, _Read], marker: str | None) -> None:
    """List the variables of the core set that the table does not have."""
    wanted: list[str] = [name for name in CORE_VARIABLES if name not in read]
    if marker in MARKERS and marker not in read:
        wanted.append(marker)
    for name in wanted:
        found.column("missing", name, _no_column(found, name))
    if marker is None and not any(name in read for name in MARKERS):
        found.column("missing", "esr", f"No acute-phase reactant. {_no_column(found, 'esr')}")


def _no_column(found: _Findings, name: str) -> str:
    column = found.names.column(name)
    return f"The table has no column {column!r}. {absent(name, found.frame, found.names)}"


# --------------------------------------------------------------------------------------------
# Visits


@attrs.frozen(eq=False)
class _Timeline:
    """Visits that can be ordered: `sure` where patient and date are both known.

    A row that is not sure is a patient of its own, so that it is nobody's baseline.
    """

    visits: Visits
    sure: NDArray[np.bool_]


def _timeline(found: _Findings) -> _Timeline | None:
    """Put the visits that have a patient and a date in order."""
    who, when = _patients(found), _dates(found)
    if who is None or when is None:
        return None
    (codes, ids), (dates, per_day) = who, when
    sure = (codes >= 0) & (dates != NO_DATE)
    alone = np.flatnonzero(~sure)
    codes = codes.copy()
    codes[alone] = len(ids) + np.arange(alone.size)
    labels = [*ids, *repeat(None, alone.size)]
    places = Places(found.frame, found.names)
    return _Timeline(Visits(codes, np.where(sure, dates, 0), per_day, places, labels), sure)


def _patients(found: _Findings) -> tuple[Positions, list[Any]] | None:
    name = found.names.column("patient")
    if name not in found.frame:
        found.column("missing", "patient", _no_column(found, "patient"))
        return None
    try:
        codes, labels = codes_of(found.frame, name)
    except VisitError as problem:
        found.column("refused", "patient", str(problem))
        return None
    ids = labels.to_pylist() if hasattr(labels, "to_pylist") else list(labels)
    found.rows("missing", "patient", np.flatnonzero(codes < 0), "Every visit needs a patient.")
    _alike(found, codes, ids)
    return codes, ids


def _dates(found: _Findings) -> tuple[NDArray[np.int64], float] | None:
    name = found.names.column("date")
    if name not in found.frame:
        found.column("missing", "date", _no_column(found, "date"))
        return None
    dates, per_day, unread = parse_dates(found.frame, name)
    gaps = dates == NO_DATE
    gaps[unread] = False
    found.rows("missing", "date", np.flatnonzero(gaps), "Every visit needs a date.")
    words = found.frame.objects(name) if unread else np.empty(0, dtype=object)
    alike: dict[str, dict[int, Any]] = {}
    for row in unread:
        alike.setdefault(_DIGITS.sub("0", str(words[row])), {})[row] = words[row]
    for cells in alike.values():
        kinds = distinct(cells)
        found.cells("date", kinds, about_dates((kind.value for kind in kinds), name))
    return dates, per_day


def _alike(found: _Findings, codes: Positions, ids: list[Any]) -> None:
    """List ids that are blank, or differ only by case or blanks."""
    if not any(isinstance(one, str) for one in ids):
        return
    same: dict[str, list[int]] = {}
    for code, one in enumerate(ids):
        same.setdefault(str(one).strip().casefold(), []).append(code)
    together = {plain: group for plain, group in same.items() if len(group) > 1 or not plain}
    if not together:
        return
    first = np.full(len(ids), NONE, dtype=np.int64)
    first[codes[::-1]] = np.arange(codes.size)[::-1]
    for plain, group in together.items():
        there = first[group]
        rows = np.sort(there[there >= 0])
        names = listing([repr(ids[code]) for code in group])
        if not plain:
            found.patients("suspicious", "patient", rows, "The patient's id is blank.")
        elif rows.size > 1:
            message = f"The ids {names} differ only by case or blanks: one patient?"
            found.patients("suspicious", "patient", rows, message)


def _same_day(found: _Findings, timeline: _Timeline) -> None:
    visits = timeline.visits
    if not visits.size:
        return
    count = np.bincount(visits.day_starts, minlength=visits.size)[visits.day_starts]
    rows = np.sort(visits.order[count > 1])
    found.rows("suspicious", "date", rows, "Another visit of this patient has this date.")


def _far_apart(found: _Findings, timeline: _Timeline) -> None:
    """List dates that can hardly be right."""
    visits, sure = timeline.visits, timeline.sure
    days = visits.dates / visits.per_day
    if visits.per_day == CALENDAR:
        years = visits.dates.astype("datetime64[us]").astype("datetime64[Y]").astype(np.int64)
        years += EPOCH
        odd = sure & ((years < YEARS[0]) | (years >= YEARS[1]) | (visits.dates == 0))
        found.rows(
            "suspicious",
            "date",
            np.flatnonzero(odd),
            f"Hardly possible: visits are expected from {YEARS[0]} to {YEARS[1] - 1}, and "
            f"1970-01-01 is what a 0 becomes.",
            values=[str(year) for year in years[odd]],
        )
    else:
        odd = sure & (np.abs(days) > STUDY_DAYS_HIGHEST)
        if odd.any():
            found.column(
                "suspicious",
                "date",
                f"{int(odd.sum())} study days are beyond {STUDY_DAYS_HIGHEST:g}: dates written as "
                f"numbers? Turn them into dates first; those of a spreadsheet are "
                f"pandas.to_datetime(table[{found.names.column('date')!r}], unit='D', "
                f"origin='1899-12-30').",
                value=int(odd.sum()),
            )
    first = np.full(len(visits.labels), np.inf)
    plain = sure & ~odd
    np.minimum.at(first, visits.patients[plain], days[plain])
    late = plain & (days - first[visits.patients] > YEARS_APART * DAYS_A_YEAR)
    found.rows(
        "suspicious",
        "date",
        np.flatnonzero(late),
        f"More than {YEARS_APART:g} years after the patient's first visit.",
    )


def _baseline(
    found: _Findings, timeline: _Timeline | None, rule: BaselineRule | None
) -> NDArray[np.bool_]:
    """List what stands in the way of comparing visits; return which rows are a baseline."""
    at_baseline = np.zeros(found.frame.size, dtype=bool)
    if rule is None or timeline is None:
        return at_baseline
    visits, sure = timeline.visits, timeline.sure
    try:
        chosen, what = candidates(visits, found.frame, rule)
    except NotNumericError:
        # The words of a flag are listed already.
        return at_baseline
    except VisitError as problem:
        found.column("refused", "date", str(problem))
        return at_baseline
    chosen = np.sort(chosen[sure[chosen]])
    count = np.bincount(visits.patients[chosen], minlength=len(visits.labels))
    twice = chosen[count[visits.patients[chosen]] > 1]
    found.rows("refused", "date", twice, f"Two or more visits can be {what} of this patient.")
    ordered = visits.order[visits.starts == np.arange(visits.size)]
    without = np.sort(ordered[sure[ordered] & (count[visits.patients[ordered]] == 0)])
    found.patients(
        "suspicious",
        "date",
        without,
        f"No visit of this patient is {what}: nothing is compared.",
    )
    one = chosen[count[visits.patients[chosen]] == 1]
    at_baseline[one] = True
    per_patient = np.full(len(visits.labels), NONE, dtype=np.int64)
    per_patient[visits.patients[one]] = one
    baseline = per_patient[visits.patients]
    has = sure & (baseline >= 0)
    before = has & (visits.dates < visits.dates[baseline])
    found.rows(
        "suspicious",
        "date",
        np.flatnonzero(before),
        "Before the patient's baseline: no response, change or flare here.",
    )
    if found.names.column("patient_global_rater") in found.frame:
        codes, _ = read_raters(found.frame, found.names)
        other = has & (codes >= 0) & (codes[baseline] >= 0) & (codes != codes[baseline])
        changed = np.flatnonzero(other & (visits.dates > visits.dates[baseline]))
        words = found.frame.objects(found.names.column("patient_global_rater"))
        found.rows(
            "suspicious",
            "patient_global_rater",
            changed,
            "Another rater than at baseline: the change is not the patient's alone.",
            values=[str(words[row]) for row in changed],
        )
    return at_baseline
