"""The rules of the ADaM implementation guide that a data set must follow, each with a name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from jiascores.adam.datasets import DATE, TEXT, VARIABLES, AnalysisDataset, days_of
from jiascores.adam.parameters import CODE
from jiascores.core.arguments import as_declared
from jiascores.core.errors import say
from jiascores.tables.frame import Frame

NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
LABEL_LENGTH, TEXT_LENGTH = 40, 200
REQUIRED = ("STUDYID", "USUBJID", "PARAM", "PARAMCD")
# Pairs of variables that must match one to one, within a parameter or in ALL rows.
ONE_TO_ONE = (
    *(("PARAMCD", "PARAM", "ALL"), ("PARAMCD", "PARAMN", "ALL"), ("AVISIT", "AVISITN", "ALL")),
    *(("AVAL", "AVALC", "PARAMCD"), ("BASE", "BASEC", "PARAMCD"), ("APERIOD", "APERIODC", "ALL")),
)
BY = ["USUBJID", "PARAMCD", "BASETYPE"]
# Flags that are Y or empty; other flags may be N as well.
YES_ONLY = re.compile(r"ABLFL|ANL\d\dFL")

Rule = Callable[[AnalysisDataset, pd.DataFrame], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(name: str) -> Callable[[Rule], Rule]:
    """Register a rule under its name."""

    def entered(check: Rule) -> Rule:
        RULES[name] = check
        return check

    return entered


@as_declared
def check(dataset: AnalysisDataset) -> pd.DataFrame:
    """Check a data set against the rules of the ADaM implementation guide.

    Parameters
    ----------
    dataset : AnalysisDataset
        From `adeff` or `adtte`. These follow the rules, unless your ids or columns of ADSL do not
        fit a transport file. A data set that you changed may break them.

    Returns
    -------
    pandas.DataFrame
        One row for each finding: ``dataset``, ``rule`` and ``finding``. Empty if all is well.

    See Also
    --------
    jiascores.adam.adeff : Makes the data set.
    jiascores.adam.write : Writes it to a file.

    Notes
    -----
    ======================= ===============================================================
    rule                    what it requires
    ======================= ===============================================================
    required-variables      STUDYID, USUBJID, PARAM and PARAMCD are there and never empty
    names-and-labels        names of at most 8 characters, labels of at most 40, ASCII
    text                    values of at most 200 bytes of ASCII
    parameter-code          PARAMCD of 8 capital letters, digits and _, a letter first
    one-to-one              PARAMCD with PARAM and PARAMN, AVISIT with AVISITN, AVAL with AVALC
    unique-key              no two rows have one key
    one-baseline            one ABLFL for each subject, parameter and BASETYPE; BASE is its AVAL
    change                  CHG is AVAL − BASE; PCHG its share of BASE, empty where BASE is 0
    relative-day            there is no day 0
    windows                 AWTARGET and ADY within AWLO and AWHI; AWTDIFF between them
    flags                   Y or empty; N only for flags that may be no
    criteria                CRITyFL goes with CRITy and with AVAL; CRITy is one for a parameter
    one-analysis-record     ANL01FL on one row of each subject, parameter, BASETYPE and AVISITN
    imputed-rows            DTYPE goes with AVAL; an open answer has its bounds and a reason
    dates                   what ends in DT is a date
    time-to-event           AVAL is ADT − STARTDT + 1; CNSR, EVNTDESC and CNSDTDSC agree
    ======================= ===============================================================

    CDISC's open rules engine has more rules. It loads them from the network, so it is not used here.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> visits = pd.DataFrame({
    ...     "patient": "Zoë", "date": pd.to_datetime(["2024-01-10"]), "physician_global": [6.0]})
    >>> adeff = jia.adam.adeff(visits, variables=["physician_global"], study="JIA-1")
    >>> jia.adam.check(adeff)[["rule", "finding"]].iloc[0].tolist()
    ['text', "USUBJID has characters that are not ASCII: 'Zoë'"]
    """
    data = _with_all(dataset)
    rows = [
        {"dataset": dataset.name, "rule": name, "finding": words}
        for name, check in RULES.items()
        for words in check(dataset, data)
    ]
    return pd.DataFrame(rows, columns=["dataset", "rule", "finding"])


def _with_all(dataset: AnalysisDataset) -> pd.DataFrame:
    """Return the data with every known variable; those that the data set lacks are empty."""
    data = dataset.pandas
    texts = {name for name, known in VARIABLES.items() if known.type == TEXT}
    lacking = [name for name in VARIABLES if name not in {*data, "CRITy", "CRITyFL"}]
    return data.assign(**{name: "" if name in texts else np.nan for name in lacking})


def _names_of(dataset: AnalysisDataset) -> list[str]:
    return [str(name) for name in Frame(dataset.data).names]


@rule("required-variables")
def _required(dataset: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for name in REQUIRED:
        if name not in _names_of(dataset):
            yield f"{name} is not there"
        elif (data[name] == "").any():
            yield f"{name} is empty in {(data[name] == '').sum()} rows"


@rule("names-and-labels")
def _names_and_labels(dataset: AnalysisDataset, _: pd.DataFrame) -> Iterator[str]:
    for name in (dataset.name, *_names_of(dataset)):
        if not NAME.fullmatch(name):
            yield f"{name!r} is not a name of at most 8 capital letters, digits and _"
    for name in _names_of(dataset):
        label = dataset.about(name).label
        if not label:
            yield (
                f"{name} has no label and no origin: it was added by hand. Columns of ADSL come by "
                f"{say('keep')}, those of the visits by {say('adam.carry')}"
            )
        elif len(label) > LABEL_LENGTH or not label.isascii():
            yield f"the label of {name} is not 1 to {LABEL_LENGTH} characters of ASCII: {label!r}"


@rule("text")
def _text(dataset: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for name in (name for name in _names_of(dataset) if dataset.about(name).type == TEXT):
        long = data[name].str.len() > TEXT_LENGTH
        other = data[name][~data[name].map(str.isascii)]
        if long.any():
            yield f"{name} has {long.sum()} values of more than {TEXT_LENGTH} bytes"
        if len(other):
            yield f"{name} has characters that are not ASCII: {other.iloc[0]!r}"


@rule("parameter-code")
def _codes(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for code in data["PARAMCD"].unique():
        if not CODE.fullmatch(code):
            yield f"PARAMCD {code!r} is not at most 8 capital letters, digits and _, a letter first"


@rule("one-to-one")
def _one_to_one(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for one, other, within in ONE_TO_ONE:
        known = ~_empty(data[one]) & ~_empty(data[other])
        pairs = data[known].assign(ALL="")[[within, one, other]].drop_duplicates()
        twice = pairs.duplicated([within, one]) | pairs.duplicated([within, other])
        for key in sorted(pairs[within][twice].unique()):
            yield f"{one} and {other} are not one to one{f' in {key}' if key else ''}"


def _empty(values: pd.Series[Any]) -> pd.Series[bool]:
    return values.isna() | (values == "")


@rule("unique-key")
def _unique(dataset: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    keys = list(dataset.keys)
    twice = data.loc[data.duplicated(keys, keep=False), keys]
    if len(twice):
        yield f"{len(twice)} rows share their key ({', '.join(keys)}), first {twice.iloc[0].to_dict()}"


@rule("one-baseline")
def _one_baseline(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    flagged, based = data[data["ABLFL"] == "Y"], data[data["BASE"].notna()]
    for key in flagged.loc[flagged.duplicated(BY), BY].itertuples(index=False):
        yield f"two baseline records of {', '.join(map(str, key))}"
    unequal = flagged[~np.isclose(flagged["AVAL"], flagged["BASE"], equal_nan=True)]
    if len(unequal):
        yield f"BASE is not AVAL in {len(unequal)} baseline records"
    several = based.groupby(BY)["BASE"].nunique()
    if (several > 1).any():
        yield f"BASE is not constant within {', '.join(map(str, several[several > 1].index[0]))}"
    without = set(several.index) - set(flagged[BY].itertuples(index=False, name=None))
    if without:
        yield f"BASE is there, and no row has ABLFL, of {', '.join(map(str, min(without)))}"


@rule("change")
def _change(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    known, share = data[data["CHG"].notna()], data[data["PCHG"].notna()]
    if not np.allclose(known["CHG"], known["AVAL"] - known["BASE"], rtol=0, atol=1e-9):
        yield "CHG is not AVAL − BASE"
    if (share["BASE"] == 0).any():
        yield "PCHG is there where BASE is 0"
    if not np.allclose(share["PCHG"], 100 * share["CHG"] / share["BASE"], rtol=0, atol=1e-6):
        yield "PCHG is not 100 · CHG / BASE"


@rule("relative-day")
def _relative_day(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for name in ("ADY", "APERDY", "AWTARGET", "AWLO", "AWHI"):
        if (data[name] == 0).any():
            yield f"{name} is 0 in {(data[name] == 0).sum()} rows: there is no day 0"


@rule("windows")
def _windows(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    day, target = (data[name] - (data[name] > 0) for name in ("ADY", "AWTARGET"))
    if (data["AWTDIFF"].notna() & ((day - target).abs() != data["AWTDIFF"])).any():
        yield "AWTDIFF is not the days between ADY and AWTARGET"
    for name in ("AWTARGET", "ADY"):
        if ((data[name] < data["AWLO"]) | (data[name] > data["AWHI"])).any():
            yield f"{name} is not between AWLO and AWHI"


@rule("flags")
def _flags(dataset: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for name in (name for name in _names_of(dataset) if name.endswith("FL")):
        allowed = ["Y"] if YES_ONLY.fullmatch(name) else ["N", "Y"]
        other = sorted(set(data[name]) - {"", *allowed}, key=str)
        if other:
            yield f"{name} is {other[0]!r}, not {' or '.join(allowed)} or empty"


@rule("criteria")
def _criteria(dataset: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    for flag in filter(re.compile(r"CRIT\d+FL").fullmatch, _names_of(dataset)):
        text, filled = flag.removesuffix("FL"), data[flag] != ""
        said = data.assign(**{text: data.get(text, "")}).loc[:, ["PARAMCD", text]]
        if (filled & (said[text] == "")).any():
            yield f"{flag} is there without {text}"
        if said[said[text] != ""].drop_duplicates()["PARAMCD"].duplicated().any():
            yield f"{text} is not constant within a parameter"
        if (filled & data["AVAL"].isna()).any():
            yield f"{flag} is there where AVAL is empty"


@rule("one-analysis-record")
def _one_record(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    keys = [*BY, "AVISITN"]
    chosen, planned = data[data["ANL01FL"] == "Y"], data[data["AVISITN"].notna()]
    if chosen["AVISITN"].isna().any():
        yield "ANL01FL is Y in a row without an analysis visit"
    twice = chosen[chosen.duplicated(keys)]
    if len(twice):
        yield f"ANL01FL is Y on two rows of {twice[keys].iloc[0].tolist()}"
    rows = (set(each[keys].itertuples(index=False, name=None)) for each in (planned, chosen))
    without = next(rows) - next(rows)
    if without:
        yield f"no row has ANL01FL of {min(without, key=str)}"


@rule("imputed-rows")
def _imputed(_: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    imputed, known = data["DTYPE"] != "", data["AVAL"].notna()
    if (imputed & ~known).any():
        yield "a row with DTYPE has no AVAL"
    if (~imputed & data["ADT"].isna()).any():
        yield "an observed row has no ADT"
    if (known & (data["AVALMIN"].notna() | data["AVALMAX"].notna())).any():
        yield "AVALMIN or AVALMAX stands beside an AVAL that is known"
    if (~known & (data["AREASND"] == "")).any():
        yield "AVAL is empty without a reason"


@rule("dates")
def _dates(dataset: AnalysisDataset, _: pd.DataFrame) -> Iterator[str]:
    for name in _names_of(dataset):
        if name.endswith("DT") and dataset.about(name).type != DATE:
            yield f"{name} is not a date"


@rule("time-to-event")
def _times(dataset: AnalysisDataset, data: pd.DataFrame) -> Iterator[str]:
    if "CNSR" not in _names_of(dataset):
        return
    if not (data["CNSR"] >= 0).all():
        yield "CNSR is not 0, 1, 2, …"
    if not (days_of(data["ADT"]) - days_of(data["STARTDT"]) + 1 == data["AVAL"]).all():
        yield "AVAL is not ADT − STARTDT + 1"
    if (data["EVNTDESC"] == "").any():
        yield "EVNTDESC is empty"
    if ((data["CNSDTDSC"] != "") != (data["CNSR"] > 0)).any():
        yield "CNSDTDSC does not go with CNSR above 0"
