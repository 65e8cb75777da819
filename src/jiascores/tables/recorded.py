"""Scores that were recorded, held against those that the variables give."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from jiascores.core.arguments import as_declared
from jiascores.core.decimals import TOLERANCE
from jiascores.core.errors import RequestError
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import Frame, Output
from jiascores.tables.ids import ColumnNames, parts_of
from jiascores.tables.naming import Column, column_of
from jiascores.tables.numbers import numbers_in
from jiascores.tables.requests import understand_requests
from jiascores.tables.table import Table

AGREES, DIFFERS = "agrees", "differs"
ROUNDED = "agrees as rounded"
RECORDED_ONLY, RECOMPUTED_ONLY = "recorded only", "recomputed only"


@as_declared
def compare_recorded(
    visits: Any,
    recorded: Mapping[str, Column],
    *,
    baseline: BaselineRule | None = None,
    marker: str | None = None,
    columns: ColumnNames | None = None,
    units: Mapping[str, Any] | None = None,
) -> Any:
    """List recorded scores and verdicts beside those that are recomputed from the variables.

    Parameters
    ----------
    visits : data frame
        One row for each visit.
    recorded : dict of str to Column
        Measure → the column in which somebody recorded it, for example
        ``{"jadas71": jia.column("jadas_crf")}``. A measure is one word, as for `assess`:
        ``"state:cjadas10:consolaro-2014:course=poly"``, ``"responder:30"``.
    baseline, marker, columns, units
        As for `assess`.

    Returns
    -------
    data frame
        One row for each measure and visit at which it was recorded or can be computed: patient,
        date, ``measure``, ``recorded`` and ``recomputed`` (as text), ``difference`` (recorded less
        recomputed, of numbers) and ``finding``: ``agrees``; ``agrees as rounded`` (to the
        decimals that were recorded); ``differs``; ``recorded only``, where a variable is missing;
        ``recomputed only``.

    Raises
    ------
    ColumnError
        If a column is not there.
    RequestError
        If a measure is not known.
    JiaScoresError
        As for `assess`.

    See Also
    --------
    jiascores.analysis.agreement : How well two columns agree.
    jiascores.check : What is refused or suspicious.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": list("ABC"), "date": [0, 0, 0], "crf": [3.8, 9.0, 4.0],
    ...     "physician_global": [2.0, 3, 2], "patient_global": [0.8, 1, None],
    ...     "active_joints": [1, 4, 1]})
    >>> out = jia.prepare.compare_recorded(visits, {"cjadas10": jia.column("crf")})
    >>> out[["patient", "recorded", "recomputed", "finding"]]
      patient recorded recomputed        finding
    0       A      3.8        3.8         agrees
    1       B        9          8        differs
    2       C        4       <NA>  recorded only
    """
    given: Any = recorded
    if not isinstance(given, Mapping) or not given:
        raise RequestError(
            "recorded= maps each measure to the column in which it was recorded: "
            "{'jadas71': jia.column('your column')}.",
            variable="recorded",
        )
    frame = Frame(to_eager(visits))
    table = Table(frame, columns, units, baseline=baseline, marker=marker)
    table.require(("patient", "date"))
    found = []
    for measure, column in recorded.items():
        (request,) = understand_requests([measure])
        name = column_of(frame, column, "recorded")
        table.require(request.needs(table))
        outputs = {output.name: output for output in request.compute(table)}
        rows = _compared(frame, name, outputs[request.columns[0]])
        found.append(rows.assign(measure=measure))
    whole = pd.concat(found, ignore_index=True)
    places = whole.pop("row").to_numpy(dtype=np.int64)
    names = (*parts_of(table.column("patient")), table.column("date"))
    difference = Output("difference", "score", whole.pop("difference").to_numpy(np.float64))
    # Text of pandas 3 has NaN for a gap.
    plain = whole.astype(object).where(whole.notna(), None)
    texts = {name: frame.texts(plain[name].tolist()) for name in plain.columns}
    order = ("measure", "recorded", "recomputed", "difference", "finding")
    said = texts | {"difference": frame.made(difference)}
    return frame.new(
        {names[0]: frame.objects(names[0])[places].tolist()}
        | {name: frame.taken(name, places) for name in names[1:]}
        | {name: said[name] for name in order}
    )


def _compared(frame: Frame, name: str, output: Output) -> pd.DataFrame:
    """Return the rows in which one of the two is known, and what is found there."""
    if output.kind == "state":
        words = np.array([*output.words, None], dtype=object)[output.data]
        given = np.array(
            [None if w is None else str(w).strip() for w in frame.objects(name)], object
        )
        rows = pd.DataFrame({"recorded": given, "recomputed": words, "difference": np.nan})
        same = rows["recorded"].str.casefold() == rows["recomputed"].str.casefold()
        rows["finding"] = np.where(same, AGREES, DIFFERS)
    else:
        flag = output.kind == "flag"
        given = Table(frame).flag(name, blank=0.0) if flag else numbers_in(frame, name)
        difference = given - output.data
        near = np.abs(difference) <= [_half_a_step(value) + TOLERANCE for value in given]
        rows = pd.DataFrame({"difference": difference})
        shown = _yes_or_no if flag else _number
        rows["recorded"] = np.array([shown(value) for value in given], dtype=object)
        rows["recomputed"] = np.array([shown(value) for value in output.data], dtype=object)
        exact = np.abs(difference) <= TOLERANCE
        rows["finding"] = np.select([exact, near & (not flag)], [AGREES, ROUNDED], DIFFERS)
    gap, none = rows["recorded"].isna(), rows["recomputed"].isna()
    rows.loc[gap & ~none, "finding"] = RECOMPUTED_ONLY
    rows.loc[none & ~gap, "finding"] = RECORDED_ONLY
    rows["row"] = np.arange(len(rows))
    return rows[~(gap & none)]


def _number(value: float) -> str | None:
    return None if np.isnan(value) else f"{value:.10g}"


def _yes_or_no(value: float) -> str | None:
    return None if np.isnan(value) else "yes" if value else "no"


def _half_a_step(value: float) -> float:
    """Return half of the last decimal that a number was written with."""
    if not np.isfinite(value):
        return 0.0
    exponent = Decimal(_number(value) or "0").as_tuple().exponent
    return 0.5 * 10.0 ** min(int(exponent), 0)
