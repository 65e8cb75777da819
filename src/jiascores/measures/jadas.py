"""Juvenile Arthritis Disease Activity Score: JADAS10/27/71 and the clinical cJADAS10/27/71."""

from __future__ import annotations

from typing import Any, overload

from numpy.typing import NDArray

from jiascores.core.logic import clamp
from jiascores.core.measure import Term, measure
from jiascores.core.values import Listed, Scalar, T
from jiascores.core.variables import MARKERS

JOINT_CAP = 10
# Where an item begins and where it is full; ten units are one point.
ESR_FROM, ESR_TO = 20, 120
CRP_FROM, CRP_TO = 10, 110
UNITS_PER_POINT = 10


# --------------------------------------------------------------------------------------------
# The terms of every JADAS


def points_between(value: Any, low: float, high: float) -> Any:
    """Return a point for each ten units above low, up to high; missing stays missing."""
    return (clamp(value, low, high) - low) / UNITS_PER_POINT


def acute_phase_item(esr: Any, crp: Any) -> Any:
    """Return (ESR − 20)/10, or (CRP in mg/L − 10)/10 where CRP was given, clamped to 0–10."""
    if crp is None:
        return points_between(esr, ESR_FROM, ESR_TO)
    return points_between(crp, CRP_FROM, CRP_TO)


GLOBALS = (Term("physician_global", "PhGA", 10), Term("patient_global", "PtGA", 10))
JOINTS_10 = Term(
    "joints",
    "active joints (at most 10)",
    JOINT_CAP,
    lambda active_joints: clamp(active_joints, 0, JOINT_CAP),
    notes=("JADAS10 counts every active joint of the 71, capped at 10.",),
    points=(("active joints", JOINT_CAP),),
)
JOINTS_27 = Term("joints", "active joints of the 27", 27, lambda active_joints_27: active_joints_27)
JOINTS_71 = Term("joints", "active joints of the 71", 71, lambda active_joints: active_joints)
ACUTE_PHASE = Term(
    "acute_phase",
    f"ESR item ((ESR − {ESR_FROM})/{UNITS_PER_POINT}, 0 to 10) or "
    f"CRP item ((CRP in mg/L − {CRP_FROM})/{UNITS_PER_POINT}, 0 to 10)",
    10,
    acute_phase_item,
    either=MARKERS,
    notes=("The CRP item is from Nordal 2012, Ann Rheum Dis 71:1122.",),
    points=(
        ("esr from", ESR_FROM),
        ("esr to", ESR_TO),
        ("crp from", CRP_FROM),
        ("crp to", CRP_TO),
    ),
)


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
@measure("JADAS10", *GLOBALS, JOINTS_10, ACUTE_PHASE, source="consolaro-2009")
def jadas10(**given: Any) -> Any:
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
@measure("JADAS27", *GLOBALS, JOINTS_27, ACUTE_PHASE, source="consolaro-2009")
def jadas27(**given: Any) -> Any:
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
@measure("JADAS71", *GLOBALS, JOINTS_71, ACUTE_PHASE, source="consolaro-2009")
def jadas71(**given: Any) -> Any:
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
@measure("cJADAS10", *GLOBALS, JOINTS_10, source="mcerlane-2013")
def cjadas10(**given: Any) -> Any:
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
@measure("cJADAS27", *GLOBALS, JOINTS_27, source="mcerlane-2013")
def cjadas27(**given: Any) -> Any:
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
@measure("cJADAS71", *GLOBALS, JOINTS_71, source="mcerlane-2013")
def cjadas71(**given: Any) -> Any:
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
