"""`check`: what is missing, refused and suspicious in a table of visits, listed and not raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, TypeAlias, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import JiaScoresError, VisitError, door, listing, say
from jiascores.core.variables import (
    CORE_VARIABLES,
    COURSES,
    ILAR_CATEGORIES,
    MARKERS,
    VARIABLES,
    MarkerRule,
    Variable,
)
from jiascores.core.words import plain
from jiascores.tables.assess import in_the_way, measured
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.columns import JOINT_COUNTS
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, Positions, by_id, list_of
from jiascores.tables.identities import doubtful_ids
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import ROLES, WORDS, Column, Units, column_of
from jiascores.tables.problems import Collect, Finding, Problem, Refused, capital
from jiascores.tables.requests import Measures
from jiascores.tables.suspects import suspects
from jiascores.tables.table import RATERS, Table
from jiascores.tables.visits import CALENDAR, Visits

FrameT = TypeVar("FrameT")
Words: TypeAlias = Sequence[str | None] | NDArray[Any]
KINDS: tuple[Finding, ...] = ("refused", "suspicious", "missing")

# Limits of suspicion: chosen here, from no paper. They refuse nothing.
MANY_VISITS = 20
MANY_JOINTS = 10
TENFOLD = 10
MOST_GROUPS = 100
# The first rows, which tell what is no group.
LOOKED_AT = 2000
# Which part of the patients may be in two groups.
FEW_MOVE = 0.1
YEARS = (1970, 2100)
YEARS_APART = 30.0
STUDY_DAYS_HIGHEST = 20_000.0

# What `joint_counts` adds where it had to decide whether a form without a finding was filled.
EXAMINED = "joints_examined"
DAYS_A_YEAR = 365.25
TWO = 2
MISSING_AT_BASELINE = "Missing at baseline: nothing of this patient can be compared in it."
# What the words of a column that is called so may be.
ALLOWED = dict(zip(WORDS, (COURSES, ILAR_CATEGORIES), strict=True))


@as_declared
def check(
    visits: FrameT,
    *,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    baseline: BaselineRule | None = None,
    marker: MarkerRule | None = None,
    measures: Measures | None = None,
    by: Column | None = None,
    prefix: str = "",
) -> FrameT:
    """List what is missing, refused and suspicious in a table of visits.

    No value raises here: what `assess` would refuse is listed, all of it together, with its row,
    patient and date.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order, of any kind that `assess` takes.
    columns : dict, optional
        Your own column names: variable → column of the table.
    units : dict, optional
        Units that are not canonical: variable → unit (``"mm"``, ``"mg/dL"``).
    baseline : str or rule, optional
        As for `assess`. Where it is given, patients without a baseline or with two, visits before
        it, gaps at it and changes of rater since it are listed too.
    marker : {"esr", "crp", "esr-else-crp"}, optional
        As for `assess`: the reactant that the core set uses.
    measures : list of str or requests, optional
        As for `assess`: all that stands in their way is listed, the columns that they need and
        the table does not have among it. Without it, the core set is looked for. Columns called
        ``course`` and ``ilar_category`` are always looked at.
    by : Column, optional
        A column to sort the findings by, which then comes first in the result, for example
        ``jia.column("site")`` for queries to each site. Findings on a whole column come last.
    prefix : str
        As for `assess`: whether a column that it would add is there already depends on it.

    Returns
    -------
    data frame
        One row for each finding, refused first, then suspicious, then missing; a pandas, Polars
        or PyArrow table as was given. A lazy or distributed table is collected, and the findings
        are an eager table: Polars for Polars, PyArrow for DuckDB, pandas for Dask and Spark.

        ``finding``
            ``refused``: `assess` with the same arguments raises on it, or leaves it out by
            ``invalid="missing"``. ``suspicious``: often a mistake, and yet `assess` takes it; so is
            what cannot be read in a column that none of the `measures` needs. ``missing``: a gap.
        ``reason``
            A code for what it is, the same as `reason` of the error that `assess` raises, for
            example ``out-of-range``.
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

    See Also
    --------
    jiascores.assess : Computes what is asked for.
    jiascores.report : A page with the findings in it.

    Notes
    -----
    Refused: a value out of range, a count that is not whole, text where a number is due (also
    ``"< 5"``: what a value below detection counts as is the protocol's decision), a word that is
    no course, ILAR category, yes or no where one is due, a 71-joint count that cannot be true
    beside the 27-joint count, a date that is not understood, and two visits that can both be the
    baseline.

    Suspicious, by limits that no paper gives, and that say nothing on simulated tables without
    mistakes: globals above 10; globals that stay among a few whole numbers, or below 10 mm, though
    joints are active, and globals that differ tenfold between groups of patients; values that look
    like another unit (fibrinogen below 20 or above 2000 mg/dL, triglycerides below 15 mg/dL,
    haemoglobin above 20 g/dL or nearly all below 10.5, platelets above 3000 or all below 10,
    ferritin below 1, half of AST below 5 or of LDH below 20 U/L, half of CRP below 5 mg/L where ESR
    is 40 or more, an upper limit of CRP below 2 mg/L, stiffness of less than a minute or a few
    minutes throughout); an ESR above 200 mm/h or always 0, a CRP above 500 mg/L; 99, 888 or 999
    far more often than their neighbours; a 71-joint count that ends at 27, or is a copy of the
    27-joint count; a CHAQ without an answer of 0; rare signs at every visit; a column with one
    value throughout that is not 0; two visits of a patient on a date; ids that
    differ by leading zeros, blanks, case, quotes or ``.0`` alone; a patient number at two sites
    (columns ``site``, ``sex``, ``birth_date`` and ``ilar_category``, or those that `columns` names)
    whose visits are at both in turn, or whose sex, birth date or category differ; dates outside 1970–2099, and more than 30 years after the
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
    ['patient_global', 'chaq', 'active_joints', 'limited_joints', 'esr', 'date']
    """
    given: dict[str, Any] = {"columns": columns, "units": units, "baseline": baseline}
    found = findings(
        Frame(to_eager(visits)), measures, by=by, prefix=prefix, marker=marker, **given
    )
    return cast(FrameT, found)


def findings(
    frame: Frame,
    measures: Measures | None,
    *,
    by: Column | None = None,
    prefix: str = "",
    gaps: bool = True,
    **given: Any,
) -> Any:
    """Return what `check` lists, as a frame of the caller's kind; without the `gaps` where not asked.

    `given` says how the table is read.
    """
    table = Table(frame, **given, policy=(collected := Collect()))
    found = _Findings(table, None if by is None else column_of(table.frame, by, "by"))
    if measures is None:
        _core_set(found)
    else:
        # Measured for the problems met on the way, which the policy collects.
        names = [str.__add__(prefix, each.name) for each in measured(measures)(table)]
        table.meet(*in_the_way(table.frame, names, advice="Rename or drop it"))
    needed = None if measures is None else len(collected.problems)
    read = {name: _Read.of(table, name) for name in VARIABLES if table.has(name)}
    _words(table)
    if table.both_ratings:
        table.values("patient_global")
    timeline = _timeline(table, required=measures is None)
    at_baseline = np.zeros(table.size, dtype=bool)
    if timeline is not None and table.baseline_rule is not None:
        at_baseline = _baseline(found, timeline)
    if needed is None:
        found.problems(collected.problems)
    else:
        found.problems(collected.problems[:needed], missing="refused")
        found.problems(collected.problems[needed:], refused="suspicious")
    _suspects(found, read)
    _copied(found, read)
    _units_beside(found, read)
    _by_groups(found, read)
    _left_open(found)
    _not_examined(found)
    _raters(found)
    if timeline is not None:
        for rows, message in doubtful_ids(table):
            found.add("patient", message, patients=rows)
        _same_day(found, timeline)
        _far_apart(found, timeline)
    if gaps:
        _gaps(found, read, at_baseline)
    return found.table()


def _core_set(found: _Findings) -> None:
    """Look for the columns of the core set, where nothing else is asked for."""
    table = found.of
    table.require((*CORE_VARIABLES, *(() if table.marker_rule not in MARKERS else (table.marker,))))
    if table.marker_rule is None:
        # With both there is a choice; whether `assess` needs one depends on what it is asked for.
        if not all(table.has(name) for name in MARKERS):
            _ = table.marker


# --------------------------------------------------------------------------------------------
# Collecting


# The rows of a finding about a whole column.
_NOWHERE = np.array([NONE])


@attrs.frozen(eq=False)
class _Block:
    """Findings of one kind about one variable."""

    finding: Finding
    reason: str
    variable: str
    column: str | None
    rows: Positions
    patients: Positions
    value: Words | None
    message: str | Words

    def words(self, name: str) -> Iterable[str | None]:
        """Return what one of its fields says of each row."""
        said = getattr(self, name)
        return repeat(said, self.rows.size) if said is None or isinstance(said, str) else said


class _Findings:
    """The findings of one table, in the order in which they are made."""

    def __init__(self, table: Table, by: str | None = None) -> None:
        # The table that the findings are of, and the column by which they are put in order.
        self.of, self.by = table, by
        self._groups = None if by is None else table.frame.ids(by)
        self._blocks: list[_Block] = []
        self._told: set[Any] = set()

    def add(
        self,
        variable: str,
        message: str | Words,
        rows: Positions = _NOWHERE,
        *,
        patients: Positions | None = None,
        value: Any = None,
        values: Words | None = None,
        finding: Finding = "suspicious",
        reason: str = "suspicious",
        column: str | None = None,
    ) -> None:
        """Add one finding for each of these rows; without rows, one about a whole column.

        A finding about patients, and no visit of theirs, has a row of each in `patients`.
        """
        if patients is not None:
            rows = np.full(patients.size, NONE)
        if rows.size:
            column = column or self.of.column(variable)
            there = str(column) if column in self.of.frame else None
            patients = rows if patients is None else patients
            values = [_text(value)] * rows.size if values is None else values
            block = _Block(finding, reason, variable, there, rows, patients, values, message)
            self._blocks.append(block)

    def problems(self, problems: Sequence[Problem], **otherwise: Finding) -> None:
        """Add what cannot be read, each finding once; `otherwise` gives kinds of finding another."""
        told = self._told
        for problem in problems:
            codes = None if self._groups is None else self._groups[0]
            for rows, value, message in _parts(problem, codes):
                where = rows.tobytes() if problem.rows.size else message
                key = (problem.reason, problem.variable, problem.column, where)
                if key in told:
                    continue
                told.add(key)
                finding = otherwise.get(problem.kind.finding, problem.kind.finding)
                kind: Any = {"finding": finding, "reason": problem.reason}
                self.add(
                    problem.variable, message, rows, values=value, column=problem.column, **kind
                )

    def table(self) -> Any:
        """Return the findings as a frame of the caller's kind."""
        frame = self.of.frame
        blocks = sorted(self._blocks, key=lambda block: KINDS.index(block.finding))
        order = self._order(blocks)

        def places(name: str) -> Positions:
            return _joined(blocks, name)[order]

        def words(name: str) -> Any:
            said = [word for block in blocks for word in block.words(name)]
            return frame.texts([said[place] for place in order.tolist()])

        def role(name: str, rows: Positions) -> Any:
            column = self.of.column(name)
            return frame.taken(column, rows) if column in frame else frame.texts([None] * rows.size)

        rows, patients = places("rows"), places("patients")
        return frame.new(
            ({} if self.by is None else {self.by: frame.taken(self.by, patients)})
            | {name: words(name) for name in ("finding", "reason", "variable", "column")}
            | {
                "row": frame.taken(None, rows),
                "patient": role("patient", patients),
                "date": role("date", rows),
            }
            | {name: words(name) for name in ("value", "message")}
        )

    def _order(self, blocks: Sequence[_Block]) -> Positions:
        """Return the findings in order: as they are, or by what the column says of each."""
        rows = _joined(blocks, "patients")
        if self._groups is None:
            return np.arange(rows.size)
        codes, labels = self._groups
        _, ranks = by_id(labels)
        place = np.append(ranks, len(ranks))[np.append(codes, NONE)[rows]]
        return np.argsort(place, kind="stable")


def _joined(blocks: Sequence[_Block], name: str) -> Positions:
    """Return the rows that all findings are of."""
    none = [np.empty(0, dtype=np.int64)]
    return np.concatenate([getattr(block, name) for block in blocks] or none)


def _parts(
    problem: Problem, groups: Positions | None
) -> Iterator[tuple[Positions, list[str | None], str | Words]]:
    """Return the findings that a problem is: their rows, values and messages.

    Cells that are alike are one finding, of each of the groups where there are some.
    """

    def said(kinds: Sequence[Refused]) -> str:
        words = problem.about(kinds)
        return capital(f"{problem.read_as}: {words}" if problem.read_as else words)

    kinds, alike = problem.cells, problem.kind.alike
    if not kinds:
        rows = problem.rows if problem.rows.size else np.array([NONE])
        yield rows, [None] * rows.size, said(())
    elif alike is None:
        words = {row: said([kind]) for kind in kinds for row in kind.rows}
        texts = [_text(value) for value in problem.values]
        yield problem.rows, texts, [words[row] for row in problem.rows.tolist()]
    else:
        together: dict[Any, list[Refused]] = {}
        for kind in kinds:
            for group, cells in _by_group(kind, groups):
                together.setdefault((group, alike(kind.value)), []).append(cells)
        for part in together.values():
            first = min(part, key=lambda kind: kind.rows[0])
            size = sum(len(kind.rows) for kind in part)
            many = "" if size == 1 else f"In {size} rows, first here. "
            yield np.array(first.rows[:1]), [_text(first.value)], many + said(part)


def _by_group(kind: Refused, groups: Positions | None) -> Iterator[tuple[int, Refused]]:
    """Yield equal cells, those of each group apart."""
    if groups is None:
        yield NONE, kind
        return
    codes = groups[kind.rows]
    for code in np.unique(codes).tolist():
        yield code, Refused(kind.value, np.array(kind.rows)[codes == code].tolist())


def _text(value: Any) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


# --------------------------------------------------------------------------------------------
# Units and columns as a whole


@attrs.frozen(eq=False)
class _Read:
    """One variable as the table has it: `numbers` in the canonical unit, `source` in its own."""

    variable: Variable
    source: NDArray[np.float64]
    numbers: NDArray[np.float64]
    gaps: NDArray[np.bool_]

    @classmethod
    def of(cls, table: Table, name: str) -> _Read:
        """Read a variable of a table."""
        numbers = table.values(name)
        source, gaps = table.as_written(name)
        return cls(VARIABLES[name], source, numbers, gaps)


def _suspects(found: _Findings, read: Mapping[str, _Read]) -> None:
    """List columns and values that look as if they were in another unit or coding."""
    for name, each in read.items():
        known = each.source[~np.isnan(each.source)]
        beyond = int((known > each.variable.high).sum())
        in_mm = found.of.units.get(name) in ("mm", "0-100")
        if "mm" in each.variable.units and not in_mm and beyond:
            found.add(
                name,
                f"{beyond} of {known.size} values are above {each.variable.high:g}: "
                f"millimetres? Then declare {say('units', {name: 'mm'})}.",
                value=beyond,
            )
    numbers = {name: each.numbers for name, each in read.items()}
    for suspect in suspects(found.of, numbers):
        if suspect.rows is None:
            found.add(suspect.variable, suspect.message, value=suspect.count)
        else:
            values = read[suspect.variable].source[suspect.rows].tolist()
            values = [*map(_text, values)]
            found.add(suspect.variable, suspect.message, suspect.rows, values=values)


def _copied(found: _Findings, read: Mapping[str, _Read]) -> None:
    """List one joint count that is a copy of the other."""
    if not all(name in read for name in JOINT_COUNTS):
        return
    full, reduced = (read[name].numbers for name in JOINT_COUNTS)
    known = ~np.isnan(full) & ~np.isnan(reduced)
    agree = (full[known] == reduced[known]).all()
    # Both from one form of joints are no copies; and of few joints all may be among the 27.
    counted = f"{JOINT_COUNTS[0]}_min" in found.of.frame
    if known.sum() >= TWO and agree and full[known].max() >= MANY_JOINTS and not counted:
        found.add(
            "active_joints",
            f"The 71-joint and the 27-joint count agree at all {known.sum()} visits: is one a "
            f"copy of the other?",
            value=known.sum(),
        )


def _units_beside(found: _Findings, read: Mapping[str, _Read]) -> None:
    """Look for a column that by its name and words is the unit of each value, and that nobody named."""
    table = found.of
    for name in read:
        variable, given = VARIABLES[name], table.units.get(name)
        own = variable.unit_named(given or variable.unit) if not isinstance(given, Column) else None
        column = str(table.column(name))
        for other in map(str, table.frame.names):
            if (
                own is None
                or other == column
                or not any(stem in plain(other) for stem in (name, plain(column)))
            ):
                continue
            try:
                _, labels = table.frame.ids(other)
            except VisitError:
                # Lists name no unit.
                continue
            words = [str(word).strip() for word in list_of(labels)]
            units = [variable.unit_named(word) for word in words]
            if None not in units and any(unit is not own for unit in units):
                found.add(
                    name,
                    f"{other!r} says the unit of each value, {listing(words)}, and {column!r} is read "
                    f"in {own.name} alone. To read each by its own: {door().unit_in(name, other)}.",
                )


def _by_groups(found: _Findings, read: Mapping[str, _Read]) -> None:
    """List globals that differ tenfold between sites, or other groups of patients."""
    table = found.of
    globals_ = [each for each in read.values() if "mm" in each.variable.units]
    if not globals_ or table.column("patient") not in table.frame:
        return
    visits = table.visits
    taken = {table.column(name) for name in (*ROLES, *VARIABLES)}
    for name in table.frame.names:
        groups = None if name in taken else _groups(table, visits.patients, name)
        if groups is None:
            continue
        for each in globals_:
            medians = _medians(each.numbers, groups)
            if medians and min(medians) > 0 and max(medians) >= TENFOLD * min(medians):
                found.add(
                    each.variable.name,
                    f"Medians from {min(medians):g} to {max(medians):g} between groups of {name!r}: "
                    f"one of them in another unit? {door().unit_in(each.variable.name, 'your column')} "
                    f"reads the unit of each row.",
                    value=len(medians),
                )


def _groups(table: Table, patients: Positions, name: Any) -> Positions | None:
    """Return a column as codes where it groups patients: few words, each patient in one group."""
    first = table.frame.taken(name, np.arange(min(table.size, LOOKED_AT)))
    try:
        # A glance at the first rows spares the columns that are no groups.
        if len(set(list_of(first))) > MOST_GROUPS:
            return None
        codes, labels = table.frame.codes(name)
    except (TypeError, JiaScoresError):
        return None
    if not 1 < len(labels) <= MOST_GROUPS:
        return None
    pairs = np.unique(patients * (len(labels) + 1) + codes + 1)
    moved = np.bincount(pairs // (len(labels) + 1), minlength=1) > 1
    return codes if moved.mean() < FEW_MOVE else None


def _medians(values: NDArray[np.float64], groups: Positions) -> list[float]:
    known = ~np.isnan(values) & (groups >= 0)
    parts = [values[known & (groups == code)] for code in np.unique(groups[known])]
    return [float(np.median(part)) for part in parts if part.size >= MANY_VISITS]


def _not_examined(found: _Findings) -> None:
    """List visits at which nothing says that the joints were examined; `joint_counts` says so."""
    if EXAMINED not in found.of.frame:
        return
    rows = np.flatnonzero(found.of.flag(EXAMINED) == 0)
    if rows.size:
        size = found.of.size
        often = (
            f"Nothing says that the joints were examined at {rows.size} of {size} visits: a form "
            f"without a tick is no joint only where it is complete, or a field says that they were."
        )
        found.add(EXAMINED, often, value=rows.size, **_GAP)
        found.add(EXAMINED, "Nothing says that the joints were examined.", rows, **_GAP)


def _left_open(found: _Findings) -> None:
    """List words that are understood and leave open which category is meant."""
    for (what, column), rows in found.of.words_read.items():
        if rows.size:
            found.add(
                what,
                f"Column {column!r} leaves the category open at {rows.size} of {found.of.size} visits, as "
                f"M08.4 does for persistent and extended oligoarthritis: it is missing there.",
                value=rows.size,
                **_GAP,
            )


def _words(table: Table) -> None:
    """Look at the columns of words, whether a request names them or not."""
    for name, words in ALLOWED.items():
        column = table.column(name)
        if column in table.frame and (name, column) not in table.words_read:
            table.word_codes(column, words, name)


def _raters(found: _Findings) -> None:
    """List words that are no rater."""
    if found.of.column("patient_global_rater") not in found.of.frame:
        return
    _, raters = found.of.raters()
    others = [rater for rater in raters if rater not in RATERS]
    if others:
        found.add(
            "patient_global_rater",
            f"Raters are {' or '.join(RATERS)}; found {listing([repr(one) for one in others])}.",
            value=len(others),
        )


_GAP: dict[str, Any] = {"finding": "missing", "reason": "gap"}


def _gaps(found: _Findings, read: Mapping[str, _Read], at_baseline: NDArray[np.bool_]) -> None:
    """List what is missing: for each variable how often, and where."""
    size = found.of.size
    for name, each in read.items():
        rows = np.flatnonzero(each.gaps)
        if not rows.size:
            continue
        if rows.size == size:
            found.add(name, f"Missing at all {size} visits.", value=size, **_GAP)
            continue
        often = f"Missing at {rows.size} of {size} visits ({rows.size / size:.1%})."
        found.add(name, often, value=rows.size, **_GAP)
        messages: str | Words = "Missing."
        if name in (*CORE_VARIABLES, *MARKERS) and at_baseline[rows].any():
            words = np.array(["Missing.", MISSING_AT_BASELINE], dtype=object)
            messages = words[at_baseline[rows].astype(np.int64)]
        found.add(name, messages, rows, **_GAP)


# --------------------------------------------------------------------------------------------
# Visits


def _timeline(table: Table, *, required: bool) -> Visits | None:
    """Put the visits that have a patient and a date in order; without these columns, nothing.

    Where they are `required` and not there, that is found; requests that need them have said it.
    """
    there = all(table.column(role) in table.frame for role in ROLES[:2])
    visits = table.visits if there or required else None
    return visits if there else None


def _same_day(found: _Findings, visits: Visits) -> None:
    if not visits.size:
        return
    count = np.bincount(visits.day_starts, minlength=visits.size)[visits.day_starts]
    rows = np.sort(visits.order[count > 1])
    found.add("date", "Another visit of this patient has this date.", rows)


def _far_apart(found: _Findings, visits: Visits) -> None:
    """List dates that can hardly be right."""
    sure = visits.sure
    if visits.per_day == CALENDAR:
        first, last = (int(np.datetime64(f"{year}", "us").astype(np.int64)) for year in YEARS)
        odd = sure & ((visits.dates < first) | (visits.dates >= last) | (visits.dates == 0))
        years = visits.dates[odd].astype("datetime64[us]").astype("datetime64[Y]").astype(str)
        found.add(
            "date",
            f"Hardly possible: visits are expected from {YEARS[0]} to {YEARS[1] - 1}, and "
            f"1970-01-01 is what a 0 becomes.",
            np.flatnonzero(odd),
            values=years,
        )
    else:
        odd = sure & (np.abs(visits.dates) > STUDY_DAYS_HIGHEST * visits.per_day)
        if odd.any():
            found.add(
                "date",
                f"{int(odd.sum())} study days are beyond {STUDY_DAYS_HIGHEST:g}: dates written as "
                f"numbers? Turn them into dates first; those of a spreadsheet are "
                f"{door().serial_dates(found.of.column('date'))}.",
                value=int(odd.sum()),
            )
    plain, apart = sure & ~odd, YEARS_APART * DAYS_A_YEAR * visits.per_day
    if not plain.any() or np.ptp(visits.dates[plain]) <= apart:
        return
    began = np.full(len(visits.labels), np.iinfo(np.int64).max)
    np.minimum.at(began, visits.patients[plain], visits.dates[plain])
    late = plain & (visits.dates - began[visits.patients] > apart)
    words = f"More than {YEARS_APART:g} years after the patient's first visit."
    found.add("date", words, np.flatnonzero(late))


def _baseline(found: _Findings, visits: Visits) -> NDArray[np.bool_]:
    """List what stands in the way of comparing visits; return which rows are a baseline."""
    table = found.of
    baseline, of_patients = table.baseline, table.baseline_of_patients
    at_baseline = np.zeros(table.size, dtype=bool)
    at_baseline[of_patients[of_patients >= 0]] = True
    own = table.own_of("baseline")
    not_before = at_baseline.copy()
    if own is not None:
        for name in own.there:
            rows = own.rows(name)
            not_before[rows[rows >= 0]] = True
            lacks = np.flatnonzero((rows < 0) & (of_patients >= 0))
            found.add(name, MISSING_AT_BASELINE, patients=of_patients[lacks])
        # A gap in a row is none at baseline, where another row has the variable's.
        at_baseline[:] = False
    ordered = visits.order[visits.starts == np.arange(visits.size)]
    twice = table.with_two_baselines
    none = (of_patients[visits.patients[ordered]] < 0) & ~twice[visits.patients[ordered]]
    found.add(
        "date",
        "This patient has no baseline visit: nothing is compared.",
        patients=np.sort(ordered[visits.sure[ordered] & none]),
    )
    has = visits.sure & (baseline >= 0)
    earlier = np.maximum(baseline, 0)
    found.add(
        "date",
        "Before the patient's baseline: no response, change or flare here.",
        np.flatnonzero(has & ~not_before & (visits.dates < visits.dates[earlier])),
    )
    if table.column("patient_global_rater") in table.frame:
        codes, _ = table.raters()
        if own is not None and "patient_global" in own.there:
            rated = table.baseline_of("patient_global")
            has, earlier = visits.sure & (rated >= 0), np.maximum(rated, 0)
        other = has & (codes >= 0) & (codes[earlier] >= 0) & (codes != codes[earlier])
        changed = np.flatnonzero(other & (visits.dates > visits.dates[earlier]))
        words = table.frame.objects(table.column("patient_global_rater"))
        found.add(
            "patient_global_rater",
            "Another rater than at baseline: the change is not the patient's alone.",
            changed,
            values=[str(words[row]) for row in changed],
        )
    return at_baseline
