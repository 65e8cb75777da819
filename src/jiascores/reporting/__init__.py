"""One page on a table of visits: what was found, what is missing, what was read, and by what.

From `cohort` (the numbers) through `results`, `sections` and `pictures` (what is said, as `blocks`)
to `page`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jiascores.catalogue.manifest import Input, hashed, hashed_file, made_of, used_by
from jiascores.core.arguments import as_declared
from jiascores.core.variables import MarkerRule
from jiascores.files.contents import path_of
from jiascores.files.writing import whole
from jiascores.reporting import results, sections
from jiascores.reporting.blocks import PICTURES, Section, lacking
from jiascores.reporting.cohort import Cohort, read_cohort
from jiascores.reporting.memory import trimmed
from jiascores.reporting.page import as_html
from jiascores.reporting.pictures import drawings
from jiascores.statistics.base import CONFIDENCE, confidence_of
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.engines import to_eager
from jiascores.tables.enrolled import cut
from jiascores.tables.frame import Frame
from jiascores.tables.ids import ColumnNames
from jiascores.tables.joint_cells import Columns
from jiascores.tables.naming import Column, Units
from jiascores.tables.requests import Measures

__all__ = ["report"]


@as_declared
def report(
    visits: Any,
    path: str | Path | None = None,
    *,
    measures: Measures,
    by: Column | None = None,
    arm: Column | None = None,
    data_cut: Any = None,
    columns: ColumnNames | None = None,
    units: Units | None = None,
    baseline: BaselineRule | None = None,
    marker: MarkerRule | None = None,
    joints: Columns | None = None,
    treatments: Any = None,
    treatment_columns: ColumnNames | None = None,
    confidence: float = CONFIDENCE,
    pictures: bool = True,
    title: str = "Visits assessed",
    characteristics: Sequence[Column] = (),
    source: str | Path | None = None,
) -> str:
    """Write one self-contained page on a table of visits.

    Parameters
    ----------
    visits : data frame
        One row for each visit, as for `assess`.
    path : str or path, optional
        Where to write the page; one that exists is replaced.
    measures : list of str and requests
        As for `assess`.
    by : Column, optional
        The column with the visit. Without it ``nominal_visit`` where the table has it, else the
        number of the visit among those of its patient.
    arm : Column, optional
        The column with the treatment arm, or another that parts the patients; then patients, core
        set and results of each arm stand side by side.
    data_cut : date, text or number, optional
        One date for all: later visits are left out of the page.
    columns, units, baseline, marker
        As for `assess`.
    joints : str or mapping, optional
        The columns that say of each joint whether it is active, as `active` of `joint_counts`;
        then it is drawn how often each joint is.
    treatments : data frame, optional
        One row for each treatment, with patient and date; then follow-up is drawn with them.
    treatment_columns : dict, optional
        Your own column names in `treatments`: ``{"patient": …, "date": …}``.
    confidence : float
        Of the intervals (Clopper–Pearson).
    pictures : bool
        Whether to draw.
    title : str
        Title of the page.
    characteristics : list of Column
        Further columns that describe the patients, such as sex and age: of numbers the page gives
        median and quartiles, of words how many patients have each. ``ilar_category`` is described
        wherever the table has it.
    source : str or path, optional
        The file that the table was read from: its name and SHA-256 stand on the page. Without it,
        the checksum is that of the table, the same as of `jiascores.analysis.manifest`.

    Returns
    -------
    str
        The page: HTML with its style and pictures within, which opens without a network and
        prints on A4.

    Raises
    ------
    JiaScoresError
        As for `assess`, but for values that are not allowed: these are left out and listed.

    See Also
    --------
    jiascores.assess : The columns by themselves.
    jiascores.check : The findings by themselves.
    jiascores.analysis.manifest : The call and the definitions, for an analysis plan.

    Notes
    -----
    Results come first, then what is missing, refused and open, then a methods paragraph to paste,
    and last how the table was read. A proportion is of the visits at which it is determinable;
    beside it stand how many are not, and the lowest and highest proportion of all visits. A picture
    that cannot be drawn, as where a patient has two rows at a visit, is named with the reason. At
    most 24 visits are drawn.

    Intervals need scipy and pictures matplotlib. Where one is not installed, the page goes without,
    and its summary says so.

    There is no date on the page: the same table gives the same page.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({"patient": ["A", "B"], "date": [0, 0], "physician_global": [4, 62],
    ...                        "patient_global": [3.0, 2.0], "active_joints": [3, 0]})
    >>> page = jia.report(visits, measures=["cjadas10"], pictures=False)
    >>> "62" in page, page.startswith("<!doctype html>")
    (True, True)
    """
    confidence = confidence_of(confidence)
    if data_cut is not None:
        visits = cut(Frame(to_eager(visits)), columns, data_cut).native
    cohort = read_cohort(
        visits,
        measures,
        by=by,
        arm=arm,
        columns=columns,
        units=units,
        baseline=baseline,
        marker=marker,
        joints=joints,
        characteristics=characteristics,
    )
    table = _input(visits, source)
    treated = treatments, treatment_columns
    text = as_html(title, _sections(cohort, table, treated, confidence, pictures=pictures))
    if path is not None:
        with whole(path_of(path), force=True) as file:
            # Half a character, as of a broken name, is shown as what it is.
            file.write(text.encode("utf-8", "backslashreplace"))
    return text


def _input(visits: Any, source: str | Path | None) -> Input:
    """Return name and checksum of the file that was read, or of the table."""
    if source is None:
        return hashed("table", visits)
    return hashed_file(path_of(source, "source"), visits)


def _sections(
    cohort: Cohort, table: Input, treated: tuple[Any, Any], confidence: float, *, pictures: bool
) -> list[Section]:
    """Return the parts of the page; pictures are drawn when it is put together."""
    used = [each for request in cohort.requests for each in used_by(request)]
    manifest = made_of([table], cohort.requests, used, **cohort.rules)
    drawn = pictures and not lacking(*PICTURES)
    made = [
        sections.summary(cohort, pictures=pictures),
        results.patients(cohort),
        results.results(cohort, confidence),
        results.core_set(cohort),
        *([drawings(cohort, *treated)] if drawn else []),
        sections.missing(cohort),
        sections.not_determinable(cohort),
        sections.refused_and_suspicious(cohort),
        sections.methods(manifest, confidence),
        sections.what_was_read(cohort, table),
        sections.definitions(manifest.definitions),
        sections.versions(pictures=drawn),
    ]
    trimmed()
    return made
