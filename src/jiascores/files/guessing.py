"""A guess at the shape of a file from its names and cells, for a person to confirm."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from jiascores.core.joints import JOINTS_71, joint_named
from jiascores.core.words import truth
from jiascores.files.drafts import Draft
from jiascores.tables.joint_cells import is_beyond, is_status, name_joints
from jiascores.tables.redcap import EVENT, INSTANCE, INSTRUMENT, RECORD
from jiascores.tables.shapes import ADAM

Cells = Mapping[str, Sequence[Any]]
# Which variable or role a name is about.
Named = Callable[[str], str | None]
MANY = 2
# This many columns of joints are a form.
FORM = 10
_VARIABLE = re.compile(
    r"(variable|param(eter)?(cd)?|test(cd|name)?|messgr.*|lbtestcd)", re.IGNORECASE
)
_VALUE = re.compile(
    r"(value|result|avalc?|wert|ergebnis|messwert|lb(or|st)res[nc]?)", re.IGNORECASE
)
# What stands between a variable and a visit in the name of a column.
_MARKS = ("_", ".", " ", "-", "")
_DATE = re.compile(r"(lb|vs|qs|fa)?dtc|adtm?|visitdt", re.IGNORECASE)
_UNIT = re.compile(r"units?|einheit|avalu|lb(or|st)resu", re.IGNORECASE)
# What REDCap adds to an export by itself.
_ADDED = re.compile(
    r"redcap_.*|.*_timestamp|.*_complete|Data Access Group|Survey Identifier|Complete\?.*"
)
_FINDINGS = {
    "swollen": r"sw|gezwol|gonf|tumef",
    "tender": r"ten|druck|pijn.*druk|dolora",
    "limited": r"lim|rom|bew|restr|einge",
    "painful_on_motion": r"pain|pom|schmerz|douleur",
    "active": r"act|akt|attiv",
}


@attrs.define(kw_only=True)
class Guess(Draft):
    """What a file may be.

    Parameters
    ----------
    cells : mapping
        What variables are looked for in: the distinct cells, by what [columns] would say.
    shape : str
        ``long``, ``wide``, ``redcap``, or nothing.
    codes : set of str
        The words of a long table.
    status : list of str
        Columns of REDCap that say how far a form is filled.
    """

    cells: dict[str, Sequence[Any]]
    shape: str = ""
    codes: set[str] = attrs.field(factory=set)
    status: list[str] = attrs.field(factory=list)


def guess(cells: Cells, column: Callable[[str], Any], named: Named) -> Guess:
    """Return what shape a file may have.

    Parameters
    ----------
    cells : mapping
        The distinct cells of each column.
    column : callable
        From a name to the whole column, as objects.
    named : callable
        From a name to the variable or role that it is about.
    """
    made = Guess(cells=dict(cells), status=[name for name in cells if is_status(name)])
    if any(name in cells for name in (*EVENT, *INSTRUMENT)):
        made.shape = "redcap"
        for name in (*EVENT, *INSTRUMENT, *INSTANCE):
            made.cells.pop(name, None)
        _once(made, column, named)
    elif not _long(made, column, named):
        _wide(made, named)
    return made


def _once(made: Guess, column: Callable[[str], Any], named: Named) -> None:
    """Write down the dates of an export, and the fields that are recorded once for a patient."""
    import pandas as pd

    for name in [name for name in made.cells if _ADDED.fullmatch(name)]:
        made.cells.pop(name)
    record = next((name for name in RECORD if name in made.cells), None)
    once = []
    if record is not None:
        made.put("columns", "patient", record, "")
        made.cells.pop(record)
        for name in made.cells:
            if named(name) in ("ilar_category", "course"):
                filled = pd.DataFrame({"who": column(record), "cell": column(name)}).dropna()
                if not filled["who"].duplicated().any():
                    once.append(name)
    made.put("redcap", "once", once, "fields that are recorded once for a patient")
    dates = [name for name, cells in made.cells.items() if cells and named(name) == "date"]
    if len(dates) > 1:
        made.put("columns", "date", dates, "each instrument has its own")
        for name in dates[1:]:
            del made.cells[name]


def _long(made: Guess, column: Callable[[str], Any], named: Named) -> bool:
    """Look for a column of variables and one of values."""
    variables = [name for name in made.cells if _VARIABLE.fullmatch(name)]
    values = [name for name in made.cells if _VALUE.fullmatch(name)]
    best = [name for name in variables if name == ADAM["variable"]] or variables
    value = [name for name in values if name == ADAM["value"]] or values
    if len(best) != 1 or len(value) != 1:
        return False
    words = [str(word) for word in made.cells[best[0]]]
    if sum(named(word) is not None for word in words) < MANY:
        return False
    made.shape, made.codes = "long", set(words)
    said, held = column(best[0]), column(value[0])
    for role, name in (("variable", best[0]), ("value", value[0])):
        if name not in (role, ADAM[role]):
            made.put("columns", role, name, "")
        made.cells.pop(name)
    for role, shape in (("date", _DATE), ("unit", _UNIT)):
        names = [name for name in made.cells if shape.fullmatch(name)]
        if len(names) == 1 and role not in map(named, made.cells):
            made.put("columns", role, names[0], "")
            made.cells.pop(names[0])
    for word in words:
        of = [cell for cell, each in zip(held, said, strict=True) if each == word]
        made.cells[word] = list(dict.fromkeys(cell for cell in of if cell is not None))
    return True


def _wide(made: Guess, named: Named) -> None:
    """Look for columns that are named for a variable and a visit."""
    ways = (_way(made, named, mark, first=first) for mark in _MARKS for first in (True, False))
    pattern, visits, stems = max(ways, key=lambda way: len(way[1]) * len(way[2]))
    if not stems:
        return
    made.shape = "wide"
    made.put("wide", "pattern", pattern, "how the columns are named")
    made.put("wide", "visits", list(visits), "is any of them missing?")
    for stem in stems:
        made.cells[stem] = []
        for visit in visits:
            name = pattern.replace("{variable}", stem).replace("{visit}", visit)
            made.cells[stem] = [*made.cells[stem], *made.cells.pop(name, ())]
    if "date" not in map(named, stems):
        days = " and ".join(f"{visit} = …" for visit in visits)
        made.ask(
            f"There are no dates: write the study day of each visit under [wide.visits], {days}, in "
            f"place of visits under [wide]."
        )


def _way(
    made: Guess, named: Named, mark: str, *, first: bool
) -> tuple[str, tuple[str, ...], list[str]]:
    """Return the best pattern of names, with its visits and its words for variables."""
    visits_of: dict[str, dict[str, None]] = {}
    for name in made.cells:
        if joint_named(name) is None:
            for left, right in _splits(name, mark):
                stem, visit = (left, right) if first else (right, left)
                visits_of.setdefault(stem, {})[visit] = None
    variables = {stem: named(stem) for stem, of in visits_of.items()}
    # Words with the same visits belong together, one for each variable.
    sets: dict[tuple[str, ...], dict[str, str]] = {}
    for stem, of in visits_of.items():
        variable = variables[stem]
        if variable is not None and variable != "patient" and len(of) >= MANY:
            sets.setdefault(tuple(sorted(of)), {}).setdefault(variable, stem)
    best = max(sets.items(), key=lambda one: len(one[0]) * len(one[1]), default=((), {}))
    visits, stems = tuple(visit for visit in _in_order(visits_of, best[1])), dict(best[1])
    if len(stems) < MANY:
        return "", (), []
    for stem, of in visits_of.items():
        variable = variables[stem]
        if variable not in (None, "patient") and set(of) <= set(visits):
            stems.setdefault(str(variable), stem)
    parts = ("{variable}", "{visit}") if first else ("{visit}", "{variable}")
    return mark.join(parts), visits, list(stems.values())


def _in_order(visits_of: Mapping[str, Mapping[str, None]], stems: Mapping[str, str]) -> list[str]:
    """Return the visits in the order in which they stand in the file."""
    return list(visits_of[next(iter(stems.values()))]) if stems else []


def _splits(name: str, mark: str) -> list[tuple[str, str]]:
    """Return the ways to split a name in two."""
    if not mark:
        match = re.fullmatch(r"(.*[^\d_. -])(\d+)", name)
        return [(match[1], match[2])] if match else []
    parts = name.split(mark)
    return [(mark.join(parts[:at]), mark.join(parts[at:])) for at in range(1, len(parts))]


# --------------------------------------------------------------------------------------------
# Joint forms


def guess_joints(made: Guess, *, has_count: bool) -> None:
    """Look for a form of joints, and write down what it may record."""
    patterns: dict[str, dict[str, str]] = {}
    for name in made.cells:
        pattern, joint = _joint_in(name)
        if joint is not None:
            patterns.setdefault(pattern, {})[joint] = name
    forms = {pattern: of for pattern, of in patterns.items() if len(of) >= FORM}
    if not forms:
        _without_a_form(made, patterns, has_count=has_count)
        return
    first = next(iter(next(iter(forms.values())).values()))
    if has_count:
        made.ask(
            f"There is a form of joints too, {first!r} for example. The count is taken from its "
            f"column; to count the joints, write [joints] and leave the count out of [columns]."
        )
        return
    for pattern, of in forms.items():
        _form(made, pattern, of, len(forms))
    if any(re.search(r"___|\(choice=", pattern) for pattern in forms):
        if len(made.status) == 1:
            remark = "a form without a tick counts where this is Complete"
            made.put("joints", "examined", made.status[0], remark)
        else:
            made.ask(
                "Boxes to tick: which column says that the joints were examined? Write it under "
                "[joints], examined = …; without it, a form without a tick is a gap."
            )
    findings = made.lines.get("joints", {}).keys()
    if "tender" in findings and not {"painful_on_motion", "active"} & findings:
        made.ask(
            "The form has tender joints, and none that are painful on motion: does a tender joint "
            'count as one? Then write under [joints]: painful_from = "tender".'
        )
    for of in forms.values():
        for name in of.values():
            made.cells.pop(name)


def _without_a_form(
    made: Guess, patterns: Mapping[str, Mapping[str, str]], *, has_count: bool
) -> None:
    """Look for cells that name joints, and for a few columns of joints."""
    lists = [name for name, cells in made.cells.items() if name_joints(cells)]
    if len(lists) == 1 and not has_count:
        said = {
            finding: [name for name in made.cells if re.match(begins, name.lower())]
            for finding, begins in _FINDINGS.items()
        }
        rows = {
            finding: names[0]
            for finding, names in said.items()
            if len(names) == 1 and names != lists and _yes_or_no(made.cells[names[0]])
        }
        single = all(joint_named(str(cell)) is not None for cell in made.cells[lists[0]])
        if rows and single:
            remark = "a row for each joint: jiascores joints counts them"
            made.put("joints", "joint", lists[0], remark)
            for finding, name in rows.items():
                made.put("joints", finding, name)
        else:
            own = next((finding for finding, names in said.items() if names == lists), None)
            remark = "" if own else "a list of active joints? else swollen, limited, tender"
            made.put("joints", own or "active", lists[0], remark)
        return
    for pattern, of in patterns.items():
        if len(of) >= MANY and not has_count:
            made.ask(
                f"{', '.join(map(repr, of.values()))}: is this a form of joints? Then say under "
                f"[joints] what stands before the joint, as active = {pattern!r}, and with "
                f"not_on_form which of the 71 it does not have."
            )


def _yes_or_no(cells: Sequence[Any]) -> bool:
    return all(truth(re.sub(r"\.0$", "", str(cell))) is not None for cell in cells)


def _joint_in(name: str) -> tuple[str, str | None]:
    """Return the joint in a name, and the pattern of names around it."""
    for match in re.finditer(r"(?:___|\(choice=|^|[_. ])", name):
        rest = name[match.end() :].rstrip(")")
        if (joint := joint_named(rest)) is not None:
            return name[: match.end()], joint
    for match in re.finditer(r"[_. ]", name[::-1]):
        end = len(name) - match.end()
        if (joint := joint_named(name[:end])) is not None:
            return "{joint}" + name[end:], joint
    return "", None


def _form(made: Guess, pattern: str, of: Mapping[str, str], forms: int) -> None:
    """Write down how the columns of one finding, or of codes, are named."""
    cells = {str(cell).strip() for name in of.values() for cell in made.cells[name]} - {""}
    plain = pattern.replace("{joint}", "").strip("_. ").lower()
    finding = next((name for name, begins in _FINDINGS.items() if re.match(begins, plain)), None)
    coded = forms == 1 and any(truth(re.sub(r"\.0$", "", cell)) is None for cell in cells)
    key = "coded" if coded else finding or "active"
    remark = "" if finding or coded else "active joints? else swollen, limited, tender"
    if key in made.lines.get("joints", {}):
        made.ask(f"What do the columns named {pattern!r} say of a joint?")
        return
    made.put("joints", key, pattern, remark)
    if coded:
        for cell in sorted(cells):
            made.put("joints.codes", cell, "" if cell == "0" else "…", "")
        made.ask("What does each code of a joint mean? Say it under [joints.codes].")
    missing = [joint for joint in JOINTS_71 if joint not in of]
    if missing:
        made.put("joints", "not_on_form", missing, "the form has no such joints?")
    beyond = [name for name in made.cells if name.startswith(pattern) and is_beyond(name)]
    if beyond and "beyond_71" not in made.lines["joints"]:
        remark = f"{beyond[0]} and others are not among the 71"
        made.put("joints", "beyond_71", "left-out", remark)
