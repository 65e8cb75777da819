"""Wide joint forms, one column for each joint, turned into counts for every visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    ColumnError,
    InconsistentError,
    JiaScoresError,
    NotNumericError,
    RequestError,
    UnknownJointError,
    listing,
)
from jiascores.core.joints import (
    COUNTS,
    FINDINGS,
    JOINTS_71,
    TO_AGREE,
    InjectionRule,
    active_and_limited,
    by_joint,
    joint_hint,
    rule_for_injections,
)
from jiascores.core.values import FloatArray, check
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.tables.assess import add_columns
from jiascores.tables.frame import Frame, Output
from jiascores.tables.problems import error_of
from jiascores.tables.table import Places, mixed, not_numbers

AnyFrame = TypeVar("AnyFrame")
# Which column holds what of which joint: a beginning of names, or a name for each joint.
Columns = str | Mapping[str, str | None]


def _columns(given: Columns, what: str, present: list[str]) -> dict[str, str]:
    """Return the column of each joint that the form has."""
    if isinstance(given, str):
        given = {joint: f"{given}{joint}" for joint in JOINTS_71}
    given = by_joint(given, what)
    found = {joint: column for joint, column in given.items() if column is not None}
    columns = list(found.values())
    unknown = [joint for joint in given if joint not in JOINTS_71]
    unnamed = [joint for joint in JOINTS_71 if joint not in given]
    absent = [column for column in columns if column not in present]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    checks: tuple[tuple[type[JiaScoresError], str, list[str]], ...] = (
        (UnknownJointError, "no joint of the 71 is called", unknown),
        (ColumnError, "no column is named for", unnamed),
        (ColumnError, "the frame has no column", absent),
        (ColumnError, "more than one joint has the column", twice),
    )
    for error, words, wrong in checks:
        if wrong:
            raise error(
                f"{what}: {words} {listing(map(repr, wrong))}."
                f"{joint_hint(wrong[0]) if wrong is unknown else ''} Give what stands before each joint's name "
                f"in the names of the columns, or a mapping from each of the 71 joints to its "
                f"column, None where the form has no such joint: it then leaves the counts open.",
                variable=what,
                values=wrong,
            )
    return found


def _days_columns(given: Columns, present: list[str]) -> dict[str, str]:
    """Return the columns with days since injection; a form has them for some joints only."""
    if not isinstance(given, str):
        given = {**dict.fromkeys(JOINTS_71), **by_joint(given, "injected")}
        return _columns(given, "injected", present)
    found = {joint: f"{given}{joint}" for joint in JOINTS_71 if f"{given}{joint}" in present}
    if not found:
        raise ColumnError(
            f"injected: no column of the frame is called {given!r} and the name of a joint.",
            variable="injected",
            values=(given,),
        )
    return found


def joint_counts(
    frame: AnyFrame,
    *,
    active: Columns | None = None,
    limited: Columns | None = None,
    swollen: Columns | None = None,
    painful_on_motion: Columns | None = None,
    tender: Columns | None = None,
    swollen_by_deformity: Columns | None = None,
    injected: Columns | None = None,
    injection_rule: str | InjectionRule | None = None,
    injection_days: float | None = None,
    prefix: str = "",
) -> AnyFrame:
    """Count active and limited joints for every visit of a wide joint form.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each visit, one column for each joint and finding: 1 or True yes, 0 or False
        no, missing where the joint was not examined or cannot be judged.
    active, limited, swollen, painful_on_motion, tender, swollen_by_deformity : str or mapping
        The columns of a finding: what stands before the joint's name in theirs, as ``"active_"``
        in ``active_knee_left``; or a mapping from each of the 71 joints to its column, None where
        the form does not have the joint. Left out where the form does not record the finding;
        `swollen_by_deformity` is then no everywhere, every other one unknown.
    injected : str or mapping, optional
        Columns with the days since the last steroid injection, missing where there was none; only
        the joints that have such a column.
    injection_rule : str or InjectionRule, optional
        ``"carried-active"`` or ``"not-assessable"``; must be named where `injected` is given.
    injection_days : float, optional
        For how many days, the last one included, the rule holds.
    prefix : str
        What the new columns' names begin with.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        The frame, rows in their order, with the whole numbers `active_joints`,
        `active_joints_min`, `active_joints_max`, the same for `active_joints_27` and
        `limited_joints` (where `limited` is given). A count is missing where its lowest and
        highest value differ.

    Raises
    ------
    ColumnError
        If a column is not there, stands for two joints, or has the name of a new one.
    UnknownJointError
        If a mapping names a joint that is not one of the 71.
    NotNumericError, OutOfRangeError, NotWholeError
        If a cell is neither yes, no nor missing.
    InconsistentError
        If `active` disagrees with the findings of a joint.
    UnknownDefinitionError, RequestError
        If joints are injected and no rule is named, or its number of days is missing.

    Notes
    -----
    The rules are those of `JointExam`.

    Examples
    --------
    >>> import jiascores as jia
    >>> import pandas as pd
    >>> from jiascores.core.joints import JOINTS_71
    >>> form = pd.DataFrame(0.0, index=["v1", "v2"], columns=[f"act_{j}" for j in JOINTS_71])
    >>> form.loc["v1", ["act_knee_left", "act_toe_ip1_left"]] = 1
    >>> form.loc["v2", "act_hip_left"] = None
    >>> jia.prepare.joint_counts(form, active="act_").iloc[:, -6:-3]
        active_joints  active_joints_min  active_joints_max
    v1              2                  2                  2
    v2           <NA>                  0                  1
    """
    table = Frame(frame)
    present = [str(name) for name in table.names]
    given = {"active": active, "swollen": swollen, "swollen_by_deformity": swollen_by_deformity}
    given |= {"limited": limited, "painful_on_motion": painful_on_motion, "tender": tender}
    columns = {
        what: _columns(named, what, present) for what, named in given.items() if named is not None
    }
    if not columns:
        raise RequestError(
            "joint_counts() needs the columns of at least one finding: active=, limited=, …",
            variable="active",
        )
    rule = rule_for_injections(injection_rule, injection_days, injected=injected is not None)
    days = {} if injected is None else _days_columns(injected, present)
    outputs = []
    for name, (low, high) in _count(table, columns, days, rule).items():
        known = np.where(low == high, low, np.nan)
        for end, values in (("", known), ("_min", low), ("_max", high)):
            outputs.append(Output(f"{name}{end}", "level", values))
    return cast(AnyFrame, add_columns(table, outputs, prefix))


def joint_shares(
    frame: Frame, active: Columns, rows: NDArray[np.int64]
) -> tuple[dict[str, float], list[str]]:
    """Return for each joint how often it is active in some rows, and the columns that say so.

    A share is of the rows in which the joint's activity is known; NaN where there is none.
    """
    columns = _columns(active, "active", [str(name) for name in frame.names])
    shares = {}
    for joint, column in columns.items():
        values = _findings(frame, column, joint, "active")[rows]
        known = values[~np.isnan(values)]
        shares[joint] = float(known.mean()) if known.size else np.nan
    return shares, list(columns.values())


def _findings(table: Frame, column: str, joint: str, what: str) -> FloatArray:
    """Return a column with a finding of a joint: 1, 0, NaN where missing."""
    words = f"{joint}: {what.replace('_', ' ')}"
    return _read(table, Variable(column, words, "", 0, 1, whole=True, flag=True))


def _read(table: Frame, variable: Variable) -> FloatArray:
    """Return a column as checked numbers, NaN where missing."""
    name = variable.name
    try:
        values = table.floats(name, variable)
    except NotNumericError:
        values, cells = mixed(table.objects(name), variable)
        if cells:
            problems = not_numbers(variable, name, cells)
            raise error_of(problems, Places(table, [])) from None
    check(variable, values, table.native.index if table.kind == "pandas" else None)
    return values


def _count(
    table: Frame,
    columns: Mapping[str, Mapping[str, str]],
    days: Mapping[str, str],
    rule: InjectionRule | None,
) -> dict[str, FloatArray]:
    """Return the lowest and the highest value of each count.

    The joints are added up one at a time, so that the form is never copied as a whole.
    """
    names = [name for name, (what, _) in COUNTS.items() if what == "active" or what in columns]
    counts = {name: np.zeros((2, table.size)) for name in names}
    # What the form does not record is unknown, but for deformity.
    absent = {what: np.full(table.size, np.nan) for what in ("active", *FINDINGS)}
    if "swollen_by_deformity" not in columns:
        absent["swollen_by_deformity"] = np.zeros(table.size)
    for joint in JOINTS_71:
        findings = absent | {
            what: _findings(table, of[joint], joint, what)
            for what, of in columns.items()
            if joint in of
        }
        since: float | FloatArray = np.nan
        if joint in days:
            words = f"{joint}: days since the injection"
            since = _read(table, Variable(days[joint], words, "days", 0, UNBOUNDED))
        active, limited, disagree = active_and_limited(findings, since, rule)
        rows = np.flatnonzero(disagree)
        if rows.size:
            raise InconsistentError(
                f"{joint}: active disagrees with the findings in row {listing(rows)} (rows from "
                f"0). {TO_AGREE}",
                variable=joint,
                where=rows.tolist(),
            )
        answers = {"active": active, "limited": limited}
        for name in names:
            what, joints = COUNTS[name]
            if joint in joints:
                counts[name] += (answers[what] == 1, answers[what] != 0)
    return counts
