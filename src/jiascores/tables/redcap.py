"""Exports of REDCap, turned into one row for each visit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

import attrs
import numpy as np

from jiascores.core.arguments import as_declared
from jiascores.core.errors import ColumnError, RequestError, listing, say
from jiascores.core.variables import VARIABLES
from jiascores.tables.columns import Places
from jiascores.tables.frame import NONE, Frame, Positions
from jiascores.tables.naming import nearest
from jiascores.tables.shapes import (
    Groups,
    blank,
    day_codes,
    group_of,
    grouped,
    ids_at,
    joined,
    no_column,
    patient_codes,
    refuse_rows,
    require_column,
    require_ids,
    require_patients,
    with_numbers,
)
from jiascores.tables.visits import NO_DATE

FrameT = TypeVar("FrameT")
# What REDCap itself calls its columns: where names are exported raw, and where they are labels.
RECORD = ("record_id", "Record ID")
EVENT = ("redcap_event_name", "Event Name")
INSTRUMENT = ("redcap_repeat_instrument", "Repeat Instrument")
INSTANCE = ("redcap_repeat_instance", "Repeat Instance")
CHECKBOX = "___"
# The columns of a data dictionary, as it is downloaded and as the API gives it.
FIELD = ("Variable / Field Name", "field_name")
TYPE = ("Field Type", "field_type")
CHOICES = ("Choices, Calculations, OR Slider Labels", "select_choices_or_calculations")


@as_declared
def from_redcap(
    export: FrameT,
    *,
    columns: Mapping[str, str | Sequence[str]],
    events: Sequence[str] | None = None,
    once: Sequence[str] = (),
    keep: Sequence[str] | None = None,
    dictionary: Any = None,
) -> FrameT:
    """Make visits from an export of REDCap, with its events and repeating instruments.

    Parameters
    ----------
    export : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        The exported records, raw or with labels, every row of them.
    columns : dict
        What becomes a column: its name → the field, or a list of fields where several instruments
        have one, as ``{"date": ["visit_date", "lab_date"], "esr": "esr"}``. ``patient`` is the
        field with the record's id where that is not ``record_id``.
    events : list of str, optional
        The events that are visits, as the export has them; else all.
    once : list of str
        Fields that are recorded once for a patient, such as the category: repeated in every visit.
    keep : list of str, optional
        Which other fields to take along; a name that ends in ``___`` stands for all choices of a
        checkbox field. By default all.
    dictionary : data frame, optional
        The project's data dictionary. The columns of a checkbox field are then called by what is
        said beside the box, ``swollen___Left knee`` for ``swollen___1``, and a choice that
        `columns` names by its words.

    Returns
    -------
    pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row for each visit, in the order in which they come first: ``patient``, ``visit`` (the
        event), the names of `columns`, what is recorded once, then the other fields. Rows in
        which all fields of `columns` are empty are no visits.

    Raises
    ------
    ColumnError
        If a field is not there.
    VisitError
        If a field of a visit is filled in two rows, or one recorded once has two values for a
        patient; with the rows.

    See Also
    --------
    jiascores.prepare.from_long : One row for each value.
    jiascores.prepare.from_wide : One row for each patient.
    jiascores.assess : Computes it for a table of visits.

    Notes
    -----
    A row is of the visit on its date. A row of a repeating instrument that has no date of its own
    is of the visit of its event. Rows without any date are a visit for each event, and for each
    instance of a repeating event; `assess` asks for their date where it needs one. Events on one
    date are one visit where they do not fill the same field.

    REDCap exports a box that is not ticked as 0, also where nobody opened the form. `joint_counts`
    reads such fields, and what says that the joints were examined.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> export = pd.DataFrame({
    ...     "record_id": ["1", "1"], "redcap_event_name": ["baseline_arm_1", "baseline_arm_1"],
    ...     "redcap_repeat_instrument": [None, "labs"], "redcap_repeat_instance": [None, 1],
    ...     "visit_date": ["2024-01-10", None], "phga": [6.0, None], "esr": [None, 48]})
    >>> jia.prepare.from_redcap(
    ...     export, columns={"date": "visit_date", "physician_global": "phga", "esr": "esr"})
      patient           visit        date  physician_global   esr
    0       1  baseline_arm_1  2024-01-10               6.0  48.0
    """
    visits, _ = redcap_visits(Frame(export), columns, events, once, keep, dictionary)
    return with_numbers(cast(FrameT, visits))


def redcap_visits(
    frame: Frame,
    columns: Mapping[str, str | Sequence[str]],
    events: Sequence[str] | None = None,
    once: Sequence[str] = (),
    keep: Sequence[str] | None = None,
    dictionary: Any = None,
    *,
    days: Mapping[str, str] | None = None,
) -> tuple[Any, Positions]:
    """Return the visits of an export, each cell as it came, and the first row of each.

    `days` names columns by which rows are of one day, where others than those of the dates say so;
    the others are as for `from_redcap`.
    """
    given = {name: _several(fields) for name, fields in columns.items()}
    ids = require_ids(frame, given.pop("patient", [_first_of(RECORD, frame) or RECORD[0]]))
    for role, fields in given.items():
        if not fields:
            raise no_column(role, fields)
        for field in fields:
            require_column(frame, field, role, say("columns", {role: "your field"}))
    for field in once:
        require_column(frame, field, "once", say("redcap.once", ["your field"]))
    # What is recorded once may have a name here too.
    named = {fields[0]: name for name, fields in given.items() if set(fields) <= set(once)}
    given = {name: fields for name, fields in given.items() if name not in named.values()}
    export = _Export(frame, ids, given, [*once, *(days or {}).values()], days or {})
    visits = export.visits(events)
    first = visits.first
    out = ids_at(frame, ids, first)
    if export.event is not None:
        out["visit"] = frame.texts(_events(frame, export.event, visits))
    labels = _Labels(dictionary)
    for name, of in given.items():
        out[name] = labels.words(name, of[0], export.cell(name, of, visits), frame)
    codes = export.patients
    known = np.flatnonzero(codes >= 0)
    for field in once:
        said = export.one(field, grouped(known, codes[known], export.place), _once)
        cells = frame.taken(field, np.append(said, NONE)[codes[first]])
        name = named.get(field, field)
        out[name] = labels.words(name, field, cells, frame) if field in named else cells
    more = {}
    for name in export.others(keep):
        more[labels.column(name)] = frame.taken(name, export.one(name, visits, _other))
    return frame.new(joined(out, more)), first


def _several(fields: str | Sequence[str]) -> list[str]:
    return [fields] if isinstance(fields, str) else list(fields)


def _first_of(names: Iterable[str], frame: Frame) -> str | None:
    """Return the first of these names that is a column."""
    return next((name for name in names if name in frame), None)


def _once(name: str) -> str:
    return f"{name!r} is recorded once, and has more than one value for a patient: {{}}. Keep one value."


def _other(name: str) -> str:
    return (
        f"{name!r} has more than one value at a visit: {{}}. Name the events that are visits, "
        f"{say('redcap.events', ['event'])}, or the other fields to take along, {say('redcap.keep', ['field'])}."
    )


def _filled_twice(name: str) -> str:
    return (
        f"{name} is filled more than once for a visit: {{}}. Keep one, name the events that are "
        f"visits, {say('redcap.events', ['event'])}, or the date of each instrument, "
        f"{say('columns', {'date': ['visit_date', 'lab_date']})}."
    )


def _events(frame: Frame, event: str, visits: Groups) -> list[str | None]:
    """Return the event of each visit; of several on one date, all."""
    names: list[dict[str, None]] = [{} for _ in range(visits.count)]
    cells = frame.objects(event)
    for row, at in zip(visits.rows, visits.group, strict=True):
        if cells[row] is not None:
            names[at][str(cells[row])] = None
    return [" + ".join(of) or None for of in names]


@attrs.frozen(eq=False)
class _Export:
    """The rows of an export, with their patient, event, instrument and visit."""

    frame: Frame
    ids: Sequence[str]
    given: Mapping[str, list[str]]
    # Fields that are not those of a visit.
    once: Sequence[str]
    days: Mapping[str, str]

    @property
    def patients(self) -> Positions:
        """A number for the patient of each row."""
        return patient_codes(self.frame, self.ids)

    @property
    def event(self) -> str | None:
        """The column of events."""
        return _first_of(EVENT, self.frame)

    @property
    def place(self) -> Callable[[int], Any]:
        """What a row is called."""
        named: dict[str, str | None] = {"record": self.ids[0], "event": self.event}
        named |= {"instrument": _first_of(INSTRUMENT, self.frame)}
        named |= {"instance": _first_of(INSTANCE, self.frame)}
        there = [(what, name) for what, name in named.items() if name]
        return Places(self.frame, there).__getitem__

    def codes(self, names: Sequence[str]) -> Positions:
        """Return the codes of one of REDCap's columns, `NONE` where it is blank or not there."""
        column = _first_of(names, self.frame)
        if column is None:
            return np.full(self.frame.size, NONE)
        return np.where(blank(self.frame, column), NONE, self.frame.codes(column)[0])

    def visits(self, events: Sequence[str] | None) -> Groups:
        """Return the rows that are of visits, by their visit."""
        frame = self.frame
        filled = np.zeros(frame.size, dtype=bool)
        for field in (field for of in self.given.values() for field in of):
            filled |= ~blank(frame, field)
        if events is not None:
            filled &= self._of(_several(events))
        record, event = self.patients, self.codes(EVENT)
        base = self.codes(INSTRUMENT) == NONE
        instance = np.where(base, self.codes(INSTANCE), NONE)
        day = self._days(np.flatnonzero(filled))
        together = group_of(record, event)
        # An instrument that has no date is of the visit of its event.
        undated = np.flatnonzero(filled & ~base & (day == NO_DATE))
        dated = np.flatnonzero(filled & base & (day != NO_DATE))
        first, last = np.full(frame.size, np.iinfo(np.int64).max), np.full(frame.size, NO_DATE)
        np.minimum.at(first, together[dated], day[dated])
        np.maximum.at(last, together[dated], day[dated])
        same = first[together[undated]] == last[together[undated]]
        day[undated[same]] = first[together[undated[same]]]
        rows = np.flatnonzero(filled)
        require_patients(record, rows, self.place)
        alone = np.where(day == NO_DATE, group_of(together, instance) + 1, 0)
        return grouped(rows, group_of(record[rows], day[rows], alone[rows]), self.place)

    def _of(self, events: Sequence[str]) -> Any:
        """Return which rows are of these events."""
        if self.event is None:
            raise ColumnError(
                f"{say('redcap.events')} names events, and the export has no column {EVENT[0]!r}.",
                variable="events",
            )
        cells = [None if cell is None else str(cell) for cell in self.frame.objects(self.event)]
        there = list(dict.fromkeys(cell for cell in cells if cell is not None))
        for name in events:
            if self.frame.size and name not in there:
                raise RequestError(
                    f"no row is of the event {name!r}.{nearest(name, there)} There are "
                    f"{listing(map(repr, there), shown=20)}.",
                    variable="events",
                    values=(name,),
                )
        return np.array([cell in events for cell in cells], dtype=bool)

    def _days(self, rows: Positions) -> Positions:
        """Return a number for the day of each row, `NO_DATE` where it has no date."""
        frame, fields = self.frame, self.given.get("date", [])
        day = np.full(frame.size, NO_DATE)
        if not fields or not rows.size:
            return day
        at = np.full(frame.size, NONE)
        for place, field in enumerate(fields):
            filled = rows[~blank(frame, field)[rows]]
            twice = filled[at[filled] >= 0]
            if twice.size:
                words = (
                    f"{self.place(int(twice[0]))} has more than one date, and {field!r} is one of "
                    f"them. Name one field for it: {say('columns', {'date': field})}."
                )
                refuse_rows(twice, self.place, words, "date")
            at[filled] = place * frame.size + filled
        keys = [self.days.get(field, field) for field in fields]
        dates = Frame(frame.new({"date": frame.stacked(keys, at)}))
        return day_codes(dates, "date")

    def one(self, name: str, groups: Groups, words: Callable[[str], str]) -> Positions:
        """Return for each group a row with what a column says of it; two answers raise."""
        filled = groups.of(~blank(self.frame, name))
        return filled.one(name, words(name), self.frame.codes(name)[0])

    def cell(self, name: str, fields: Sequence[str], visits: Groups) -> Any:
        """Return what the fields of a column say at each visit; filled twice they raise."""
        filled = [visits.of(~blank(self.frame, field)) for field in fields]
        # The rows of all fields, one field below the other.
        place_of, size = self.place, self.frame.size
        rows = [each.rows + place * size for place, each in enumerate(filled)]
        found = attrs.evolve(
            visits,
            rows=np.concatenate(rows),
            group=np.concatenate([each.group for each in filled]),
            place=lambda row: place_of(row % size),
        )
        # The rows of a visit have their date in common.
        at = found.first if name == "date" else found.one(name, _filled_twice(name))
        return self.frame.stacked(fields, at)

    def others(self, keep: Sequence[str] | None) -> list[str]:
        """Return the fields that are taken along."""
        used = {*self.ids, *self.once, *(field for of in self.given.values() for field in of)}
        used |= {name for names in (EVENT, INSTRUMENT, INSTANCE) for name in names}
        free = [name for name in self.frame.names if name not in used]
        if keep is None:
            return free
        for name in keep:
            if not any(_stands_for(name, field) for field in free):
                raise ColumnError(
                    f"{say('redcap.keep')} names {name!r}, which is not another field of the export."
                    f"{nearest(name, free)}",
                    variable="keep",
                    values=(name,),
                )
        return [field for field in free if any(_stands_for(name, field) for name in keep)]


def _stands_for(name: str, field: str) -> bool:
    return field == name or (name.endswith(CHECKBOX) and field.startswith(name))


class _Labels:
    """The labels of boxes and choices in a data dictionary."""

    def __init__(self, dictionary: Any) -> None:
        self.choices: dict[str, dict[str, str]] = {}
        self.types: dict[str, str] = {}
        if dictionary is None:
            return
        frame = Frame(dictionary)
        names = [_first_of(names, frame) for names in (FIELD, TYPE, CHOICES)]
        if None in names:
            wanted = (FIELD[0], TYPE[0], CHOICES[0])
            raise ColumnError(
                f"{say('redcap.dictionary')} is not a data dictionary of REDCap: it has no column "
                f"{listing(repr(name) for name, is_there in zip(wanted, names, strict=True) if is_there is None)}.",
                variable="dictionary",
            )
        cells = [frame.objects(str(name)) for name in names]
        for field, kind, choices in zip(*cells, strict=True):
            self.types[str(field)] = str(kind)
            pairs = [choice.partition(",") for choice in str(choices or "").split("|")]
            self.choices[str(field)] = {
                code.strip(): label.strip() for code, comma, label in pairs if comma
            }

    def column(self, name: str) -> str:
        """Return the name of a checkbox column with the label of its box."""
        field, mark, code = name.partition(CHECKBOX)
        # In the name of a column, a code is in small letters, and other signs are underscores.
        of = {
            re.sub(r"\W", "_", key.lower()): label
            for key, label in self.choices.get(field, {}).items()
        }
        return f"{field}{CHECKBOX}{of[code]}" if mark and code in of else name

    def words(self, name: str, field: str, cells: Any, frame: Frame) -> Any:
        """Return the cells of a choice by their words, where the dictionary has these."""
        is_choice = self.types.get(field) in ("radio", "dropdown")
        if name in VARIABLES or name == "date" or not is_choice:
            return cells
        codes = Frame(frame.new({"cells": cells})).objects("cells")
        plain = [None if code is None else re.sub(r"\.0$", "", str(code)) for code in codes]
        of = self.choices[field]
        return frame.texts([None if code is None else of.get(code, code) for code in plain])
