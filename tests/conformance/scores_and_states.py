"""JADAS and systemic JADAS, and the states read from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from tests import exact
from tests.conformance.writing import F, Row, Values, decimal, given, row, side
from tests.exact import Value

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
    (
        "score rounded, or binary-compared, before classifying",
        visit("1.9", "1.8", 0, 0, 0, esr=21),
        ALL_JADAS,
    ),
    (
        "score rounded, or binary-compared, before classifying",
        visit("0.1", "0.2", 0, 0, 0, esr=21),
        ALL_JADAS,
    ),
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
