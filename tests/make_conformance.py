"""Write the check values that ship with the package: python -m tests.make_conformance.

Every expected value comes from exact arithmetic (tests/exact.py and the rules written out here
from the papers), never from the library. The numbers of the definitions stand here a second time
on purpose: a number that is changed in the library no longer agrees with its check values.
"""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from tests import exact
from tests.exact import SIX, Value

DATA = Path(__file__).parent / "data"
TARGET = Path(__file__).parent.parent / "src" / "jiascores" / "conformance"
SEED = 20260101
ABOUT = ("case", "kind", "definition", "threshold", "side", "mistake")


Row = dict[str, str]
Values = dict[str, Value]


# ------------------------------------------------------------------------------------- Writing


def decimal(value: Value) -> str:
    """Return a number as it is typed; digits that do not end are cut at nine."""
    if value is None:
        return ""
    whole = value * 10**9
    if whole.denominator != 1:
        return f"{float(value):.9f}"
    sign = "-" if whole < 0 else ""
    digits = f"{abs(whole.numerator):010d}"
    return (sign + f"{digits[:-9]}.{digits[-9:]}").rstrip("0").rstrip(".")


def cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Fraction):
        return decimal(value)
    return str(value)


def row(case: str, kind: str, definition: str, **values: object) -> Row:
    """Return a row; `threshold`, `side` and `mistake` stand among the values."""
    about: dict[str, object] = {"case": case, "kind": kind, "definition": definition}
    return {name: cell(value) for name, value in (about | values).items()}


def write(name: str, rows: Iterable[Row], columns: Iterable[str]) -> str:
    """Return a file as text: the columns that every file has, then its own."""
    out = io.StringIO()
    names = list(dict.fromkeys((*ABOUT, *columns)))
    writer = csv.DictWriter(out, names, restval="", lineterminator="\n")
    writer.writeheader()
    # The same row may follow from two rules; it is written once.
    for each in {tuple(each.items()): each for each in rows}.values():
        unknown = set(each) - set(names)
        if unknown:
            raise ValueError(f"{name}: {unknown} in {each}")
        writer.writerow(each)
    return out.getvalue()


def F(text: str | int | Value) -> Fraction:  # noqa: N802
    """Return the decimal that was typed."""
    return Fraction(str(text))


def side(value: Fraction, bound: Fraction) -> str:
    return "below" if value < bound else "above" if value > bound else "at"


def given(name: str) -> list[dict[str, str]]:
    """Return check values that came with the project."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ------------------------------------------------------------------------------- JADAS and sJADAS

SCORE_COLUMNS = (
    "marker",
    "physician_global",
    "patient_global",
    "active_joints",
    "active_joints_27",
    "systemic_manifestations",
    "esr",
    "crp",
    "expected",
)
# Each systemic score is a JADAS and the systemic manifestation score.
SYSTEMIC = {
    **{f"s{name}": name for name in ("jadas10", "jadas27", "jadas71")},
    "csjadas10": "cjadas10",
    "csjadas27": "cjadas27",
    "csjadas71": "cjadas71",
}
ALL_JADAS = (*exact.JADAS, *SYSTEMIC)
SCORE_INPUTS = SCORE_COLUMNS[1:-1]


def jadas(name: str, values: Mapping[str, Value]) -> Value:
    if name not in SYSTEMIC:
        return exact.jadas(name, values)
    plain, systemic = exact.jadas(SYSTEMIC[name], values), values["systemic_manifestations"]
    return None if plain is None or systemic is None else plain + systemic


def has_marker(name: str) -> bool:
    return exact.JADAS[SYSTEMIC.get(name, name)][2]


def count_of(name: str) -> str:
    return exact.JADAS[SYSTEMIC.get(name, name)][0]


def score_row(
    case: str,
    name: str,
    values: Mapping[str, Value],
    *,
    marker: str = "esr",
    **about: object,
) -> Row:
    """Return a row of one score; inputs that it does not have are left out."""
    inputs = {"physician_global", "patient_global", count_of(name)}
    inputs |= {"systemic_manifestations"} if name in SYSTEMIC else set()
    inputs |= {marker} if has_marker(name) else set()
    here = {key: value for key, value in values.items() if key in inputs}
    expected = about.pop("expected", None) or jadas(name, here)
    shown = marker if has_marker(name) else ""
    return row(case, "score", name, marker=shown, **here, expected=expected, **about)


def visit(
    physician: object = 2,
    patient: object = 3,
    joints: object = 4,
    joints_27: object = 3,
    systemic: object = 2,
    **marker: object,
) -> Values:
    """Return one visit's values; an empty text is a gap."""
    given_ = {
        "physician_global": physician,
        "patient_global": patient,
        "active_joints": joints,
        "active_joints_27": joints_27,
        "systemic_manifestations": systemic,
        **(marker or {"esr": 35}),
    }
    return {name: None if value == "" else F(str(value)) for name, value in given_.items()}


SCORE_MISTAKES = (
    ("ESR item computed as ESR/10 above 20", visit(3, 2, 2, 2, 0, esr=40), ALL_JADAS),
    ("JADAS-71 calling JADAS-27, or min(joints, 27)", visit(1, 1, 12, 9, 0), ALL_JADAS),
    ("JADAS-71 calling JADAS-27, or min(joints, 27)", visit(1, 1, 40, 10, 0), ALL_JADAS),
    ("the total capped at 10 instead of the joint term", visit(6, 5, 12, 9, 3, esr=48), ALL_JADAS),
    ("the total capped at 10 instead of the joint term", visit(9, 8, 2, 2, 0, esr=20), ALL_JADAS),
    ("missing ESR or joints read as 0", visit(0, 0, 0, 0, 0, esr=""), ALL_JADAS),
    ("missing ESR or joints read as 0", visit(0, 0, "", "", 0, esr=0), ALL_JADAS),
    ("missing ESR or joints read as 0", visit("", "", "", "", "", esr=""), ALL_JADAS),
    ("CRP in mg/dL used as mg/L", visit(2, 2, 2, 2, 0, crp=45), ALL_JADAS),
    ("score rounded, or binary-compared", visit("1.9", "1.8", 0, 0, 0, esr=21), ALL_JADAS),
    ("score rounded, or binary-compared", visit("0.1", "0.2", 0, 0, 0, esr=21), ALL_JADAS),
)
REFUSALS = (
    ("globals in mm added as they are", {"physician_global": 62}),
    ("globals in mm added as they are", {"patient_global": 75}),
    ("", {"physician_global": "10.1"}),
    ("", {"patient_global": "-0.1"}),
    ("", {"active_joints": 72, "active_joints_27": 28}),
    ("", {"active_joints": "3.5", "active_joints_27": "3.5"}),
    ("", {"active_joints": -1, "active_joints_27": -1}),
)


def scores() -> Iterator[Row]:
    for name in ALL_JADAS:
        if name in exact.JADAS:
            yield from given_scores(name)
        for mistake, values, names in SCORE_MISTAKES:
            if name in names:
                marker = "crp" if "crp" in values else "esr"
                yield score_row(mistake, name, values, marker=marker, mistake=mistake)
        lowest = visit(0, 0, 0, 0, 0, esr=0)
        highest = visit(10, 10, 71, 27, 10, esr=120)
        yield score_row("lowest", name, lowest)
        yield score_row("highest", name, highest)
        if has_marker(name):
            yield score_row("highest", name, visit(10, 10, 71, 27, 10, crp=110), marker="crp")
            yield score_row("lowest", name, visit(0, 0, 0, 0, 0, crp=0), marker="crp")
        for gap in SCORE_INPUTS:
            marker = "crp" if gap == "crp" else "esr"
            full = visit(**{marker: 35})
            if gap in score_row("", name, full, marker=marker):
                gappy = full | {gap: None}
                yield score_row(f"{gap} missing", name, gappy, marker=marker)
        for mistake, wrong in REFUSALS:
            values = visit() | {key: F(value) for key, value in wrong.items()}
            which = " and ".join(f"{key} {value}" for key, value in wrong.items())
            case = f"not allowed: {which}"
            yield score_row(case, name, values, expected="refused", mistake=mistake)
        yield from score_bounds(name)


def given_scores(name: str) -> Iterator[Row]:
    for each in given("jadas"):
        values = {
            "physician_global": each["physician_global"],
            "patient_global": each["patient_global"],
            "active_joints": each["active_joints_71"],
            "active_joints_27": each["active_joints_27"],
            "esr": each["esr_mm_h"],
            "crp": each["crp_mg_l"],
        }
        typed = {key: F(value) if value else None for key, value in values.items()}
        marker = "crp" if each["crp_mg_l"] else "esr"
        if has_marker(name):
            typed.pop("esr" if marker == "crp" else "crp")
        made = score_row(each["case"], name, typed, marker=marker)
        if made["expected"] != decimal(F(each[name]) if each[name] else None):
            raise ValueError(f"{name} {each['case']}: the given value disagrees")
        yield made


def score_bounds(name: str) -> Iterator[Row]:
    """Each number at which a term turns, a step below, at and above it."""
    if exact.JADAS[SYSTEMIC.get(name, name)][1] == 10:
        for joints in (9, 10, 11):
            values = visit(1, 1, joints, 5, 1, esr=25)
            about = {"threshold": "active joints 10", "side": side(F(joints), F(10))}
            yield score_row(f"{joints} active joints", name, values, **about)
    if not has_marker(name):
        return
    ends = (("esr", "from", 20), ("esr", "to", 120), ("crp", "from", 10), ("crp", "to", 110))
    for marker, end, bound in ends:
        for step in ("-1", "-0.1", "-0.001", "0", "0.001", "0.1", "1"):
            value = bound + F(step)
            about = {"threshold": f"{marker} {end} {bound}", "side": side(value, F(bound))}
            values = visit(1, 1, 2, 2, 1, **{marker: decimal(value)})
            case = f"{marker} {decimal(value)}"
            yield score_row(case, name, values, marker=marker, **about)


# ----------------------------------------------------------------------------------------- States

STATE_COLUMNS = ("measure", "course", "score", "expected")
PART_COLUMNS = ("measure", "course", *SCORE_COLUMNS[:-1], "expected_score", "expected")
KIND_STATE = "cut-off set"
# The highest value of each score.
HIGHEST = {"jadas10": 40, "jadas27": 57, "jadas71": 101, "cjadas10": 30, "sjadas10": 50}
STATE_NAMES = ("inactive", "low", "moderate")
STATE_MISTAKE = {
    ("consolaro-2012-2014", "jadas27", "poly", "8.5"): (
        "high-activity bound 10.5 used for JADAS27 (8.5)"
    ),
    ("backstrom-2016", "jadas10", "oligo", "0.5"): "bands with gaps or overlaps",
    ("trincianti-2021", "jadas10", "poly", "6"): "one cut-off set for oligo and poly",
    ("consolaro-2012-2014", "jadas10", "poly", "3.8"): (
        'band labels "MDA" for minimal and moderate'
    ),
}


def state_sets() -> Iterator[tuple[str, str, str, list[tuple[str, Fraction]]]]:
    for (cutoffs, measure, course), bounds in exact.CUTOFFS.items():
        named = zip(STATE_NAMES, map(F, bounds), strict=False)
        yield cutoffs, measure, course, list(named)
    yield (
        "bulatovic-2014",
        "jadas27",
        "any",
        [("low", exact.BULATOVIC_LOW), ("between", exact.BULATOVIC_HIGH)],
    )


def asked(course: str) -> str:
    return "" if course == "any" else course


def states() -> Iterator[Row]:
    for cutoffs, measure, course, bounds in state_sets():
        about = {"measure": measure, "course": asked(course)}
        for score in (F(0), F(HIGHEST[measure]), None):
            expected = exact.state(cutoffs, measure, course, score)
            case = f"{measure} {course} {decimal(score) or 'missing'}"
            yield row(case, KIND_STATE, cutoffs, **about, score=score, expected=expected)
        if course != "any":
            case = f"{measure} 1, course missing"
            yield row(case, KIND_STATE, cutoffs, measure=measure, score=F(1))
        beyond = F(HIGHEST[measure]) + F("0.1")
        case = f"not allowed: {measure} {decimal(beyond)}"
        yield row(case, KIND_STATE, cutoffs, **about, score=beyond, expected="refused")
        for name, bound in bounds:
            mistake = STATE_MISTAKE.get((cutoffs, measure, course, decimal(bound)))
            for step in ("-0.1", "-0.05", "-0.001", "0", "0.001", "0.05", "0.1"):
                score = bound + F(step)
                yield row(
                    f"{measure} {course} {decimal(score)}",
                    KIND_STATE,
                    cutoffs,
                    **about,
                    threshold=f"{measure} {course} {name} {decimal(bound)}",
                    side=side(score, bound),
                    mistake=mistake,
                    score=score,
                    expected=exact.state(cutoffs, measure, course, score),
                )
    for each in given("states"):
        score = F(each["score"])
        expected = exact.state(each["cutoffs"], each["measure"], each["course"], score)
        if expected != each["state"]:
            raise ValueError(f"{each}: the given value disagrees with {expected}")
        yield row(
            f"given: {each['measure']} {each['course']} {each['score']}",
            KIND_STATE,
            each["cutoffs"],
            measure=each["measure"],
            course=each["course"],
            score=score,
            expected=expected,
        )


def split(total: Fraction) -> tuple[Fraction, Fraction, Fraction]:
    """Return physician global, patient global and joints that add up to a total in tenths."""
    joints = Fraction(int(total) // 2)
    rest = total - joints
    physician = Fraction(int(rest * 10) // 2, 10)
    return physician, rest - physician, joints


def states_from_parts() -> Iterator[Row]:
    """Scores that binary numbers miss, and that no rounding may move: 3.7 + 0.1 is 3.8."""
    mistake = "score rounded, or binary-compared, before classifying"
    for cutoffs, measure, course, bounds in state_sets():
        for name, bound in bounds:
            if bound < F("0.1"):
                continue
            about: dict[str, object] = {
                "threshold": f"{measure} {course} {name} {decimal(bound)}",
                "mistake": mistake,
            }
            for item in ("0", "0.1", "0.1001", "0.2"):
                if item == "0.1001" and not has_marker(measure):
                    continue
                in_item = F(item) if has_marker(measure) else Fraction(0)
                rest = bound - F("0.1") + (F(item) - in_item)
                physician, patient, joints = split(rest if item != "0" else bound)
                marker = "crp" if item == "0.1001" else "esr"
                begins = exact.ITEM_BEGINS[marker]
                values: Values = {
                    "physician_global": physician,
                    "patient_global": patient,
                    "active_joints": joints,
                    "active_joints_27": joints,
                    "systemic_manifestations": Fraction(0),
                    marker: begins + 10 * in_item,
                }
                yield part_row(cutoffs, measure, course, values, marker, **about)
        gappy = visit(0, 0, 0, 0, 0, esr="")
        empty = visit("", "", "", "", "", esr="")
        for values, case in ((gappy, "all 0, ESR missing"), (empty, "an empty form")):
            yield part_row(
                cutoffs,
                measure,
                course,
                values,
                "esr",
                case=case,
                mistake="missing ESR or joints read as 0",
            )


def part_row(
    cutoffs: str,
    measure: str,
    course: str,
    values: Mapping[str, Value],
    marker: str,
    *,
    case: str = "",
    **about: object,
) -> Row:
    made = score_row("", measure, values, marker=marker)
    here = {name: made[name] for name in (*SCORE_INPUTS, "marker") if name in made}
    score = jadas(measure, {name: values[name] for name in here if name in values})
    if "threshold" in about:
        about["side"] = side(F(score), F(str(about["threshold"]).rpartition(" ")[2]))
    return row(
        case or f"{measure} {course} {decimal(score)} from its parts",
        KIND_STATE,
        cutoffs,
        measure=measure,
        course=asked(course),
        **here,
        expected_score=score,
        expected=exact.state(cutoffs, measure, course, score),
        **about,
    )


# ----------------------------------------------------------------------- ACR Pediatric response

KIND_ACR = "response criteria"
# Whether worsening by exactly 30 % counts, and what is fever: above the limit, or from it on.
ACR: dict[str, tuple[str, tuple[str, bool] | None]] = {
    "giannini-1997": ("giannini-1997", None),
    "ntr4146": ("ntr4146", None),
    "ruperto-2012": ("giannini-1997", ("38", False)),
    "de-benedetti-2012": ("giannini-1997", ("37.5", True)),
}


def core(prefix: str) -> tuple[str, ...]:
    return tuple(f"{prefix}_{name}" for name in (*SIX, "esr", "crp"))


ACR_COLUMNS = (
    "marker",
    *core("baseline"),
    *core("now"),
    "missing",
    "attended",
    "upper_limit",
    "with_temperature",
    "highest_temperature",
    "expected",
    "expected_min",
    "expected_max",
)


def six(values: str, marker: str = "esr") -> Values:
    """Return a core set from six numbers, in the order of the columns; - is a gap."""
    return {
        name: None if text == "-" else F(text)
        for name, text in zip((*SIX, marker), values.split(), strict=True)
    }


def with_prefix(prefix: str, values: Mapping[str, Value]) -> dict[str, Value]:
    return {f"{prefix}_{name}": value for name, value in values.items()}


def acr_row(
    case: str,
    criteria: str,
    baseline: Values,
    now: Values,
    *,
    missing: str = "",
    attended: bool | None = None,
    upper_limit: Fraction | None = None,
    temperature: str | None = "36.8",
    **about: object,
) -> Row:
    marker = next(name for name in now if name not in SIX)
    worsening, fever_rule = ACR[criteria]
    was, is_ = dict(baseline), dict(now)
    if upper_limit is not None and was[marker] is not None and is_[marker] is not None:
        if F(was[marker]) <= upper_limit and F(is_[marker]) <= upper_limit:
            # Normal at both visits: unchanged.
            was[marker] = is_[marker] = Fraction(1)
    lowest, highest = exact.acr_ped(worsening, was, is_)
    gaps = any(was[name] is None or is_[name] is None for name in is_)
    filled = dict.fromkeys(is_) | {
        name: "same" for name in is_ if was[name] is None or is_[name] is None
    }
    unchanged = exact.acr_level(worsening, was, is_, filled)
    more: dict[str, object] = {}
    if fever_rule is not None:
        limit, from_it = F(fever_rule[0]), fever_rule[1]
        more = {"with_temperature": True, "highest_temperature": temperature}
        if temperature is None:
            lowest, unchanged, gaps = 0, 0, True
        elif F(temperature) > limit or (from_it and F(temperature) == limit):
            lowest = highest = unchanged = 0
    level: int | None = lowest if lowest == highest else None
    if missing == "worst-case":
        level = lowest
    elif missing == "nri":
        level = 0 if attended is False else unchanged
    elif missing == "complete-case" and gaps:
        level = None
    elif missing == "complete-case":
        level = lowest
    return row(
        case,
        KIND_ACR,
        criteria,
        marker=marker,
        **with_prefix("baseline", baseline),
        **with_prefix("now", now),
        missing=missing,
        attended=attended,
        upper_limit=upper_limit,
        **more,
        expected=level,
        expected_min=lowest,
        expected_max=highest,
        **about,
    )


# Three that are far better, two that are unchanged, and one that is free.
START = "10 10 1 10 10 20"


def acr_bounds(criteria: str) -> Iterator[Row]:
    start = six(START)
    for level in exact.LEVELS:
        at = F(10) - F(level) / 10
        for step in ("0.01", "0", "-0.01"):
            if at + F(step) < 0:
                continue
            now = start | {
                "physician_global": at + F(step),
                "patient_global": at,
                "active_joints": at,
            }
            yield acr_row(
                f"{level} % better in three, {decimal(at + F(step))} in one",
                criteria,
                start,
                now,
                threshold=f"levels {level}",
                side={"0.01": "below", "0": "at", "-0.01": "above"}[step],
            )
    for better in (2, 3, 4):
        names = (*SIX,)[:better]
        now = start | {name: F(start[name]) * F("0.4") for name in names}
        yield acr_row(
            f"60 % better in {better}",
            criteria,
            start,
            now,
            threshold="improved_needed 3",
            side=side(F(better), F(3)),
        )
    for worse in (0, 1, 2):
        names = ("limited_joints", "esr")[:worse]
        now = six("4 4 0.4 10 10 20") | {name: F(20) * (1 + (name == "esr")) for name in names}
        yield acr_row(
            f"far worse in {worse}",
            criteria,
            start,
            now,
            threshold="worsened_allowed 1",
            side=side(F(worse), F(1)),
        )
    for esr in ("25.9", "26", "26.1"):
        now = six(f"4 4 0.4 10 20 {esr}")
        yield acr_row(
            f"a second one worse: ESR 20 to {esr}",
            criteria,
            start,
            now,
            threshold="worsening 30",
            side=side(F(esr), F(26)),
        )


ACR_CASES = (
    # case, baseline, now
    ("7.0 to 4.9 is exactly 30 %", "7 7 1 10 10 20", "4.9 4.9 1 7 10 20"),
    ("3.0 to 2.1 is exactly 30 %", "3 3 1 10 10 20", "2.1 2.1 1 7 10 20"),
    ("CHAQ 10/7 is a mean of seven", "7 7 1.428571429 10 10 20", "4.9 4.9 1 10 10 20"),
    ("0 to 0 is unchanged", "0 6 1 10 10 20", "0 3 0.5 5 10 20"),
    ("0 to more is worse", "0 6 1 10 10 20", "0.1 3 0.5 5 10 20"),
    ("two from 0 to more", "0 6 1 10 10 0", "0.1 3 0.5 5 10 5"),
    ("nothing improves from 0", "0 0 0 0 10 20", "0 0 0 0 5 10"),
    ("all 0", "0 0 0 0 0 0", "0 0 0 0 0 0"),
    ("one gap, decided", "8 8 2 20 10 50", "2 2 0.5 4 - 45"),
    ("one gap, open between levels", "8 8 2 20 10 50", "2 2 1 20 - 70"),
    ("two gaps", "8 8 2 20 10 50", "2 2 0.5 4 - -"),
    ("three gaps", "8 8 2 20 10 50", "2 2 - - - 45"),
    ("gap at baseline", "8 8 2 20 - 50", "2 2 0.5 4 5 45"),
    ("all gaps", "- - - - - -", "2 2 0.5 4 5 45"),
    ("gaps and two worse: decided", "8 8 2 20 10 50", "2 2 0.5 - 20 90"),
    (
        "nobody is a non-responder for a gap alone",
        "6 5 1.5 12 10 40",
        "2 2 0.75 - 6 20",
    ),
)
POLICIES = ("worst-case", "nri", "complete-case")


def acr_ped() -> Iterator[Row]:
    for each in given("acr_ped"):
        baseline = {n: F(v) if (v := each[f"baseline_{n}"]) else None for n in (*SIX, "esr")}
        now = {n: F(v) if (v := each[f"visit_{n}"]) else None for n in (*SIX, "esr")}
        one = acr_row(f"given: {each['case']}", "giannini-1997", baseline, now)
        other = acr_row(f"given: {each['case']}", "ntr4146", baseline, now)
        told = (each["level_min"], each["level_max"], each["level_min_if_30_counts_as_worse"])
        if (one["expected_min"], one["expected_max"], other["expected_min"]) != told:
            raise ValueError(f"{each['case']}: the given values disagree")
        yield from (one, other)
    source = random.Random(SEED)
    for criteria, (_, fever_rule) in ACR.items():
        yield from acr_bounds(criteria)
        for case, baseline_text, now_text in ACR_CASES:
            baseline, now = six(baseline_text), six(now_text)
            yield acr_row(case, criteria, baseline, now)
            for policy in POLICIES:
                yield acr_row(f"{case}: {policy}", criteria, baseline, now, missing=policy)
        full, better = six("8 8 2 20 10 50"), six("2 2 0.5 4 5 45")
        yield acr_row("not attended", criteria, full, better, missing="nri", attended=False)
        yield acr_row("attended", criteria, full, better, missing="nri", attended=True)
        crp = (six("8 8 2 20 10 30", "crp"), six("2 2 0.5 20 20 40", "crp"))
        yield acr_row("CRP as the marker, two worse", criteria, *crp)
        two_worse = (six("8 8 2 20 10 8"), six("2 2 0.5 20 20 12"))
        yield acr_row("a marker that rose", criteria, *two_worse)
        for limit in ("11.9", "12", "12.1"):
            case = f"a marker that rose, upper limit {limit}"
            yield acr_row(case, criteria, *two_worse, upper_limit=F(limit))
        for number, (earlier, now) in enumerate(random_pairs(source, 25), start=1):
            yield acr_row(f"random {number}", criteria, earlier, now)
        if fever_rule is not None:
            yield from fever_rows(criteria, F(fever_rule[0]))
    yield from mistaken_gaps()


def fever_rows(criteria: str, limit: Fraction) -> Iterator[Row]:
    full, better, gappy = six("8 8 2 20 10 50"), six("2 2 0.5 4 5 45"), six("2 2 1 20 - 70")
    for step in ("-0.1", "0", "0.1"):
        temperature = decimal(limit + F(step))
        yield acr_row(
            f"highest temperature {temperature}",
            criteria,
            full,
            better,
            temperature=temperature,
            threshold=f"fever_limit {decimal(limit)}",
            side=side(limit + F(step), limit),
        )
    yield acr_row("no temperature recorded", criteria, full, better, temperature=None)
    yield acr_row("no temperature, level 0 anyhow", criteria, full, full, temperature=None)
    yield acr_row("fever decides whatever the gaps", criteria, full, gappy, temperature="39.5")
    for policy in POLICIES:
        case = f"no temperature recorded: {policy}"
        yield acr_row(case, criteria, full, better, missing=policy, temperature=None)


def mistaken_gaps() -> Iterator[Row]:
    mistake = "a count column with one gap becomes float and is refused, or a gap becomes False"
    for now in ("2 2 0.75 - 6 20", "2 2 1.5 - 10 40", "2 2 - - 6 20"):
        baseline = six("6 5 1.5 12 10 40")
        yield acr_row(f"a gap: {now}", "giannini-1997", baseline, six(now), mistake=mistake)


STEPS = {"physician_global": "0.5", "patient_global": "0.5", "chaq": "0.125"}
TOPS = {"physician_global": 20, "patient_global": 20, "chaq": 24}


def random_pairs(source: random.Random, number: int) -> Iterator[tuple[Values, Values]]:
    """Pairs of core sets with values near to each other, gaps and zeros."""
    for _ in range(number):
        earlier: Values = {}
        now: Values = {}
        for name in (*SIX, "esr"):
            step, top = F(STEPS.get(name, "1")), TOPS.get(name, 30)
            start = source.randrange(top + 1)
            end = source.choice([0, start, *(source.randrange(top + 1) for _ in range(3))])
            earlier[name] = None if source.random() < 0.06 else start * step
            now[name] = None if source.random() < 0.06 else end * step
        yield earlier, now


# ----------------------------------------------------------------------------------------- Flares

KIND_FLARE = "flare criteria"
FLARE_COLUMNS = (
    "marker",
    *core("reference"),
    *core("now"),
    "with_fever",
    "flare_fever",
    "expected",
)
COUNTING = ("brunner-2002", "brunner-2002-b", *list(exact.FLARES)[2:], "canakinumab-sjia")
FEVER = "canakinumab-sjia"


def flare_rule(criteria: str) -> exact.FlareRule:
    return exact.FLARES["prcsg-printo" if criteria == FEVER else criteria]


def flare_row(
    case: str,
    criteria: str,
    reference: Values,
    now: Values,
    *,
    fever: bool | None = False,
    **about: object,
) -> Row:
    marker = next(name for name in now if name not in SIX)
    more: dict[str, object] = {}
    if criteria == FEVER:
        flared = exact.flare("prcsg-printo", reference, now)
        flared = True if fever or flared else None if None in (fever, flared) else False
        more = {"with_fever": True, "flare_fever": fever}
    else:
        flared = exact.flare(criteria, reference, now)
    return row(
        case,
        KIND_FLARE,
        criteria,
        marker=marker,
        **with_prefix("reference", reference),
        **with_prefix("now", now),
        **more,
        expected=flared,
        **about,
    )


REFERENCE = "4 4 1 10 10 20"
# What each becomes when it is far worse (100 %), and far better (50 %).
FAR_WORSE = six("8 8 2 20 20 40")
FAR_BETTER = six("2 2 0.5 5 5 10")


def flare_bounds(criteria: str) -> Iterator[Row]:
    rule = flare_rule(criteria)
    reference = six(REFERENCE)
    order = ("chaq", "physician_global", "patient_global", "esr", "active_joints", "limited_joints")

    def made(case: str, now: Values, threshold: str, where: str) -> Row:
        return flare_row(case, criteria, reference, now, threshold=threshold, side=where)

    for count in (rule.worse_needed - 1, rule.worse_needed, rule.worse_needed + 1):
        now = reference | {name: FAR_WORSE[name] for name in order[:count]}
        where = side(F(count), F(rule.worse_needed))
        yield made(f"{count} worse", now, f"worsened_needed {rule.worse_needed}", where)
    # One of those that are needed: ESR, just at the limit.
    others = {name: FAR_WORSE[name] for name in order[: rule.worse_needed - 1]}
    for step in ("-0.1", "0", "0.1"):
        esr = F(20) + F(rule.worse_by) / 5 + F(step)
        now = reference | others | {"esr": esr}
        case = f"ESR 20 to {decimal(esr)}"
        yield made(case, now, f"worsening {rule.worse_by}", side(F(step), F(0)))
    worse = {name: FAR_WORSE[name] for name in order[: rule.worse_needed]}
    free = order[rule.worse_needed :][::-1]
    if rule.better_allowed < exact.NO_LIMIT:
        for count in (0, 1, 2):
            now = reference | worse | {name: FAR_BETTER[name] for name in free[:count]}
            if rule.active_joints and now["active_joints"] is not None:
                # Enough joints are left for the rule on active joints.
                now |= {"active_joints": F(5) if "active_joints" in free[:count] else F(10)}
            where = side(F(count), F(rule.better_allowed))
            yield made(f"{count} better", now, f"improved_allowed {rule.better_allowed}", where)
        one = {"limited_joints": FAR_BETTER["limited_joints"]}
        for step in ("0.1", "0", "-0.1"):
            if rule.worse_needed == 2:
                now = reference | worse | one | {"esr": F(14) + F(step)}
                case = f"ESR 20 to {decimal(F(14) + F(step))}, a second one better"
            else:
                now = (
                    reference
                    | {"chaq": F(2), "physician_global": F(8), "active_joints": F(20)}
                    | one
                    | {"esr": F(14) + F(step)}
                )
                case = f"ESR 20 to {decimal(F(14) + F(step))}, a second one better"
            where = {"0.1": "below", "0": "at", "-0.1": "above"}[step]
            yield made(case, now, f"improvement {rule.better_by}", where)
    for name, floor in rule.least_rise.items():
        steps = ("-0.1", "0", "0.1") if name.endswith("global") else ("-1", "0", "1")
        others = {other: FAR_WORSE[other] for other in ("chaq", "esr") if other != name}
        for step in steps:
            rise = floor + F(step)
            now = reference | others | {name: F(2) + rise}
            yield flare_row(
                f"{name} 2 to {decimal(F(2) + rise)}",
                criteria,
                reference | {name: F(2)},
                now,
                threshold=f"floors {name} {floor}",
                side=side(rise, F(floor)),
            )
    if rule.active_joints:
        for joints in (1, 2, 3):
            start = reference | {"active_joints": F(2)}
            now = start | worse | {"active_joints": F(joints)}
            yield flare_row(
                f"{joints} active joints at the visit",
                criteria,
                start,
                now,
                threshold="active_joints_at_visit 2",
                side=side(F(joints), F(2)),
            )
        for start_text in ("4 4 1 - 10 20", "4 4 1 2 10 20"):
            start = six(start_text)
            for joints_text in ("1", "2", "-"):
                now = six(f"8 8 2 {joints_text} 20 40")
                yield flare_row(
                    f"active joints {start_text.split()[3]} to {joints_text}", criteria, start, now
                )


FLARE_CASES = (
    ("all 0 at the reference", "0 0 0 0 0 0", "1 1 0.125 1 1 1"),
    ("0 to 0 is unchanged", "0 0 0 0 0 0", "0 0 0 0 0 0"),
    ("from 0 by 2 and more", "0 0 0 0 0 10", "3 3 0.5 3 3 10"),
    ("from 0 below the floors", "0 0 0.5 0 0 10", "1.5 1.5 0.5 1 1 10"),
    ("one gap, open", "2 2 0.5 4 4 20", "4 4 0.5 4 - 20"),
    ("one gap, decided yes", "2 2 0.5 4 4 20", "4 4 1 8 - 20"),
    ("one gap, decided no", "2 2 0.5 4 4 20", "2 2 0.5 4 - 20"),
    ("a gap that may be better", "2 2 0.5 4 4 20", "4 4 1 2 - 20"),
    ("gap at the reference", "- 2 0.5 4 4 20", "4 4 1 8 4 20"),
    ("two gaps", "2 2 0.5 4 4 20", "4 4 1 - - 20"),
    ("all gaps", "- - - - - -", "4 4 1 8 8 40"),
    ("two better, whatever the gaps", "2 2 0.5 4 4 20", "4 4 1 2 2 -"),
    ("2.0 to 2.6 is exactly 30 %", "2 2 1 10 10 20", "2.6 2.6 1 13 10 20"),
    ("1.1 to 1.43 is exactly 30 %", "1.1 1.1 1 10 10 20", "1.43 1.43 1 13 10 20"),
    ("0.7 to 0.98 is exactly 40 %", "0.7 0.7 1 10 10 20", "0.98 0.98 1 10 10 20"),
)


def flare() -> Iterator[Row]:
    for each in given("flare"):
        reference = {n: F(v) if (v := each[f"reference_{n}"]) else None for n in (*SIX, "esr")}
        now = {n: F(v) if (v := each[f"visit_{n}"]) else None for n in (*SIX, "esr")}
        for criteria in (name for name in each if name in (*exact.FLARES, "brunner-2002-c")):
            made = flare_row(f"given: {each['case']}", criteria, reference, now)
            if made["expected"] != {"yes": "yes", "no": "no"}.get(each[criteria], ""):
                raise ValueError(f"{each['case']} {criteria}: the given value disagrees")
            yield made
    source = random.Random(SEED + 1)
    for criteria in (*COUNTING, "brunner-2002-c"):
        if criteria != "brunner-2002-c":
            yield from flare_bounds(criteria)
        for case, reference_text, now_text in FLARE_CASES:
            yield flare_row(case, criteria, six(reference_text), six(now_text))
        for number, (earlier, later) in enumerate(random_pairs(source, 20), start=1):
            yield flare_row(f"random {number}", criteria, earlier, later)
    yield from brunner_c_rows()
    quiet, worse = six(REFERENCE), FAR_WORSE
    for fever in (True, False, None):
        word = {True: "fever", False: "no fever", None: "fever unknown"}[fever]
        for now, what in (
            (quiet, "unchanged"),
            (worse, "all worse"),
            (six("8 8 1 10 - 20"), "gap"),
        ):
            yield flare_row(f"{word}, {what}", FEVER, quiet, now, fever=fever)


def brunner_c_rows() -> Iterator[Row]:
    criteria = "brunner-2002-c"
    reference, worse = six("4 4 1 20 10 20"), six("4 4 1.5 30 10 40")
    tried = (
        ("chaq", "0", ("0.875", "1", "1.125"), F(1)),
        ("esr", "30", ("25.9", "26", "26.1"), F(26)),
        ("active_joints", "10", ("21", "22", "23"), F(22)),
    )
    for name, by, values, bound in tried:
        for value in values:
            yield flare_row(
                f"{name} {decimal(reference[name])} to {value}",
                criteria,
                reference,
                worse | {name: F(value)},
                threshold=f"all_of {name} {by}",
                side=side(F(value), bound),
            )
    for gap in exact.BRUNNER_C:
        yield flare_row(f"{gap} missing, others worse", criteria, reference, worse | {gap: None})
        for still in exact.BRUNNER_C:
            if still != gap:
                now = worse | {gap: None, still: reference[still]}
                yield flare_row(f"{gap} missing, {still} unchanged", criteria, reference, now)
    crp = six("4 4 1.5 30 10 40", "crp")
    made = flare_row("CRP instead of the ESR that is named", FEVER, crp, crp)
    made |= {"definition": criteria, "expected": "refused", "with_fever": "", "flare_fever": ""}
    yield made


# ------------------------------------------------------------------------------ Loss of response

KIND_LOSS = "loss of response"
LOSS_COLUMNS = (
    "criteria",
    "level",
    "marker",
    *core("baseline"),
    *core("reached"),
    *core("now"),
    "expected",
)


def three_valued(lowest: int, highest: int, level: int) -> bool | None:
    return True if lowest >= level else None if highest >= level else False


def loss_of_response() -> Iterator[Row]:
    baseline = six("8 8 2 20 10 50")
    visits = (
        ("level 70", "2 2 0.5 4 5 45"),
        ("level 50", "4 4 1 15 10 50"),
        ("level 30", "5.6 5.6 1.4 20 10 50"),
        ("below 30", "5.7 5.6 1.4 20 10 50"),
        ("two worse", "2 2 0.5 4 20 90"),
        ("exactly 30 % worse in a second", "2 2 0.5 4 20 65"),
        ("open", "2 2 1 20 - 70"),
        ("all gaps", "- - - - - -"),
    )
    for criteria in ("giannini-1997", "ntr4146"):
        for level in (30, 70):
            for (before, reached_text), (after, now_text) in itertools.product(visits, visits):
                reached, now = six(reached_text), six(now_text)
                had = three_valued(*exact.acr_ped(criteria, baseline, reached), level)
                has = three_valued(*exact.acr_ped(criteria, baseline, now), level)
                lost: bool | None = None
                if had is False or has is True:
                    lost = False
                elif had is True and has is False:
                    lost = True
                yield row(
                    f"level {level}: {before}, then {after}",
                    KIND_LOSS,
                    "loss-of-acr-ped",
                    criteria=criteria,
                    level=level,
                    marker="esr",
                    **with_prefix("baseline", baseline),
                    **with_prefix("reached", reached),
                    **with_prefix("now", now),
                    expected=lost,
                )


# ------------------------------------------------------------------------------ Inactive disease

KIND_INACTIVE = "inactive disease criteria"
FINDINGS = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
INACTIVE_COLUMNS = (
    "physician_global",
    "active_joints",
    *FINDINGS,
    "stills_symptoms",
    "morning_stiffness",
    "esr",
    "crp",
    "esr_upper_limit",
    "crp_upper_limit",
    "esr_normal",
    "crp_normal",
    "not_due_to_jia",
    "markers",
    "expected",
)
Flag = bool | None


def all_true(flags: Iterable[Flag]) -> Flag:
    seen = list(flags)
    return False if False in seen else None if None in seen else True


def any_true(flags: Iterable[Flag]) -> Flag:
    seen = list(flags)
    return True if True in seen else None if None in seen else False


def at_most(value: object, bound: object) -> Flag:
    return None if value is None else F(str(value)) <= F(str(bound))


def opposite(flag: Flag) -> Flag:
    return None if flag is None else not flag


def normal(visit_: Mapping[str, object], marker: str, *, forgive: bool) -> tuple[bool, Flag]:
    """Return whether a marker was tested, and whether it is no sign of the disease."""
    value, flag = visit_.get(marker), visit_.get(f"{marker}_normal")
    limit = visit_.get(f"{marker}_upper_limit")
    tested = value is not None or flag is not None
    fine: Flag = flag if isinstance(flag, bool) else None
    if fine is None and value is not None and limit is not None:
        fine = at_most(value, limit)
    if forgive and visit_.get("not_due_to_jia") is True:
        fine = True
    return tested, fine


def inactive(criteria: str, visit_: Mapping[str, object]) -> Flag:
    both = [normal(visit_, marker, forgive=criteria == "wallace-2011") for marker in ("esr", "crp")]
    tested = [fine for was_tested, fine in both if was_tested]
    if criteria == "eular-pres-2024":
        markers = [fine if was_tested else None for was_tested, fine in both]
        return all_true([opposite_of(visit_, "stills_symptoms"), *markers])
    items: list[Flag] = [
        at_most(visit_.get("active_joints"), 0),
        *(opposite_of(visit_, name) for name in FINDINGS),
    ]
    if criteria == "reacch-out":
        physician = visit_.get("physician_global")
        below_one = None if physician is None else F(str(physician)) < 1
        return all_true([*items, below_one])
    items.append(at_most(visit_.get("physician_global"), 0))
    if criteria == "wallace-2011":
        items.append(at_most(visit_.get("morning_stiffness"), 15))
    one_is_enough = criteria == "wallace-2011" and visit_.get("markers") == "any"
    if not tested:
        items.append(None)
    else:
        items.append(any_true(tested) if one_is_enough else all_true(tested))
    return all_true(items)


def opposite_of(visit_: Mapping[str, object], name: str) -> Flag:
    flag = visit_.get(name)
    return opposite(flag) if isinstance(flag, bool) else None


def inactive_disease() -> Iterator[Row]:
    well: dict[str, object] = {
        "physician_global": 0,
        "active_joints": 0,
        **dict.fromkeys(FINDINGS, False),
        "stills_symptoms": False,
        "morning_stiffness": 10,
        "esr": 12,
        "esr_upper_limit": 20,
        "crp": 3,
        "crp_upper_limit": 5,
        "markers": None,
    }

    def made(case: str, criteria: str, change: Mapping[str, object], **about: object) -> Row:
        here = well | dict(change)
        if criteria != "wallace-2011":
            here["markers"] = None
        return row(
            case, KIND_INACTIVE, criteria, **here, expected=inactive(criteria, here), **about
        )

    for criteria in ("wallace-2004", "wallace-2011", "eular-pres-2024", "reacch-out"):
        rule = {"markers": "all"}
        yield made("well", criteria, rule)
        own = criteria != "eular-pres-2024"
        bounds: list[tuple[str, str, tuple[str, ...]]] = []
        if own:
            bounds.append(("active_joints", "0", ("0", "1")))
            if criteria == "reacch-out":
                bounds.append(("physician_global", "1", ("0.9", "1", "1.1")))
            else:
                bounds.append(("physician_global", "0", ("0", "0.1")))
        if criteria == "wallace-2011":
            bounds.append(("morning_stiffness", "15", ("14", "15", "16")))
        for name, bound, values in bounds:
            for value in values:
                about = {"threshold": f"{name} {bound}", "side": side(F(value), F(bound))}
                yield made(f"{name} {value}", criteria, rule | {name: value}, **about)
        for name in (*FINDINGS, "stills_symptoms"):
            yield made(f"{name} there", criteria, rule | {name: True})
            yield made(f"{name} unknown", criteria, rule | {name: None})
            yield made(f"{name} unknown, joints", criteria, rule | {name: None, "active_joints": 2})
        for name in ("physician_global", "active_joints", "morning_stiffness"):
            yield made(f"{name} missing", criteria, rule | {name: None})
        gone = dict.fromkeys(well)
        empty = "missing ESR or joints read as 0"
        yield made("an empty form", criteria, gone | rule, mistake=empty)
        for choice in ("any", "all"):
            yield from marker_rows(made, criteria, choice)
    disagree = made("they disagree, and nobody says", "wallace-2011", {"crp": 9})
    yield disagree | {"expected": "refused"}


def marker_rows(made: Callable[..., Row], criteria: str, choice: str) -> Iterator[Row]:
    """ESR and CRP: normal, raised, at the limit, not tested, without limit, not due to JIA."""
    states_: tuple[tuple[str, dict[str, object]], ...] = (
        ("both normal", {}),
        ("ESR raised", {"esr": 30}),
        ("CRP raised", {"crp": 30}),
        ("both raised", {"esr": 30, "crp": 30}),
        ("both at the limit", {"esr": 20, "crp": 5}),
        ("ESR a tenth above the limit", {"esr": "20.1", "crp": None}),
        ("ESR not tested", {"esr": None}),
        ("CRP not tested", {"crp": None}),
        ("CRP not tested, ESR raised", {"crp": None, "esr": 30}),
        ("neither tested", {"esr": None, "crp": None}),
        ("ESR without a limit", {"esr_upper_limit": None, "crp": None}),
        ("ESR flagged normal", {"esr": None, "esr_upper_limit": None, "esr_normal": True}),
        ("ESR flagged raised", {"esr": None, "esr_upper_limit": None, "esr_normal": False}),
        ("ESR without a limit, CRP raised", {"esr_upper_limit": None, "crp": 30}),
        ("ESR without a limit, CRP normal", {"esr_upper_limit": None}),
        ("both raised, not due to JIA", {"esr": 30, "crp": 30, "not_due_to_jia": True}),
        ("both raised, due to JIA", {"esr": 30, "crp": 30, "not_due_to_jia": False}),
        ("neither tested, not due to JIA", {"esr": None, "crp": None, "not_due_to_jia": True}),
    )
    for case, change in states_:
        yield made(f"{case}; {choice}", criteria, change | {"markers": choice})


# ------------------------------------------------------------------------------------- All of it

FILES: dict[str, tuple[Callable[[], Iterator[Row]], tuple[str, ...]]] = {
    "scores": (scores, SCORE_COLUMNS),
    "states": (states, STATE_COLUMNS),
    "states_from_parts": (states_from_parts, PART_COLUMNS),
    "acr_ped": (acr_ped, ACR_COLUMNS),
    "flare": (flare, FLARE_COLUMNS),
    "loss_of_response": (loss_of_response, LOSS_COLUMNS),
    "inactive_disease": (inactive_disease, INACTIVE_COLUMNS),
}


def conformance(name: str) -> str:
    """Return one file, as it must stand in the package."""
    make, columns = FILES[name]
    return write(name, make(), columns)


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    for name in FILES:
        (TARGET / f"{name}.csv").write_text(conformance(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
