"""ACR Pediatric response, flares and loss of response."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping
from fractions import Fraction

from tests import exact
from tests.conformance.writing import SEED, F, Row, Values, decimal, given, row, side
from tests.exact import SIX, Value

# ----------------------------------------------------------------------- ACR Pediatric response

KIND_ACR = "response criteria"
# Whether worsening by exactly 30 % counts, and what is fever: above the limit, or from it on.
ACR: dict[str, tuple[str, tuple[str, bool] | None]] = {
    "giannini-1997": ("giannini-1997", None),
    "ntr4146": ("ntr4146", None),
    "ruperto-2012": ("giannini-1997", ("38", False)),
    "de-benedetti-2012": ("giannini-1997", ("37.5", True)),
    "quartier-2011": ("giannini-1997", None),
}
# Criteria that ask whether the systemic symptoms have responded too.
SYSTEMIC = ("quartier-2011",)


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
    "systemic_response",
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
    systemic: bool | None = True,
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
    if criteria in SYSTEMIC:
        more = {"systemic_response": systemic}
        if systemic is None:
            lowest, unchanged, gaps = 0, 0, True
        elif not systemic:
            lowest = highest = unchanged = 0
    level: int | None = lowest if lowest == highest else None
    if missing == "worst-case":
        level = lowest
    elif missing == "unchanged":
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
POLICIES = ("worst-case", "unchanged", "complete-case")


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
        yield acr_row("not attended", criteria, full, better, missing="unchanged", attended=False)
        yield acr_row("attended", criteria, full, better, missing="unchanged", attended=True)
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
        if criteria in SYSTEMIC:
            yield from systemic_rows(criteria)
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


def systemic_rows(criteria: str) -> Iterator[Row]:
    full, better, gappy = six("8 8 2 20 10 50"), six("2 2 0.5 4 5 45"), six("2 2 1 20 - 70")
    for systemic, word in ((False, "have not responded"), (None, "are unknown")):
        case = f"systemic symptoms {word}"
        yield acr_row(case, criteria, full, better, systemic=systemic)
        yield acr_row(f"{case}, level 0 anyhow", criteria, full, full, systemic=systemic)
        yield acr_row(f"{case}, with a gap", criteria, full, gappy, systemic=systemic)
        for policy in POLICIES:
            of_policy = f"{case}: {policy}"
            yield acr_row(of_policy, criteria, full, better, missing=policy, systemic=systemic)


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
    # A worsening by less than 1 %, and one joint more of 11, which is 9.1 %.
    yield flare_row("chaq 1 to 1.005", criteria, reference, worse | {"chaq": F("1.005")})
    eleven = reference | {"active_joints": F(11)}
    yield flare_row("11 joints to 12", criteria, eleven, worse | {"active_joints": F(12)})
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


def loss_row(
    case: str, criteria: str, level: int, baseline: Values, reached: Values, now: Values
) -> Row:
    had = three_valued(*exact.acr_ped(criteria, baseline, reached), level)
    has = three_valued(*exact.acr_ped(criteria, baseline, now), level)
    lost: bool | None = None
    if had is False or has is True:
        lost = False
    elif had is True and has is False:
        lost = True
    return row(
        case,
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
                case = f"level {level}: {before}, then {after}"
                reached, now = six(reached_text), six(now_text)
                yield loss_row(case, criteria, level, baseline, reached, now)
