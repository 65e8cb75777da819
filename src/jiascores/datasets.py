"""The tables of the tutorials and examples, as data frames: ``jia.datasets.load_one_child()``.

They come with the package, so every example runs where jiascores is installed. Nothing in them
describes a person: all are invented, but for `load_msc_trial`, a synthetic reconstruction from the
published figures of a trial.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from jiascores.core.arguments import as_declared
from jiascores.core.errors import ArgumentError, suggestion

if TYPE_CHECKING:
    from pandas import DataFrame

__all__ = [
    "Trial",
    "load_cohort",
    "load_msc_trial",
    "load_one_child",
    "load_parallel_trial",
    "load_registry_german",
    "load_withdrawal_trial",
    "path",
]

# Where the files are in a checkout; in the package all of them are in the folder `data`.
_FOLDERS = ("docs/data", "examples/msc_trial")
_FILES = {
    "cohort": "cohort.csv",
    "one_child": "one_child.csv",
    "registry_german": "registry_german.csv",
    **{
        f"{trial}_{table}": f"{trial}_{table}.csv"
        for trial in ("parallel", "withdrawal")
        for table in ("visits", "patients", "events")
    },
    "msc_trial_visits": "visits.csv",
    "msc_trial_patients": "patients.csv",
    "msc_trial_infusions": "infusions.csv",
    "msc_trial_events": "adverse_events.csv",
}


@attrs.frozen(eq=False)
class Trial:
    """The tables of a trial.

    Attributes
    ----------
    visits : DataFrame
        One row for each visit.
    patients : DataFrame
        One row for each patient.
    events : DataFrame
        What happened to patients, with its date.
    infusions : DataFrame or None
        The infusions, where there were any.

    Examples
    --------
    >>> import jiascores as jia
    >>> trial = jia.datasets.load_withdrawal_trial()
    >>> len(trial.patients), trial.infusions is None
    (10, True)
    """

    visits: DataFrame
    patients: DataFrame
    events: DataFrame
    infusions: DataFrame | None = None


@as_declared
def path(name: str) -> Path:
    """Return the path of a file of the tutorials, to read it your way or at the command line.

    Parameters
    ----------
    name : str
        ``"one_child"``, ``"cohort"``, ``"registry_german"``, ``"parallel_visits"`` and the others.

    Returns
    -------
    pathlib.Path
        Where the CSV file is.

    Raises
    ------
    ArgumentError
        If there is no such file; the error lists all.

    See Also
    --------
    jiascores.datasets.load_one_child : A file as a data frame.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.datasets.path("one_child").name
    'one_child.csv'
    """
    if name not in _FILES:
        raise ArgumentError(
            f"name={name!r}: there is no such file.{suggestion(str(name), _FILES)} "
            f"Choose from {', '.join(_FILES)}.",
            variable="name",
            values=(name,),
        )
    here = Path(__file__).parent
    places = (
        here / "data" / f"{name}.csv",
        *(here.parents[1] / f / _FILES[name] for f in _FOLDERS),
    )
    return next(each for each in places if each.is_file())


def _load(name: str, *dates: str, **more: Any) -> DataFrame:
    import pandas as pd

    frame: DataFrame = pd.read_csv(path(name), parse_dates=list(dates), **more)
    return frame


@as_declared
def load_one_child() -> DataFrame:
    """Return seven visits of one invented child, as in the first tutorial.

    Returns
    -------
    DataFrame
        `patient`, `date` and the six variables of the core set, in canonical units. One patient
        global is missing.

    See Also
    --------
    jiascores.datasets.load_cohort : Many children.
    jiascores.testing.simulate_visits : As many as you ask for.

    Examples
    --------
    >>> import jiascores as jia
    >>> visits = jia.datasets.load_one_child()
    >>> jia.assess(visits, measures=["cjadas10"])["cjadas10"].head(3).tolist()
    [20.5, 13.0, 5.5]
    """
    return _load("one_child", "date")


@as_declared
def load_cohort() -> DataFrame:
    """Return the visits of an invented cohort, as in the gallery.

    Returns
    -------
    DataFrame
        `patient`, `date`, `month` and the six variables of the core set, with gaps.

    See Also
    --------
    jiascores.testing.simulate_visits : Another cohort, of any size.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.datasets.load_cohort().columns[:3].tolist()
    ['patient', 'date', 'month']
    """
    return _load("cohort", "date")


@as_declared
def load_registry_german() -> DataFrame:
    """Return invented visits as a German registry exports them, as in the second tutorial.

    Returns
    -------
    DataFrame
        German names of columns, globals in millimetres, dates as text, day first. The file itself
        has semicolons: ``jia.datasets.path("registry_german")``.

    See Also
    --------
    jiascores.prepare.read : Read the file itself by a mapping.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.datasets.load_registry_german()["Besuch"].head(2).tolist()
    ['12.03.2024', '18.06.2024']
    """
    return _load("registry_german", sep=";", decimal=",")


@as_declared
def load_parallel_trial() -> Trial:
    """Return an invented trial with two arms, as in its tutorial.

    Returns
    -------
    Trial
        `visits`, `patients` (with `arm`) and `events` (rescue and the like).

    See Also
    --------
    jiascores.datasets.load_withdrawal_trial : Randomised after a lead-in.
    jiascores.analysis.compare_responders : Compare the arms.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.datasets.load_parallel_trial().patients["arm"].unique().tolist()
    ['drug', 'placebo']
    """
    tables = ("parallel_visits", "parallel_patients", "parallel_events")
    return Trial(*(_load(table) for table in tables))


@as_declared
def load_withdrawal_trial() -> Trial:
    """Return an invented randomised withdrawal trial, as in its tutorial.

    Returns
    -------
    Trial
        `visits` (with `end_of_lead_in`), `patients` (with `arm` and `randomised`) and `events`.

    See Also
    --------
    jiascores.datasets.load_parallel_trial : Randomised at the first visit.
    jiascores.analysis.time_to_flare : The time until a flare.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.datasets.load_withdrawal_trial().events["what"].tolist()[:2]
    ['moved away', 'rescue']
    """
    tables = ("withdrawal_visits", "withdrawal_patients", "withdrawal_events")
    return Trial(*(_load(table) for table in tables))


@as_declared
def load_msc_trial() -> Trial:
    """Return the trial of mesenchymal stromal cells: a synthetic reconstruction of Swart 2019.

    The tables were made so that they give the published figures; they are nobody's data, and the
    column `data_origin` says so in each row.

    Returns
    -------
    Trial
        `visits` (globals in millimetres), `patients`, `infusions`, and the adverse events as
        `events`.

    See Also
    --------
    jiascores.retreatment : Who may be treated again.

    References
    ----------
    Swart 2019, Rheumatology 58:1812.

    Examples
    --------
    >>> import jiascores as jia
    >>> trial = jia.datasets.load_msc_trial()
    >>> trial.visits["data_origin"].unique().tolist()
    ['synthetic reconstruction']
    """
    return Trial(
        _load("msc_trial_visits", "visit_date"),
        _load("msc_trial_patients"),
        _load("msc_trial_events", "event_date"),
        _load("msc_trial_infusions", "infusion_date"),
    )


def __dir__() -> list[str]:
    return __all__
