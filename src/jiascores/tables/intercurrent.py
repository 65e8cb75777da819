"""Intercurrent events: what happens after a rescue, a stop or a death, said once for every analysis."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, get_args

import attrs
import numpy as np
import pandas as pd

from jiascores.core.arguments import as_declared
from jiascores.core.errors import RequestError, VisitError, listing
from jiascores.tables.beside import Beside, Dates
from jiascores.tables.enrolled import Enrolled
from jiascores.tables.ids import ColumnNames
from jiascores.tables.numbers import one_of

Strategy: TypeAlias = Literal["treatment-policy", "composite", "while-on-treatment", "hypothetical"]
POLICY, COMPOSITE, WHILE_ON, HYPOTHETICAL = get_args(Strategy)
STRATEGIES = {
    POLICY: "as observed, whether or not the event came",
    COMPOSITE: "a non-responder from then on; a flare on that date; never a response",
    WHILE_ON: "the last value on or before the event; a time is censored",
    HYPOTHETICAL: "not determinable from then on; a time is censored",
}
SAID = {
    COMPOSITE: "after {}: composite",
    WHILE_ON: "after {}: while on treatment, the last value before",
    HYPOTHETICAL: "after {}: hypothetical, not determinable",
}


def _read_only(strategies: Mapping[str, Strategy]) -> Mapping[str, Strategy]:
    return MappingProxyType(dict(strategies))


@attrs.frozen(eq=False)
class IntercurrentEvents:
    """Events of patients, and the strategy for each kind. Made by `intercurrent_events`.

    Parameters
    ----------
    strategies : mapping of str
        What happened → strategy.
    """

    strategies: Mapping[str, Strategy] = attrs.field(converter=_read_only)
    _dates: Dates = attrs.field(alias="dates", repr=False)
    _what: list[str] = attrs.field(alias="what", repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # A mapping that cannot be changed cannot be pickled either.
        return type(self), (dict(self.strategies), self._dates, self._what)

    def of(self, enrolled: Enrolled) -> pd.DataFrame:
        """Return the day, what happened and the strategy of the event that rules for each patient.

        Parameters
        ----------
        enrolled : Enrolled
            The patients who count.
        """
        beside = self._dates.table
        found = pd.DataFrame(
            {
                "patient": beside.among(enrolled.ids, whose="patients"),
                "day": self._dates.values / self._dates.per_day,  # noqa: PD011 - no frame
                "what": np.array(self._what, dtype=object),
                "row": np.arange(len(self._what)),
            }
        )
        found["strategy"] = found["what"].map(dict(self.strategies)).astype(object)
        found = found[(found["patient"] >= 0) & (found["strategy"] != POLICY)]
        first = found[found["day"] == found.groupby("patient")["day"].transform("min")]
        several = first.groupby("patient")["strategy"].transform("nunique") > 1
        beside.refuse_rows(
            VisitError,
            "two events of a patient on one date with two strategies, so that neither is the "
            "earliest: {}. Keep the one that rules.",
            "what",
            first.loc[several, "row"].to_numpy(),
        )
        ruling: pd.DataFrame = first.drop_duplicates("patient").set_index("patient")
        return ruling.reindex(range(len(enrolled.ids)))[["day", "what", "strategy"]]

    @property
    def per_day(self) -> float:
        """How many units of the dates make a day: whether they are dates or study days."""
        return self._dates.per_day

    def require(self, per_day: float) -> None:
        """Raise where these are dates and the visits have study days, or the reverse."""
        self._dates.require(per_day)


@as_declared
def intercurrent_events(
    events: Any,
    strategies: Mapping[str, Strategy],
    *,
    columns: ColumnNames | None = None,
) -> IntercurrentEvents:
    """Say what each kind of intercurrent event means for every analysis.

    Parameters
    ----------
    events : data frame
        One row for each event: ``patient``, ``date`` (a date or study day, as the visits have)
        and ``what`` happened.
    strategies : dict of str
        What happened → strategy; every kind in the table has one:

        * ``"treatment-policy"``: as observed, whether or not the event came.
        * ``"composite"``: a non-responder at every later visit; in time to flare a flare on that
          date; in time to response never a response, censored at the end of planned follow-up; a
          number has the value that the caller names.
        * ``"while-on-treatment"``: the last determined value on or before the event; a time is
          censored at the last visit on or before it.
        * ``"hypothetical"``: not determinable at every later visit; a time is censored.
    columns : dict, optional
        Your own column names: ``{"patient": …, "date": …, "what": …}``.

    Returns
    -------
    IntercurrentEvents
        For ``intercurrent=`` of `fill_gaps`, `responders_by_visit`, `compare_responders`,
        `tipping_point`, `time_to_flare` and `time_to_first`.

    Raises
    ------
    RequestError
        If a kind of event has no strategy, or a strategy is not known.
    ColumnError, VisitError
        If a column, a patient, a date or what happened is missing.

    See Also
    --------
    jiascores.prepare.fill_gaps : Fills gaps by these strategies.
    jiascores.analysis.compare_responders : Compares arms by them.

    Notes
    -----
    A visit on the date of the event counts as before it. The earliest event of a patient rules,
    those with ``"treatment-policy"`` passed over, since they change nothing. Two on one date with
    two strategies are refused.

    A response at weeks 4, 8 and 12, and an event between week 4 and week 8:

    ====== ========== ================== =========== ==================== ==============
    week   observed   treatment-policy   composite   while-on-treatment   hypothetical
    ====== ========== ================== =========== ==================== ==============
    4      yes        yes                yes         yes                  yes
    8      no         no                 no          yes                  –
    12     yes        yes                no          yes                  –
    ====== ========== ================== =========== ==================== ==============

    References
    ----------
    The strategies are those of the addendum ICH E9(R1) on estimands.

    Examples
    --------
    >>> import pandas as pd
    >>> import jiascores as jia
    >>> events = pd.DataFrame({"patient": ["A", "B"], "date": [40, 50], "what": ["rescue", "moved"]})
    >>> after = jia.prepare.intercurrent_events(
    ...     events, {"rescue": "composite", "moved": "hypothetical"})
    >>> visits = pd.DataFrame({"patient": ["A", "A", "B", "B"], "date": [28, 56, 28, 56],
    ...                        "week": [4, 8, 4, 8], "response": [True, True, True, True]})
    >>> jia.analysis.responders_by_visit(visits, jia.column("response"), by=jia.column("week"),
    ...     intercurrent=after)[["week", "patients", "responders", "not_determinable"]]
       week  patients  responders  not_determinable
    0     4         2           2                 0
    1     8         2           0                 1
    """
    table = Beside(
        events,
        columns,
        what="intercurrent events",
        parameter="columns",
        needs=("patient", "date", "what"),
    )
    what = table.words("what")
    table.refuse_rows(
        VisitError,
        "what happened is missing: {}.",
        "what",
        np.array([row for row, each in enumerate(what) if each is None], dtype=np.int64),
    )
    if not isinstance(strategies, Mapping):
        raise RequestError(
            "strategies= maps what happened to a strategy: {'rescue': 'composite'}.",
            variable="strategies",
        )
    for each in strategies.values():
        one_of(each, STRATEGIES, "strategies")
    without = sorted({str(each) for each in what} - set(strategies))
    if without:
        raise RequestError(
            f"intercurrent events without a strategy: {listing(map(repr, without), shown=20)}. Give "
            f"each one of {', '.join(map(repr, STRATEGIES))} in strategies=.",
            variable="strategies",
            values=without,
        )
    said = [str(each) for each in what]
    return IntercurrentEvents(strategies, table.dates("date"), said)


def settle(
    cells: pd.DataFrame, known: pd.DataFrame, events: pd.DataFrame, composite: float | None
) -> pd.DataFrame:
    """Return ``value`` and ``rule`` of the cells after an event, as its strategy makes them.

    Parameters
    ----------
    cells : DataFrame
        ``patient`` by place and ``day``.
    known : DataFrame
        ``patient``, ``day`` and ``value`` of all rows, for the last value before an event.
    events : DataFrame
        What `IntercurrentEvents.of` returns, on the scale of ``day``.
    composite : float, optional
        The value after an event with a composite strategy; where it is needed and there is none,
        that raises.
    """
    of = events.reindex(cells["patient"]).set_axis(cells.index).assign(patient=cells["patient"])
    after = of[cells["day"] > of["day"]]
    is_composite = after["strategy"] == COMPOSITE
    if composite is None and is_composite.any():
        raise RequestError(
            "a composite strategy makes a non-responder, and the outcome is no response: give the "
            "value that it has after the event, composite=…, or choose another strategy.",
            variable="composite",
        )
    earlier = known[known["value"].notna() & (known["day"] <= known["patient"].map(events["day"]))]
    last = earlier.sort_values("day", kind="stable").groupby("patient")["value"].last()
    value = after["patient"].map(last).where(after["strategy"] == WHILE_ON)
    said = zip(after["strategy"], after["what"], strict=True)
    rule = [SAID[strategy].format(what) for strategy, what in said]
    return pd.DataFrame({"value": value.mask(is_composite, composite), "rule": rule}, after.index)
