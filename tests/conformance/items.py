"""Sums and criteria of items: CHAQ, systemic manifestations, MAS, JSpADA, parJADAS; joints."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import partial

from tests.conformance.three_valued import Flag, all_true, any_true, at_least_true, at_most
from tests.conformance.writing import SEED, F, Row, Values, decimal, row, side
from tests.exact import Value

# ----------------------------------------------------------------------------------- CHAQ

DOMAINS = ("dressing", "arising", "eating", "walking", "hygiene", "reach", "grip", "activities")
ITEMS = (4, 2, 3, 2, 5, 4, 5, 5)
CHAQ_COLUMNS = (*DOMAINS, "aids", "help", "expected")
ITEM_NAMES = tuple(
    f"{domain}_{number}"
    for domain, count in zip(DOMAINS, ITEMS, strict=True)
    for number in range(1, count + 1)
)
CHAQ_ITEM_COLUMNS = (*ITEM_NAMES, "aids", "help", "expected")
NOT_APPLICABLE = "na"


def chaq_index(scores: Sequence[Value], raised: set[str]) -> Value:
    answered = []
    for domain, score in zip(DOMAINS, scores, strict=True):
        if domain in raised:
            answered.append(max(score or F(0), F(2)))
        elif score is not None:
            answered.append(score)
    return sum(answered, F(0)) / len(answered) if len(answered) >= 6 else None


def chaq_row(case: str, text: str, aids: str = "", help_: str = "", **about: object) -> Row:
    scores = [None if score == "-" else F(score) for score in text.split()]
    return row(
        case,
        "CHAQ scoring",
        "singh-1994",
        **dict(zip(DOMAINS, scores, strict=True)),
        aids=aids,
        help=help_,
        expected=chaq_index(scores, {*aids.split(), *help_.split()}),
        **about,
    )


def chaq() -> Iterator[Row]:
    for count in (5, 6, 7):
        text = " ".join(["1"] * count + ["-"] * (8 - count))
        about = {"threshold": "domains_needed 6", "side": side(F(count), F(6))}
        yield chaq_row(f"{count} domains answered", text, **about)
    for score in (1, 2, 3):
        about = {"threshold": "raised_to 2", "side": side(F(score), F(2))}
        yield chaq_row(f"an aid at {score}", f"{score} 0 0 0 0 0 0 0", "dressing", **about)
    yield chaq_row("all 0", "0 0 0 0 0 0 0 0")
    yield chaq_row("all 3", "3 3 3 3 3 3 3 3")
    yield chaq_row("help instead of an aid", "0 0 0 0 0 1 0 0", "", "reach")
    yield chaq_row("aid and help in one domain", "0 0 0 0 0 1 0 0", "reach", "reach")
    yield chaq_row("aids in two, help in one", "1 0 0 2 1 1 0 1", "reach grip", "walking")
    yield chaq_row("a mean of seven stays unrounded", "2 1 1 2 1 2 1 -")
    yield chaq_row("a mean of six stays unrounded", "1 1 1 2 1 1 - -")
    yield chaq_row("an aid ticked and nothing answered", "1 1 1 1 1 - - -", "reach")
    yield chaq_row("nothing answered", "- - - - - - - -")
    yield chaq_row("nothing answered but aids", "- - - - - - - -", " ".join(DOMAINS))
    yield chaq_row("4 is no answer", "4 0 0 0 0 0 0 0") | {"expected": "refused"}
    source = random.Random(SEED + 2)
    for number in range(1, 31):
        text = " ".join(source.choice("00112233-") for _ in DOMAINS)
        aids = " ".join(name for name in DOMAINS if source.random() < 0.15)
        yield chaq_row(f"random {number}", text, aids)


def chaq_items() -> Iterator[Row]:
    source = random.Random(SEED + 3)
    forms = [
        ("one in a domain counts", "0 0 0 3 | 0 1"),
        ("not applicable is no answer", "na na na na | 0 na"),
        ("unanswered beside answered", "- 1 - 2 | - 0"),
    ]
    for case, start in forms:
        parts = [part.split() for part in start.split("|")]
        rest = [["1"] * count for count in ITEMS[len(parts) :]]
        yield chaq_item_row(case, [*parts, *rest])
    for number in range(1, 26):
        answers = [[source.choice("0123") for _ in range(count)] for count in ITEMS]
        for part in answers:
            for place in range(len(part)):
                part[place] = source.choice([part[place]] * 6 + ["-", NOT_APPLICABLE])
            if source.random() < 0.2:
                part[:] = [source.choice(["-", NOT_APPLICABLE])] * len(part)
        aids = " ".join(name for name in DOMAINS if source.random() < 0.1)
        yield chaq_item_row(f"random {number}", answers, aids)


def chaq_item_row(case: str, answers: list[list[str]], aids: str = "") -> Row:
    scores: list[Value] = []
    for part in answers:
        known = [F(answer) for answer in part if answer not in ("-", NOT_APPLICABLE)]
        scores.append(max(known) if known else None)
    flat = [None if answer == "-" else answer for part in answers for answer in part]
    return row(
        case,
        "CHAQ scoring",
        "singh-1994",
        **dict(zip(ITEM_NAMES, flat, strict=True)),
        aids=aids,
        expected=chaq_index(scores, set(aids.split())),
    )


CHAQ_DIFFERENCES = {
    "dempster-2001": ("-0.13", "0.75"),
    "dempster-2001-step": ("-0.125", "0.75"),
    "brunner-2005": ("-0.188", "0.125"),
}


def chaq_change_row(name: str, baseline: Value, now: Value, **about: object) -> Row:
    expected = None
    if baseline is not None and now is not None:
        change = now - baseline
        low, high = (F(bound) for bound in CHAQ_DIFFERENCES[name])
        expected = "improved" if change <= low else "unchanged"
        expected = "worsened" if change >= high else expected
    return row(
        f"{decimal(baseline) or 'missing'} to {decimal(now) or 'missing'}",
        "CHAQ important difference",
        name,
        baseline=baseline,
        now=now,
        expected=expected,
        **about,
    )


def chaq_change() -> Iterator[Row]:
    for name, (better, worse) in CHAQ_DIFFERENCES.items():
        made = partial(chaq_change_row, name)
        for field, bound in (("improvement", better), ("worsening", worse)):
            for start in ("1.5", "2.1"):
                for step in ("-0.001", "0", "0.001"):
                    change = F(bound) + F(step)
                    about = {"threshold": f"{field} {bound}", "side": side(change, F(bound))}
                    yield made(F(start), F(start) + change, **about)
        for steps in (-8, -2, -1, 0, 1, 2, 6, 8):
            yield made(F("1.25"), F("1.25") + F(steps) / 8)
        yield made(None, F(1))
        yield made(F(1), None)


# ------------------------------------------------------------- Systemic manifestation score

MANIFESTATIONS = (
    "temperature",
    "rash",
    "lymphadenopathy",
    "hepatosplenomegaly",
    "serositis",
    "haemoglobin",
    "platelets",
    "ferritin",
)
SYSTEMIC_COLUMNS = ("marker", *MANIFESTATIONS, "expected")
FLAGS = MANIFESTATIONS[1:5]
FEVER_BANDS = ("37.5", "38", "39", "40")


def manifestations(given: Mapping[str, object]) -> Value:
    if given["temperature"] is None or given["haemoglobin"] is None:
        return None
    flags = [given[name] for name in FLAGS]
    platelets = None if given["platelets"] is None else F(str(given["platelets"])) > 600
    ferritin = None if given["ferritin"] is None else F(str(given["ferritin"])) > 500
    either = any_true([platelets, ferritin])
    if None in flags or either is None:
        return None
    fever = sum(F(str(given["temperature"])) > F(band) for band in FEVER_BANDS)
    anaemia = F(str(given["haemoglobin"])) < 9
    return F(fever + sum(map(bool, flags)) + anaemia + either)


WELL: dict[str, object] = {
    "temperature": "36.8",
    **dict.fromkeys(FLAGS, False),
    "haemoglobin": "12",
    "platelets": "300",
    "ferritin": "50",
}


def manifestations_row(case: str, change: Mapping[str, object], **about: object) -> Row:
    here = WELL | dict(change)
    name = "systemic_manifestation_score"
    return row(case, "score", name, **here, expected=manifestations(here), **about)


def systemic_manifestations() -> Iterator[Row]:
    made = manifestations_row
    yield made("well", {})
    ill = {
        "temperature": "41",
        **dict.fromkeys(FLAGS, True),
        "haemoglobin": "7",
        "platelets": "700",
        "ferritin": "9000",
    }
    yield made("everything", ill)
    bounds = [
        *(("temperature", "above", band) for band in FEVER_BANDS),
        ("haemoglobin", "below", "9"),
        ("platelets", "above", "600"),
        ("ferritin", "above", "500"),
    ]
    for name, word, bound in bounds:
        for step in ("-0.1", "0", "0.1"):
            value = F(bound) + F(step)
            about = {"threshold": f"{name} {word} {bound}", "side": side(value, F(bound))}
            yield made(f"{name} {decimal(value)}", {name: decimal(value)}, **about)
    for name in FLAGS:
        yield made(name, {name: True})
    for name in MANIFESTATIONS:
        yield made(f"{name} unknown", {name: None})
        yield made(f"{name} unknown, everything else there", ill | {name: None})
    yield made("platelets and ferritin unknown", {"platelets": None, "ferritin": None})
    yield made("temperature 45 is not allowed", {"temperature": "45"}) | {"expected": "refused"}


# -------------------------------------------------------------------------------- parJADAS

PARJADAS = ("parent_disease_activity", "pain", "parent_joints", "morning_stiffness_rating")
PARJADAS_COLUMNS = ("marker", *PARJADAS, "expected")


def parjadas_row(case: str, values: Values, **about: object) -> Row:
    known = [values[name] for name in PARJADAS]
    total: Value = None
    if None not in known:
        activity, pain, joints, stiffness = map(F, known)
        total = activity + pain + min(joints, F(10)) + stiffness
    return row(case, "score", "parjadas", **values, expected=total, **about)


def parjadas() -> Iterator[Row]:
    made = parjadas_row
    usual = dict(zip(PARJADAS, map(F, ("4.5", "3", "4", "6")), strict=True))
    for joints in (9, 10, 11):
        about = {"threshold": "parent_joints 10", "side": side(F(joints), F(10))}
        yield made(f"{joints} joints", usual | {"parent_joints": F(joints)}, **about)
    yield made("lowest", dict.fromkeys(PARJADAS, F(0)))
    yield made("highest", dict.fromkeys(PARJADAS, F(10)) | {"parent_joints": F(71)})
    for gap in PARJADAS:
        yield made(f"{gap} missing", usual | {gap: None})


# ------------------------------------------------------------------------------- MS score

MS = ("cns", "haemorrhage", "arthritis", "platelets", "ldh", "fibrinogen", "ferritin")
MS_COLUMNS = ("marker", *MS, "expected")
MS_WEIGHTS = ("2.44", "1.54", "-1.30", "-0.003", "0.001", "-0.004", "0.0001")


def ms_row(case: str, parts: Sequence[Value]) -> Row:
    total: Value = None
    if None not in parts:
        weighted = (F(weight) * F(part) for weight, part in zip(MS_WEIGHTS, parts, strict=True))
        total = sum(weighted, F(0))
    return row(case, "score", "ms_score", **dict(zip(MS, parts, strict=True)), expected=total)


def ms_score() -> Iterator[Row]:
    cases = [
        ("the page's first check", "0 0 1 150 800 200 10000"),
        ("the page's second check", "0 0 1 500 300 500 1000"),
        ("all 0", "0 0 0 0 0 0 0"),
        *((f"{name} alone", " ".join("01"[name == one] for one in MS)) for name in MS),
        ("everything", "1 1 1 40 5000 90 80000"),
        *((f"{name} missing", " ".join("1-"[name == one] for one in MS)) for name in MS),
    ]
    for case, text in cases:
        yield ms_row(case, [None if part == "-" else F(part) for part in text.split()])


def suggests_mas_row(score: str | None) -> Row:
    about = {}
    if score is not None:
        about = {"threshold": "at_least -2.1", "side": side(F(score), F("-2.1"))}
    return row(
        f"score {score or 'missing'}",
        "MS score cut-off",
        "minoia-2019",
        score=score,
        expected=None if score is None else F(score) >= F("-2.1"),
        **about,
    )


def suggests_mas() -> Iterator[Row]:
    for score in ("-2.2", "-2.101", "-2.1", "-2.099", "-2", "0", "41.8", "-8.4", None):
        yield suggests_mas_row(score)


# ---------------------------------------------------------------------------- MAS criteria

MAS = (
    "febrile",
    "known_or_suspected_sjia",
    "ferritin",
    "platelets",
    "ast",
    "triglycerides",
    "fibrinogen",
)
MAS_COLUMNS = (*MAS, "expected")


def mas(values: Mapping[str, object]) -> Flag:
    def above(name: str, bound: int) -> Flag:
        return None if values[name] is None else F(str(values[name])) > bound

    def up_to(name: str, bound: int) -> Flag:
        value = values[name]
        return at_most(None if value is None else F(str(value)), str(bound))

    needed = (
        up_to("platelets", 181),
        above("ast", 48),
        above("triglycerides", 156),
        up_to("fibrinogen", 360),
    )
    asked = [values["febrile"], values["known_or_suspected_sjia"]]
    flags = [flag if isinstance(flag, bool) else None for flag in asked]
    return all_true([*flags, above("ferritin", 684), at_least_true(2, needed)])


ILL: dict[str, object] = {
    "febrile": True,
    "known_or_suspected_sjia": True,
    "ferritin": "5000",
    "platelets": "100",
    "ast": "20",
    "triglycerides": "90",
    "fibrinogen": "500",
}


def mas_row(case: str, change: Mapping[str, object], **about: object) -> Row:
    here = ILL | dict(change)
    return row(case, "MAS criteria", "ravelli-2016", **here, expected=mas(here), **about)


def mas_2016() -> Iterator[Row]:
    fulfilled = {"platelets": "100", "ast": "90", "triglycerides": "300", "fibrinogen": "200"}
    quiet = {"platelets": "400", "ast": "20", "triglycerides": "90", "fibrinogen": "500"}
    made = mas_row
    bounds = (
        ("ferritin", "ferritin_above", 684),
        ("platelets", "platelets_at_most", 181),
        ("ast", "ast_above", 48),
        ("triglycerides", "triglycerides_above", 156),
        ("fibrinogen", "fibrinogen_at_most", 360),
    )
    for name, field, bound in bounds:
        # One other item is fulfilled, so that this one decides.
        other = "platelets" if name != "platelets" else "ast"
        here = quiet | {other: fulfilled[other]}
        if name == "ferritin":
            here |= {"ast": "90"}
        for step in ("-1", "-0.1", "0", "0.1", "1"):
            value = bound + F(step)
            about = {"threshold": f"{field} {bound}", "side": side(value, F(bound))}
            yield made(f"{name} {decimal(value)}", here | {name: decimal(value)}, **about)
    for count in range(5):
        here = quiet | {name: fulfilled[name] for name in list(fulfilled)[:count]}
        about = {"threshold": "needed 2", "side": side(F(count), F(2))}
        yield made(f"{count} of 4", here, **about)
        for gap in MAS:
            yield made(f"{count} of 4, {gap} unknown", here | {gap: None})
    for name in ("febrile", "known_or_suspected_sjia"):
        gone = dict.fromkeys(quiet)
        yield made(f"not {name}", fulfilled | {name: False})
        yield made(f"not {name}, all else unknown", gone | {name: False, "ferritin": None})


# --------------------------------------------------------------------------------- JSpADA

JSPADA = (
    "active_joints",
    "entheses",
    "pain",
    "esr",
    "marker_upper_limit",
    "morning_stiffness",
    "sacroiliitis",
    "uveitis",
    "abnormal_schober",
)
JSPADA_COLUMNS = ("measure", "marker", *JSPADA, "crp", "expected")
# What each version leaves out.
VERSIONS: dict[str, tuple[str, ...]] = {
    "jspada": (),
    "jspada7_no_schober": ("abnormal_schober",),
    "jspada7_no_marker": ("esr", "marker_upper_limit"),
    "jspada6": ("abnormal_schober", "esr", "marker_upper_limit"),
}


def half(value: Fraction, above_half: Fraction, above_full: Fraction) -> Fraction:
    return Fraction((value > above_half) + (value > above_full), 2)


def jspada(values: Mapping[str, object]) -> Value:
    """Return the sum of the items that are given."""
    if None in values.values():
        return None
    total = F(0)
    for name, value in values.items():
        if isinstance(value, bool):
            total += value
            continue
        number = F(str(value))
        if name in ("active_joints", "entheses"):
            total += half(number, F(0), F(2))
        elif name == "pain":
            total += Fraction((number > 0) + (number >= 5), 2)
        elif name == "morning_stiffness":
            total += number > 15
        elif name in ("esr", "crp"):
            limit = F(str(values["marker_upper_limit"]))
            total += half(number, limit, 2 * limit)
    return total


def jspada_row(case: str, measure: str, change: Mapping[str, object], **about: object) -> Row:
    out = VERSIONS[measure]
    here = {name: value for name, value in change.items() if name not in out}
    points = "threshold" in about
    return row(
        case,
        "JSpADA points" if points else "score",
        "weiss-2014" if points else measure,
        measure=measure,
        marker="" if "esr" in out else "esr",
        **here,
        expected=jspada(here),
        **about,
    )


def jspada_rows() -> Iterator[Row]:
    none: dict[str, object] = {
        "active_joints": "0",
        "entheses": "0",
        "pain": "0",
        "esr": "10",
        "marker_upper_limit": "20",
        "morning_stiffness": "0",
        **dict.fromkeys(JSPADA[6:], False),
    }
    most: dict[str, object] = {
        "active_joints": "9",
        "entheses": "9",
        "pain": "9",
        "esr": "90",
        "marker_upper_limit": "20",
        "morning_stiffness": "60",
        **dict.fromkeys(JSPADA[6:], True),
    }

    made = jspada_row
    bounds = (
        ("active_joints", "joints 0", ("0", "1")),
        ("active_joints", "joints 2", ("1", "2", "3")),
        ("entheses", "entheses 0", ("0", "1")),
        ("entheses", "entheses 2", ("1", "2", "3")),
        ("pain", "pain_above 0", ("0", "0.1")),
        ("pain", "pain_full 5", ("4.9", "5", "5.1")),
        ("esr", "times_upper_limit 1", ("19.9", "20", "20.1")),
        ("esr", "times_upper_limit 2", ("39.9", "40", "40.1")),
        ("morning_stiffness", "stiffness_above 15", ("14.9", "15", "15.1")),
    )
    turns = {"times_upper_limit 1": "20", "times_upper_limit 2": "40"}
    for measure, left_out in VERSIONS.items():
        yield made("nothing", measure, none)
        yield made("everything", measure, most)
        for name, threshold, values in bounds:
            bound = F(turns.get(threshold, threshold.rpartition(" ")[2]))
            for value in values:
                yield made(f"{name} {value}", measure, none | {name: value})
                if measure == "jspada":
                    about = {"threshold": threshold, "side": side(F(value), bound)}
                    yield made(f"{name} {value}", measure, none | {name: value}, **about)
        for name in JSPADA:
            if name in left_out:
                continue
            yield made(f"{name} missing", measure, none | {name: None})
            if isinstance(none[name], bool):
                yield made(name, measure, none | {name: True})


# ----------------------------------------------------------------------------- Joint sets

JOINT_COLUMNS = (
    "active",
    "not_examined",
    "injected",
    "injection_rule",
    "injection_days",
    "expected",
    "expected_min",
    "expected_max",
)
IN_BOTH = (
    "elbow",
    "wrist",
    *(f"mcp{number}" for number in (1, 2, 3)),
    "thumb_ip",
    *(f"pip{number}" for number in (2, 3, 4, 5)),
    "hip",
    "knee",
    "ankle",
)
IN_71_ALONE = (
    "temporomandibular",
    "sternoclavicular",
    "acromioclavicular",
    "shoulder",
    "mcp4",
    "mcp5",
    *(f"dip{number}" for number in (2, 3, 4, 5)),
    "subtalar",
    "intertarsal",
    *(f"mtp{number}" for number in (1, 2, 3, 4, 5)),
    *(f"toe_ip{number}" for number in (1, 2, 3, 4, 5)),
)


def sides(regions: Sequence[str]) -> list[str]:
    return [f"{region}_{side_}" for region in regions for side_ in ("left", "right")]


EVERY_JOINT = ["cervical_spine", *sides(IN_BOTH), *sides(IN_71_ALONE)]
SMALL_SET = {"cervical_spine", *sides(IN_BOTH)}
if (len(SMALL_SET), len(EVERY_JOINT)) != (27, 71):
    raise ValueError("the joints of the page are 27 and 71")


def joints_row(name: str, case: str, active: Sequence[str], unseen: Sequence[str] = ()) -> Row:
    counted = EVERY_JOINT if name == "joints-71" else SMALL_SET
    lowest = len(set(active) & set(counted))
    highest = lowest + len(set(unseen) & set(counted))
    return row(
        case,
        "joint set",
        name,
        active=" ".join(active),
        not_examined=" ".join(unseen),
        expected=lowest if lowest == highest else None,
        expected_min=lowest,
        expected_max=highest,
    )


def joints() -> Iterator[Row]:
    made = joints_row
    for name in ("joints-71", "joints-27"):
        yield made(name, "none", [])
        yield made(name, "all", EVERY_JOINT)
        yield made(name, "one not examined", ["knee_left", "mcp2_right"], ["hip_left"])
        yield made(name, "one of the 71 alone not examined", ["knee_left"], ["shoulder_left"])
        yield made(name, "nothing examined", [], EVERY_JOINT)
        for joint in EVERY_JOINT:
            yield made(name, f"{joint} alone", [joint])
    yield made("joints-71", "no such joint", ["knee"]) | dict.fromkeys(
        ("expected", "expected_min", "expected_max"), "refused"
    )
    yield from injections()


def injections() -> Iterator[Row]:
    for rule in ("carried-active", "not-assessable"):
        for days in (0, 29, 30, 31):
            for active in ("", "knee_left"):
                here = days <= 30
                lowest = 1 if active else 0
                highest = lowest
                if here and rule == "carried-active":
                    lowest = highest = 1
                elif here:
                    lowest, highest = 0, 1
                yield row(
                    f"{active or 'nothing'} found, injected {days} days ago, for 30 days",
                    "injection rule",
                    rule,
                    active=active,
                    injected=f"knee_left {days}",
                    injection_rule=rule,
                    injection_days=30,
                    expected=lowest if lowest == highest else None,
                    expected_min=lowest,
                    expected_max=highest,
                )
