"""The findings that a joint form records for each joint, whatever its shape: yes, no or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.core.errors import (
    SHOWN,
    ColumnError,
    JiaScoresError,
    NotCoveredError,
    RequestError,
    UnknownJointError,
    listing,
    say,
    shown,
    suggestion,
)
from jiascores.core.joints import FINDINGS, JOINTS_71, SIDES, by_joint, joint_hint, joint_named
from jiascores.core.values import FloatArray, check
from jiascores.core.variables import Variable
from jiascores.core.words import plain, truth
from jiascores.tables.cells import mixed, not_numbers
from jiascores.tables.columns import Places
from jiascores.tables.frame import Frame, Positions, list_of
from jiascores.tables.naming import nearest
from jiascores.tables.problems import NOWHERE, error_of

# Which column holds what of which joint: what stands before the joint in their names, or around
# it; or a name for each joint; or the one column that lists the joints.
Columns: TypeAlias = str | Mapping[str, str | None]
# From a joint to what is said of it in each row: 1, 0, NaN where nothing is.
Values: TypeAlias = Callable[[str], FloatArray]
JOINT = "{joint}"
BEYOND_71 = {"left-out": "joints that are not among the 71 do not count, and are named"}
UNSEEN = ("not_examined", "excluded")
CODED = (*FINDINGS, "active", *UNSEEN)

# Joints that longer forms have. A list of the 73 or the 75 that could be checked was not found.
_BEYOND = re.compile(
    r"sacro|iliosa|\bsij?\b|\bisg\b|thorac|thorak|dorsal spine|lumb|\bbws\b|\blws\b|costo|pubi"
)
_BOTH = re.compile(r"\b(both|bilateral\w*|beidseit\w*|beide|bds)\b")
_LISTED = re.compile(r"[;,|\n]|\s(?:and|und|en|et|e|y|&)\s")
_NOTHING = frozenset(
    {"none", "nil", "-", "keine", "keines", "geen", "aucune", "nessuna", "ninguna"}
)
# What REDCap says of a form, of which 2 is complete; and what is in the name of a box to tick.
_STATUS = re.compile(r".*_complete|complete\?.*", re.IGNORECASE)
_COMPLETE = frozenset({"2", "complete"})
_CHECKBOX = re.compile(r"___|\(choice=")


@attrs.frozen(eq=False)
class Source:
    """What a form says of one finding, or of several by codes.

    Parameters
    ----------
    values : dict of str to callable
        For each finding, from a joint to what is said of it in each row.
    ticked : bool
        Whether only a yes is written, so that nothing may be a no or a form that nobody filled.
    beyond : dict of str to array
        For each joint that is not among the 71, the rows with a finding.
    lacks : frozenset of str
        Joints that the form does not have.
    filled : array of int
        The rows in which it says in words that no joint has the finding.
    """

    values: dict[str, Values]
    ticked: bool = False
    beyond: dict[str, Positions] = attrs.field(factory=dict)
    lacks: frozenset[str] = frozenset()
    filled: Positions = NOWHERE

    def as_examined(self, sure: NDArray[np.bool_], closed: NDArray[np.bool_]) -> Source:
        """Return the source with what was not examined left open, and no for what is not ticked.

        Parameters
        ----------
        sure : array of bool
            The rows in which the joints were examined for certain.
        closed : array of bool
            Those in which they were not.
        """

        def of(values: Values) -> Values:
            def value(joint: str) -> FloatArray:
                cells = values(joint)
                if not self.ticked:
                    return np.where(closed, np.nan, cells)
                if joint in self.lacks:
                    return cells
                return np.where(sure, np.nan_to_num(cells), np.nan)

            return value

        return attrs.evolve(self, values={what: of(each) for what, each in self.values.items()})


def read_source(frame: Frame, given: Columns, what: str, absent: Sequence[str]) -> Source:
    """Read one finding from a form, however the caller names its columns."""
    if isinstance(given, str) and given in frame:
        return _from_lists(frame, given, what, absent)
    columns, beyond = columns_of_joints(given, what, [str(name) for name in frame.names], absent)
    boxes = [name for name in (*columns.values(), *beyond) if _CHECKBOX.search(name)]
    if boxes and len(boxes) < len(columns) + len(beyond):
        raise ColumnError(
            f"{what}: some of the columns are boxes to tick, as {boxes[0]!r}, and others are not.",
            variable=what,
        )

    named = {column: joint for joint, column in columns.items()}

    def of(column: str) -> dict[str, FloatArray]:
        return {what: finding_of(frame, column, named.get(column, column), what)}

    return _of_columns(frame, columns, beyond, [what], of, ticked=bool(boxes))


def _of_columns(
    frame: Frame,
    columns: Mapping[str, str],
    beyond: Sequence[str],
    findings: Sequence[str],
    of: Callable[[str], Mapping[str, FloatArray]],
    *,
    ticked: bool = False,
) -> Source:
    """Return the findings of a form with a column for each joint; `of` reads one of its columns."""

    def values(finding: str) -> Values:
        def value(joint: str) -> FloatArray:
            column = columns.get(joint)
            return np.full(frame.size, np.nan) if column is None else of(column)[finding]

        return value

    with_finding = {
        name: np.flatnonzero(np.any([cells == 1 for cells in of(name).values()], axis=0))
        for name in beyond
    }
    lacks = frozenset(JOINTS_71) - {*columns}
    return Source({name: values(name) for name in findings}, ticked, with_finding, lacks)


# --------------------------------------------------------------------------------------------
# A column for each joint


def columns_of_joints(
    given: Columns, what: str, present: list[str], absent: Sequence[str] = ()
) -> tuple[dict[str, str], list[str]]:
    """Return the column of each joint that the form has, and those of joints beyond the 71."""
    if not isinstance(given, str):
        return _by_mapping(given, what, present, absent), []
    before, _, after = given.partition(JOINT)
    named: dict[str, list[str]] = {}
    beyond: list[str] = []
    strange: list[str] = []
    for name in present:
        rest = name.removeprefix(before).removesuffix(after)
        if not rest or len(rest) + len(before) + len(after) != len(name):
            continue
        joint = joint_named(rest.rstrip(") ") if "(choice=" in name else rest)
        if joint is not None:
            named.setdefault(joint, []).append(name)
        else:
            (beyond if is_beyond(rest) else strange).append(name)
    if not named:
        raise ColumnError(
            f"{what}: no column of the table is called {shown(given)} and the name of a joint."
            f"{_these(strange)} Give what stands before the joint in the names of the columns, as "
            f"'active_', what stands around it, as '{JOINT}_active', or a column that lists the "
            f"joints.{nearest(given, present)}",
            variable=what,
            values=(given,),
        )
    twice = [columns for columns in named.values() if len(columns) > 1]
    if twice:
        raise ColumnError(
            f"{what}: more than one column is of one joint: {listing(map(repr, twice[0]))}. Drop "
            f"or rename one.",
            variable=what,
            values=twice[0],
        )
    _refuse_missing({joint: of[0] for joint, of in named.items()}, given, what, absent, strange)
    return {joint: of[0] for joint, of in named.items()}, beyond


def is_beyond(text: str) -> bool:
    """Return whether a name is that of a joint which is not among the 71."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return bool(_BEYOND.search(re.sub(r"[_\W]+", " ", plain(apart))))


def _these(strange: Sequence[str]) -> str:
    return (
        f" Of these it is not clear which joint they are: {listing(map(repr, strange))}."
        if strange
        else ""
    )


def _refuse_missing(
    found: Mapping[str, str], given: str, what: str, absent: Sequence[str], strange: Sequence[str]
) -> None:
    """Raise where the form has no column for a joint, and nobody said so."""
    missing = [joint for joint in JOINTS_71 if joint not in found and joint not in absent]
    before, _, after = given.partition(JOINT)
    if missing:
        names = [f"{before}{joint}{after}" for joint in missing]
        raise ColumnError(
            f"{what}: the table has no column {listing(map(repr, names))}.{_these(strange)} Where the "
            f"form has no such joint, say so, {say('joints.not_on_form', missing)}: it leaves the counts "
            f"open.",
            variable=what,
            values=names,
        )


def _by_mapping(
    given: Mapping[str, str | None], what: str, present: list[str], absent: Sequence[str]
) -> dict[str, str]:
    """Return the column of each joint, as the caller maps them."""
    given = {**dict.fromkeys(absent), **by_joint(given, what)}
    found = {joint: column for joint, column in given.items() if column is not None}
    columns = list(found.values())
    unknown = [joint for joint in given if joint not in JOINTS_71]
    unnamed = [joint for joint in JOINTS_71 if joint not in given]
    nowhere = [column for column in columns if column not in present]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    checks: tuple[tuple[type[JiaScoresError], str, list[str]], ...] = (
        (UnknownJointError, "none of the 71 joints is called", unknown),
        (ColumnError, "no column is named for", unnamed),
        (ColumnError, "the frame has no column", nowhere),
        (ColumnError, "more than one joint has the column", twice),
    )
    for error, words, wrong in checks:
        if wrong:
            raise error(
                f"{what}: {words} {listing(map(repr, wrong))}."
                f"{joint_hint(wrong[0]) if wrong is unknown else ''} Give what stands before each "
                f"joint's name in the names of the columns, or a mapping from each of the 71 joints "
                f"to its column. Those that the form does not have stand in "
                f"{say('joints.not_on_form')}, and leave the counts open.",
                variable=what,
                values=wrong,
            )
    return found


def finding_of(frame: Frame, column: str, joint: str, what: str) -> FloatArray:
    """Return a column with a finding of a joint: 1, 0, NaN where missing."""
    words = f"{joint}: {what.replace('_', ' ')}"
    return checked(frame, Variable(column, words, "", 0, 1, whole=True, flag=True))


def checked(frame: Frame, variable: Variable) -> FloatArray:
    """Return a column as checked numbers, NaN where missing."""
    name = variable.name
    if not frame.textual(name):
        values = frame.floats(name, variable)
    else:
        # Each distinct cell is read once.
        codes, labels = frame.codes(name)
        cells = [_tick(cell, name) if variable.flag else cell for cell in list_of(labels)]
        distinct = np.empty(len(cells), dtype=object)
        distinct[:] = cells
        read, refused = mixed(distinct, variable)
        if refused:
            rows = {row: cells[code] for row, code in enumerate(codes.tolist()) if code in refused}
            raise error_of(not_numbers(variable, name, rows), Places(frame, [])) from None
        values = np.append(read, np.nan)[codes]
    check(variable, values, frame.native.index if frame.kind == "pandas" else None)
    return values


def _tick(cell: Any, column: str) -> Any:
    """Return a cell: blanks are a gap, and the label of a box means that the box is ticked."""
    if not isinstance(cell, str) or not cell.strip():
        return None if isinstance(cell, str) else cell
    return True if _CHECKBOX.search(column) and joint_named(cell) is not None else cell


# --------------------------------------------------------------------------------------------
# A column that lists joints


def _from_lists(frame: Frame, column: str, what: str, absent: Sequence[str]) -> Source:
    """Read a column whose cells list the joints with a finding."""
    codes, labels = frame.codes(column)
    texts = [str(label) for label in list_of(labels)]
    listed = [_joints_of(text) for text in texts]
    for place, (_, _, strange) in enumerate(listed):
        if strange:
            unknown_joint(frame, column, strange[0], np.flatnonzero(codes == place))
    none = np.array([*map(_says_none, texts), False])
    has = np.full((len(listed) + 1, len(JOINTS_71)), np.nan)
    for place, (joints, _, _) in enumerate(listed):
        # A cell of blanks says nothing.
        if joints or none[place]:
            has[place] = [np.nan if j in absent else float(j in joints) for j in JOINTS_71]
    beyond = dict.fromkeys(name for _, names, _ in listed for name in names)
    rows_of = {
        name: np.flatnonzero(np.array([*(name in names for _, names, _ in listed), False])[codes])
        for name in beyond
    }
    table = {joint: has[:, place] for place, joint in enumerate(JOINTS_71)}
    return Source(
        {what: lambda joint: table[joint][codes]},
        True,
        rows_of,
        frozenset(absent),
        np.flatnonzero(none[codes]),
    )


def name_joints(cells: Sequence[Any]) -> bool:
    """Return whether cells are lists of joints, or say that there are none."""
    texts = [cell for cell in map(str, cells) if cell.strip()]
    listed = [_joints_of(text) for text in texts if not _says_none(text)]
    return bool(listed) and not any(strange for _, _, strange in listed)


def _says_none(text: str) -> bool:
    return bool(text.strip()) and (plain(text) in _NOTHING or truth(text) == 0)


@cache
def _joints_of(text: str) -> tuple[frozenset[str], tuple[str, ...], tuple[str, ...]]:
    """Return the joints that a cell lists, those beyond the 71, and words that are not joints."""
    joints: set[str] = set()
    beyond: list[str] = []
    strange: list[str] = []
    if _says_none(text):
        return frozenset(), (), ()
    for item in filter(None, map(str.strip, _LISTED.split(text))):
        both = _BOTH.sub(" ", plain(item))
        sides = [item] if both == plain(item) else [f"{_one(both)} {side}" for side in SIDES]
        named = [joint_named(name) for name in sides]
        if None not in named:
            joints.update(name for name in named if name is not None)
        else:
            (beyond if is_beyond(item) else strange).append(item)
    return frozenset(joints), tuple(beyond), tuple(strange)


def _one(text: str) -> str:
    """Return a joint in the singular: knee for knees."""
    return " ".join(
        word if joint_named(f"{word} left") else word.removesuffix("s") for word in text.split()
    )


def first_places(frame: Frame, rows: Positions) -> list[str]:
    """Return what the first few rows are called."""
    places = Places(frame, [(role, role) for role in ("patient", "date")])
    return [places[int(row)] for row in rows[:SHOWN]]


def unknown_joint(frame: Frame, column: str, name: str, rows: Positions) -> None:
    """Raise because rows of a column name something that is not a joint."""
    where = first_places(frame, rows)
    raise UnknownJointError(
        f"column {column!r} names {name!r} in {listing(where, total=len(rows))}, which is no joint "
        f"of the 71.{joint_hint(name)} Names are like 'left knee', 'MCP 2 right', 'thumb_ip_left'.",
        variable=column,
        values=(name,),
        where=where,
    )


# --------------------------------------------------------------------------------------------
# A code for each joint


def read_codes(
    frame: Frame,
    given: Columns,
    codes: Mapping[str, str | Sequence[str]] | None,
    absent: Sequence[str],
) -> Source:
    """Read a form with one code for each joint."""
    meant = meant_by(codes)
    columns, beyond = columns_of_joints(given, "coded", [str(name) for name in frame.names], absent)

    @lru_cache(1)
    def of(column: str) -> dict[str, FloatArray]:
        return decoded(frame, column, meant)

    findings = [name for name in CODED if name in _recorded(meant)]
    return _of_columns(frame, columns, beyond, findings, of)


def _recorded(meant: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {finding for findings in meant.values() for finding in findings} - {*UNSEEN}


def meant_by(codes: Mapping[str, str | Sequence[str]] | None) -> dict[str, tuple[str, ...]]:
    """Return the findings that each code means."""
    if not codes:
        raise RequestError(
            f"{say('joints.coded')} needs {say('joints.codes')}: what each code means, as "
            f"{say('joints.codes', {'0': '', '1': 'swollen', '2': ['swollen', 'limited'], '9': 'not_examined'})}.",
            variable="codes",
        )
    meant = {}
    for code, words in codes.items():
        each = [words] if isinstance(words, str) else list(words)
        findings = tuple(re.sub(r"\s+", "_", word.strip().lower()) for word in each if word.strip())
        for finding, word in zip(findings, filter(str.strip, each), strict=True):
            if finding not in CODED:
                raise RequestError(
                    f"{say('joints.codes')} says that {shown(code)} is {shown(word)}."
                    f"{suggestion(finding, CODED)} Choose from {', '.join(CODED)}, or '' where a "
                    f"joint has no finding.",
                    variable="codes",
                    values=(word,),
                )
        meant[_code(code)] = findings
    if not _recorded(meant):
        raise RequestError(f"{say('joints.codes')} names no finding.", variable="codes")
    return meant


def _code(cell: Any) -> str:
    """Return a code as text, whether it is written 2, 2.0 or S."""
    return re.sub(r"^(\d+)\.0$", r"\1", str(cell).strip()).casefold()


def decoded(
    frame: Frame, column: str, meant: Mapping[str, tuple[str, ...]]
) -> dict[str, FloatArray]:
    """Return each finding as the codes of a column record it; an unknown code raises."""
    recorded = _recorded(meant)
    codes, labels = frame.codes(column)
    said: dict[str, list[float]] = {finding: [] for finding in recorded}
    for place, label in enumerate(list_of(labels)):
        findings = _findings_of(_code(label), meant)
        if findings is None:
            rows = np.flatnonzero(codes == place)
            where = first_places(frame, rows)
            raise NotCoveredError(
                f"column {column!r} has the code {str(label)!r} in {listing(where, total=len(rows))}, "
                f"and {say('joints.codes')} does not say what it means. It says "
                f"{listing(map(repr, meant), shown=20)}.",
                variable=column,
                values=(label,),
                where=where,
            )
        unseen = bool({*UNSEEN} & {*findings}) or not _code(label)
        for finding, cells in said.items():
            cells.append(np.nan if unseen else float(finding in findings))
    return {finding: np.array([*cells, np.nan])[codes] for finding, cells in said.items()}


def _findings_of(code: str, meant: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return what a code means, also several in one cell (S+T); None where one is unknown."""
    if code in meant or not code:
        return meant.get(code, ())
    parts = [part for part in re.split(r"[\s,;/+&|]+", code) if part]
    if len(parts) < 2 or not all(part in meant for part in parts):  # noqa: PLR2004  # several
        return None
    return tuple(finding for part in parts for finding in meant[part])


# --------------------------------------------------------------------------------------------
# Whether the joints were examined


def is_status(column: str) -> bool:
    """Return whether a column is one of REDCap that says how far a form is filled."""
    return bool(_STATUS.fullmatch(column))


def examined_rows(frame: Frame, column: str) -> FloatArray:
    """Return whether the joints were examined: 1, 0, NaN where nothing says so.

    REDCap's status of a form says yes where the form is complete.
    """
    if is_status(column):
        cells = [_code("" if cell is None else cell) for cell in frame.objects(column)]
        return np.array([1.0 if cell in _COMPLETE else np.nan for cell in cells])
    return finding_of(frame, column, "joints", "examined")
