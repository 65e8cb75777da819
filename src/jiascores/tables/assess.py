"""`assess`: the measures of every visit of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from jiascores.core.errors import ColumnError, listing
from jiascores.tables.ask import Request, understand_requests
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.columns import Frame, Output, understand
from jiascores.tables.context import ESR_ELSE_CRP, Context

FrameT = TypeVar("FrameT")


def assess(
    visits: FrameT,
    *,
    measures: Sequence[str | Request] | str,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    baseline: BaselineRule | None = None,
    marker: str | None = None,
    invalid: Literal["raise", "missing"] = "raise",
    prefix: str = "",
) -> FrameT:
    """Compute measures for every visit of a table.

    Parameters
    ----------
    visits : data frame
        One row for each visit, in any order: pandas, Polars or PyArrow.
    measures : list of str or requests
        What to compute: a bare name where nothing is to be chosen (``"jadas71"``,
        ``"acr_ped"``), else a request, for example
        ``jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("course"))``.
    columns : dict, optional
        What is called otherwise: variable → column of the table.
    units : dict, optional
        Units that are not canonical: variable → unit (``"mm"``, ``"mg/dL"``). Never guessed.
    baseline : str or rule, optional
        ``"first"``, ``jia.flagged("column")`` or ``jia.on_or_before("column")``; required for
        what compares visits.
    marker : {"esr", "crp", "esr-else-crp"}, optional
        Required where the table has both ESR and CRP.
    invalid : {"raise", "missing"}
        Whether a value that is not allowed raises, or is left out and listed in the added
        column ``invalid_values``.
    prefix : str
        Put before the name of every added column.

    Returns
    -------
    data frame
        Of the same kind, rows in the same order, with the columns added. Scores are floats;
        levels and flags are nullable, so that a gap is never False.

    Raises
    ------
    ColumnError
        If a column is missing, or an added column would replace one.
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, with row, patient and date.
    MarkerError
        If the table has both ESR and CRP and none is chosen.
    VisitError
        If a patient or date is missing, or two rows can be the baseline.
    UnknownDefinitionError, NotCoveredError, RequestError
        For a request that cannot be carried out.

    Notes
    -----
    Response, change and flare are empty on the reference row itself and before it.

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
    requests = understand_requests(measures)
    frame = Frame(visits)
    names = understand(frame, columns, units)
    context = Context(frame, names, baseline=baseline, marker=marker, invalid=invalid)
    outputs: list[Output] = []
    for request in requests:
        outputs.extend(request.compute(context))
    if marker == ESR_ELSE_CRP:
        outputs.append(context.marker_column())
    if invalid == "missing":
        outputs.append(Output("invalid_values", "word", context.invalid_values()))
    return cast(FrameT, add_columns(frame, outputs, prefix))


def add_columns(frame: Frame, outputs: Sequence[Output], prefix: str) -> Any:
    """Add columns to a frame; one that is there already, or comes twice, is an error."""
    import attrs

    named = [attrs.evolve(output, name=f"{prefix}{output.name}") for output in outputs]
    names = [output.name for output in named]
    taken = [name for name in names if name in frame]
    if taken:
        raise ColumnError(
            f"the table already has {listing([repr(name) for name in taken])}: nothing is "
            f"replaced. Rename or drop it, or give prefix='…'.",
            variable=taken[0],
            values=taken,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ColumnError(
            f"two requests would add {listing([repr(name) for name in twice])}; ask for one of "
            f"them, or assess twice with prefix='…'.",
            variable=twice[0],
            values=twice,
        )
    return frame.with_columns(named)
