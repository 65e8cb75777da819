"""Synthetic visits of nobody: `simulate_visits`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, is_among, shown
from jiascores.core.values import number_in
from jiascores.core.variables import MARKERS, VARIABLES

LABEL = "synthetic: made by jiascores.testing.simulate_visits from a seed; describes nobody"
_DAYS_OF_MONTH = 30.4375
_OLIGO = 0.4  # the share of children with oligoarthritis
_FLARES = 0.06  # and of visits with a flare
# What a laboratory hardly ever reports more of.
_HIGHEST = {"esr": 140.0, "crp": 300.0}
# How often each is missing, relative to `gaps`: blood is drawn at fewer visits than joints are felt.
_GAPS = {
    "physician_global": 0.5,
    "patient_global": 1.0,
    "chaq": 1.5,
    "active_joints": 0.3,
    "limited_joints": 0.5,
    "esr": 2.0,
    "crp": 1.5,
}


@as_declared
def simulate_visits(
    patients: int = 300,
    *,
    visits: int = 5,
    seed: int,
    months: float = 3,
    markers: Sequence[Literal["esr", "crp"]] = ("esr",),
    gaps: float = 0.05,
    missed: float = 0.0,
    ids: Literal["text", "number"] = "text",
    shuffled: bool = False,
) -> pd.DataFrame:
    """Simulate the visits of a cohort from a seed.

    Each child has a severity that falls at a speed of its own, with flares between. The variables
    follow the severity, each with noise of its own, so they go up and down together, the acute-phase
    reactants least. The distributions are made up: use the table to try code, not to learn anything
    about the disease.

    Parameters
    ----------
    patients : int
        How many children.
    visits : int
        How many planned visits each.
    seed : int
        The same seed gives the same table.
    months : float
        Between two planned visits; children come up to a week early or two weeks late.
    markers : sequence of {"esr", "crp"}
        The acute-phase reactants in the table.
    gaps : float
        The share of patient globals that are missing, 0–0.4; joint counts are missing less often,
        the CHAQ and the reactants more often. 0 for none.
    missed : float
        The share of visits after the first that did not take place, 0–1; they have no row.
    ids : {"text", "number"}
        Patients as ``"synthetic-0001"`` or as 1, 2, ….
    shuffled : bool
        Whether rows come in any order; else by patient and date.

    Returns
    -------
    pandas.DataFrame
        `patient`, `date`, `month` as planned, `course` (``"oligo"`` or ``"poly"``), the core set and
        `active_joints_27`; values are float64 with NaN. ``attrs["synthetic"]`` says what it is.

    Raises
    ------
    RequestError
        If a number of patients or visits, a share or a marker is not possible.

    Examples
    --------
    >>> from jiascores.testing import simulate_visits
    >>> table = simulate_visits(2, visits=2, seed=1)
    >>> table[["patient", "month", "course", "active_joints"]]
           patient  month course  active_joints
    0  synthetic-1      0   poly            2.0
    1  synthetic-1      3   poly            5.0
    2  synthetic-2      0   poly           12.0
    3  synthetic-2      3   poly            5.0
    """
    _check(patients, visits, seed, months, ids, gaps, missed, markers)
    random = np.random.default_rng(seed)
    shape = (patients, visits)
    planned = np.arange(visits) * months
    course = np.where(random.random(patients) < _OLIGO, "oligo", "poly")
    late = random.integers(-7, 15, shape)
    late[:, 0] = 0
    days = np.round(random.integers(0, 730, (patients, 1)) + planned * _DAYS_OF_MONTH) + late
    start = np.datetime64("2022-01-03", "us")
    width = len(str(patients))
    numbers = np.arange(1, patients + 1)
    names: Any = [f"synthetic-{one:0{width}d}" for one in numbers] if ids == "text" else numbers
    severity = _severity(random, shape, planned, oligo=(course == "oligo")[:, np.newaxis])
    values = _values(random, severity, markers)
    for name, share in _GAPS.items():
        if name in values:
            values[name][random.random(shape) < gaps * share] = np.nan
    values["active_joints_27"][np.isnan(values["active_joints"])] = np.nan
    seen = random.random(shape) >= missed
    seen[:, 0] = True
    rows = np.flatnonzero(seen)
    if shuffled:
        rows = random.permutation(rows)
    patient, visit = np.divmod(rows, visits)
    frame = pd.DataFrame(
        {
            "patient": pd.Series(names).to_numpy()[patient],
            "date": (start + days.astype("timedelta64[D]")).ravel()[rows],
            "month": planned[visit],
            "course": course.astype(object)[patient],
            **{name: column.ravel()[rows] for name, column in values.items()},
        }
    )
    frame.attrs["synthetic"] = LABEL
    return frame


def _is_whole(value: Any, least: int) -> bool:
    """Return whether a value is a whole number, and as great as it must be."""
    return (
        isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) >= least
    )


def _check(
    patients: int,
    visits: int,
    seed: int,
    months: float,
    ids: str,
    gaps: float,
    missed: float,
    markers: Sequence[str],
) -> None:
    most = 1 / max(_GAPS.values())
    for name, value, allowed, holds in (
        ("patients", patients, "1 or more", _is_whole(patients, 1)),
        ("visits", visits, "1 or more", _is_whole(visits, 1)),
        ("seed", seed, "a whole number, 0 or more", _is_whole(seed, 0)),
        ("months", months, "a number above 0", (number_in(months) or 0) > 0),
        ("ids", ids, "text or number", is_among(ids, ("text", "number"))),
        ("gaps", gaps, f"0–{most:g}", number_in(gaps) is not None and 0 <= gaps <= most),
        ("missed", missed, "0–1", number_in(missed) is not None and 0 <= missed <= 1),
        ("markers", markers, "some of esr and crp", len(markers) > 0 and {*markers} <= {*MARKERS}),
    ):
        if not holds:
            raise RequestError(f"{name}={shown(value)}: it takes {allowed}.", variable=name)


def _severity(
    random: np.random.Generator, shape: tuple[int, int], planned: NDArray[Any], *, oligo: Any
) -> NDArray[np.float64]:
    """Return how severe the disease is at each visit: about 0 to 10, falling, with flares."""
    severity = random.gamma(4, np.where(oligo, 0.8, 1.2), (shape[0], 1))
    severity = severity * np.exp(-planned / random.gamma(3, 4, (shape[0], 1)))
    flares = (random.random(shape) < _FLARES) * random.gamma(4, 0.8, shape)
    flares[:, 0] = 0
    carried = flares.copy()
    for visit in range(1, shape[1]):
        carried[:, visit] += 0.5 * carried[:, visit - 1]
    return np.asarray(severity + carried, dtype=np.float64)


def _values(
    random: np.random.Generator, severity: NDArray[np.float64], markers: Sequence[str]
) -> dict[str, NDArray[np.float64]]:
    """Return each variable as it is recorded: halves, eighths, whole numbers."""

    def rated(noise: float, most: float, step: float) -> NDArray[np.float64]:
        # The noise is less where there is no disease: many are recorded as 0.
        spread = noise * np.sqrt(severity + 0.2)
        felt = severity + random.normal(0, 1, severity.shape) * spread
        return np.asarray(np.round(np.clip(felt * most / 10, 0, most) / step) * step)

    # One extent for both counts of joints, so that they go together.
    extent = severity * random.gamma(4, 0.25, severity.shape)

    def counted(mean: float) -> NDArray[np.float64]:
        return np.minimum(random.poisson(extent * mean), VARIABLES["active_joints"].high) + 0.0

    active = counted(1.6)
    among_27 = random.binomial(active.astype(np.int64), 0.6) + 0.0
    reactants = {"esr": 8 + 4 * severity, "crp": 1 + 3 * severity}
    skewed = random.lognormal(0, 0.5, severity.shape)
    return {
        "physician_global": rated(0.5, 10, 0.5),
        "patient_global": rated(0.9, 10, 0.5),
        "chaq": rated(0.9, 3, 0.125),
        "active_joints": active,
        "active_joints_27": np.minimum(among_27, VARIABLES["active_joints_27"].high),
        "limited_joints": counted(1.3),
        **{
            name: np.minimum(np.round(reactants[name] * skewed), _HIGHEST[name])
            for name in MARKERS
            if name in markers
        },
    }
