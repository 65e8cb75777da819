"""Systemic JADAS, the systemic manifestation score in it, and the parents' JADAS."""

from __future__ import annotations

from functools import partial
from typing import Any, overload

import attrs
from numpy.typing import NDArray

from jiascores.core.logic import above, any_of, below, clamp
from jiascores.core.measure import Term, measure
from jiascores.core.values import Listed, Scalar, T
from jiascores.measures.jadas import (
    ACUTE_PHASE,
    GLOBALS,
    JOINT_CAP,
    JOINTS_10,
    JOINTS_27,
    JOINTS_71,
)

# --------------------------------------------------------------------------------------------
# Modified systemic manifestation score

FEVER_BANDS = (37.5, 38, 39, 40)
HAEMOGLOBIN_BELOW = 9
PLATELETS_ABOVE = 600
FERRITIN_ABOVE = 500


@overload
def systemic_manifestation_score(  # type: ignore[overload-overlap]
    *,
    temperature: T | Scalar,
    rash: T | Scalar,
    lymphadenopathy: T | Scalar,
    hepatosplenomegaly: T | Scalar,
    serositis: T | Scalar,
    haemoglobin: T | Scalar,
    platelets: T | Scalar,
    ferritin: T | Scalar,
) -> T: ...
@overload
def systemic_manifestation_score(
    *,
    temperature: Listed,
    rash: Listed,
    lymphadenopathy: Listed,
    hepatosplenomegaly: Listed,
    serositis: Listed,
    haemoglobin: Listed,
    platelets: Listed,
    ferritin: Listed,
) -> NDArray[Any]: ...
@measure(
    "mSMS",
    Term(
        "fever",
        "fever (> 37.5 °C 1, > 38 2, > 39 3, > 40 4)",
        len(FEVER_BANDS),
        lambda temperature: sum(above(temperature, band) for band in FEVER_BANDS),
        points=tuple(("temperature above", band) for band in FEVER_BANDS),
    ),
    Term("rash", "rash", 1),
    Term("lymphadenopathy", "generalised lymphadenopathy", 1),
    Term("hepatosplenomegaly", "hepato- or splenomegaly", 1),
    Term("serositis", "serositis", 1),
    Term(
        "anaemia",
        "haemoglobin < 9 g/dL",
        1,
        lambda haemoglobin: below(haemoglobin, HAEMOGLOBIN_BELOW),
        points=(("haemoglobin below", HAEMOGLOBIN_BELOW),),
    ),
    Term(
        "platelets_or_ferritin",
        "(platelets > 600 ×10⁹/L or ferritin > 500 ng/mL)",
        1,
        lambda platelets, ferritin: any_of(
            above(platelets, PLATELETS_ABOVE), above(ferritin, FERRITIN_ABOVE)
        ),
        points=(("platelets above", PLATELETS_ABOVE), ("ferritin above", FERRITIN_ABOVE)),
    ),
    source="tibaldi-2020",
    notes=("Missing where any item is unknown: each item could change the sum.",),
)
def systemic_manifestation_score(**given: Any) -> Any:
    """Return the modified systemic manifestation score (mSMS).

    Parameters
    ----------
    temperature : float, array or Series
        Body temperature in °C, 34–43.
    rash : bool, array or Series
        Evanescent erythematous rash.
    lymphadenopathy : bool, array or Series
        Generalised lymphadenopathy: more than three lymph node stations.
    hepatosplenomegaly : bool, array or Series
        Enlarged liver or enlarged spleen: either is enough.
    serositis : bool, array or Series
        Pleuritis, pericarditis or peritonitis.
    haemoglobin : float, array or Series
        In g/dL.
    platelets : float, array or Series
        In 10⁹/L.
    ferritin : float, array or Series
        In ng/mL.

    Returns
    -------
    float, array or Series
        0–10, of the kind and shape that was given; missing (NaN) where an item is unknown.

    Raises
    ------
    OutOfRangeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.sjadas10 : The score that it is a part of.

    Notes
    -----
    Fever: > 37.5–38 °C 1, > 38–39 °C 2, > 39–40 °C 3, > 40 °C 4. One point each: rash,
    lymphadenopathy, hepato- or splenomegaly, serositis, haemoglobin < 9 g/dL, and platelets
    > 600 ×10⁹/L *or* ferritin > 500 ng/mL. The last item with one value missing:

    ============== ============== =======
    platelets      ferritin       points
    ============== ============== =======
    > 600          missing        1
    missing        > 500          1
    ≤ 600          missing        unknown
    missing        ≤ 500          unknown
    missing        missing        unknown
    ============== ============== =======

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.systemic_manifestation_score(
    ...     temperature=39.2, rash=True, lymphadenopathy=False, hepatosplenomegaly=True,
    ...     serositis=False, haemoglobin=9.4, platelets=None, ferritin=2100)
    6.0
    """


# --------------------------------------------------------------------------------------------
# Systemic JADAS

_DERIVED_NOTE = "The sources at hand print the form with 10 joints; this one is derived from it."
_CLINICAL_NOTE = (
    "Tibaldi 2020 examines a version without acute-phase reactant and gives it no short name in "
    "the sources at hand; csJADAS is ours, after cJADAS."
)
_STIFFNESS_NOTE = (
    "Morning stiffness is a Likert scale from none (0) to more than two hours (10); the points of "
    "the steps between are not in the sources at hand, so the rating itself is given."
)
_DERIVED_27 = attrs.evolve(JOINTS_27, notes=(_DERIVED_NOTE,))
_DERIVED_71 = attrs.evolve(JOINTS_71, notes=(_DERIVED_NOTE,))
_MSMS = Term("systemic_manifestations", "mSMS", 10)
_CLINICAL_MSMS = attrs.evolve(_MSMS, notes=(_CLINICAL_NOTE,))
_systemic = partial(measure, source="tibaldi-2020")


@overload
def sjadas10(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    systemic_manifestations: T | Scalar,
    esr: T | Scalar,
) -> T: ...
@overload
def sjadas10(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    systemic_manifestations: T | Scalar,
    crp: T | Scalar,
) -> T: ...
@overload
def sjadas10(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    systemic_manifestations: Listed,
    esr: Listed,
) -> NDArray[Any]: ...
@overload
def sjadas10(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    systemic_manifestations: Listed,
    crp: Listed,
) -> NDArray[Any]: ...
@_systemic("sJADAS10", *GLOBALS, JOINTS_10, ACUTE_PHASE, _MSMS)
def sjadas10(**given: Any) -> Any:
    """Systemic JADAS with at most ten joints.

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
        C-reactive protein in mg/L.
    systemic_manifestations : float, array or Series
        Modified systemic manifestation score, 0–10: see `systemic_manifestation_score`.

    Returns
    -------
    float, array or Series
        0–50, of the kind and shape that was given; missing (NaN) where any part is missing.

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
    jiascores.systemic_manifestation_score : The part that it adds to the JADAS.
    jiascores.csjadas10 : The same without ESR and CRP.
    jiascores.disease_state : The state that goes with a score.

    Notes
    -----
    JADAS10 + mSMS.

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.sjadas10(physician_global=6.0, patient_global=5.5, active_joints=12, esr=48,
    ...              systemic_manifestations=6)
    30.3
    """


@overload
def sjadas27(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
    systemic_manifestations: T | Scalar,
    esr: T | Scalar,
) -> T: ...
@overload
def sjadas27(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
    systemic_manifestations: T | Scalar,
    crp: T | Scalar,
) -> T: ...
@overload
def sjadas27(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints_27: Listed,
    systemic_manifestations: Listed,
    esr: Listed,
) -> NDArray[Any]: ...
@overload
def sjadas27(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints_27: Listed,
    systemic_manifestations: Listed,
    crp: Listed,
) -> NDArray[Any]: ...
@_systemic("sJADAS27", *GLOBALS, _DERIVED_27, ACUTE_PHASE, _MSMS)
def sjadas27(**given: Any) -> Any:
    """Systemic JADAS with the 27-joint count.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints_27 : float, array or Series
        Active joints of the reduced 27-joint count, whole number; not
        ``min(active_joints, 27)``.
    esr : float, array or Series, optional
        Erythrocyte sedimentation rate in mm/h. Give either `esr` or `crp`.
    crp : float, array or Series, optional
        C-reactive protein in mg/L.
    systemic_manifestations : float, array or Series
        Modified systemic manifestation score, 0–10: see `systemic_manifestation_score`.

    Returns
    -------
    float, array or Series
        0–67, of the kind and shape that was given; missing (NaN) where any part is missing.

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
    jiascores.systemic_manifestation_score : The part that it adds to the JADAS.
    jiascores.csjadas27 : The same without ESR and CRP.
    jiascores.disease_state : The state that goes with a score.

    Notes
    -----
    JADAS27 + mSMS. The sources at hand print the form with 10 joints; this one is derived.

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.sjadas27(physician_global=6.0, patient_global=5.5, active_joints_27=9, esr=48,
    ...              systemic_manifestations=6)
    29.3
    """


@overload
def sjadas71(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    systemic_manifestations: T | Scalar,
    esr: T | Scalar,
) -> T: ...
@overload
def sjadas71(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    systemic_manifestations: T | Scalar,
    crp: T | Scalar,
) -> T: ...
@overload
def sjadas71(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    systemic_manifestations: Listed,
    esr: Listed,
) -> NDArray[Any]: ...
@overload
def sjadas71(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    systemic_manifestations: Listed,
    crp: Listed,
) -> NDArray[Any]: ...
@_systemic("sJADAS71", *GLOBALS, _DERIVED_71, ACUTE_PHASE, _MSMS)
def sjadas71(**given: Any) -> Any:
    """Systemic JADAS with the 71-joint count.

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
        C-reactive protein in mg/L.
    systemic_manifestations : float, array or Series
        Modified systemic manifestation score, 0–10: see `systemic_manifestation_score`.

    Returns
    -------
    float, array or Series
        0–111, of the kind and shape that was given; missing (NaN) where any part is missing.

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
    jiascores.systemic_manifestation_score : The part that it adds to the JADAS.
    jiascores.csjadas71 : The same without ESR and CRP.
    jiascores.disease_state : The state that goes with a score.

    Notes
    -----
    JADAS71 + mSMS. The sources at hand print the form with 10 joints; this one is derived.

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.sjadas71(physician_global=6.0, patient_global=5.5, active_joints=12, esr=48,
    ...              systemic_manifestations=6)
    32.3
    """


@overload
def csjadas10(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    systemic_manifestations: T | Scalar,
) -> T: ...
@overload
def csjadas10(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    systemic_manifestations: Listed,
) -> NDArray[Any]: ...
@_systemic("csJADAS10", *GLOBALS, JOINTS_10, _CLINICAL_MSMS)
def csjadas10(**given: Any) -> Any:
    """Systemic JADAS with at most ten joints and without the acute-phase reactant.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number; counted up to 10.
    systemic_manifestations : float, array or Series
        Modified systemic manifestation score, 0–10: see `systemic_manifestation_score`.

    Returns
    -------
    float, array or Series
        0–40, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.sjadas10 : The same with ESR or CRP.
    jiascores.systemic_manifestation_score : The part that it adds to the cJADAS.

    Notes
    -----
    cJADAS10 + mSMS. The short name is ours.

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.csjadas10(physician_global=6.0, patient_global=5.5, active_joints=12,
    ...               systemic_manifestations=6)
    27.5
    """


@overload
def csjadas27(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints_27: T | Scalar,
    systemic_manifestations: T | Scalar,
) -> T: ...
@overload
def csjadas27(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints_27: Listed,
    systemic_manifestations: Listed,
) -> NDArray[Any]: ...
@_systemic("csJADAS27", *GLOBALS, _DERIVED_27, _CLINICAL_MSMS)
def csjadas27(**given: Any) -> Any:
    """Systemic JADAS with the 27-joint count and without the acute-phase reactant.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints_27 : float, array or Series
        Active joints of the reduced 27-joint count, whole number; not
        ``min(active_joints, 27)``.
    systemic_manifestations : float, array or Series
        Modified systemic manifestation score, 0–10: see `systemic_manifestation_score`.

    Returns
    -------
    float, array or Series
        0–57, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.sjadas27 : The same with ESR or CRP.
    jiascores.systemic_manifestation_score : The part that it adds to the cJADAS.

    Notes
    -----
    cJADAS27 + mSMS. The short name is ours. The sources at hand print the form with 10 joints; this one is derived.

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.csjadas27(physician_global=6.0, patient_global=5.5, active_joints_27=9,
    ...               systemic_manifestations=6)
    26.5
    """


@overload
def csjadas71(  # type: ignore[overload-overlap]
    *,
    physician_global: T | Scalar,
    patient_global: T | Scalar,
    active_joints: T | Scalar,
    systemic_manifestations: T | Scalar,
) -> T: ...
@overload
def csjadas71(
    *,
    physician_global: Listed,
    patient_global: Listed,
    active_joints: Listed,
    systemic_manifestations: Listed,
) -> NDArray[Any]: ...
@_systemic("csJADAS71", *GLOBALS, _DERIVED_71, _CLINICAL_MSMS)
def csjadas71(**given: Any) -> Any:
    """Systemic JADAS with the 71-joint count and without the acute-phase reactant.

    Parameters
    ----------
    physician_global : float, array or Series
        Physician global assessment of disease activity, 0–10.
    patient_global : float, array or Series
        Patient (or parent) global assessment of well-being, 0–10.
    active_joints : float, array or Series
        Active joints of the 71, whole number.
    systemic_manifestations : float, array or Series
        Modified systemic manifestation score, 0–10: see `systemic_manifestation_score`.

    Returns
    -------
    float, array or Series
        0–101, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.sjadas71 : The same with ESR or CRP.
    jiascores.systemic_manifestation_score : The part that it adds to the cJADAS.

    Notes
    -----
    cJADAS71 + mSMS. The short name is ours. The sources at hand print the form with 10 joints; this one is derived.

    References
    ----------
    Tibaldi 2020, systemic JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.csjadas71(physician_global=6.0, patient_global=5.5, active_joints=12,
    ...               systemic_manifestations=6)
    29.5
    """


# --------------------------------------------------------------------------------------------
# The parents' JADAS


@overload
def parjadas(  # type: ignore[overload-overlap]
    *,
    parent_disease_activity: T | Scalar,
    pain: T | Scalar,
    parent_joints: T | Scalar,
    morning_stiffness_rating: T | Scalar,
) -> T: ...
@overload
def parjadas(
    *,
    parent_disease_activity: Listed,
    pain: Listed,
    parent_joints: Listed,
    morning_stiffness_rating: Listed,
) -> NDArray[Any]: ...
@measure(
    "parJADAS",
    Term("parent_disease_activity", "parent's disease activity", 10),
    Term("pain", "pain", 10),
    Term(
        "joints",
        "joints that the parent finds swollen or painful (at most 10)",
        JOINT_CAP,
        lambda parent_joints: clamp(parent_joints, 0, JOINT_CAP),
        points=(("parent_joints", JOINT_CAP),),
    ),
    Term(
        "morning_stiffness",
        "morning stiffness rating",
        10,
        lambda morning_stiffness_rating: morning_stiffness_rating,
    ),
    source="naddei",
    notes=(_STIFFNESS_NOTE,),
)
def parjadas(**given: Any) -> Any:
    """Return the parent version of the JADAS (parJADAS), of parent-reported measures alone.

    Parameters
    ----------
    parent_disease_activity : float, array or Series
        Parent's assessment of disease activity, 0–10.
    pain : float, array or Series
        Intensity of pain as the parent sees it, 0–10.
    parent_joints : float, array or Series
        Joints that the parent finds swollen or painful, whole number; counted up to 10.
    morning_stiffness_rating : float, array or Series
        Morning stiffness, from 0 (none) to 10 (more than two hours).

    Returns
    -------
    float, array or Series
        0–40, of the kind and shape that was given; missing (NaN) where any part is missing.

    Raises
    ------
    OutOfRangeError, NotWholeError, NotNumericError
        For a value that is not allowed, saying which and where.
    MisalignedError
        If arrays differ in shape or Series in their index.

    See Also
    --------
    jiascores.cjadas10 : The score in which the physician counts too.

    References
    ----------
    Naddei, parent version of the JADAS.

    Examples
    --------
    >>> import jiascores as jia
    >>> jia.parjadas(parent_disease_activity=4.5, pain=3.0, parent_joints=12,
    ...              morning_stiffness_rating=6)
    23.5
    """
