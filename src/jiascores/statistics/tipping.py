"""What patients whose outcome is open could do to a comparison of two arms."""

from __future__ import annotations

import math
from itertools import product
from typing import Any, NoReturn

import attrs
import numpy as np
import pandas as pd

from jiascores.core.errors import RequestError, require
from jiascores.statistics.base import (
    Answer,
    IntArray,
    normal_quantile,
    p_said,
)
from jiascores.statistics.proportions import METHODS, WHY, Strata, estimate_and_p

# More combinations than this would take minutes, and nobody reads them.
MOST_POINTS = 20_000
NEITHER, HIGHER, LOWER = 0, 1, -1


@attrs.frozen(eq=False)
class OpenCounts:
    """The counts of two arms in each stratum, with those that are open; one row a stratum.

    Parameters
    ----------
    responders, patients : array of int
        All patients, the open ones as they are analysed; the arm in the first column, the
        reference in the second.
    open_responders, open_patients : array of int
        Those of them that are open.
    """

    responders: IntArray
    patients: IntArray
    open_responders: IntArray
    open_patients: IntArray

    def strata(self, open_responders: IntArray) -> Strata:
        """Return the counts were so many of the open patients responders."""
        counts = self.responders - self.open_responders + open_responders
        return Strata(counts[:, 0], self.patients[:, 0], counts[:, 1], self.patients[:, 1])


@attrs.frozen(eq=False, repr=False)
class TippingPoint(Answer):
    """Whether patients whose outcome is open could turn a comparison round.

    Parameters
    ----------
    method : str
        By which p was found.
    alpha : float
        The limit that p is held against.
    arms : tuple of str
        The arm and the reference arm.
    counts : OpenCounts
        All patients and the open ones, by stratum and arm.
    difference, p : float
        As analysed.
    fewest : dict
        The fewest switches that bring p across alpha, by the way they go.
    table : data frame
        One row for each combination: how many of the open patients responded in each arm (and
        stratum), ``switches`` (how many are not as analysed), ``difference`` and ``p``.

    Attributes
    ----------
    to_significant, to_not_significant : int or None
        The fewest open patients whose outcome must be the other one for p to be below alpha, and
        for it not to be: one of the two is 0, as analysed. None: no combination does it.

    Examples
    --------
    See `jiascores.analysis.tipping_point`.
    """

    method: str
    alpha: float
    arms: tuple[str, str]
    counts: OpenCounts
    difference: float
    p: float
    fewest: dict[int, tuple[int, tuple[int, int]]]
    table: Any

    @property
    def to_significant(self) -> int | None:
        """The fewest switches to p below alpha."""
        return min(
            (self.fewest[way][0] for way in (HIGHER, LOWER) if way in self.fewest), default=None
        )

    @property
    def to_not_significant(self) -> int | None:
        """The fewest switches to p not below alpha."""
        return self.fewest[NEITHER][0] if NEITHER in self.fewest else None

    def __bool__(self) -> NoReturn:
        raise RequestError(
            "a tipping point is neither true nor false: ask for its .to_significant."
        )

    def __str__(self) -> str:
        arm, reference = self.arms
        of = self.counts.open_patients.sum(axis=0).tolist()
        now = self.counts.open_responders.sum(axis=0).tolist()
        said = {
            HIGHER: f"p < {self.alpha:g}, {arm} higher",
            NEITHER: f"p ≥ {self.alpha:g}",
            LOWER: f"p < {self.alpha:g}, {reference} higher",
        }
        method = METHODS[self.method][0]
        as_analysed = f"difference {self.difference:.4f}, {p_said(self.p)}".replace("-", "−")
        lines = [
            f"Tipping point: open in {arm} {of[0]}, in {reference} {of[1]}; p by {method}",
            f"  as analysed, {now[0]} and {now[1]} of them responders: {as_analysed}",
        ]
        for way, words in said.items():
            if way not in self.fewest:
                lines.append(f"  {words}: not reached")
                continue
            switches, (one, two) = self.fewest[way]
            example = f"{switches} switched, {one} and {two} of them responders"
            lines.append(f"  {words}: {example if switches else 'as analysed'}")
        return "\n".join(lines)

    __repr__ = __str__


def combinations(
    counts: OpenCounts, names: list[str], *, method: str, alpha: float
) -> pd.DataFrame:
    """Return every number of responders among the open patients, and what each comes to.

    Parameters
    ----------
    counts : OpenCounts
        With patients of both arms in each stratum.
    names : list of str
        What the open responders of each stratum and arm are called.
    method : str
        One of the methods of a difference.
    alpha : float
        The limit of p.

    Returns
    -------
    DataFrame
        One row for each combination: the open responders by stratum and arm, ``switches``,
        ``difference`` and ``p``.
    """
    of = counts.open_patients
    points = math.prod((of + 1).ravel().tolist())
    words = (
        f"{int(of.sum())} open patients in {of.size} arms and strata make {points} combinations, "
        f"more than {MOST_POINTS}: leave strata= out, or fewer patients open."
    )
    require(points <= MOST_POINTS, words, "strata", points)
    ranges = [range(most + 1) for most in of.ravel().tolist()]
    grid = np.array(list(product(*ranges)), dtype=np.int64)
    z = normal_quantile(1 - alpha, WHY)
    found = []
    for point in grid:
        try:
            found.append(estimate_and_p(counts.strata(point.reshape(of.shape)), method, z))
        except RequestError as problem:
            raise RequestError(
                f"one of the {points} combinations has no p. {problem}", variable="method"
            ) from problem
    tried = pd.DataFrame(grid, columns=names)
    tried["switches"] = np.abs(grid - counts.open_responders.ravel()).sum(axis=1)
    tried[["difference", "p"]] = found
    return tried


def fewest_switches(tried: pd.DataFrame, alpha: float) -> dict[int, tuple[int, tuple[int, int]]]:
    """Return for each conclusion the fewest switches to it, and one combination that does it.

    Parameters
    ----------
    tried : DataFrame
        What `combinations` returns.
    alpha : float
        The limit of p.

    Returns
    -------
    dict
        Conclusion → switches, and the open responders of the arm and of the reference.
    """
    way = np.where(tried["p"] < alpha, np.sign(tried["difference"]), NEITHER).astype(np.int64)
    fewest = {}
    for at in tried.groupby(way)["switches"].idxmin():
        *responders, switches, _, _ = map(int, tried.loc[at])
        fewest[int(way[at])] = switches, (sum(responders[::2]), sum(responders[1::2]))
    return fewest
