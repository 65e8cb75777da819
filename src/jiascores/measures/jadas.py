"""Juvenile Arthritis Disease Activity Score: JADAS10/27/71 and the clinical cJADAS10/27/71."""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from jiascores.core.measure import add, measure
from jiascores.core.references import Evidence, reference
from jiascores.core.values import Scalar, T

NOT_A_FIXED_SET = "JADAS10 counts every active joint of the 71, capped at 10."
ESR_ITEM_NOTE = "The ESR item, clamped to 0–10, is secondary evidence."
CRP_ITEM_NOTE = (
    "The CRP item (Nordal 2012, Ann Rheum Dis 71:1122) is unverified as a formula; that it is "
    "truncated to 0–10 like the ESR item is secondary evidence."
)
ITEM_NOTES = (ESR_ITEM_NOTE, CRP_ITEM_NOTE)

JOINT_CAP = 10
# Where an item begins and where it is full; ten units are one point.
ESR_FROM, ESR_TO = 20, 120
CRP_FROM, CRP_TO = 10, 110
UNITS_PER_POINT = 10
ACUTE_PHASE = (
    f"ESR item ((ESR − {ESR_FROM})/{UNITS_PER_POINT}, 0 to 10) or "
    f"CRP item ((CRP in mg/L − {CRP_FROM})/{UNITS_PER_POINT}, 0 to 10)"
)
CAP_POINT = (("active joints", JOINT_CAP),)
MARKER_POINTS = (
    ("esr from", ESR_FROM),
    ("esr to", ESR_TO),
    ("crp from", CRP_FROM),
    ("crp to", CRP_TO),
)


def esr_item(esr: T | Scalar) -> T:
    """Return (ESR − 20)/10, clamped to 0–10."""
    return cast(T, (clamp(esr, ESR_FROM, ESR_TO) - ESR_FROM) / UNITS_PER_POINT)


def crp_item(crp: T | Scalar) -> T:
    """Return (CRP in mg/L − 10)/10, clamped to 0–10."""
    return cast(T, (clamp(crp, CRP_FROM, CRP_TO) - CRP_FROM) / UNITS_PER_POINT)


def acute_phase_item(esr: T | Scalar, crp: T | Scalar) -> T:
    """Return the item of whichever reactant was given."""
    return esr_item(esr) if crp is None else crp_item(crp)


def capped(cap: float, joints: T | Scalar) -> T:
    """Return a joint count, at most the cap: the joint term is capped, never the total."""
    return cast(T, np.minimum(cast(Any, joints), cap))


def clamp(value: Any, low: float, high: float) -> Any:
    """Return a value kept between low and high; missing stays missing."""
    return np.minimum(np.maximum(value, low), high)


@measure(
    label="JADAS10",
    formula=f"PhGA + PtGA + active joints (at most 10) + {ACUTE_PHASE}",
    low=0,
    high=40,
    reference=reference("consolaro-2009"),
    evidence=Evidence.PRIMARY,
    notes=(NOT_A_FIXED_SET, *ITEM_NOTES),
    either=("esr", "crp"),
    points=CAP_POINT + MARKER_POINTS,
)
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
    return add(
        physician_global=physician_global,
        patient_global=patient_global,
        joints=capped(JOINT_CAP, active_joints),
        acute_phase=acute_phase_item(esr, crp),
    )


@measure(
    label="JADAS27",
    formula=f"PhGA + PtGA + active joints of the 27 + {ACUTE_PHASE}",
    low=0,
    high=57,
    reference=reference("consolaro-2009"),
    evidence=Evidence.PRIMARY,
    notes=ITEM_NOTES,
    either=("esr", "crp"),
    points=MARKER_POINTS,
)
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
    return add(
        physician_global=physician_global,
        patient_global=patient_global,
        joints=active_joints_27,
        acute_phase=acute_phase_item(esr, crp),
    )


@measure(
    label="JADAS71",
    formula=f"PhGA + PtGA + active joints of the 71 + {ACUTE_PHASE}",
    low=0,
    high=101,
    reference=reference("consolaro-2009"),
    evidence=Evidence.PRIMARY,
    notes=ITEM_NOTES,
    either=("esr", "crp"),
    points=MARKER_POINTS,
)
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
    return add(
        physician_global=physician_global,
        patient_global=patient_global,
        joints=active_joints,
        acute_phase=acute_phase_item(esr, crp),
    )


@measure(
    label="cJADAS10",
    formula="PhGA + PtGA + active joints (at most 10)",
    low=0,
    high=30,
    reference=reference("mcerlane-2013"),
    evidence=Evidence.PRIMARY,
    notes=(NOT_A_FIXED_SET,),
    points=CAP_POINT,
)
def cjadas10(
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
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

    References
    ----------
    McErlane 2013, Ann Rheum Dis 72:1983.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.cjadas10(physician_global=2.5, patient_global=3.0, active_joints=3)
    8.5
    """
    return add(
        physician_global=physician_global,
        patient_global=patient_global,
        joints=capped(JOINT_CAP, active_joints),
    )


@measure(
    label="cJADAS27",
    formula="PhGA + PtGA + active joints of the 27",
    low=0,
    high=47,
    reference=reference("mcerlane-2013"),
    evidence=Evidence.PRIMARY,
)
def cjadas27(
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
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

    References
    ----------
    McErlane 2013, Ann Rheum Dis 72:1983.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.cjadas27(physician_global=2.5, patient_global=3.0, active_joints_27=2)
    7.5
    """
    return add(
        physician_global=physician_global,
        patient_global=patient_global,
        joints=active_joints_27,
    )


@measure(
    label="cJADAS71",
    formula="PhGA + PtGA + active joints of the 71",
    low=0,
    high=91,
    reference=reference("mcerlane-2013"),
    evidence=Evidence.PRIMARY,
)
def cjadas71(
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
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

    References
    ----------
    McErlane 2013, Ann Rheum Dis 72:1983.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.cjadas71(physician_global=6.0, patient_global=5.5, active_joints=12)
    23.5
    """
    return add(
        physician_global=physician_global,
        patient_global=patient_global,
        joints=active_joints,
    )
