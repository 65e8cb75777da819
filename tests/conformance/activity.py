"""Activity by several items at once, change in JADAS, escalation, and course."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.three_valued import (
    Flag,
    all_true,
    any_true,
    at_least,
    at_least_true,
    at_most,
    opposite,
)
from tests.conformance.writing import F, Row, Values, decimal, row, side
from tests.exact import Value


def typed(**values: object) -> Values:
    return {name: None if value is None else F(str(value)) for name, value in values.items()}


# ---------------------------------------------------------------------- Magni-Manzoni 2008

MINIMAL_COLUMNS = (
    "course",
    "physician_global",
    "patient_global",
    "swollen_joints",
    "active_joints",
    "expected",
)
MINIMAL = {"magni-manzoni-2008": "swollen_joints", "magni-manzoni-2008-active": "active_joints"}
# Physician global, joints, patient global.
MINIMAL_LIMITS = {"oligo": ("2.5", "0", None), "poly": ("3.4", "1", "2.1")}


def minimal(course: str | None, physician: Value, patient: Value, joints: Value) -> Flag:
    if course is None:
        return None
    limit, count, patient_limit = MINIMAL_LIMITS[course]
    items = [at_most(physician, limit), at_most(joints, count)]
    if patient_limit is not None:
        items.append(at_most(patient, patient_limit))
    return all_true(items)


def minimal_activity() -> Iterator[Row]:
    for name, count in MINIMAL.items():
        for course, (physician, joints, patient) in MINIMAL_LIMITS.items():
            bounds = [("physician_global", physician), ("joints", joints)]
            if patient is not None:
                bounds.append(("patient_global", patient))
            well = typed(physician_global=physician, patient_global=patient or 9, joints=joints)
            for field, bound in bounds:
                for step in ("-1", "0", "1") if field == "joints" else ("-0.1", "0", "0.1"):
                    value = F(bound) + F(step)
                    if value >= 0:
                        here = well | {field: value}
                        about = {
                            "threshold": f"{course} {field} {bound}",
                            "side": side(value, F(bound)),
                        }
                        case = f"{course}, {field} {decimal(value)}"
                        yield minimal_row(case, name, count, course, here, **about)
            for gap in well:
                for other in well:
                    here = well | {gap: None} | ({other: F(10)} if other != gap else {})
                    case = f"{course}, {gap} missing, {other} 10"
                    yield minimal_row(case, name, count, course, here)
        yield minimal_row("no course", name, count, None, typed(
            physician_global=1, patient_global=1, joints=0))  # fmt: skip


def minimal_row(
    case: str, name: str, count: str, course: str | None, values: Values, **about: object
) -> Row:
    physician, patient = values["physician_global"], values["patient_global"]
    return row(
        case,
        "minimal disease activity criteria",
        name,
        course=course,
        physician_global=physician,
        patient_global=patient,
        **{count: values["joints"]},
        expected=minimal(course, physician, patient, values["joints"]),
        **about,
    )


# ------------------------------------------------------------------------- Beukelman 2011

LEVEL_COLUMNS = (
    "marker",
    "physician_global",
    "patient_global",
    "active_joints",
    "esr",
    "crp",
    "upper_limit",
    "expected",
)
# Low: joints at most, globals below. High: joints, globals from.
LEVELS = {
    "beukelman-2011-systemic": (4, 4, 2, 8, 7, 5),
    "beukelman-2011-5-or-more-joints": (4, 4, 2, 8, 7, 5),
    "beukelman-2011-4-or-fewer-joints": (1, 3, 2, 2, 7, 4),
}


def level(name: str, values: Values) -> str | None:
    low_joints, low_ph, low_pt, high_joints, high_ph, high_pt = LEVELS[name]
    marker, limit = values["marker"], values["upper_limit"]
    known = marker is not None and limit is not None
    low = all_true(
        [
            at_most(values["active_joints"], str(low_joints)),
            F(marker) <= F(limit) if known else None,
            opposite(at_least(values["physician_global"], str(low_ph))),
            opposite(at_least(values["patient_global"], str(low_pt))),
        ]
    )
    high = at_least_true(
        3,
        [
            at_least(values["active_joints"], str(high_joints)),
            F(marker) > 2 * F(limit) if known else None,
            at_least(values["physician_global"], str(high_ph)),
            at_least(values["patient_global"], str(high_pt)),
        ],
    )
    if low or high:
        return "low" if low else "high"
    return "moderate" if low is False and high is False else None


def level_row(case: str, name: str, values: Values, **about: object) -> Row:
    marker = "crp" if "CRP" in case else "esr"
    shown = {key: value for key, value in values.items() if key != "marker"}
    return row(
        case,
        "activity level criteria",
        name,
        marker=marker,
        **shown,
        **{marker: values["marker"]},
        expected=level(name, values),
        **about,
    )


def activity_level() -> Iterator[Row]:
    fields = ("active_joints", "physician_global", "patient_global")
    for name, limits in LEVELS.items():
        quiet = typed(
            active_joints=0, physician_global=1, patient_global=1, marker=10, upper_limit=20
        )
        ill = typed(
            active_joints=20, physician_global=9, patient_global=9, marker=90, upper_limit=20
        )
        for number, field in enumerate(fields):
            word = "joints" if field == "active_joints" else field
            steps = ("-1", "0", "1") if word == "joints" else ("-0.1", "0", "0.1")
            for step in steps:
                bound = F(limits[number])
                value = bound + F(step)
                about = {
                    "threshold": f"low_{word} {limits[number]}",
                    "side": side(value, bound),
                }
                case = f"{field} {decimal(value)}, all else quiet"
                yield level_row(case, name, quiet | {field: value}, **about)
                # High by this item and two others; the last one is quiet.
                bound = F(limits[number + 3])
                value = bound + F(step)
                other = "patient_global" if field != "patient_global" else "physician_global"
                here = ill | {other: quiet[other], field: value}
                about = {"threshold": f"high_{word} {limits[number + 3]}"}
                about["side"] = side(value, bound)
                yield level_row(f"{field} {decimal(value)}, two others high", name, here, **about)
        for marker in ("39.9", "40", "40.1", "20", "20.1"):
            here = ill | {"patient_global": F(1), "marker": F(marker)}
            about = {"threshold": "high_marker 2", "side": side(F(marker), F(40))}
            yield level_row(f"ESR {marker} of 20, two others high", name, here, **about)
        for marker in ("19.9", "20", "20.1"):
            yield level_row(f"CRP {marker} of 20", name, quiet | {"marker": F(marker)})
        for count in (2, 3, 4):
            here = dict(quiet)
            for field in ("physician_global", "patient_global", "active_joints", "marker")[:count]:
                here[field] = ill[field]
            about = {"threshold": "high_needed 3", "side": side(F(count), F(3))}
            yield level_row(f"{count} of 4 high", name, here, **about)
        for gap in quiet:
            yield level_row(f"quiet, {gap} missing", name, quiet | {gap: None})
            yield level_row(f"ill, {gap} missing", name, ill | {gap: None})
            here = quiet | {gap: None, "active_joints": F(6)}
            yield level_row(f"6 joints, {gap} missing", name, here)


# ------------------------------------------------------------------------------- ACR 2019

POLY_COLUMNS = ("score", "active_joints", "expected")


def polyarthritis_row(score: object, joints: object, expected: object, **about: object) -> Row:
    return row(
        f"cJADAS10 {cell_of(score)}, {cell_of(joints)} active joints",
        "polyarthritis state criteria",
        "acr-2019",
        score=score,
        active_joints=joints,
        expected=expected,
        **about,
    )


def polyarthritis_state() -> Iterator[Row]:
    made = polyarthritis_row
    for score, expected in (("2.4", "low"), ("2.5", "low"), ("2.6", "moderate_or_high")):
        about = {"threshold": "low_at_most 2.5", "side": side(F(score), F("2.5"))}
        yield made(score, 1, expected, **about)
    for joints, expected in ((0, "not_classified"), (1, "low"), (2, "low")):
        about = {"threshold": "active_joints_needed 1", "side": side(F(joints), F(1))}
        yield made("2.5", joints, expected, **about)
    yield made("2.501", 0, "moderate_or_high")
    yield made("0", 0, "not_classified")
    yield made("30", 71, "moderate_or_high")
    yield made(None, 3, "moderate_or_high")
    yield made(None, 2, None)
    yield made(None, 0, None)
    yield made("2.6", None, "moderate_or_high")
    yield made("2.5", None, None)
    yield made(None, None, None)
    yield made("2.5", 3, "refused")
    yield made("21", 0, "refused")


def cell_of(value: object) -> str:
    return "missing" if value is None else str(value)


# -------------------------------------------------------------------- Escalation, Swart 2018

ESCALATION_COLUMNS = ("measure", "month", "course", "score", "expected")
ESCALATE_ABOVE = {(3, "oligo"): 5, (6, "oligo"): 3, (3, "poly"): 7, (6, "poly"): 4}


def escalation_row(month: int, course: str, score: Value) -> Row:
    bound = ESCALATE_ABOVE[month, course]
    about = {}
    if score is not None:
        about = {"threshold": f"month {month} {course} {bound}", "side": side(score, F(bound))}
    return row(
        f"month {month}, {course}, cJADAS71 {decimal(score) or 'missing'}",
        "escalation criteria",
        "swart-2018",
        measure="cjadas71",
        month=month,
        course=course,
        score=score,
        expected=None if score is None else score > bound,
        **about,
    )


def escalation() -> Iterator[Row]:
    for (month, course), bound in ESCALATE_ABOVE.items():
        for step in ("-0.1", "0", "0.001", "0.1", None):
            score = None if step is None else bound + F(step)
            yield escalation_row(month, course, score)
    rest: tuple[tuple[object, object, object, object], ...] = (
        ("month missing", None, "poly", None),
        ("course missing", 3, None, None),
        ("month 4 has no rule", 4, "poly", "refused"),
    )
    for case, month, course, expected in rest:
        yield row(
            case,
            "escalation criteria",
            "swart-2018",
            measure="cjadas71",
            month=month,
            course=course,
            score=9,
            expected=expected,
        )


# ------------------------------------------------------------------------- Change in JADAS

CHANGE_COLUMNS = ("baseline", "now", "expected")
# From which baseline on, and the fall that it asks for.
HORNEFF = ((5, 4), (15, 10), (25, 17))


def horneff(baseline: Value, now: Value) -> Flag:
    if baseline is None or now is None or baseline < HORNEFF[0][0]:
        return None
    needed = next(fall for start, fall in reversed(HORNEFF) if baseline >= start)
    return baseline - now >= needed


def horneff_row(baseline: Value, now: Value, **about: object) -> Row:
    return row(
        f"{decimal(baseline) or 'missing'} to {decimal(now) or 'missing'}",
        "JADAS improvement criteria",
        "horneff-2014",
        baseline=baseline,
        now=now,
        expected=horneff(baseline, now),
        **about,
    )


def jadas_improvement() -> Iterator[Row]:
    made = horneff_row
    for start, fall in HORNEFF:
        # Enough for the band below, and not for this one; where none is below, enough.
        drop = F(fall) if start == HORNEFF[0][0] else F(fall) - 1
        for step in ("-0.1", "0", "0.1"):
            baseline = start + F(step)
            about = {"threshold": f"baseline from {start} {start}"}
            yield made(baseline, baseline - drop, **about, side=side(baseline, F(start)))
        for step in ("-0.1", "0", "0.1"):
            drop = fall + F(step)
            about = {"threshold": f"fall from baseline {start} {fall}"}
            yield made(start + F("0.9"), start + F("0.9") - drop, **about, side=side(drop, F(fall)))
    for baseline, now in (("40", "23"), ("40", "23.1"), ("14.9", "10.9"), ("4.9", "0")):
        yield made(F(baseline), F(now))
    for baseline, now in ((None, F(1)), (F(20), None), (None, None), (F(3), None)):
        yield made(baseline, now)


def bulatovic_row(baseline: Value, now: Value, **about: object) -> Row:
    expected = None
    if baseline is not None and now is not None:
        rise = now - baseline
        expected = "improved" if rise <= F("-5.5") else "unchanged"
        expected = "worsened" if rise >= F("1.7") else expected
    return row(
        f"{decimal(baseline) or 'missing'} to {decimal(now) or 'missing'}",
        "JADAS change criteria",
        "bulatovic-2014",
        baseline=baseline,
        now=now,
        expected=expected,
        **about,
    )


def jadas_change() -> Iterator[Row]:
    made = bulatovic_row
    for start in ("12.3", "8.1", "20"):
        for step in ("-0.1", "0", "0.1"):
            fall, rise = F("5.5") + F(step), F("1.7") + F(step)
            where = side(F(step), F(0))
            yield made(F(start), F(start) - fall, threshold="improvement 5.5", side=where)
            yield made(F(start), F(start) + rise, threshold="worsening 1.7", side=where)
    for baseline, now in ((F(5), F(5)), (None, F(5)), (F(5), None)):
        yield made(baseline, now)


# -------------------------------------------------------------------------------- Course

COURSE_COLUMNS = ("cutoffs", "ilar_category", "active_joints", "joints_ever", "expected")
ALWAYS = {
    "oligoarthritis_persistent": "oligo",
    "oligoarthritis_extended": "poly",
    "polyarthritis_rf_negative": "poly",
    "polyarthritis_rf_positive": "poly",
    "undifferentiated": None,
}
BY_JOINTS = ("psoriatic", "enthesitis_related")
SYSTEMIC_AS = {
    "consolaro-2012-2014": "poly",
    "consolaro-2014": "poly",
    "trincianti-2021": None,
    "backstrom-2016": None,
    "backstrom-2018": None,
    "backstrom-2019": None,
    "rosina-2024": "systemic",
}


def course() -> Iterator[Row]:
    for name, count in (("joints-at-visit", "active_joints"), ("joints-ever", "joints_ever")):
        for cutoffs, systemic in SYSTEMIC_AS.items():
            found: list[tuple[str | None, int | None, str | None]] = [
                *((category, None, answer) for category, answer in ALWAYS.items()),
                ("systemic", None, systemic),
                (None, 3, None),
            ]
            for category in BY_JOINTS:
                for joints in (0, 3, 4, 5, 71, None):
                    answer = None if joints is None else "oligo" if joints <= 4 else "poly"
                    found.append((category, joints, answer))
            for category, joints, answer in found:
                if cutoffs == "rosina-2024" and category != "systemic":
                    answer = None  # noqa: PLW2901  # it has no other course
                about: dict[str, object] = {}
                if category in BY_JOINTS and joints in (3, 4, 5) and cutoffs != "rosina-2024":
                    about = {"threshold": "oligo_at_most 4", "side": side(F(joints), F(4))}
                shown = "missing" if joints is None else joints
                yield row(
                    f"{cutoffs}: {category or 'no category'}, joints {shown}",
                    "course rule",
                    name,
                    cutoffs=cutoffs,
                    ilar_category=category,
                    **{count: joints},
                    expected=answer,
                    **about,
                )
        yield row(
            "a set that reads every course alike",
            "course rule",
            name,
            cutoffs="bulatovic-2014",
            ilar_category="psoriatic",
            **{count: 3},
            expected="refused",
        )


# ------------------------------------------------------------------------------- Relapse

RELAPSE = ("inactive_before", "inactive_now", "joint_injection", "treatment_intensified")
RELAPSE_COLUMNS = (*RELAPSE, "expected", "expected_significant")


def relapse() -> Iterator[Row]:
    """The three-valued table, whole."""
    words = {True: "yes", False: "no", None: "unknown"}
    flags: tuple[Flag, ...] = (True, False, None)
    for before in flags:
        for now in flags:
            for injected in flags:
                for more in flags:
                    returned = opposite(all_true([now, opposite(injected)]))
                    flared = all_true([before, returned])
                    given = dict(zip(RELAPSE, (before, now, injected, more), strict=True))
                    yield row(
                        ", ".join(f"{name} {words[flag]}" for name, flag in given.items()),
                        "relapse criteria",
                        "reacch-out",
                        **given,
                        expected=flared,
                        expected_significant=all_true([flared, more]),
                    )


# --------------------------------------------------------- Chronically uncontrolled disease

UNCONTROLLED = ("physician_global", "patient_global", "active_joints", "biologicals_tried")
UNCONTROLLED_COLUMNS = (*UNCONTROLLED, "expected")


def uncontrolled_row(case: str, values: Values, **about: object) -> Row:
    active = any_true(at_least(values[name], "3") for name in UNCONTROLLED[:3])
    verdict = all_true([active, at_least(values["biologicals_tried"], "2")])
    kind = "uncontrolled disease criteria"
    return row(case, kind, "brunner-2020", **values, expected=verdict, **about)


def uncontrolled() -> Iterator[Row]:
    made = uncontrolled_row
    quiet = typed(physician_global=1, patient_global=1, active_joints=1, biologicals_tried=2)
    for name, bound, steps in (
        ("physician_global", 3, ("-0.1", "0", "0.1")),
        ("patient_global", 3, ("-0.1", "0", "0.1")),
        ("active_joints", 3, ("-1", "0", "1")),
        ("biologicals_tried", 2, ("-1", "0", "1")),
    ):
        for step in steps:
            value = bound + F(step)
            start = quiet | ({"active_joints": F(9)} if name == "biologicals_tried" else {})
            about = {"threshold": f"{name} {bound}", "side": side(value, F(bound))}
            yield made(f"{name} {decimal(value)}", start | {name: value}, **about)
    for gap in UNCONTROLLED:
        yield made(f"quiet, {gap} missing", quiet | {gap: None})
        for other in UNCONTROLLED:
            if other != gap:
                here = quiet | {gap: None, other: F(0 if other == "biologicals_tried" else 9)}
                yield made(f"{gap} missing, {other} {decimal(here[other])}", here)
