"""Inactive disease."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from tests.conformance.writing import F, Row, row, side

# ------------------------------------------------------------------------------ Inactive disease

KIND_INACTIVE = "inactive disease criteria"
SYSTEMIC = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy")
FINDINGS = (*SYSTEMIC, "uveitis")
INACTIVE_COLUMNS = (
    "physician_global",
    "active_joints",
    *FINDINGS,
    "stills_symptoms",
    "enthesitis",
    "glucocorticoids",
    "ilar_category",
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
    forgive = criteria in BY_2011
    both = [normal(visit_, marker, forgive=forgive) for marker in ("esr", "crp")]
    tested = [fine for was_tested, fine in both if was_tested]
    if criteria == "eular-pres-2024":
        markers = [fine if was_tested else None for was_tested, fine in both]
        return all_true([opposite_of(visit_, "stills_symptoms"), *markers])
    if criteria == "recapture-jia":
        physician = visit_.get("physician_global")
        below_one = None if physician is None else F(str(physician)) < 1
        return all_true([at_most(visit_.get("active_joints"), 0), below_one])
    joints = at_most(visit_.get("active_joints"), 0)
    if criteria == "reacch-out":
        physician = visit_.get("physician_global")
        below_one = None if physician is None else F(str(physician)) < 1
        return all_true([joints, below_one, *reacch_out_findings(visit_)])
    items: list[Flag] = [joints, *(opposite_of(visit_, name) for name in FINDINGS)]
    items.append(at_most(visit_.get("physician_global"), 0))
    if criteria == "wallace-no-markers":
        return all_true(items)
    if criteria in BY_2011:
        items.append(at_most(visit_.get("morning_stiffness"), 15))
    if criteria == "wallace-2011-no-glucocorticoids":
        items.append(opposite_of(visit_, "glucocorticoids"))
    one_is_enough = criteria in BY_2011 and visit_.get("markers") == "any"
    if not tested:
        items.append(None)
    else:
        items.append(any_true(tested) if one_is_enough else all_true(tested))
    return all_true(items)


# Which categories each finding is asked about in.
ASKED_IN = dict.fromkeys(SYSTEMIC, ("systemic",)) | {
    "enthesitis": ("enthesitis_related", "psoriatic")
}


def reacch_out_findings(visit_: Mapping[str, object]) -> list[Flag]:
    """Return what must hold of the findings, whichever category an unknown one may be."""
    category = visit_.get("ilar_category")
    items = [opposite_of(visit_, "uveitis")]
    for finding, categories in ASKED_IN.items():
        absent = opposite_of(visit_, finding)
        if category is None:
            items.append(True if absent else None)
        elif category in categories:
            items.append(absent)
    return items


def opposite_of(visit_: Mapping[str, object], name: str) -> Flag:
    flag = visit_.get(name)
    return opposite(flag) if isinstance(flag, bool) else None


BY_2011 = ("wallace-2011", "wallace-2011-no-glucocorticoids")
WALLACE = ("wallace-2004", "wallace-no-markers", *BY_2011)
# Physician global below 1, and the exact value 1 is not.
BELOW_ONE = ("reacch-out", "recapture-jia")


CATEGORIES = (
    *("systemic", "oligoarthritis_persistent", "oligoarthritis_extended"),
    *("polyarthritis_rf_negative", "polyarthritis_rf_positive", "psoriatic"),
    *("enthesitis_related", "undifferentiated"),
)


WELL: dict[str, object] = {
    "physician_global": 0,
    "active_joints": 0,
    **dict.fromkeys(FINDINGS, False),
    "stills_symptoms": False,
    "enthesitis": False,
    "glucocorticoids": False,
    "ilar_category": "systemic",
    "morning_stiffness": 10,
    "esr": 12,
    "esr_upper_limit": 20,
    "crp": 3,
    "crp_upper_limit": 5,
    "markers": None,
}


def inactive_row(case: str, criteria: str, change: Mapping[str, object], **about: object) -> Row:
    here = WELL | dict(change)
    if criteria not in BY_2011:
        here["markers"] = None
    return row(case, KIND_INACTIVE, criteria, **here, expected=inactive(criteria, here), **about)


def inactive_disease() -> Iterator[Row]:
    made = inactive_row
    for criteria in (*WALLACE, "eular-pres-2024", *BELOW_ONE):
        rule = {"markers": "all"}
        yield made("well", criteria, rule)
        own = criteria != "eular-pres-2024"
        bounds: list[tuple[str, str, tuple[str, ...]]] = []
        if own:
            bounds.append(("active_joints", "0", ("0", "1")))
            if criteria in BELOW_ONE:
                bounds.append(("physician_global", "1", ("0.9", "1", "1.1")))
            else:
                bounds.append(("physician_global", "0", ("0", "0.1")))
        if criteria in BY_2011:
            bounds.append(("morning_stiffness", "15", ("14", "15", "16")))
        for name, bound, values in bounds:
            for value in values:
                about = {"threshold": f"{name} {bound}", "side": side(F(value), F(bound))}
                yield made(f"{name} {value}", criteria, rule | {name: value}, **about)
        for name in (*FINDINGS, "stills_symptoms", "enthesitis", "glucocorticoids"):
            yield made(f"{name} there", criteria, rule | {name: True})
            yield made(f"{name} unknown", criteria, rule | {name: None})
            yield made(f"{name} unknown, joints", criteria, rule | {name: None, "active_joints": 2})
        for name in ("physician_global", "active_joints", "morning_stiffness"):
            yield made(f"{name} missing", criteria, rule | {name: None})
        gone = dict.fromkeys(WELL)
        empty = "missing ESR or joints read as 0"
        yield made("an empty form", criteria, gone | rule, mistake=empty)
        for choice in ("any", "all"):
            yield from marker_rows(made, criteria, choice)
    for category in (*CATEGORIES, None):
        of_category = {"ilar_category": category}
        for name in (*ASKED_IN, "uveitis"):
            for there, word in ((True, "there"), (None, "unknown")):
                case = f"{name} {word}, {category or 'category unknown'}"
                yield made(case, "reacch-out", of_category | {name: there})
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


# ------------------------------------------------------------------ Response of systemic symptoms

RESPONSE_COLUMNS = (
    "highest_temperature",
    "baseline_esr",
    "baseline_crp",
    "esr",
    "crp",
    "esr_upper_limit",
    "crp_upper_limit",
    "expected",
)


def responded(visit_: Mapping[str, object]) -> Flag:
    """Return whether there was no fever, and each reactant is normal or has halved."""
    temperature = visit_.get("highest_temperature")
    items: list[Flag] = [None if temperature is None else F(str(temperature)) < 38]
    for name in ("esr", "crp"):
        now, limit = visit_.get(name), visit_.get(f"{name}_upper_limit")
        before = visit_.get(f"baseline_{name}")
        halved: Flag = None
        if before is not None and now is not None:
            # Nothing improves from 0.
            halved = F(str(before)) > 0 and F(str(before)) - F(str(now)) >= F(str(before)) / 2
        items.append(any_true([None if limit is None else at_most(now, limit), halved]))
    return all_true(items)


RESPONDED: dict[str, object] = {
    "highest_temperature": 37,
    "baseline_esr": 80,
    "baseline_crp": 90,
    "esr": 10,
    "crp": 6,
    "esr_upper_limit": 10,
    "crp_upper_limit": 6,
}


def responded_row(case: str, change: Mapping[str, object], **about: object) -> Row:
    here = RESPONDED | dict(change)
    kind = "systemic response criteria"
    return row(case, kind, "quartier-2011", **here, expected=responded(here), **about)


def systemic_response() -> Iterator[Row]:
    made = responded_row
    yield made("both normal", {})
    for value in ("37.9", "38", "38.1"):
        about = {"threshold": "fever_limit 38", "side": side(F(value), F(38))}
        yield made(f"highest temperature {value}", {"highest_temperature": value}, **about)
    for value in ("39.9", "40", "40.1"):
        fell = 100 * (1 - F(value) / 80)
        about = {"threshold": "fall 50", "side": side(fell, F(50))}
        yield made(f"ESR 80 to {value}", {"esr": value}, **about)
    for name, at in (("esr", "10"), ("crp", "6")):
        for value in (at, f"{at}.1"):
            yield made(f"{name} {value} from {value}", {f"baseline_{name}": value, name: value})
        for gap in (name, f"baseline_{name}", f"{name}_upper_limit"):
            yield made(f"{gap} unknown", {gap: None})
            yield made(f"{gap} unknown, raised", {name: 70, gap: None})
        yield made(f"{name} from 0", {f"baseline_{name}": 0, name: 20})
    yield made("temperature not recorded", {"highest_temperature": None})
    yield made("temperature not recorded, ESR as before", {"highest_temperature": None, "esr": 80})
