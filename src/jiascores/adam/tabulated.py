"""Visits from SDTM: the findings domains, one row for each value, as one row for each visit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from jiascores.adam.domains import NOT_DONE, Domain, filled, like
from jiascores.adam.parameters import refuse_unknown
from jiascores.core.arguments import as_declared
from jiascores.core.errors import ColumnError, RequestError, VisitError, listing, suggestion
from jiascores.core.joints import COUNTS, FINDINGS
from jiascores.core.values import number_in
from jiascores.core.variables import VARIABLES
from jiascores.core.words import truth
from jiascores.tables.joint_forms import joint_counts
from jiascores.tables.naming import Column
from jiascores.tables.numbers import one_of
from jiascores.tables.problems import ABOVE, BELOW, LIMIT, is_number
from jiascores.tables.shapes import from_long
from jiascores.tables.windows import below_limit

# The other terms in the codelist of yes and no; all are missing values here.
_UNKNOWN = ("U", "UNKNOWN", "NA")
_YES_OR_NO = [name for name, variable in VARIABLES.items() if variable.flag]
_SIDES = {"LEFT", "RIGHT"}
_FLAGS = ("LOBXFL", "BLFL")
_FLAGGED = {"visit": "the visit as a whole", "variable": "each variable by itself"}
_BY = {"date": "DTC", "visit": "VISITNUM"}
_BELOW = {"limit": "the limit itself", "half": "half the limit", "zero": "0"}
_ABOVE = {"limit": "the limit itself"}
_JOINT_RULES = ("painful_from", "not_on_form", "beyond_71", "unlisted")
# A result that cannot be read.
_REFUSED = object()
_NUMBERS = ("integer", "floating", "mixed-integer-float", "empty")


@as_declared
def visits_from_sdtm(
    *domains: Any,
    variables: Mapping[str, str | Sequence[str]] | None = None,
    joints: Mapping[str, str | Sequence[str]] | None = None,
    by: Literal["date", "visit"] = "date",
    date_of: str | None = None,
    only: Mapping[str, Any] | None = None,
    partial_dates: str | None = None,
    below: Mapping[str, Literal["limit", "half", "zero"]] | None = None,
    above: Mapping[str, Literal["limit"]] | None = None,
    flags: Literal["visit", "variable"] = "visit",
    **joint_rules: Any,
) -> Any:
    """Make visits from SDTM findings domains (QS, RS, LB, VS, OE, MK, …): one row for each visit.

    Parameters
    ----------
    *domains : data frame
        Each with ``USUBJID`` and, by its two letters, ``--TESTCD``, ``--STRESN`` or ``--STRESC``,
        and ``--DTC``; ``--STRESU``, ``--STAT``, ``--LOC``, ``--LAT``, ``VISITNUM``, and
        ``--LOBXFL`` or ``--BLFL`` where it has them.
    variables : dict
        The columns to make: name → the word in ``--TESTCD``, or a list of words, for example
        ``{"physician_global": "PHGA", "esr": "ESR"}``.
    joints : dict, optional
        The findings of joints: finding → the word in ``MKTESTCD``, for example
        ``{"swollen": "SWLLIND", "tender": "TNDRIND"}``. Findings are ``active``, ``limited``,
        ``swollen``, ``painful_on_motion``, ``tender`` and ``swollen_by_deformity``. MKLOC and MKLAT
        name the joint.
    by : {"date", "visit"}
        Whether rows with the same date, or with the same VISITNUM, are one visit.
    date_of : str, optional
        With ``by="visit"``: the variable that gives the date of a visit with more than one.
    only : dict, optional
        Take only rows in which these columns have this value, or one of these values:
        ``{"MKEVALID": "READER 1"}``. Of a domain without the column, all rows are taken.
    partial_dates : str, optional
        How to complete a date without its day: ``"first-of-month"``, ``"middle-of-month"`` (the
        15th) or ``"last-of-month"``. With ``-of-year`` instead, a date without its month is
        completed too: 1 January, 30 June or 31 December. Without a rule, partial dates are refused.
    below, above : dict, optional
        How to read a result such as ``<5`` or ``>200`` in ``--STRESC``, by variable:
        ``{"crp": "half"}``. Choose ``"limit"``, ``"half"`` or ``"zero"``; above, only ``"limit"``.
        Without a rule, such results are refused.
    flags : {"visit", "variable"}
        Whether --LOBXFL and --BLFL flag the whole visit, in a column ``lobxfl``, or the value of
        each variable, in columns such as ``esr_lobxfl``. For the second, use
        ``baseline=jia.flagged("lobxfl", per_variable=True)``.
    **joint_rules
        As for `jiascores.prepare.joint_counts`: ``painful_from``, ``not_on_form``, ``beyond_71``,
        ``unlisted``.

    Returns
    -------
    data frame
        Of the kind of the first domain: ``patient``, ``date`` (ISO text), ``visit`` (VISITNUM), each
        variable, ``<variable>_unit``, the counts of joints, and ``lobxfl`` and ``blfl``, which are
        true if a value of the visit has the flag. With `partial_dates`, ``date_imputed`` is D if a
        day was completed and M if a month was. With `below` or `above`,
        ``<variable>_below_limit`` names the rule in the rows that it changed.

    Raises
    ------
    ColumnError
        If a domain lacks a column, or no domain has a column that `only` names.
    VisitError
        If a date is partial or missing and no rule completes it, or a variable has two values at
        a visit.
    UnknownJointError
        If MKLOC is not one of the 71 joints.
    RequestError
        If a result is not a number and no rule or codelist explains it.

    See Also
    --------
    jiascores.adam.adeff : Makes a data set from the visits.
    jiascores.prepare.from_long : Reads any table with a row for each value.

    Notes
    -----
    A row that was not done has no value. A joint that was not done or not evaluable leaves the count
    open, between ``active_joints_min`` and ``active_joints_max``. Y is yes, N is no, and U and NA are
    missing. A yes/no variable that was recorded by side or place, such as uveitis in OE, is yes if
    one of them is yes, and no if all are no and both sides were examined; otherwise it is missing.

    ``baseline=jia.flagged("lobxfl")`` takes the flagged visit as the baseline. If the flags of a
    subject are at several visits, for example because blood was drawn at screening, it raises; use
    ``flags="variable"`` then. Give the units to `assess` as
    ``units={"crp": jia.column("crp_unit")}``. To read an ADaM data set in the basic data structure,
    use `jiascores.prepare.from_long`, which leaves out rows with DTYPE.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> qs = pd.DataFrame({
    ...     "USUBJID": "S-01", "QSTESTCD": ["PHGA", "PTGA"], "QSSTRESN": [6.0, 5.0],
    ...     "QSDTC": "2024-01-10", "QSLOBXFL": "Y"})
    >>> lb = pd.DataFrame({
    ...     "USUBJID": "S-01", "LBTESTCD": ["CRP"], "LBSTRESN": [None], "LBSTRESC": "<5",
    ...     "LBSTRESU": "mg/L", "LBDTC": "2024-01-10T08:30"})
    >>> codes = {"physician_global": "PHGA", "patient_global": "PTGA", "crp": "CRP"}
    >>> visits = jia.adam.visits_from_sdtm(qs, lb, variables=codes, below={"crp": "half"})
    >>> visits[["patient", "date", "physician_global", "crp", "crp_unit", "lobxfl"]]
      patient        date  physician_global  crp crp_unit  lobxfl
    0    S-01  2024-01-10               6.0  2.5     mg/L    True
    """
    if not domains:
        raise RequestError("give at least one domain, such as QS.", variable="domains")
    one_of(by, _BY, "by")
    one_of(flags, _FLAGGED, "flags")
    variables, joints = dict(variables or {}), dict(joints or {})
    below, above = dict(below or {}), dict(above or {})
    _refuse_unknown(joints, below, above, variables, joint_rules)
    read = [Domain.of(each, "TESTCD", only) for each in domains]
    _refuse_absent(read, {**variables, **joints}, only or {})
    rows = pd.concat([_rows(each, variables, joints, partial_dates) for each in read])
    rows = _numbered(rows.reset_index(drop=True), by)
    keys, of_joint = ["USUBJID", _BY[by]], rows["NAME"].isin(list(joints))
    values = _sides_together(_values(rows[~of_joint], below, above), keys)
    counts = _counts(rows[of_joint], keys, variables, joint_rules)
    visits = _as_visits(pd.concat([values, counts]), variables, by, date_of)
    for name in {**below, **above}:
        visits = _without_limits(visits, name, below.get(name, "limit"), above.get(name))
    own = dict.fromkeys([*variables, *(name for name in COUNTS if name in visits)])
    flagged = _flagged(rows, read, own if flags == "variable" else (), variables)
    by_visit = rows.assign(**flagged).groupby(keys, sort=False)
    said = by_visit[[*flagged]].any()
    if partial_dates is not None:
        said["date_imputed"] = by_visit["COMPLETED"].last()
    return like(read[0].frame, visits.join(said, on=["patient", by]))


def _refuse_unknown(
    joints: Mapping[str, Any],
    below: Mapping[str, str],
    above: Mapping[str, str],
    variables: Mapping[str, Any],
    rules: Mapping[str, Any],
) -> None:
    """Raise if the call names something that does not exist."""
    if not variables and not joints:
        raise RequestError(
            "which rows are which variable? Say what --TESTCD calls each: "
            "variables={'physician_global': 'PHGA'}, or joints={'swollen': 'SWLLIND'}.",
            variable="variables",
        )
    refuse_unknown("joints", joints, ("active", *FINDINGS), "a finding")
    refuse_unknown("below", below, variables, "one of variables=")
    refuse_unknown("above", above, variables, "one of variables=")
    refuse_unknown("joint_rules", rules, _JOINT_RULES, "a rule for joints")
    for parameter, given, choices in (("below", below, _BELOW), ("above", above, _ABOVE)):
        for rule in given.values():
            one_of(rule, choices, parameter)


def _refuse_absent(
    domains: Sequence[Domain], asked: Mapping[str, Any], only: Mapping[str, Any]
) -> None:
    """Raise if no row of any domain has a word, or no domain has a column of `only`."""
    for name in only:
        if not any(name in each.frame for each in domains):
            raise ColumnError(f"only= names {name!r}, which no domain has.", variable="only")
    tests = (each.cells(f"{each.letters}TESTCD").dropna().unique() for each in domains)
    said = {str(test) for of_domain in tests for test in of_domain}
    for name, words in asked.items():
        for word in [words] if isinstance(words, str) else words:
            if said and word not in said:
                raise RequestError(
                    f"no row says {word!r} ({name}) in --TESTCD.{suggestion(word, said)} There are "
                    f"{listing(sorted(said), shown=20)}.",
                    variable=name,
                    values=(word,),
                )


def _rows(
    domain: Domain, variables: Mapping[str, Any], joints: Mapping[str, Any], rule: str | None
) -> pd.DataFrame:
    """Return the requested rows of a domain; the names of columns lose its letters."""
    letters = domain.letters
    names: dict[str, str] = {}
    for name, words in [*variables.items(), *joints.items()]:
        names |= dict.fromkeys([words] if isinstance(words, str) else words, name)
    domain.require(f"{letters}DTC")
    domain.require(f"{letters}STRESN", f"{letters}STRESC")
    own = ("TESTCD", "STRESN", "STRESC", "STRESU", "STAT", "LOC", "LAT", "DTC", *_FLAGS)
    cells = {name: domain.cells(f"{letters}{name}") for name in own}
    data = pd.DataFrame({name: domain.cells(name) for name in ("USUBJID", "VISITNUM")} | cells)
    data["NAME"] = data["TESTCD"].map(names)
    data = data[domain.counted & data["NAME"].notna()]
    done = (data["STAT"] != NOT_DONE) & (data["STRESN"].notna() | data["STRESC"].notna())
    data[["STRESN", "STRESC"]] = data[["STRESN", "STRESC"]].where(done, None)
    # The other eye may say something about the visit, so a row that was not done is kept.
    dated = data["NAME"].isin(_YES_OR_NO) & data["DTC"].notna()
    data = data[done | dated | data["NAME"].isin(list(joints))]
    data[["DTC", "COMPLETED"]] = domain.days(data.index, f"{letters}DTC", rule)
    return data.assign(DOMAIN=letters)


def _numbered(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return the rows with the VISITNUM of their visit; for a date, the first that is known."""
    if by == "date":
        numbers = rows.groupby(["USUBJID", "DTC"])["VISITNUM"].transform("first")
        return rows.assign(VISITNUM=numbers)
    lost = rows.loc[rows["VISITNUM"].isna(), "USUBJID"].unique()
    if len(lost):
        raise VisitError(
            f"VISITNUM is missing in rows of {listing(lost)}: by='date' needs none.", variable="by"
        )
    return rows


def _values(data: pd.DataFrame, below: Mapping[str, str], above: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows with VALUE: a number, 1 or 0 for yes and no, a word, or an unread limit."""
    given = filled(data["STRESN"], data["STRESC"])
    data = data.assign(VALUE=given)
    for name, cells in given.groupby(data["NAME"]):
        limits = f"{BELOW if name in below else ''}{ABOVE if name in above else ''}"
        read = {cell: _value(str(name), cell, limits) for cell in cells.unique()}
        data.loc[cells.index, "VALUE"] = cells.map(read.get)
    refused = data[data["VALUE"].isin([_REFUSED])]
    if len(refused):
        first, said = refused.iloc[0], given[refused.index[0]]
        column, rule = f"{first['DOMAIN']}STRESC", ""
        if limit := LIMIT.fullmatch(str(said).strip()):
            side, words = ("below", "half") if limit["sign"] in BELOW else ("above", "limit")
            rule = f" A rule of your plan reads limits, {side}={{{first['NAME']!r}: {words!r}}}."
        raise RequestError(
            f"{column} of {first['TESTCD']} is {said!r} ({len(refused)} "
            f"row{'' if len(refused) == 1 else 's'} of {first['DOMAIN']} have a result that is no "
            f"number).{rule or f' Give the number in {column[:-1]}N.'}",
            variable=column,
            values=refused["STRESC"].tolist(),
        )
    return data


def _value(name: str, given: Any, limits: str) -> Any:
    """Return the value of a result; a limit stays as it is if a rule will read it."""
    if given is None:
        return None
    if not isinstance(given, str):
        number = float(given) if isinstance(given, bool) else number_in(given)
        return _REFUSED if number is None else number
    word, known = given.strip(), VARIABLES.get(name)
    if is_number(word):
        return float(word)
    if known is None:
        return word
    if limit := LIMIT.fullmatch(word):
        return word if limit["sign"] in limits else _REFUSED
    if known.flag and word.upper() in _UNKNOWN:
        return np.nan
    answer = truth(word) if known.flag else None
    return _REFUSED if answer is None else answer


def _sides_together(data: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Return the rows that have a value, with yes and no of sides or places joined by visit."""
    placed = data["NAME"].isin(_YES_OR_NO) & (data["LAT"].notna() | data["LOC"].notna())
    group, apart = [*keys, "NAME"], data[placed]
    value, sides = apart["VALUE"].astype(float), apart["LAT"].where(apart["LAT"].isin(_SIDES))

    def of_group(cells: pd.Series[Any], how: Any) -> pd.Series[Any]:
        return cells.groupby([apart[name] for name in group], dropna=False).transform(how)

    is_open = of_group(value.isna(), "any") | (of_group(sides, "nunique") == 1)
    # Two rows for the same place are not joined, and are refused later.
    twice = of_group(apart.duplicated([*group, "LOC", "LAT"]), "any")
    joined = np.select([twice, of_group(value, "max") == 1, is_open], [value, 1.0, np.nan], 0.0)
    apart = apart.assign(VALUE=pd.Series(joined, apart.index, dtype=object))
    apart = apart[twice | ~apart.duplicated(group)]
    return pd.concat([data[~placed & data["VALUE"].notna()], apart]).sort_index()


def _counts(
    data: pd.DataFrame, keys: list[str], variables: Mapping[str, Any], rules: Mapping[str, Any]
) -> pd.DataFrame:
    """Return a row for each count of joints at each visit."""
    if data.empty:
        return data
    dates = data.groupby(keys)["DTC"].nunique()
    if (dates > 1).any():
        raise VisitError(
            f"the joints of one visit were examined on two days: {listing(dates[dates > 1].index)}. "
            f"Make a visit of each, by='date'.",
            variable="DTC",
        )
    lat, loc = (data[name].astype("string").fillna("") for name in ("LAT", "LOC"))
    said = filled(data["STRESC"], data["STRESN"])
    data = data.assign(
        JOINT=(lat + " " + loc).str.strip().str.lower().astype(object),
        VALUE=said.where(~said.isin(_UNKNOWN), None),
    )
    data["AGAIN"] = data.groupby([*keys, "JOINT", "NAME"]).cumcount()
    index = [*keys, "JOINT", "AGAIN"]
    # pivot_table would drop joints that were not done.
    form = data.pivot(index=index, columns="NAME", values="VALUE").reset_index()  # noqa: PD010
    found: dict[str, Any] = {str(name): str(name) for name in form if name not in index}
    counted = joint_counts(form, joint="JOINT", by=keys, **found, **rules)
    names = [str(name) for name in counted if name not in keys]
    for name in filter(variables.__contains__, names):
        raise RequestError(
            f"{name} is given in variables= and counted from joints=: leave one out.", variable=name
        )
    about = data.drop_duplicates(keys)[["USUBJID", "DTC", "VISITNUM"]]
    cells = counted.astype(object).where(counted.notna(), None).merge(about, on=keys)
    return cells.melt([*about], names, "NAME", "VALUE")


def _as_visits(
    long: pd.DataFrame,
    variables: Mapping[str, Any],
    by: Literal["date", "visit"],
    date_of: str | None,
) -> pd.DataFrame:
    """Return one row for each visit; a variable that was never done is an empty column."""
    there = dict.fromkeys(long["NAME"])
    counts = [name for name in there if name not in variables]
    shown = {name: name for name in (*variables, *counts) if name in there}
    columns = {"patient": "USUBJID", "variable": "NAME", "value": "VALUE", "date": "DTC"}
    columns |= {"unit": "STRESU", "visit": "VISITNUM"}
    visits = from_long(
        long.reset_index(drop=True), variables=shown, columns=columns, by=by, date_of=date_of
    )
    for name in [*shown, "visit"]:
        if pd.api.types.infer_dtype(visits[name]) in _NUMBERS:
            visits[name] = pd.to_numeric(visits[name])
    for name in variables:
        if name not in there:
            visits[[name, f"{name}_unit"]] = np.nan, None
    return visits.drop(columns=[f"{name}_unit" for name in counts])


def _without_limits(visits: pd.DataFrame, name: str, rule: Any, above: Any) -> pd.DataFrame:
    """Return the visits with values below and above a limit read by their rule."""
    units = {name: Column(f"{name}_unit")} if name in VARIABLES else None
    read = below_limit(visits, name, rule=rule, above=above, units=units)
    made = f"{name}_below_limit"
    return visits.assign(**{name: read[f"{name}_value"], made: read[made]})


def _flagged(
    rows: pd.DataFrame, domains: Sequence[Domain], own: Collection[str], variables: Collection[str]
) -> dict[str, pd.Series[bool]]:
    """Return the flagged rows by the name of the flag, for the visit or for each variable."""
    joints = ~rows["NAME"].isin(list(variables))
    of = {f"{name}_": rows["NAME"] == name if name in variables else joints for name in own}
    return {
        f"{prefix}{flag.lower()}": (rows[flag] == "Y") & mine
        for flag in _FLAGS
        if any(each.has(flag) for each in domains)
        for prefix, mine in (of or {"": rows["NAME"].notna()}).items()
    }
