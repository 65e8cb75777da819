"""The core set of six variables at one visit, for one patient or a million."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Generic, cast, overload

import numpy as np
from numpy.typing import NDArray

from jiascores.core.arguments import as_declared
from jiascores.core.errors import MarkerError
from jiascores.core.like import Like, read_only, take
from jiascores.core.values import Listed, Scalar, T, kind_of
from jiascores.core.variables import MARKERS, Marker

# Declared as None, so that a marker which is not given says nothing of the type of the core set.
_NOT_GIVEN = cast(None, type("NotGiven", (), {"__repr__": lambda _: "<not given>"})())


class CoreSet(Generic[T]):
    """The six core set variables of one visit.

    Fields take numbers, arrays or Series, so one patient and a million visits are the same call.
    Every field must be given; None, NaN, `pandas.NA` and null mean missing. The set is frozen:
    arrays are copied and read-only.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    chaq : float, array or Series
        CHAQ disability index, 0–3.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    limited_joints : float, array or Series
        Joints with limited range of motion, whole number, 0–71.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L.

    Raises
    ------
    MarkerError
        If both or neither of `esr` and `crp` are given. Give one, the same at both visits.
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed.
    MisalignedError
        If arrays differ in shape or Series in their index.

    References
    ----------
    Giannini 1997, Arthritis Rheum 40:1202.

    Examples
    --------
    >>> import jiascores as jia
    >>> base = jia.CoreSet(physician_global=6, patient_global=5, chaq=1.5,
    ...                    active_joints=12, limited_joints=10, esr=40)
    >>> base.marker
    'esr'
    >>> base
    CoreSet(physician_global=6, patient_global=5, chaq=1.5, active_joints=12, limited_joints=10, esr=40)
    """

    __slots__ = ("_like", "_values")

    _like: Like
    _values: dict[str, Any]

    @overload
    def __init__(
        self,
        *,
        physician_global: T | Scalar,
        patient_global: T | Scalar,
        chaq: T | Scalar,
        active_joints: T | Scalar,
        limited_joints: T | Scalar,
        esr: T | Scalar,
    ) -> None: ...
    @overload
    def __init__(
        self,
        *,
        physician_global: T | Scalar,
        patient_global: T | Scalar,
        chaq: T | Scalar,
        active_joints: T | Scalar,
        limited_joints: T | Scalar,
        crp: T | Scalar,
    ) -> None: ...
    @overload
    def __init__(
        self: CoreSet[NDArray[Any]],
        *,
        physician_global: Listed,
        patient_global: Listed,
        chaq: Listed,
        active_joints: Listed,
        limited_joints: Listed,
        esr: Listed,
    ) -> None: ...
    @overload
    def __init__(
        self: CoreSet[NDArray[Any]],
        *,
        physician_global: Listed,
        patient_global: Listed,
        chaq: Listed,
        active_joints: Listed,
        limited_joints: Listed,
        crp: Listed,
    ) -> None: ...
    @as_declared
    def __init__(
        self,
        *,
        physician_global: Any,
        patient_global: Any,
        chaq: Any,
        active_joints: Any,
        limited_joints: Any,
        esr: Any = _NOT_GIVEN,
        crp: Any = _NOT_GIVEN,
    ) -> None:
        markers = {
            name: value for name, value in (("esr", esr), ("crp", crp)) if value is not _NOT_GIVEN
        }
        the_marker("CoreSet", markers)
        given = {
            "physician_global": physician_global,
            "patient_global": patient_global,
            "chaq": chaq,
            "active_joints": active_joints,
            "limited_joints": limited_joints,
            **markers,
        }
        values, like = take(given)
        for name, value in values.items():
            if kind_of(value) != "number":
                values[name] = np.array(value, dtype=np.float64)
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_like", like)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a CoreSet is frozen: {name!r} cannot be set; make a new one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a CoreSet is frozen: {name!r} cannot be deleted")

    def __getstate__(self) -> dict[str, Any]:
        return {"_values": self._values, "_like": self._like}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    @property
    def marker(self) -> Marker:
        """Which acute-phase reactant it holds: ``"esr"`` or ``"crp"``."""
        return cast(Marker, next(reversed(self._values)))

    @property
    def names(self) -> tuple[str, ...]:
        """The six variables in their order, the marker last."""
        return tuple(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def _field(self, name: str) -> T:
        return cast(T, self._like.score(read_only(self._values[name]), name))

    @property
    def physician_global(self) -> T:
        """Physician global assessment of disease activity, 0–10."""
        return self._field("physician_global")

    @property
    def patient_global(self) -> T:
        """Patient (or parent) global assessment of well-being, 0–10."""
        return self._field("patient_global")

    @property
    def chaq(self) -> T:
        """CHAQ disability index, 0–3."""
        return self._field("chaq")

    @property
    def active_joints(self) -> T:
        """Active joints of the 71."""
        return self._field("active_joints")

    @property
    def limited_joints(self) -> T:
        """Joints with limited range of motion."""
        return self._field("limited_joints")

    @property
    def reactant(self) -> T:
        """The acute-phase reactant: ESR in mm/h or CRP in mg/L, as `marker` says."""
        return self._field(self.marker)

    @property
    def esr(self) -> T:
        """ESR in mm/h, where that is the marker."""
        return self._only("esr")

    @property
    def crp(self) -> T:
        """CRP in mg/L, where that is the marker."""
        return self._only("crp")

    def _only(self, name: str) -> T:
        if name != self.marker:
            raise AttributeError(f"this core set holds {self.marker}, not {name}")
        return self._field(name)

    def __repr__(self) -> str:
        parts = []
        for name in self.names:
            value = self._values[name]
            shown = f"{value:g}" if kind_of(value) == "number" else f"<{np.size(value)} values>"
            parts.append(f"{name}={shown}")
        return f"CoreSet({', '.join(parts)})"


def the_marker(owner: str, given: Mapping[str, Any]) -> str:
    """Return the one acute-phase reactant that a call names; none or two raise."""
    there = [name for name in MARKERS if name in given]
    if len(there) == 1:
        return there[0]
    found = "both esr= and crp=" if there else "neither esr= nor crp="
    raise MarkerError(
        f"{owner}() was given {found}: it takes exactly one of them. "
        f"Pass None to that one where it is missing.",
        variable="esr and crp",
    )
