"""Joint forms, of whatever shape, turned into counts for every visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeVar, cast

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import (
    ColumnError,
    InconsistentError,
    RequestError,
    UnknownJointError,
    listing,
    require,
    say,
    shown,
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
    joint_named,
    rule_for_injections,
)
from jiascores.core.values import FloatArray
from jiascores.core.variables import UNBOUNDED, Variable
from jiascores.tables.assess import add_columns
from jiascores.tables.columns import Places
from jiascores.tables.frame import NONE, Frame, Output, Positions, list_of
from jiascores.tables.joint_cells import (
    BEYOND_71,
    Columns,
    Source,
    Values,
    checked,
    columns_of_joints,
    decoded,
    examined_rows,
    finding_of,
    first_places,
    is_beyond,
    meant_by,
    read_codes,
    read_source,
    unknown_joint,
)
from jiascores.tables.numbers import one_of
from jiascores.tables.shapes import Groups, group_of, grouped, require_column
from jiascores.tables.table import Table
from jiascores.tables.visits import Visits

AnyFrame = TypeVar("AnyFrame")
PAINFUL_FROM = {"tender": "a tender joint counts as painful on motion"}
UNLISTED = {"no-finding": "a joint without a row has no finding"}


@as_declared
def joint_counts(
    frame: AnyFrame,
    *,
    active: Columns | None = None,
    limited: Columns | None = None,
    swollen: Columns | None = None,
    painful_on_motion: Columns | None = None,
    tender: Columns | None = None,
    swollen_by_deformity: Columns | None = None,
    coded: Columns | None = None,
    codes: Mapping[str, str | Sequence[str]] | None = None,
    examined: str | None = None,
    painful_from: Literal["tender"] | None = None,
    not_on_form: Sequence[str] = (),
    beyond_71: Literal["left-out"] | None = None,
    joint: str | None = None,
    by: Sequence[str] = ("patient", "date"),
    unlisted: Literal["no-finding"] | None = None,
    cumulative: bool = False,
    injected: Columns | None = None,
    injection_rule: str | InjectionRule | None = None,
    injection_days: float | None = None,
    prefix: str = "",
) -> AnyFrame:
    """Count active and limited joints for every visit of a joint form.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each visit; or, with `joint`, one row for each joint of a visit.
    active, limited, swollen, painful_on_motion, tender, swollen_by_deformity : str or mapping
        The columns of a finding. One column for each joint: what stands before the joint in their
        names, as ``"active_"`` for ``active_knee_left`` and ``active_L knee``; what stands around
        it, as ``"{joint}_swollen"``; or a mapping from each of the 71 joints to its column, None
        where the form does not have the joint. Or the name of one column that lists the joints
        with the finding: ``"left knee; MCP 2 right"``. Left out where the form does not record
        the finding; `swollen_by_deformity` is then no everywhere, every other one unknown.
    coded : str or mapping, optional
        The columns of a form with one code for each joint, named as those of a finding.
    codes : dict, optional
        What each code means: ``{"0": "", "1": "swollen", "2": ["swollen", "limited"],
        "9": "not_examined"}``. A finding that no code means was not recorded.
    examined : str, optional
        The column that says whether the joints were examined: yes or no; or a column of REDCap
        that ends in ``_complete``, where only 2 (Complete) says yes.
    painful_from : {"tender"}, optional
        Where the form records tender joints and not those painful on motion: that a tender joint
        counts as painful on motion. Without it, what only pain would decide stays open.
    not_on_form : list of str
        Joints that the form does not have. They leave the counts open.
    beyond_71 : {"left-out"}, optional
        Needed where a form has joints that are not among the 71, as forms with 73 or 75 joints do
        (sacroiliac joints, thoracic or lumbar spine): they do not count, and the column
        ``joints_beyond_71`` names those with a finding.
    joint : str, optional
        The column with the joint's name, where the table has one row for each joint. Each finding
        is then a column's name.
    by : list of str
        With `joint` or `cumulative`: the columns that make a visit, those of the patient and,
        last, that of the date.
    unlisted : {"no-finding"}, optional
        With `joint`: that a joint without a row has no finding; else it leaves the counts open.
    cumulative : bool
        Whether to count also the joints that were active at this or an earlier visit of the
        patient, ``joints_ever``. What was affected before the first row is known to nobody here.
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
        `limited_joints` (where the form records limited joints) and `joints_ever` (where
        `cumulative`). A count is missing where its lowest and highest value differ. With boxes to tick, lists or `examined`, also
        `joints_examined`: no where nothing says that the joints were examined. With `joint`, one
        row for each visit, in the order in which they come first, and no other columns than `by`.

    Raises
    ------
    ColumnError
        If a column is not there, stands for two joints, or has the name of a new one.
    UnknownJointError
        If a mapping, list or row names what is not one of the 71, or the form has a joint beyond
        them and nobody says what becomes of it.
    NotNumericError, OutOfRangeError, NotWholeError, NotCoveredError
        If a cell is neither yes, no nor missing, or a code is not explained.
    InconsistentError
        If `active` disagrees with the findings of a joint, or a joint has a finding where
        `examined` says no.
    VisitError
        If a joint has two rows at a visit.
    UnknownDefinitionError, RequestError
        If joints are injected and no rule is named, or its number of days is missing.

    See Also
    --------
    jiascores.JointExam : One examination.
    jiascores.plot.joint_frequency : Draws the joints of a cohort.

    Notes
    -----
    The rules are those of `JointExam`. Joints are read as people write them, in either order and
    in several languages: ``left_knee``, ``L knee``, ``tmj_left``; ``pip1_left`` is the thumb.
    Cells say yes or no in any of the usual words; empty is neither.

    Boxes to tick (columns that REDCap calls ``field___code``, or ``… (choice=…)`` with labels) and
    lists only ever say yes. Where a row has a tick, the other boxes are no. Where it has none, they
    are no only if `examined` says that the joints were examined; else the counts are missing.

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
    findings = {"active": active, "swollen": swollen, "swollen_by_deformity": swollen_by_deformity}
    findings |= {"limited": limited, "painful_on_motion": painful_on_motion, "tender": tender}
    _require_visit(by, least=2 if cumulative else 1)
    if beyond_71 is not None:
        one_of(beyond_71, BEYOND_71, "beyond_71")
    asked = _Asked(findings, coded, codes, examined, not_on_form)
    days, rule = _injections(table, injected, injection_rule, injection_days, joint)
    if joint is None:
        form = asked.of_columns(table)
    else:
        form = asked.of_rows(_Rows(table, joint, by, unlisted))
    form = form.with_pain(painful_from).as_examined(examined)
    *who, when = by
    visits = Table(form.frame, {"patient": who, "date": when}).visits if cumulative else None
    outputs = [*form.outputs(days, rule, visits), *form.said(beyond_71)]
    return cast(AnyFrame, add_columns(form.frame, outputs, prefix))


def joint_shares(
    frame: Frame, active: Columns, rows: NDArray[np.int64]
) -> tuple[dict[str, float], list[str]]:
    """Return for each joint how often it is active in some rows, and the columns that say so.

    A share is of the rows in which the joint's activity is known; NaN where there is none.
    """
    columns, _ = columns_of_joints(active, "active", [str(name) for name in frame.names])
    shares = {}
    for joint, column in columns.items():
        values = finding_of(frame, column, joint, "active")[rows]
        known = values[~np.isnan(values)]
        shares[joint] = float(known.mean()) if known.size else np.nan
    return shares, list(columns.values())


@attrs.frozen(eq=False)
class _Form:
    """What a form says of each joint at each visit.

    Parameters
    ----------
    frame : Frame
        One row for each visit.
    sources : list of Source
        What says it.
    examined : array, optional
        Whether the joints were examined, as a column says: 1, 0, NaN where nothing says so.
    """

    frame: Frame
    sources: list[Source] = attrs.field(factory=list)
    examined: FloatArray | None = None

    @property
    def values(self) -> dict[str, Values]:
        """What is said of each finding."""
        found: dict[str, Values] = {}
        for source in self.sources:
            for what, values in source.values.items():
                if what in found:
                    raise RequestError(
                        f"{what} is given twice, by {say(f'joints.{what}')} and by {say('joints.codes')}.",
                        variable=what,
                    )
                found[what] = values
        return found

    def with_pain(self, painful_from: str | None) -> _Form:
        """Return the form with pain on motion taken from tender joints, where the caller asks for it."""
        if painful_from is None:
            return self
        one_of(painful_from, PAINFUL_FROM, "painful_from")
        values = self.values
        wrong = "records pain on motion itself" if "painful_on_motion" in values else ""
        wrong = wrong or ("" if painful_from in values else "does not record tender joints")
        if wrong:
            raise RequestError(
                f"{say('joints.painful_from', painful_from)}, and the form {wrong}. Leave it out.",
                variable="painful_from",
            )
        of = next(source for source in self.sources if painful_from in source.values)
        pain = attrs.evolve(of, values={"painful_on_motion": values[painful_from]}, beyond={})
        return attrs.evolve(self, sources=[*self.sources, pain])

    def as_examined(self, column: str | None) -> _Form:
        """Return the form with what was not examined left open, and what was not ticked as no."""
        ticked = any(source.ticked for source in self.sources)
        if self.examined is None and not ticked:
            return self
        said = np.full(self.frame.size, np.nan) if self.examined is None else self.examined
        some = np.zeros(self.frame.size, dtype=bool)
        for values in self.values.values():
            for joint in JOINTS_71:
                some |= values(joint) == 1
        for source in self.sources:
            for rows in source.beyond.values():
                some[rows] = True
        wrong = np.flatnonzero(some & (said == 0))
        if wrong.size:
            where = first_places(self.frame, wrong)
            raise InconsistentError(
                f"column {column!r} says that the joints were not examined in "
                f"{listing(where, total=len(wrong))}, and a joint has a finding there. Make them "
                f"agree.",
                variable="examined",
                where=where,
            )
        sure = some | (said == 1)
        for source in self.sources:
            sure[source.filled] = said[source.filled] != 0
        sources = [source.as_examined(sure, said == 0) for source in self.sources]
        known = np.where(sure, 1.0, np.where((said == 0) | ticked, 0.0, np.nan))
        return attrs.evolve(self, sources=sources, examined=known)

    def outputs(
        self, days: Values | None, rule: InjectionRule | None, visits: Visits | None
    ) -> list[Output]:
        """Return each count where it is known, and its lowest and highest value."""
        outputs = []
        for name, (low, high) in self.count(days, rule, visits).items():
            known = np.where(low == high, low, np.nan)
            for end, values in (("", known), ("_min", low), ("_max", high)):
                outputs.append(Output(f"{name}{end}", "level", values))
        return outputs

    def count(
        self, days: Values | None, rule: InjectionRule | None, visits: Visits | None
    ) -> dict[str, FloatArray]:
        """Return the lowest and the highest value of each count; with visits, of joints ever too.

        The joints are added up one at a time, so that the form is never copied as a whole.
        """
        recorded, size = self.values, self.frame.size
        names = [name for name, (what, _) in COUNTS.items() if what == "active" or what in recorded]
        ever = [] if visits is None else ["joints_ever"]
        counts = {name: np.zeros((2, size)) for name in (*names, *ever)}
        # What the form does not record is unknown, but for deformity.
        absent = {what: np.full(size, np.nan) for what in ("active", *FINDINGS)}
        if "swollen_by_deformity" not in recorded:
            absent["swollen_by_deformity"] = np.zeros(size)
        for joint in JOINTS_71:
            findings = absent | {what: values(joint) for what, values in recorded.items()}
            since = np.nan if days is None else days(joint)
            active, limited, disagree = active_and_limited(findings, since, rule)
            rows = np.flatnonzero(disagree)
            if rows.size:
                raise InconsistentError(
                    f"{joint}: active disagrees with the findings in row {listing(rows)} (rows "
                    f"from 0). {TO_AGREE}",
                    variable=joint,
                    where=rows.tolist(),
                )
            answers = {"active": active, "limited": limited}
            for name in names:
                what, joints = COUNTS[name]
                if joint in joints:
                    counts[name] += (answers[what] == 1, answers[what] != 0)
            if visits is not None:
                counts["joints_ever"] += (visits.so_far(active == 1), visits.so_far(active != 0))
        return counts

    def said(self, beyond_71: str | None) -> list[Output]:
        """Return the columns that say whether joints were examined, and which beyond the 71 have a finding."""
        outputs = []
        if self.examined is not None:
            outputs.append(Output("joints_examined", "flag", self.examined))
        beyond = list(dict.fromkeys(name for source in self.sources for name in source.beyond))
        if not beyond:
            return outputs
        if beyond_71 is None:
            raise UnknownJointError(
                f"the form has {listing(map(repr, beyond))}, not among the 71 joints of the counts. "
                f"Say that they are left out, {say('joints.beyond_71', 'left-out')}: the column "
                f"joints_beyond_71 then names those with a finding.",
                variable="beyond_71",
                values=beyond,
            )
        named: list[dict[str, None]] = [{} for _ in range(self.frame.size)]
        for source in self.sources:
            for name, rows in source.beyond.items():
                for row in rows:
                    named[row][name] = None
        words = np.array(["; ".join(of) or None for of in named], dtype=object)
        return [*outputs, Output("joints_beyond_71", "word", words)]


# --------------------------------------------------------------------------------------------
# Which columns hold what


def _joints(names: Sequence[str]) -> tuple[str, ...]:
    """Return the joints of the 71 that these names stand for."""
    named = by_joint(dict.fromkeys([names] if isinstance(names, str) else names), "not_on_form")
    for name in named:
        if name not in JOINTS_71:
            raise UnknownJointError(
                f"{say('joints.not_on_form')} names {name!r}, which is not one of the 71 joints.{joint_hint(name)}",
                variable="not_on_form",
                values=(name,),
            )
    return tuple(named)


def _given(findings: Mapping[str, Columns | None]) -> dict[str, Columns]:
    """Return the findings that are recorded."""
    return {what: named for what, named in findings.items() if named is not None}


@attrs.frozen(eq=False)
class _Asked:
    """The columns of a table that hold the findings of each joint.

    Parameters
    ----------
    columns : mapping of str to str or mapping
        The columns of each finding that is recorded.
    coded : str or mapping, optional
        The columns with codes.
    codes : mapping, optional
        What each code means.
    examined : str, optional
        The column that says whether the joints were examined.
    absent : sequence of str
        Joints that the form does not have.
    """

    columns: Mapping[str, Columns] = attrs.field(converter=_given)
    coded: Columns | None
    codes: Mapping[str, str | Sequence[str]] | None
    examined: str | None
    absent: Sequence[str] = attrs.field(converter=_joints)

    def __attrs_post_init__(self) -> None:
        if not self.columns and self.coded is None:
            raise RequestError(
                f"counting joints needs the columns of at least one finding: "
                f"{say('joints.active', 'active_')}, or limited, swollen, …",
                variable="active",
            )

    def rows_examined(self, frame: Frame) -> FloatArray | None:
        """Return whether the joints of each row were examined, where a column says so."""
        if self.examined is None:
            return None
        require_column(frame, self.examined, "examined", say("joints.examined", "your column"))
        return examined_rows(frame, self.examined)

    def of_columns(self, frame: Frame) -> _Form:
        """Read a table with one row for each visit."""
        examined = self.rows_examined(frame)
        sources = [read_source(frame, of, what, self.absent) for what, of in self.columns.items()]
        if self.coded is not None:
            sources.append(read_codes(frame, self.coded, self.codes, self.absent))
        return _Form(frame, sources, examined)

    def of_rows(self, table: _Rows) -> _Form:
        """Read a table with one row for each joint of a visit."""
        frame, visits = table.frame, table.visits
        examined = self.rows_examined(frame)
        cells: dict[str, FloatArray] = {}
        for what, name in {**self.columns, "coded": self.coded}.items():
            if name is None:
                continue
            if not isinstance(name, str):
                raise RequestError(
                    f"{what}: with {say('joints.joint')} it is the name of a column.", variable=what
                )
            require_column(frame, name, what, say(f"joints.{what}", "your column"))
            if what == "coded":
                cells |= decoded(frame, name, meant_by(self.codes))
            else:
                cells[what] = finding_of(frame, name, name, what)
        joints, beyond = table.joints()
        fill = np.nan if table.unlisted is None else 0.0
        at = {
            name: visits.of(joints == place).one(name, _two_rows(name))
            for place, name in enumerate(JOINTS_71)
        }

        def values(what: str) -> Values:
            def value(name: str) -> FloatArray:
                if name in self.absent:
                    return np.full(visits.count, np.nan)
                return np.where(at[name] == NONE, fill, cells[what][np.maximum(at[name], 0)])

            return value

        positive = np.any([of == 1 for of in cells.values()], axis=0)
        others = {name: np.unique(visits.group[of[positive[of]]]) for name, of in beyond.items()}
        if examined is not None:
            examined = table.alike(examined, str(self.examined))
        source = Source({what: values(what) for what in cells}, beyond=others)
        return _Form(table.of_visits(), [source], examined)


def _require_visit(by: Sequence[str], *, least: int) -> None:
    """Raise where the caller names too few columns to tell visits apart."""
    if len(by) < least:
        raise RequestError(
            f"{say('joints.by', list(by))}: name the columns that make a visit, those of the "
            f"patient and, last, that of the date: {say('joints.by', ['patient', 'date'])}.",
            variable="by",
            values=(by,),
        )


def _injections(
    frame: Frame,
    injected: Columns | None,
    rule: str | InjectionRule | None,
    days: float | None,
    joint: str | None,
) -> tuple[Values | None, InjectionRule | None]:
    """Return the days since the injection of a joint, and what such a joint counts as."""
    known = rule_for_injections(rule, days, injected=injected is not None)
    if injected is None:
        return None, known
    if joint is not None:
        raise RequestError(
            f"{say('joints.injected')} and {say('joints.joint')}: days since an injection are read "
            f"from a table with one column for each joint.",
            variable="injected",
        )
    return _days_of_columns(frame, injected), known


def _days_of_columns(frame: Frame, given: Columns) -> Values:
    """Return the days since the injection of a joint; a form has them for some joints only."""
    present = [str(name) for name in frame.names]
    if isinstance(given, str):
        others = [joint for joint in JOINTS_71 if f"{given}{joint}" not in present]
        columns = {joint: f"{given}{joint}" for joint in JOINTS_71 if joint not in others}
        if not columns:
            raise ColumnError(
                f"injected: no column of the frame is called {shown(given)} and the name of a joint.",
                variable="injected",
                values=(given,),
            )
    else:
        given = {**dict.fromkeys(JOINTS_71), **by_joint(given, "injected")}
        columns, _ = columns_of_joints(given, "injected", present)

    def days(joint: str) -> FloatArray:
        if joint not in columns:
            return np.full(frame.size, np.nan)
        words = f"{joint}: days since the injection"
        return checked(frame, Variable(columns[joint], words, "days", 0, UNBOUNDED))

    return days


# --------------------------------------------------------------------------------------------
# One row for each joint of a visit


@attrs.frozen(eq=False)
class _Rows:
    """A table with one row for each joint of a visit."""

    frame: Frame
    joint: str
    by: Sequence[str]
    unlisted: str | None
    visits: Groups = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        usual = say("joints.by", ["patient", "date"])
        require(self.by, f"by: no column says which rows are one visit. Give {usual}.", "by")
        for role, name in (("joint", self.joint), *(("by", name) for name in self.by)):
            require_column(self.frame, name, role, say(f"joints.{role}", "your column"))
        if self.unlisted is not None:
            one_of(self.unlisted, UNLISTED, "unlisted")
        visit = group_of(*(self.frame.codes(name)[0] for name in self.by))
        places = Places(self.frame, [(name, name) for name in (*self.by, self.joint)])
        visits = grouped(np.arange(self.frame.size), visit, places.__getitem__)
        object.__setattr__(self, "visits", visits)

    def of_visits(self) -> Frame:
        """Return one row for each visit."""
        first = self.visits.first
        return Frame(self.frame.new({name: self.frame.taken(name, first) for name in self.by}))

    def joints(self) -> tuple[Positions, dict[str, Positions]]:
        """Return for each row the place of its joint, and the rows of joints beyond the 71."""
        place = {joint: at for at, joint in enumerate(JOINTS_71)}
        codes, labels = self.frame.codes(self.joint)
        names = [str(label) for label in list_of(labels)]
        beyond: dict[str, Positions] = {}
        at = [NONE] * len(names)
        for code, name in enumerate(names):
            joint = joint_named(name)
            if joint is not None:
                at[code] = place[joint]
            elif is_beyond(name):
                beyond[name] = np.flatnonzero(codes == code)
            else:
                unknown_joint(self.frame, self.joint, name, np.flatnonzero(codes == code))
        return np.array([*at, NONE])[codes], beyond

    def alike(self, values: FloatArray, column: str) -> FloatArray:
        """Return one value for each visit, on which its rows must agree."""
        words = f"column {column!r} says both yes and no at one visit: {{}}. Keep one value."
        known = self.visits.of(~np.isnan(values))
        at = known.one(column, words, np.nan_to_num(values).astype(np.int64))
        return np.where(at == NONE, np.nan, values[np.maximum(at, 0)])


def _two_rows(joint: str) -> str:
    return (
        f"{joint} has more than one row at a visit: {{}}. Keep one row for each joint of a visit."
    )
