"""Juvenile Arthritis Disease Activity Score: JADAS10/27/71 and the clinical cJADAS10/27/71."""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple, cast, overload

import numpy as np
from numpy.typing import NDArray

from jiascores.core.logic import at_cap
from jiascores.core.measure import Decorator, add, measure
from jiascores.core.values import Listed, Scalar, T
from jiascores.core.variables import MARKERS

JOINT_CAP = 10
# Where an item begins and where it is full; ten units are one point.
ESR_FROM, ESR_TO = 20, 120
CRP_FROM, CRP_TO = 10, 110
UNITS_PER_POINT = 10


# --------------------------------------------------------------------------------------------
# The terms of every JADAS


class Term(NamedTuple):
    """A term of a JADAS: its words in the formula, its highest value, and what it brings along."""

    words: str
    most: int
    notes: tuple[str, ...] = ()
    points: tuple[tuple[str, float], ...] = ()
    either: tuple[str, ...] = ()


GLOBALS = Term("PhGA + PtGA", 20)
JOINTS_10 = Term(
    "active joints (at most 10)",
    JOINT_CAP,
    notes=("JADAS10 counts every active joint of the 71, capped at 10.",),
    points=(("active joints", JOINT_CAP),),
)
JOINTS_27 = Term("active joints of the 27", 27)
JOINTS_71 = Term("active joints of the 71", 71)
ACUTE_PHASE = Term(
    f"ESR item ((ESR − {ESR_FROM})/{UNITS_PER_POINT}, 0 to 10) or "
    f"CRP item ((CRP in mg/L − {CRP_FROM})/{UNITS_PER_POINT}, 0 to 10)",
    10,
    notes=("The CRP item is from Nordal 2012, Ann Rheum Dis 71:1122.",),
    points=(
        ("esr from", ESR_FROM),
        ("esr to", ESR_TO),
        ("crp from", CRP_FROM),
        ("crp to", CRP_TO),
    ),
    either=MARKERS,
)


def jadas_of(
    label: str,
    *terms: Term,
    source: str,
    notes: tuple[str, ...] = (),
) -> Decorator:
    """Make a sum of both globals and these terms into a public score."""
    terms = (GLOBALS, *terms)
    return measure(
        label=label,
        formula=" + ".join(term.words for term in terms),
        low=0,
        high=sum(term.most for term in terms),
        source=source,
        notes=(*chain.from_iterable(term.notes for term in terms), *notes),
        either=tuple(chain.from_iterable(term.either for term in terms)),
        points=tuple(chain.from_iterable(term.points for term in terms)),
    )


def jadas_terms(
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    joints: T | Scalar,
    acute_phase: T | Scalar = None,
) -> dict[str, T | Scalar]:
    """Return PhGA, PtGA and joints, and the item of the acute-phase reactant where it counts."""
    terms = {
        "physician_global": physician_global,
        "patient_global": patient_global,
        "joints": joints,
    }
    return terms if acute_phase is None else terms | {"acute_phase": acute_phase}


def capped(joints: T | Scalar) -> T:
    """Return a joint count, at most 10: the joint term is capped, never the total."""
    return cast(T, at_cap(joints, JOINT_CAP))


def acute_phase_item(esr: T | Scalar, crp: T | Scalar) -> T:
    """Return (ESR − 20)/10, or (CRP in mg/L − 10)/10 where CRP was given, clamped to 0–10."""
    if crp is None:
        return cast(T, points_between(esr, ESR_FROM, ESR_TO))
    return cast(T, points_between(crp, CRP_FROM, CRP_TO))


def points_between(value: Any, low: float, high: float) -> Any:
    """Return a point for each ten units above low, up to high; missing stays missing."""
    return (np.minimum(np.maximum(value, low), high) - low) / UNITS_PER_POINT


# --------------------------------------------------------------------------------------------
# JADAS, and JADAS without the acute-phase reactant


@overload
def jadas10(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    esr: T | Scalar,
) -> T: ...
@overload
def jadas10(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    crp: T | Scalar,
) -> T: ...
@overload
def jadas10(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    esr: Listed,
) -> NDArray[Any]: ...
@overload
def jadas10(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    crp: Listed,
) -> NDArray[Any]: ...
@jadas_of("JADAS10", JOINTS_10, ACUTE_PHASE, source="consolaro-2009")
def jadas10(
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    esr: T | Scalar = None,
    crp: T | Scalar = None,
) -> T:
    """Juvenile Arthritis Disease Activity Score with at most ten joints.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number; counted up to 10.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L; the score is then JADAS10-CRP.

    Returns
    -------
    float, array or Series
        0–40, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MarkerError
        If both or neither of `esr` and `crp` are given.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.cjadas10 : The same without ESR and CRP.
    jiascores.disease_state : The state that goes with a score.
    jiascores.assess : Computes it for a table of visits.

    Notes
    -----
    PhGA + PtGA + min(active joints, 10) + (ESR − 20)/10 clamped to 0–10. With CRP the last
    item is (CRP − 10)/10 clamped to 0–10. Not a fixed set of ten joints.

    References
    ----------
    Consolaro 2009, Arthritis Rheum 61:658. CRP: Nordal 2012, Ann Rheum Dis 71:1122.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jadas10(physician_global=6.0, patient_global=5.5, active_joints=12, esr=48)
    24.3
    """
    acute_phase = acute_phase_item(esr, crp)
    return add(**jadas_terms(physician_global, patient_global, capped(active_joints), acute_phase))


@overload
def jadas27(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
    esr: T | Scalar,
) -> T: ...
@overload
def jadas27(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
    crp: T | Scalar,
) -> T: ...
@overload
def jadas27(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints_27: Listed,
    esr: Listed,
) -> NDArray[Any]: ...
@overload
def jadas27(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints_27: Listed,
    crp: Listed,
) -> NDArray[Any]: ...
@jadas_of("JADAS27", JOINTS_27, ACUTE_PHASE, source="consolaro-2009")
def jadas27(
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
    esr: T | Scalar = None,
    crp: T | Scalar = None,
) -> T:
    """Juvenile Arthritis Disease Activity Score with the 27-joint count.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints_27 : float, array or Series
        Active joints of the reduced 27-joint count, whole number. It is not
        ``min(active_joints, 27)``: see `JointExam.active_joints_27`.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L; the score is then JADAS27-CRP.

    Returns
    -------
    float, array or Series
        0–57, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MarkerError
        If both or neither of `esr` and `crp` are given.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.cjadas27 : The same without ESR and CRP.
    jiascores.disease_state : The state that goes with a score.
    jiascores.assess : Computes it for a table of visits.

    Notes
    -----
    PhGA + PtGA + active joints of the 27 + (ESR − 20)/10 clamped to 0–10.

    References
    ----------
    Consolaro 2009, Arthritis Rheum 61:658. Joints: Bazso 2009, PMID 19208532.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jadas27(physician_global=6.0, patient_global=5.5, active_joints_27=9, esr=48)
    23.3
    """
    acute_phase = acute_phase_item(esr, crp)
    return add(**jadas_terms(physician_global, patient_global, active_joints_27, acute_phase))


@overload
def jadas71(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    esr: T | Scalar,
) -> T: ...
@overload
def jadas71(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    crp: T | Scalar,
) -> T: ...
@overload
def jadas71(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    esr: Listed,
) -> NDArray[Any]: ...
@overload
def jadas71(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    crp: Listed,
) -> NDArray[Any]: ...
@jadas_of("JADAS71", JOINTS_71, ACUTE_PHASE, source="consolaro-2009")
def jadas71(
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    esr: T | Scalar = None,
    crp: T | Scalar = None,
) -> T:
    """Juvenile Arthritis Disease Activity Score with the 71-joint count.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L; the score is then JADAS71-CRP.

    Returns
    -------
    float, array or Series
        0–101, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MarkerError
        If both or neither of `esr` and `crp` are given.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.cjadas71 : The same without ESR and CRP.
    jiascores.disease_state : The state that goes with a score.
    jiascores.assess : Computes it for a table of visits.

    Notes
    -----
    PhGA + PtGA + active joints + (ESR − 20)/10 clamped to 0–10.

    References
    ----------
    Consolaro 2009, Arthritis Rheum 61:658. CRP: Nordal 2012, Ann Rheum Dis 71:1122.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.jadas71(physician_global=6.0, patient_global=5.5, active_joints=12, esr=48)
    26.3
    >>> jia.jadas71(physician_global=6.0, patient_global=5.5, active_joints=12, esr=None)
    nan
    """
    acute_phase = acute_phase_item(esr, crp)
    return add(**jadas_terms(physician_global, patient_global, active_joints, acute_phase))


@overload
def cjadas10(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
) -> T: ...
@overload
def cjadas10(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
) -> NDArray[Any]: ...
@jadas_of("cJADAS10", JOINTS_10, source="mcerlane-2013")
def cjadas10(
    *, physician_global: T | Scalar, patient_global: T | Scalar, active_joints: T | Scalar
) -> T:
    """Clinical JADAS10: without the acute-phase reactant ("JADAS3").

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number; counted up to 10.

    Returns
    -------
    float, array or Series
        0–30, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.jadas10 : The same with ESR or CRP.
    jiascores.disease_state : The state that goes with a score.
    jiascores.assess : Computes it for a table of visits.

    References
    ----------
    McErlane 2013, Ann Rheum Dis 72:1983.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.cjadas10(physician_global=2.5, patient_global=3.0, active_joints=3)
    8.5
    """
    return add(**jadas_terms(physician_global, patient_global, capped(active_joints)))


@overload
def cjadas27(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
) -> T: ...
@overload
def cjadas27(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints_27: Listed,
) -> NDArray[Any]: ...
@jadas_of("cJADAS27", JOINTS_27, source="mcerlane-2013")
def cjadas27(
    *, physician_global: T | Scalar, patient_global: T | Scalar, active_joints_27: T | Scalar
) -> T:
    """Clinical JADAS27: without the acute-phase reactant.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints_27 : float, array or Series
        Active joints of the reduced 27-joint count, whole number; not
        ``min(active_joints, 27)``.

    Returns
    -------
    float, array or Series
        0–47, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.jadas27 : The same with ESR or CRP.
    jiascores.disease_state : The state that goes with a score.
    jiascores.assess : Computes it for a table of visits.

    References
    ----------
    McErlane 2013, Ann Rheum Dis 72:1983.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.cjadas27(physician_global=2.5, patient_global=3.0, active_joints_27=2)
    7.5
    """
    return add(**jadas_terms(physician_global, patient_global, active_joints_27))


@overload
def cjadas71(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
) -> T: ...
@overload
def cjadas71(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
) -> NDArray[Any]: ...
@jadas_of("cJADAS71", JOINTS_71, source="mcerlane-2013")
def cjadas71(
    *, physician_global: T | Scalar, patient_global: T | Scalar, active_joints: T | Scalar
) -> T:
    """Clinical JADAS71: without the acute-phase reactant.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number.

    Returns
    -------
    float, array or Series
        0–91, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.jadas71 : The same with ESR or CRP.
    jiascores.disease_state : The state that goes with a score.
    jiascores.assess : Computes it for a table of visits.

    References
    ----------
    McErlane 2013, Ann Rheum Dis 72:1983.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.cjadas71(physician_global=6.0, patient_global=5.5, active_joints=12)
    23.5
    """
    return add(**jadas_terms(physician_global, patient_global, active_joints))
