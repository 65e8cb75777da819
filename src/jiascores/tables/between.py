"""Measures where a variable is only known to lie between two ends, as ``"< 5"`` lies in 0–5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import InconsistentError, RequestError, listing
from jiascores.core.measure import Score
from jiascores.core.variables import COURSES, VARIABLES, MarkerRule
from jiascores.tables.assess import add_columns
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import to_eager
from jiascores.tables.frame import NONE, Frame, Output
from jiascores.tables.ids import ColumnNames
from jiascores.tables.naming import Column, Units, column_of, require_variable
from jiascores.tables.numbers import numbers_in
from jiascores.tables.requests import Measures, Request, understand_requests
from jiascores.tables.table import Table

FrameT = TypeVar("FrameT")

VALUE = "jiascores value between two ends"
# Of a variable that is no whole number, the lowest value above 0.
LEAST = 1e-6


@as_declared
def assess_between(
    visits: FrameT,
    variable: str,
    *,
    low: Column,
    high: Column,
    measures: Measures,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    baseline: BaselineRule | None = None,
    marker: MarkerRule | None = None,
    prefix: str = "",
) -> FrameT:
    """Compute measures where one variable is only known to lie between two ends.

    Parameters
    ----------
    visits : data frame
        One row for each visit; lazy frames and relations are read into memory.
    variable : str
        The variable, for example ``"crp"``.
    low, high : Column
        The columns with its ends, alike where the value is known; `below_limit` with
        ``rule="interval"`` makes them.
    measures : list of str or requests
        Scores, and verdicts that never turn while one variable rises: states, ``acr_ped``
        (without `upper_limit`), inactive disease, and flares against the baseline, among others.
    columns, units, baseline, marker, prefix
        As for `assess`.

    Returns
    -------
    data frame
        With the columns of `assess`, filled where every value between the ends gives the same:
        two ends that lead to one state decide it. A score has two columns more,
        ``jadas71_low`` and ``jadas71_high``; the bounds of an ACR Pedi level widen.

    Raises
    ------
    RequestError
        For a measure that may turn between the ends: of an ACR Pedi with an upper limit of
        normal, or a flare against a reference that depends on the values, they say too little.
    InconsistentError
        If an end is missing, or the low end is above the high one.
    JiaScoresError
        As for `assess`.

    See Also
    --------
    jiascores.assess : Where every value is known.
    jiascores.prepare.below_limit : Values below a limit of detection.

    Notes
    -----
    JADAS10 of 5 without the item; the CRP item is (CRP − 10)/10, from 0:

    ====== ============= ============= =========== =====================================
    row    CRP           JADAS10       its ends    state (oligo, consolaro-2012-2014)
    ====== ============= ============= =========== =====================================
    1      12            5.2           5.2–5.2     high
    2      < 5 (0–5)     5             5–5         high
    3      < 20 (0–20)   –             5–6         high
    4      missing       –             –           –
    5      10 to 10      5             5–5         high
    6      8 to 11       –             5–5.1       high
    ====== ============= ============= =========== =====================================

    Where visits are compared, the ends of the visit and of its baseline are combined, four ways; a
    baseline from 0 up is also taken as the least above 0, since a variant of the criteria may read
    a rise from 0 as no worsening. A state whose course follows from the joints (`from_category`) is
    not determinable where the course changes between the ends: inside, it may be beyond both.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"physician_global": 2, "patient_global": 2, "active_joints": 1,
    ...                        "crp": ["12", "< 5", "< 20"]})
    >>> ends = jia.prepare.below_limit(visits, "crp", rule="interval")
    >>> state = jia.ask.state("jadas10", cutoffs="consolaro-2012-2014", course="oligo")
    >>> out = jia.assess_between(ends, "crp", low=jia.column("crp_low"),
    ...                         high=jia.column("crp_high"), measures=["jadas10", state])
    >>> out[["jadas10", "jadas10_low", "jadas10_high", "state_jadas10_consolaro_2012_2014"]]
       jadas10  jadas10_low  jadas10_high state_jadas10_consolaro_2012_2014
    0      5.2          5.2           5.2                              high
    1      5.0          5.0           5.0                              high
    2      NaN          5.0           6.0                              high
    """
    require_variable(variable, "variable")
    requests = understand_requests(measures)
    for request in requests:
        _refuse_unsteady(request)
    frame = Frame(to_eager(visits))
    both = (("low", low), ("high", high))
    ends = [numbers_in(frame, column_of(frame, each, name)) for name, each in both]
    _refuse_crossed(frame, ends[0], ends[1], variable)

    def table(values: NDArray[np.float64]) -> Table:
        with_value = Frame(frame.with_columns([Output(VALUE, "score", values)]))
        named = {**(columns or {}), variable: VALUE}
        return Table(with_value, named, units, baseline=baseline, marker=marker)

    first = table(ends[0])
    ways = [first, table(ends[1])]
    if any(not isinstance(each.measure, Score) and each.measure.compares for each in requests):
        is_baseline = np.zeros(frame.size, dtype=bool)
        rows = first.baseline_of(variable)
        is_baseline[rows[rows >= 0]] = True
        lowest, highest = ends
        mixed = [(lowest, highest), (highest, lowest)]
        # From 0 a variant may count what from the least above 0 is the worst: neither is an end.
        above = _above_zero(variable, lowest, highest)
        if (above != lowest)[is_baseline].any():
            mixed += [(above, lowest), (above, highest)]
        ways += [table(np.where(is_baseline, then, now)) for then, now in mixed]
    outputs = [
        output
        for request in requests
        for output in _merged_request(request, [request.compute(way) for way in ways])
    ]
    return cast(FrameT, add_columns(frame, _known_levels(outputs), prefix))


def _above_zero(
    variable: str, low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the lowest value above 0 where the low end is 0 and the high one is not."""
    least = 1.0 if VARIABLES[variable].whole else LEAST
    return np.where((low == 0) & (high >= least), least, low)


def _refuse_unsteady(request: Any) -> None:
    bound = dict(getattr(request, "bound", ()))
    steady = getattr(request.measure, "steady", True) if isinstance(request, Request) else False
    if bound.get("upper_limit") is not None and request.measure.gives == "level":
        steady = False
    if bound.get("reference", "baseline") != "baseline" or not steady:
        raise RequestError(
            f"{request.stem}: what lies between two ends is not settled by the ends here. Ask for "
            f"what never turns while one variable rises, acr_ped without upper_limit, and flares "
            f"with reference='baseline'.",
            variable="measures",
        )


def _refuse_crossed(frame: Frame, low: Any, high: Any, variable: str) -> None:
    wrong = np.flatnonzero((low > high) | (np.isnan(low) != np.isnan(high)))
    if wrong.size:
        shown = [f"{low[at]:g} to {high[at]:g} in {frame.place(int(at))}" for at in wrong[:100]]
        raise InconsistentError(
            f"{variable} from {listing(shown, total=wrong.size)}: both ends are needed, the low "
            f"one first.",
            variable=variable,
        )


def _merged_request(request: Any, ways: Sequence[Sequence[Output]]) -> list[Output]:
    """Return the columns of a request; a state is open where its course is not the same throughout.

    Other bounds hold for another course, so that a state inside the ends may be beyond both.
    """
    merged = [
        output
        for same in zip(*ways, strict=True)
        for output in _merged(same, of_score=isinstance(request.measure, Score))
    ]
    courses = [same for same in zip(*ways, strict=True) if same[0].words == COURSES]
    for same in courses:
        changes = np.ptp(np.stack([each.data for each in same]), axis=0) > 0
        merged = [
            attrs.evolve(each, data=np.where(changes, NONE, each.data))
            if each.kind == "state"
            else each
            for each in merged
        ]
    return merged


def _merged(ways: Sequence[Output], *, of_score: bool) -> list[Output]:
    """Return one column from the same one by each way of taking the ends."""
    first = ways[0]
    stack = np.stack([np.asarray(each.data) for each in ways])
    low, high = stack.min(axis=0), stack.max(axis=0)
    for end, bound in (("_level_min", low), ("_level_max", high)):
        if first.name.endswith(end):
            return [attrs.evolve(first, data=bound)]
    gap = NONE if first.kind == "state" else np.nan
    same = np.where((stack == stack[0]).all(axis=0), stack[0], gap)
    merged = attrs.evolve(first, data=same.astype(stack.dtype))
    ends = (("low", low), ("high", high)) if of_score else ()
    return [merged, *(Output(f"{first.name}_{end}", "score", bound) for end, bound in ends)]


def _known_levels(outputs: Sequence[Output]) -> list[Output]:
    """Return the outputs with each ACR Pedi level known only where its bounds meet."""
    data = {output.name: output.data for output in outputs}

    def known(output: Output) -> Output:
        low, high = (data.get(f"{output.name}_{end}") for end in ("min", "max"))
        if low is None or high is None or not output.name.endswith("_level"):
            return output
        return attrs.evolve(output, data=np.where(low == high, output.data, np.nan))

    return [known(output) for output in outputs]
