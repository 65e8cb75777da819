"""Two arms compared: the difference of responders, and what the open outcomes could do to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, VisitError, listing, require, shown
from jiascores.core.words import truth
from jiascores.measures.response import ResponseCriteria
from jiascores.statistics.base import CONFIDENCE, IntArray, confidence_of
from jiascores.statistics.proportions import (
    Difference,
    Method,
    check_method,
    stratified_difference,
)
from jiascores.statistics.tipping import (
    OpenCounts,
    TippingPoint,
    combinations,
    fewest_switches,
)
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.frame import Positions
from jiascores.tables.gaps import OBSERVED
from jiascores.tables.ids import ColumnNames
from jiascores.tables.intercurrent import IntercurrentEvents
from jiascores.tables.naming import Column
from jiascores.tables.summaries import Population, Seen, seen_rows, table_of


@attrs.frozen(eq=False)
class _Compared:
    """The patients of two arms: response, arm (0, or 1 the reference) and stratum of each."""

    seen: Seen
    found: NDArray[np.float64]
    side: Positions
    stratum: Positions
    arms: tuple[Any, Any]
    strata: list[tuple[Any, ...]]

    def counted(self, of: Any) -> IntArray:
        """Return the sum of what each patient counts, by stratum and arm."""
        cell = 2 * self.stratum + self.side
        sums = np.bincount(cell, np.asarray(of, dtype=np.float64), minlength=2 * len(self.strata))
        return sums.astype(np.int64).reshape(-1, 2)


@as_declared
def compare_responders(
    visits: Any,
    outcome: Column,
    *,
    arm: Column,
    reference_arm: Any,
    level: int | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    strata: Sequence[Column] = (),
    undetermined: Literal["exclude", "non-responder"] | None = None,
    method: Method | None = None,
    baseline: BaselineRule | None = None,
    patients: Any = None,
    intercurrent: IntercurrentEvents | None = None,
    data_cut: Any = None,
    confidence: float = CONFIDENCE,
    columns: ColumnNames | None = None,
    patient_columns: ColumnNames | None = None,
) -> Difference:
    """Return the difference of responders between two arms, over strata.

    Parameters
    ----------
    visits : data frame
        One row for each patient: the visit at which arms are compared.
    outcome, level, criteria, columns
        As for `responders_by_visit`.
    arm : Column
        The column with the treatment arm; there must be two.
    reference_arm : str
        The arm that is subtracted.
    strata : list of Column
        The columns by which randomisation was stratified; without any, one stratum.
    undetermined : {"exclude", "non-responder"}, optional
        What a patient whose response is not determinable counts as. Required if there is one.
    method, confidence
        As for `stratified_difference`; there is no default method.
    baseline, patients, intercurrent, data_cut, patient_columns
        As for `responders_by_visit`. Arm and strata are read from `patients` if it has them.

    Returns
    -------
    Difference
        The other arm minus the reference arm, with interval and p.

    Raises
    ------
    RequestError
        If there are not two arms, no method is named, or `undetermined` is missing and matters.
    VisitError
        If a patient has two rows, or no arm or stratum.

    See Also
    --------
    jiascores.analysis.responders_by_visit : Each arm by itself.
    jiascores.analysis.tipping_point : How many undetermined answers would turn it.
    jiascores.analysis.stratified_difference : From counts alone.

    Notes
    -----
    ====== ============================== =============== ==================
    row    response                       exclude         non-responder
    ====== ============================== =============== ==================
    1      yes                            responder       responder
    2      no                             non-responder   non-responder
    3      not determinable               left out        non-responder
    4      level 50, for level 30         responder       responder
    5      level 0, for level 30          non-responder   non-responder
    6      between 0 and 50, for level 30 left out        non-responder
    ====== ============================== =============== ==================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": range(8), "drug": ["A"] * 4 + ["placebo"] * 4,
    ...                        "response": [1, 1, 1, 0, 1, 0, 0, 0]})
    >>> jia.analysis.compare_responders(visits, jia.column("response"), arm=jia.column("drug"),
    ...                        reference_arm="placebo", method="newcombe")
    0.5000 (95 % interval −0.1355 to 0.7891), p = 0.1483; Newcombe; 3 of 4 against 1 of 4
    """
    check_method(method)
    keys = _keys(arm, strata)
    who = Population(patients, patient_columns, intercurrent, data_cut)
    seen = seen_rows(visits, outcome, level, criteria, keys, columns, baseline, who)
    compared = _compared(seen, keys, reference_arm)
    unknown = np.isnan(compared.found)
    open_ = int(unknown.sum())
    known = undetermined in ("exclude", "non-responder")
    advice = (
        f"the response of {open_} patients is not determinable: say what they count as, "
        f"undetermined='exclude' or undetermined='non-responder'."
    )
    require(known or not open_, advice, "undetermined")
    n1, n0 = compared.counted(~unknown | (undetermined == "non-responder")).T.tolist()
    a, b = compared.counted(compared.found == 1).T.tolist()
    difference = stratified_difference(a, n1, b, n0, method=method, confidence=confidence)
    words = {"exclude": "left out", "non-responder": "as non-responders"}
    return attrs.evolve(
        difference, undetermined=open_, undetermined_as=words[str(undetermined)] if open_ else ""
    )


@as_declared
def tipping_point(
    visits: Any,
    outcome: Column,
    *,
    arm: Column,
    reference_arm: Any,
    level: int | None = None,
    criteria: str | ResponseCriteria = "giannini-1997",
    strata: Sequence[Column] = (),
    over: Column | None = None,
    method: Method | None = None,
    alpha: float = 0.05,
    baseline: BaselineRule | None = None,
    patients: Any = None,
    intercurrent: IntercurrentEvents | None = None,
    data_cut: Any = None,
    columns: ColumnNames | None = None,
    patient_columns: ColumnNames | None = None,
) -> TippingPoint:
    """Say whether patients whose outcome is open could turn a comparison of two arms round.

    Every number of responders among them, in each arm and stratum, is tried.

    Parameters
    ----------
    visits, outcome, arm, reference_arm, level, criteria, strata, columns
        As for `compare_responders`.
    over : Column, optional
        Which outcomes are open besides those that are not determinable: a column of yes and no,
        or the ``gap_rule`` of `fill_gaps`, by which all that were not observed are open. They are
        analysed as they stand, those not determinable as non-responders.
    method : str
        The method of the comparison, as for `stratified_difference`; there is no default. p is
        the one that belongs to its interval.
    alpha : float
        The limit that p is held against.
    baseline, patients, intercurrent, data_cut, patient_columns
        As for `compare_responders`. Patients in `patients` who were never seen are open.

    Returns
    -------
    TippingPoint
        The fewest outcomes that must be the other one for p to pass alpha, both ways, and the
        table of all combinations; prints as a short report.

    Raises
    ------
    RequestError
        As for `compare_responders`; if there are more than 20 000 combinations, or the method has
        no p for one of them (``"miettinen-nurminen"`` has one for all).
    VisitError
        As for `compare_responders`.

    See Also
    --------
    jiascores.analysis.compare_responders : The comparison itself.

    Notes
    -----
    ====== ================================ ==================== =======================
    row    response                         as analysed          open
    ====== ================================ ==================== =======================
    1      yes, observed                    responder            no
    2      no, observed                     non-responder        no
    3      not determinable                 non-responder        yes
    4      no, ``nri: visit missing``       non-responder        with over= ``gap_rule``
    5      between 0 and 50, for level 30   non-responder        yes
    6      between 30 and 50, for level 30  responder            no
    ====== ================================ ==================== =======================

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> response = [True] * 9 + [False] * 2 + [None] + [True] * 3 + [False] * 7 + [None] * 2
    >>> visits = pd.DataFrame({"patient": range(24), "drug": ["A"] * 12 + ["placebo"] * 12,
    ...                        "response": response})
    >>> found = jia.analysis.tipping_point(visits, jia.column("response"), arm=jia.column("drug"),
    ...                                    reference_arm="placebo", method="miettinen-nurminen")
    >>> print(found)
    Tipping point: open in A 1, in placebo 2; p by Miettinen–Nurminen
      as analysed, 0 and 0 of them responders: difference 0.5000, p = 0.0165
      p < 0.05, A higher: as analysed
      p ≥ 0.05: 2 switched, 0 and 2 of them responders
      p < 0.05, placebo higher: not reached
    >>> found.table.round(3)
       responders_A  responders_placebo  switches  difference      p
    0             0                   0         0       0.500  0.016
    1             0                   1         1       0.417  0.045
    2             0                   2         2       0.333  0.105
    3             1                   0         1       0.583  0.005
    4             1                   1         2       0.500  0.015
    5             1                   2         3       0.417  0.039
    """
    check_method(method)
    alpha = confidence_of(alpha, "alpha", 0.05)
    keys = _keys(arm, strata, over)
    who = Population(patients, patient_columns, intercurrent, data_cut)
    seen = seen_rows(visits, outcome, level, criteria, keys, columns, baseline, who)
    compared = _compared(seen, keys, reference_arm)
    is_open = np.isnan(compared.found) | _imputed(compared.seen, over)
    counts, counted = _open_counts(compared, is_open)
    cells = [(side, *stratum) for stratum in counted for side in compared.arms]
    names = ["_".join(map(str, ("responders", *cell))) for cell in cells]
    tried = combinations(counts, names, method=str(method), alpha=alpha)
    as_analysed = tried[tried["switches"] == 0].iloc[0]
    fewest = fewest_switches(tried, alpha)
    first = {names[0]: tried.pop(names[0]).tolist()}
    return TippingPoint(
        method=str(method),
        alpha=alpha,
        arms=(str(compared.arms[0]), str(compared.arms[1])),
        counts=counts,
        difference=float(as_analysed["difference"]),
        p=float(as_analysed["p"]),
        fewest=fewest,
        table=table_of(compared.seen.frame, first, tried),
    )


def _open_counts(
    compared: _Compared, is_open: NDArray[np.bool_]
) -> tuple[OpenCounts, list[tuple[Any, ...]]]:
    """Return the counts of the strata that have patients in both arms, and these strata."""
    yes = compared.found == 1
    whole = [compared.counted(of) for of in (yes, compared.side >= 0, yes & is_open, is_open)]
    both: NDArray[np.bool_] = np.all(whole[1] > 0, axis=1)
    require(both.any(), "no stratum has patients in both arms.", "strata")
    strata = [each for each, there in zip(compared.strata, both, strict=True) if there]
    return OpenCounts(*(each[both] for each in whole)), strata


def _imputed(seen: Seen, over: Column | None) -> NDArray[np.bool_]:
    """Return which outcomes are not as observed, by a column of yes and no or of gap rules."""
    if over is None:
        return np.zeros(len(seen.rows), dtype=bool)
    labels = list(map(str, seen.labels["over"]))
    answers = [truth(label) for label in labels]
    if any(label.startswith(OBSERVED) or ": " in label for label in labels):
        answers = [float(not label.startswith(OBSERVED)) for label in labels]
    unknown = [label for label, said in zip(labels, answers, strict=True) if said is None]
    if unknown:
        raise RequestError(
            f"over={over.name!r} holds {shown(unknown[0])}: give a column of yes and no, or the gap_rule "
            f"of fill_gaps.",
            variable="over",
            values=unknown[:1],
        )
    rows: Positions = seen.rows["over"].to_numpy()
    return np.array([*(answer == 1 for answer in answers), False])[rows]


def _keys(arm: Column, strata: Sequence[Column], over: Column | None = None) -> dict[str, Column]:
    """Return the columns that are read of each patient, by what the caller calls them."""
    keys = {"arm": arm, **{f"strata {at}": each for at, each in enumerate(strata)}}
    return keys if over is None else {**keys, "over": over}


def _compared(seen: Seen, keys: Mapping[str, Column], reference: Any) -> _Compared:
    """Return the patients who are compared, once each, with their arm and stratum."""
    seen.once([], "in the comparison; keep the rows of one visit")
    seen = seen.with_absent()
    arms, side = _two_arms(seen, keys["arm"].name, reference)
    strata, stratum = seen.groups(key for key in keys if key.startswith("strata"))
    without = [
        str(seen.enrolled.ids[who]) for who in seen.rows["patient"][(side < 0) | (stratum < 0)]
    ]
    if without:
        raise VisitError(
            f"every patient needs an arm and a stratum; one is missing for patient "
            f"{listing(without)}.",
            variable="arm",
        )
    place = arms.index(reference)
    return _Compared(
        seen=seen,
        found=seen.rows["value"].to_numpy(),
        side=(side == place).astype(np.int64),
        stratum=stratum,
        arms=(arms[1 - place], reference),
        strata=strata,
    )


def _two_arms(seen: Seen, arm: str, reference: Any) -> tuple[list[Any], Positions]:
    """Return the arms that are compared, one of them the reference, and which each row is of."""
    groups, side = seen.groups(["arm"])
    arms = [value for (value,) in groups]
    known = False
    with suppress(Exception):
        known = reference in arms
    if len(arms) != len(("arm", "reference")) or not known:
        raise RequestError(
            f"column {shown(arm)} has {listing([repr(one) for one in arms]) or 'no arm'}, and "
            f"reference_arm={shown(reference)}: two arms are compared, one of them the reference.",
            variable="reference_arm",
        )
    return arms, side
