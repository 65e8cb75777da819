"""The tables of the tutorials and of the example, which the package brings: `sample`."""

from __future__ import annotations

from pathlib import Path

from jiascores.core.errors import ArgumentError, suggestion

# Where each stands in a checkout; in the package all stand in the folder `data`.
_HOMES = {
    "cohort": "docs/data/cohort.csv",
    "msc_trial_adverse_events": "examples/msc_trial/adverse_events.csv",
    "msc_trial_infusions": "examples/msc_trial/infusions.csv",
    "msc_trial_patients": "examples/msc_trial/patients.csv",
    "msc_trial_visits": "examples/msc_trial/visits.csv",
    "one_child": "docs/data/one_child.csv",
    "registry_german": "docs/data/registry_german.csv",
}


def sample(name: str) -> Path:
    """Return the path of a CSV file of the tutorials; all are synthetic, or reconstructed.

    Parameters
    ----------
    name : str
        ``"one_child"`` (the first tutorial), ``"registry_german"`` (the second), ``"cohort"`` (the
        gallery), or ``"msc_trial_visits"``, ``"msc_trial_infusions"``, ``"msc_trial_patients"`` and
        ``"msc_trial_adverse_events"`` (the example).

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ArgumentError
        If there is no such file.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.read_csv(jia.testing.sample("one_child"))
    >>> jia.assess(visits, measures=["cjadas10"])["cjadas10"].head(3).tolist()
    [20.5, 13.0, 5.5]
    """
    if name not in _HOMES:
        raise ArgumentError(
            f"name={name!r}: there is no such sample.{suggestion(name, _HOMES)} "
            f"Choose from {', '.join(_HOMES)}.",
            variable="name",
            values=(name,),
        )
    installed = Path(__file__).parent / "data" / f"{name}.csv"
    return installed if installed.is_file() else Path(__file__).parents[3] / _HOMES[name]
