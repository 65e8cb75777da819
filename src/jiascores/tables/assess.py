"""`assess`: the measures of every visit of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeVar, cast

import attrs

from jiascores.core.arguments import as_declared
from jiascores.core.errors import ColumnError, SuspiciousWarning, listing, say, shown, warn
from jiascores.core.variables import MarkerRule
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.details import details_of
from jiascores.tables.engines import run
from jiascores.tables.frame import IN_MEMORY, Frame, Output, kind_of_frame
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Units, as_mapping
from jiascores.tables.numbers import one_of
from jiascores.tables.problems import Blank, Policy, Problem, Raise, error_of
from jiascores.tables.requests import Measures, Request, understand_requests
from jiascores.tables.suspects import what_is_suspicious
from jiascores.tables.table import Table

FrameT = TypeVar("FrameT")


@as_declared
def assess(
    visits: FrameT,
    *,
    measures: Measures,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    baseline: BaselineRule | None = None,
    marker: MarkerRule | None = None,
    details: bool = False,
    invalid: Literal["raise", "missing"] = "raise",
    prefix: str = "",
) -> FrameT:
    """Compute measures for every visit of a table.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order: pandas, Polars (eager or lazy), PyArrow, DuckDB,
        Dask or PySpark.
    measures : list of str or requests
        What to compute: a bare name where nothing is to be chosen (``"jadas71"``,
        ``"acr_ped"``), else a request, for example
        ``jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("course"))``.
    columns : dict, optional
        Your own column names: variable → column of the table.
    units : dict, optional
        Units that are not canonical: variable → unit (``"mm"``, ``"mg/dL"``). Never guessed.
    baseline : str or rule, optional
        ``"first"``, ``jia.flagged("column")`` or ``jia.on_or_before("column")``; required for
        what compares visits.
    marker : {"esr", "crp", "esr-else-crp"}, optional
        Required where the table has both ESR and CRP.
    details : bool
        Whether to add what decided: for a measure that compares visits ``…_baseline_date`` or
        ``…_reference_date``, ``…_marker``, how many of the six variables have ``…_improved`` (by
        the level of a responder, else by the lowest), ``…_worsened`` and are ``…_missing``, and
        ``…_change_<variable>`` in per cent, negative when better; for scores, and states by them,
        ``…_marker`` and how many parts are ``…_missing``; for verdicts of several items, how many
        of these are unknown.
    invalid : {"raise", "missing"}
        Whether a value that is not allowed raises, or is left out and listed in the added
        column ``invalid_values``.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        Of the same kind, with the columns added. Scores are floats; levels and flags are
        nullable, so that a gap is never False. pandas, eager Polars and PyArrow keep rows, order
        and index; the others keep rows, not order.

    Raises
    ------
    ColumnError
        If a column is missing, or an added column would replace one.
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, with row, patient and date.
    InconsistentError
        If a 71-joint and a 27-joint count cannot be true together.
    MarkerError
        If the table has both ESR and CRP and none is chosen.
    VisitError
        If a patient or date is missing, or two rows can be the baseline.
    UnknownDefinitionError, NotCoveredError, RequestError
        For a request that cannot be carried out.

    See Also
    --------
    jiascores.check : What it would refuse, before it does.
    jiascores.ask.responder : A request: one of the verdicts that a table can be asked for.
    jiascores.assess_files : Files that are larger than memory.
    jiascores.report : A page on the same table.

    Notes
    -----
    Response, change and flare are empty on the reference row itself and before it.

    A lazy Polars frame, a Dask or a Spark frame stays lazy: what is wrong with the columns or the
    request raises at the call, what is wrong with a value when it is computed. A DuckDB relation
    is computed at the call, on its own connection. Dask and Spark frames are split by patient
    where visits are compared.

    Where the table has a column ``patient_global_rater`` (parent, patient) and a request compares
    visits, the column ``rater_changed`` is added: yes where somebody else rated the patient global
    than at the baseline or reference that the row was compared with. Where the table has both
    ratings, ``patient_global`` and ``parent_global``, `columns` must say which counts.

    Where values of a table in memory look as if they were in another unit or coding, the call ends
    with one `SuspiciousWarning`; `check` lists what is suspicious. Lazy tables say nothing.

    Where the table has both joint counts, the 71-joint count less the 27-joint count must lie in
    0–44; ``invalid="missing"`` leaves both out.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": ["A", "A"], "date": pd.to_datetime(["2020-01-01", "2020-03-01"]),
    ...     "phga_mm": [60, 20], "patient_global": [5.0, 2.0], "chaq": [1.5, 0.75],
    ...     "active_joints": [12, 4], "limited_joints": [10, 6], "esr": [40, 20]})
    >>> out = jia.assess(visits, columns={"physician_global": "phga_mm"},
    ...                  units={"physician_global": "mm"}, baseline="first",
    ...                  measures=["jadas71", "acr_ped"])
    >>> out[["jadas71", "acr_ped_level"]]
       jadas71  acr_ped_level
    0     25.0           <NA>
    1      8.0             50
    """
    return TableCall(
        outputs=measured(measures, details=details),
        columns=columns,
        units=units,
        baseline=baseline,
        marker=marker,
        invalid=invalid,
        prefix=prefix,
        looks=True,
    ).on(visits)


def measured(measures: Measures, *, details: bool = False) -> Callable[[Table], list[Output]]:
    """Return what turns a table into the columns of these measures."""
    return partial(_measured, requests=tuple(understand_requests(measures)), details=details)


def _measured(table: Table, requests: Sequence[Request], *, details: bool) -> list[Output]:
    table.require(name for request in requests for name in request.needs(table))
    outputs: list[Output] = []
    for request in requests:
        outputs += request.compute(table)
        outputs += details_of(request, table) if details else []
    return outputs + table.which_counted()


INVALID = {
    "raise": "an error that says all of a column",
    "missing": "the cells count as missing, and a column says which they were",
}


def policy_for(invalid: object) -> Policy:
    """Return what is done about values that are not allowed."""
    return Blank() if one_of(invalid, INVALID, "invalid") == "missing" else Raise()


def _columns(given: ColumnNames | None) -> Mapping[str, str]:
    return as_mapping(given, "columns")


def _units(given: Units | None) -> Units:
    return as_mapping(given, "units")


@attrs.frozen(eq=False, kw_only=True)
class TableCall:
    """What one call does to a table in memory; it can be sent to other processes.

    Parameters
    ----------
    outputs : callable
        From a table to the columns to add.
    columns, units, baseline, marker, invalid, prefix
        As for `assess`.
    looks : bool
        Whether it ends with one warning where something is suspicious in a table in memory.
    """

    outputs: Callable[[Table], list[Output]]
    columns: Mapping[str, str] = attrs.field(default=None, converter=_columns)
    units: Units = attrs.field(default=None, converter=_units)
    baseline: BaselineRule | None = None
    marker: MarkerRule | None = None
    invalid: Literal["raise", "missing"] = "raise"
    prefix: str = ""
    looks: bool = False

    def __attrs_post_init__(self) -> None:
        policy_for(self.invalid)

    def on(self, visits: FrameT) -> FrameT:
        """Return a frame of any kind with the columns added; `run` does it by calling this object."""
        if self.looks and kind_of_frame(visits) in IN_MEMORY:
            frame = Frame(visits)
            table = self.table(frame)
            outputs, suspicious = self._added(table), what_is_suspicious(table)
            del table  # what it has read is not held while the columns are added
            answer = add_columns(frame, outputs, self.prefix)
            if suspicious:
                warn(suspicious, SuspiciousWarning)
            return cast(FrameT, answer)
        patient = self.columns.get("patient", "patient")
        return cast(FrameT, run(visits, self, patient=patient, together=self.compares_visits))

    def __call__(self, visits: Any) -> Any:
        """Return an eager table with the columns added."""
        frame = Frame(visits)
        return add_columns(frame, self._added(self.table(frame)), self.prefix)

    def compares_visits(self, visits: Any) -> bool:
        """Return whether rows of a patient are compared, as a table of no rows shows already."""
        table = self.table(Frame(visits))
        self._added(table)
        return table.compares_visits

    def table(self, frame: Frame) -> Table:
        """Return the table as this call reads it."""
        return Table(
            frame,
            self.columns,
            self.units,
            baseline=self.baseline,
            marker=self.marker,
            policy=policy_for(self.invalid),
        )

    def _added(self, table: Table) -> list[Output]:
        """Return the columns to add."""
        outputs = self.outputs(table)
        if isinstance(table.policy, Blank):
            outputs.append(Output("invalid_values", "word", table.policy.words(table.size)))
        return outputs


def add_columns(frame: Frame, outputs: list[Output], prefix: str) -> Any:
    """Add columns to a frame; one that is there already, or comes twice, is an error.

    The list is emptied, so that no column is held twice.
    """
    if prefix != "":
        outputs = [
            attrs.evolve(output, name=str.__add__(prefix, output.name)) for output in outputs
        ]
    problems = in_the_way(frame, [output.name for output in outputs])
    if problems:
        raise error_of(problems, {})
    return frame.with_columns(_one_by_one(outputs))


def _one_by_one(outputs: list[Output]) -> Iterator[Output]:
    outputs.reverse()
    while outputs:
        yield outputs.pop()


def in_the_way(
    frame: Frame,
    names: Sequence[str],
    *,
    advice: str | None = None,
) -> list[Problem]:
    """Return the problem that columns to add are there already; the same one twice raises."""
    for name in names:
        if not name.isascii() and any("\ud800" <= each <= "\udfff" for each in name):
            raise ColumnError(
                f"a column {shown(name)} would be added, and its name holds half a character, "
                f"which files and most tables cannot hold: give {say('prefix', '…')} another text.",
                variable=name,
                values=(name,),
            )
    advice = advice or f"Rename or drop it, or give {say('prefix', '…')}"
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ColumnError(
            f"two requests would add {listing([repr(name) for name in twice])}; ask for one of "
            f"them, or assess twice with {say('prefix', '…')}.",
            variable=twice[0],
            values=twice,
        )
    taken = [name for name in names if name in frame]
    if not taken:
        return []
    message = (
        f"the table already has {listing([repr(name) for name in taken])}: nothing is replaced. "
        f"{advice}."
    )
    return [Problem("column-in-the-way", taken[0], message, values=taken)]
