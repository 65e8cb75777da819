"""Wide joint forms, one column for each joint, turned into counts for every visit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    ColumnError,
    InconsistentError,
    RequestError,
    UnknownJointError,
    listing,
    suggestion,
)
from jiascores.core.joints import (
    FINDINGS,
    JOINTS_27,
    JOINTS_71,
    InjectionRule,
    active_bounds,
    bounds,
    rule_for_injections,
    with_direct,
    with_injections,
)
from jiascores.core.values import check
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.tables.frame import Frame, Output

AnyFrame = TypeVar("AnyFrame")
# Which column holds what of which joint: a beginning of names, or a name for each joint.
Columns = str | Mapping[str, str | None]


@attrs.define
class _Tally:
    """A count of joints per visit: surely there, and surely or maybe there."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]

    def add(self, surely: Any, maybe: Any) -> None:
        self.low += surely
        self.high += maybe


def _columns(given: Columns, what: str, present: list[str]) -> dict[str, str]:
    """Return the column of each joint that the form has."""
    if isinstance(given, str):
        named: dict[str, str | None] = {joint: f"{given}{joint}" for joint in JOINTS_71}
    else:
        named = dict(given)
    unknown = [joint for joint in named if joint not in JOINTS_71]
    if unknown:
        raise UnknownJointError(
            f"{what}: no joint of the 71 is called {listing(map(repr, unknown))}."
            f"{suggestion(str(unknown[0]), JOINTS_71)} A mapping goes from joint to column.",
            variable=what,
            values=unknown,
        )
    unnamed = [joint for joint in JOINTS_71 if joint not in named]
    if unnamed:
        raise ColumnError(
            f"{what}: no column is named for {listing(unnamed)}. Where the form has no such "
            f"joint, say so with None: it then leaves the counts open.",
            variable=what,
            values=unnamed,
        )
    found = {joint: column for joint, column in named.items() if column is not None}
    absent = [column for column in found.values() if column not in present]
    if absent:
        raise ColumnError(
            f"{what}: the frame has no column {listing(map(repr, absent))}."
            f"{suggestion(absent[0], present)} Give a mapping from joint to column where the "
            f"names differ, with None for a joint that the form does not have.",
            variable=what,
            values=absent,
        )
    columns = list(found.values())
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise ColumnError(
            f"{what}: {listing(map(repr, twice))} stands for more than one joint.",
            variable=what,
            values=twice,
        )
    return found


def _days_columns(given: Columns, present: list[str]) -> dict[str, str]:
    """Return the columns with days since injection; a form has them for some joints only."""
    if isinstance(given, str):
        found = {joint: f"{given}{joint}" for joint in JOINTS_71 if f"{given}{joint}" in present}
        if not found:
            raise ColumnError(
                f"injected: no column of the frame is called {given!r} and the name of a joint.",
                variable="injected",
                values=(given,),
            )
        return found
    none: dict[str, str | None] = dict.fromkeys(JOINTS_71)
    return _columns({**none, **given}, "injected", present)


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
    given = {
        "active": active,
        "swollen": swollen,
        "swollen_by_deformity": swollen_by_deformity,
        "limited": limited,
        "painful_on_motion": painful_on_motion,
        "tender": tender,
    }
    columns = {
        what: _columns(named, what, present) for what, named in given.items() if named is not None
    }
    if not columns:
        raise RequestError(
            "joint_counts() needs the columns of at least one finding: active=, limited=, "
            "swollen=, …",
            variable="active",
        )
    rule = None
    if injected is not None or injection_rule is not None or injection_days is not None:
        rule = rule_for_injections(injection_rule, injection_days)
    days = {} if injected is None else _days_columns(injected, present)

    counts = _count(table, columns, days, rule)
    wanted = [name for name in counts if not name.startswith("limited") or "limited" in columns]
    names = [f"{prefix}{name}{end}" for name in wanted for end in ("", "_min", "_max")]
    taken = [name for name in names if name in present]
    if taken:
        raise ColumnError(
            f"the frame already has {listing(map(repr, taken))}; rename it, or give prefix=.",
            variable="prefix",
            values=taken,
        )
    outputs = []
    for name in wanted:
        low, high = counts[name].low, counts[name].high
        known = np.where(low == high, low, np.nan)
        for end, values in (("", known), ("_min", low), ("_max", high)):
            outputs.append(Output(f"{prefix}{name}{end}", "level", values.astype(np.float64)))
    return cast(AnyFrame, table.with_columns(outputs))


def joint_shares(
    frame: Frame, active: Columns, rows: NDArray[np.int64]
) -> tuple[dict[str, float], list[str]]:
    """Return for each joint how often it is active in some rows, and the columns that say so.

    A share is of the rows in which the joint's activity is known; NaN where there is none.
    """
    columns = _columns(active, "active", [str(name) for name in frame.names])
    shares = {}
    for joint, column in columns.items():
        values = _read(frame, column, _yes_no(joint, "active", column))[rows]
        known = values[~np.isnan(values)]
        shares[joint] = float(known.mean()) if known.size else np.nan
    return shares, list(columns.values())


def _yes_no(joint: str, what: str, column: str) -> Variable:
    words = f"{joint}: {what.replace('_', ' ')}"
    return Variable(column, words, "", 0, 1, whole=True, flag=True)


def _read(table: Frame, column: str, variable: Variable) -> NDArray[np.float64]:
    """Return a column as checked numbers, NaN where missing."""
    values = table.floats(column, variable)
    check(variable, values, table.native.index if table.kind == "pandas" else None)
    return values


def _count(
    table: Frame,
    columns: Mapping[str, Mapping[str, str]],
    days: Mapping[str, str],
    rule: InjectionRule | None,
) -> dict[str, _Tally]:
    """Add up the joints, one at a time, so that the form is never copied as a whole."""
    rows = table.size
    tallies = {
        name: _Tally(np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64))
        for name in ("active_joints", "active_joints_27", "limited_joints")
    }
    unknown = np.full(rows, np.nan)
    no = np.zeros(rows)
    for joint in JOINTS_71:
        found: dict[str, NDArray[Any]] = {}
        for what in ("active", *FINDINGS):
            column = columns.get(what, {}).get(joint)
            absent = no if what == "swollen_by_deformity" and what not in columns else unknown
            found[what] = (
                absent if column is None else _read(table, column, _yes_no(joint, what, column))
            )
        direct = found.pop("active")
        surely, maybe, disagree = with_direct(direct, *active_bounds(**found))
        if disagree.any():
            _raise_disagreement(joint, np.flatnonzero(disagree))
        stiff, stiff_max = bounds(found["limited"])
        if rule is not None and joint in days:
            words = f"{joint}: days since the injection"
            since = _read(table, days[joint], Variable(days[joint], words, "days", 0, UNBOUNDED))
            surely, maybe, opened = with_injections(rule, since, surely, maybe)
            stiff, stiff_max = stiff & ~opened, stiff_max | opened
        tallies["active_joints"].add(surely, maybe)
        if joint in JOINTS_27:
            tallies["active_joints_27"].add(surely, maybe)
        tallies["limited_joints"].add(stiff, stiff_max)
    return tallies


def _raise_disagreement(joint: str, rows: NDArray[np.int64]) -> None:
    raise InconsistentError(
        f"{joint}: active disagrees with the findings in row {listing(rows)} (rows from 0). A "
        f"joint is active when swollen (not by deformity), or limited and (painful on motion or "
        f"tender). Give active= or the findings, or make them agree.",
        variable=joint,
        where=rows.tolist(),
    )
