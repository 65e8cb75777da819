"""What a request read to find its answers, and which gaps stand behind those that are open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from jiascores.tables.ask import AcrPedRequest, Request
from jiascores.tables.baselines import BaselineRule
from jiascores.tables.columns import Frame, Names, Output
from jiascores.tables.context import Context
from jiascores.tables.visits import NONE, Positions

Mask = NDArray[np.bool_]
AT_REFERENCE = "at the visit compared with"


class _Noting(Context):
    """The context of one request, which notes the gaps in all that the request reads."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.gaps: dict[str, Mask] = {}

    def values(self, name: str) -> NDArray[np.float64]:
        found = super().values(name)
        self.gaps[name] = np.isnan(found)
        return found

    def floats(
        self, column: str, variable: str, *, code: float | None = None
    ) -> NDArray[np.float64]:
        found = super().floats(column, variable, code=code)
        self.gaps[column] = np.isnan(found)
        return found

    def flag(self, column: str) -> NDArray[np.float64]:
        found = super().flag(column)
        self.gaps[column] = np.isnan(found)
        return found

    def word_codes(self, column: str, allowed: Sequence[str], what: str) -> Positions:
        found = super().word_codes(column, allowed, what)
        self.gaps[column] = found == NONE
        return found


@attrs.frozen(eq=False)
class Answer:
    """One answer of a request at every row: a score, a state, a yes or no, or a response.

    Parameters
    ----------
    output : Output
        The column; of a response its lowest level.
    highest : Output, optional
        Of a response, its highest level.
    levels : tuple of int
        Of a response, the levels of its criteria.
    due : array of bool
        The rows that are judged: for what compares visits, those after the earlier one.
    gaps : dict of str to array of bool
        Of everything that was read, where it is missing.
    """

    output: Output
    highest: Output | None
    levels: tuple[int, ...]
    due: Mask
    gaps: Mapping[str, Mask]

    @property
    def name(self) -> str:
        """What the answer is called: the name of its column, or what a response's share."""
        return self.output.name if self.highest is None else stem_of(self.output.name)

    @property
    def outputs(self) -> tuple[Output, ...]:
        """Its columns."""
        return (self.output,) if self.highest is None else (self.output, self.highest)

    @property
    def undetermined(self) -> Mask:
        """The rows that are judged and whose answer is not certain."""
        found = self.output.data
        gap: Mask = found < 0 if self.output.kind == "state" else np.isnan(found)
        if self.highest is not None:
            gap = found != self.highest.data
        return self.due & gap


@attrs.frozen(eq=False)
class Reading:
    """What a request answered, and the columns that it looked at."""

    answers: tuple[Answer, ...]
    outputs: tuple[Output, ...]
    columns: frozenset[str]


def read_request(
    native: Any,
    names: Names,
    request: Request,
    *,
    baseline: BaselineRule | None,
    marker: str | None,
) -> Reading:
    """Return what a request finds in a table; values that are not allowed are left out."""
    frame = Frame(native)
    context = _Noting(frame, names, baseline=baseline, marker=marker, invalid="missing")
    outputs = tuple(request.compute(context))
    gaps = dict(context.gaps)
    if "uses_esr" in vars(context):
        # Each patient has one reactant, and a gap in the other is no gap.
        gaps["esr"] = gaps["esr"] & context.uses_esr
        gaps["crp"] = gaps["crp"] & ~context.uses_esr
    due = np.ones(frame.size, dtype=bool)
    earlier = context.judged_against
    if earlier is not None:
        due = context.visits.after(earlier)
        before = np.maximum(earlier, 0)
        gaps |= {f"{name} {AT_REFERENCE}": gap[before] for name, gap in gaps.items()}
    levels = request.criteria.levels if isinstance(request, AcrPedRequest) else ()
    return Reading(tuple(_answers(outputs, levels, due, gaps)), outputs, frozenset(frame.read))


def stem_of(name: str) -> str:
    """Return the name of a response from that of its column with the lowest level."""
    return name.removesuffix("_level_min")


def _answers(
    outputs: Sequence[Output], levels: tuple[int, ...], due: Mask, gaps: Mapping[str, Mask]
) -> Iterator[Answer]:
    by_name = {output.name: output for output in outputs}
    for output in outputs:
        if output.kind in ("score", "state", "flag"):
            yield Answer(output, None, (), due, gaps)
        elif output.name.endswith("_level_min"):
            highest = by_name[f"{stem_of(output.name)}_level_max"]
            yield Answer(output, highest, levels, due, gaps)
