"""Random questions for every verdict and score, answered in exact arithmetic: `make fuzz`.

Each row is drawn from a seed, most of its values next to a bound, some missing. What is expected
comes from the rules of `tests.conformance`, which were written from the papers on fractions; the
package answers each row alone and again as one of many in a column.

    python -m tests.fuzz --rows 100000 --seed 1 --write docs/validation/fuzz.csv
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

from jiascores import __version__
from jiascores.catalogue.verification import ALONE, Failure, failures_of, rows_together
from tests import exact
from tests.conformance import activity, core_sets, inactivity, items, scores_and_states, tables
from tests.conformance.files import FILES
from tests.conformance.writing import ABOUT, F, Row, Values
from tests.exact import SIX, Value

SEED = 20_261_128
GAPS = 0.07
Source = random.Random
WORDS_OF_ACR = ("", "worst-case", "unchanged", "complete-case")


def near(
    source: Source,
    *bounds: object,
    low: object = 0,
    high: object = 10,
    step: object = "0.1",
    gaps: float = GAPS,
) -> Value:
    """Return a decimal within limits: at or next to a bound, or anywhere; or a gap."""
    if source.random() < gaps:
        return None
    lowest, highest, width = F(str(low)), F(str(high)), F(str(step))
    if bounds and source.random() < 0.7:
        tiny = width if width == 1 else source.choice([width, width / 10, width / 1000])
        value = F(str(source.choice(bounds))) + source.choice([-1, 0, 0, 1]) * tiny
    else:
        value = lowest + width * source.randint(0, int((highest - lowest) / width))
    return min(max(value, lowest), highest)


def flag(source: Source) -> bool | None:
    return source.choice([True, False, False, None])


def text(value: Value) -> str | None:
    return None if value is None else str(float(value)) if value.denominator > 1 else str(value)


# ------------------------------------------------------------------------------------- the rows


def score_row(source: Source) -> Row:
    name = source.choice(scores_and_states.ALL_JADAS)
    return scores_and_states.score_row("", name, parts(source), marker=_marker(source))


def _marker(source: Source) -> str:
    return source.choice(["esr", "crp"])


def parts(source: Source) -> Values:
    joints = near(source, 9, 10, 11, 27, high=71, step=1)
    fewest = 0 if joints is None else max(0, int(joints) - 44)
    most = 27 if joints is None else min(27, int(joints))
    return {
        "physician_global": near(source, 0, 10),
        "patient_global": near(source, 0, 10),
        "active_joints": joints,
        "active_joints_27": near(source, low=fewest, high=most, step=1),
        "systemic_manifestations": near(source, high=10, step=1),
        "esr": near(source, 20, 120, high=150),
        "crp": near(source, 10, 110, high=300),
    }


def state_row(source: Source) -> Row:
    cutoffs, measure, course, bounds = source.choice(STATE_SETS)
    score = near(source, *(bound for _, bound in bounds), high=exact_highest(measure))
    return scores_and_states.row(
        "",
        scores_and_states.KIND_STATE,
        cutoffs,
        measure=measure,
        course=scores_and_states.asked(course),
        score=score,
        expected=exact.state(cutoffs, measure, course, score),
    )


STATE_SETS = list(scores_and_states.state_sets())


def exact_highest(measure: str) -> int:
    return int(scores_and_states.HIGHEST[measure])


def part_row(source: Source) -> Row:
    cutoffs, measure, course, bounds = source.choice(STATE_SETS)
    marker = _marker(source)
    values = parts(source)
    known = [values[name] for name in ("physician_global", "active_joints", "active_joints_27")]
    if bounds and None not in known and source.random() < 0.6:
        # The patient global that brings the rest up to a bound, or next to it.
        rest = exact_rest(measure, values, marker)
        wanted = source.choice(bounds)[1] + source.choice([F("-0.1"), F(0), F(0), F("0.1")])
        if rest is not None and 0 <= wanted - rest <= 10:
            values = values | {"patient_global": wanted - rest}
    return scores_and_states.part_row(cutoffs, measure, course, values, marker, case="random")


def exact_rest(measure: str, values: Values, marker: str) -> Value:
    inputs = {name: value for name, value in values.items() if name in (marker, *COUNTED)}
    return scores_and_states.jadas(measure, inputs | {"patient_global": Fraction(0)})


COUNTED = (
    "physician_global",
    "active_joints",
    "active_joints_27",
    "systemic_manifestations",
)


def pair(source: Source, marker: str = "esr") -> tuple[Values, Values]:
    """Return two core sets; many of the second are at 30, 50, 70 or 90 % of a change, or beside."""
    earlier: Values = {}
    now: Values = {}
    for name in (*SIX, marker):
        step, top = F(core_sets.STEPS.get(name, "1")), core_sets.TOPS.get(name, 30)
        start = step * source.choice([0, source.randrange(top + 1), source.randrange(top + 1)])
        end = step * source.choice([0, source.randrange(top + 1), source.randrange(top + 1)])
        percent = source.choice([-90, -70, -50, -40, -30, 0, 30, 40, 100])
        aimed = start * (1 + F(percent) / 100)
        whole = name in ("active_joints", "limited_joints")
        if source.random() < 0.5 and 0 <= aimed <= top * step and not (whole and aimed % 1):
            end = aimed
        earlier[name] = None if source.random() < GAPS / 2 else start
        now[name] = None if source.random() < GAPS / 2 else end
    return earlier, now


def acr_row(source: Source) -> Row:
    marker = _marker(source)
    earlier, now = pair(source, marker)
    policy = source.choice(WORDS_OF_ACR)
    criteria = source.choice(list(core_sets.ACR))
    return core_sets.acr_row(
        "",
        criteria,
        earlier,
        now,
        missing=policy,
        attended=source.choice([True, False]) if policy == "unchanged" else None,
        upper_limit=source.choice([None, None, Fraction(15)]),
        temperature=text(near(source, "37.5", "38", low=36, high=41)),
        systemic=flag(source),
    )


def flare_row(source: Source) -> Row:
    criteria = source.choice([*core_sets.COUNTING, "brunner-2002-c"])
    # The third criteria of Brunner name the ESR.
    marker = "esr" if criteria == "brunner-2002-c" else _marker(source)
    reference, now = pair(source, marker)
    return core_sets.flare_row("", criteria, reference, now, fever=flag(source))


def loss_row(source: Source) -> Row:
    baseline, reached = pair(source)
    _, now = pair(source)
    criteria = source.choice(["giannini-1997", "ntr4146"])
    level = source.choice([30, 50, 70, 90, 100])
    return core_sets.loss_row("", criteria, level, baseline, reached, now)


def inactive_row(source: Source) -> Row:
    names = (*inactivity.FINDINGS, "stills_symptoms", "enthesitis", "glucocorticoids")
    calm = source.random() < 0.5
    change: dict[str, object] = {
        "physician_global": text(near(source, 0, 1)),
        "active_joints": text(near(source, 0, 1, high=71, step=1)),
        "morning_stiffness": text(near(source, 15, high=90)),
        "ilar_category": source.choice([*inactivity.CATEGORIES, None]),
        "markers": source.choice(["any", "all"]),
        "not_due_to_jia": source.choice([True, False, None, None]),
        **{name: False if calm else flag(source) for name in names},
    }
    for marker, limit in (("esr", 20), ("crp", 5)):
        change[marker] = text(near(source, limit, high=60))
        change[f"{marker}_upper_limit"] = source.choice([limit, limit, None])
        if change[marker] is None:
            change[f"{marker}_normal"] = flag(source)
    criteria = source.choice([*inactivity.WALLACE, "eular-pres-2024", *inactivity.BELOW_ONE])
    return inactivity.inactive_row("", criteria, change)


def responded_row(source: Source) -> Row:
    change: dict[str, object] = {
        "highest_temperature": text(near(source, 38, low=36, high=41)),
    }
    for marker, limit in (("esr", 10), ("crp", 6)):
        before = near(source, 0, high=100, step=1)
        half = () if before is None else (before / 2,)
        change[f"baseline_{marker}"] = text(before)
        change[marker] = text(near(source, limit, *half, high=100))
        change[f"{marker}_upper_limit"] = source.choice([limit, limit, None])
    return inactivity.responded_row("", change)


def minimal_row(source: Source) -> Row:
    name, count = source.choice(list(activity.MINIMAL.items()))
    values = {
        "physician_global": near(source, "2.5", "3.4"),
        "patient_global": near(source, "2.1"),
        "joints": near(source, 0, 1, high=71, step=1),
    }
    course = source.choice(["oligo", "poly", None])
    return activity.minimal_row("", name, count, course, values)


def level_row(source: Source) -> Row:
    name = source.choice(list(activity.LEVELS))
    low_joints, low_ph, low_pt, joints, physician, patient = activity.LEVELS[name]
    limit = source.choice([F(20), None])
    values: Values = {
        "active_joints": near(source, low_joints, joints, high=71, step=1),
        "physician_global": near(source, low_ph, physician),
        "patient_global": near(source, low_pt, patient),
        "marker": near(source, 20, 40, high=150),
        "upper_limit": limit,
    }
    return activity.level_row(source.choice(["ESR", "CRP"]), name, values)


def polyarthritis_row(source: Source) -> Row:
    joints = near(source, 0, 1, 3, high=71, step=1)
    # The score has the globals, and at most ten of the joints.
    counted = 0 if joints is None else min(int(joints), 10)
    score = near(source, "2.5", counted, low=counted, high=20 + counted)
    if joints is None and score is not None:
        expected = "moderate_or_high" if score > F("2.5") else None
    elif score is None:
        expected = "moderate_or_high" if joints is not None and joints > F("2.5") else None
    elif score > F("2.5"):
        expected = "moderate_or_high"
    else:
        expected = "low" if joints and joints >= 1 else "not_classified"
    return activity.polyarthritis_row(score, joints, expected)


def escalation_row(source: Source) -> Row:
    month, course = source.choice(list(activity.ESCALATE_ABOVE))
    score = near(source, activity.ESCALATE_ABOVE[month, course], high=91)
    return activity.escalation_row(month, course, score)


def uncontrolled_row(source: Source) -> Row:
    values = {name: near(source, 3) for name in activity.UNCONTROLLED[:2]}
    values["active_joints"] = near(source, 3, high=71, step=1)
    values["biologicals_tried"] = near(source, 2, high=9, step=1)
    return activity.uncontrolled_row("", values)


def horneff_row(source: Source) -> Row:
    before = near(source, 5, 15, 25, high=40)
    fall = source.choice([4, 10, 17])
    aimed = () if before is None or before < fall else (before - fall,)
    return activity.horneff_row(before, near(source, *aimed, high=40))


def bulatovic_row(source: Source) -> Row:
    before = near(source, high=40)
    aimed = () if before is None or before < 6 else (before - F("5.5"), before + F("1.7"))
    return activity.bulatovic_row(before, near(source, *aimed, high=50))


def chaq_change_row(source: Source) -> Row:
    name = source.choice(list(items.CHAQ_DIFFERENCES))
    before = near(source, high=3, step="0.125")
    differences = items.CHAQ_DIFFERENCES[name]
    aimed = () if before is None else tuple(before + F(by) for by in differences)
    return items.chaq_change_row(name, before, near(source, *aimed, high=3, step="0.001"))


def relapse_row(source: Source) -> Row:
    return source.choice(RELAPSES)


RELAPSES = list(activity.relapse())
COURSES = list(activity.course())


def chaq_row(source: Source) -> Row:
    answers = " ".join(source.choice("0012233-") for _ in items.DOMAINS)
    aids, help_ = (
        " ".join(name for name in items.DOMAINS if source.random() < 0.12) for _ in range(2)
    )
    return items.chaq_row("", answers, aids, help_)


def chaq_items_row(source: Source) -> Row:
    answers = [
        [source.choice(["0", "1", "2", "3", "0", "-", items.NOT_APPLICABLE]) for _ in range(count)]
        for count in items.ITEMS
    ]
    for part in answers:
        if source.random() < 0.2:
            part[:] = [source.choice(["-", items.NOT_APPLICABLE])] * len(part)
    aids = " ".join(name for name in items.DOMAINS if source.random() < 0.1)
    return items.chaq_item_row("", answers, aids)


def manifestations_row(source: Source) -> Row:
    return items.manifestations_row(
        "",
        {
            "temperature": text(near(source, *items.FEVER_BANDS, low=35, high=42)),
            **{name: flag(source) for name in items.FLAGS},
            "haemoglobin": text(near(source, 9, low=4, high=18)),
            "platelets": text(near(source, 600, high=1500)),
            "ferritin": text(near(source, 500, high=5000)),
        },
    )


def parjadas_row(source: Source) -> Row:
    values = {name: near(source, 0, 10) for name in items.PARJADAS}
    return items.parjadas_row("", values | {"parent_joints": near(source, 10, high=71, step=1)})


def ms_row(source: Source) -> Row:
    found = [near(source, high=1, step=1) for _ in range(3)]
    tests = [near(source, high=high, step=1) for high in (900, 5000, 900, 80_000)]
    return items.ms_row("", [*found, *tests])


def suggests_mas_row(source: Source) -> Row:
    return items.suggests_mas_row(text(near(source, "-2.1", low="-8", high=40)))


def mas_row(source: Source) -> Row:
    bounds = {"ferritin": 684, "platelets": 181, "ast": 48, "triglycerides": 156}
    tests = {
        name: text(near(source, bound, high=2 * bound))
        for name, bound in (bounds | {"fibrinogen": 360}).items()
    }
    yes = {name: source.choice([True, True, flag(source)]) for name in items.MAS[:2]}
    return items.mas_row("", yes | tests)


def jspada_row(source: Source) -> Row:
    values: dict[str, object] = {
        "active_joints": text(near(source, 0, 2, high=71, step=1)),
        "entheses": text(near(source, 0, 2, high=30, step=1)),
        "pain": text(near(source, 0, 5)),
        "esr": text(near(source, 20, 40, high=120)),
        "marker_upper_limit": text(near(source, low=20, high=20)),
        "morning_stiffness": text(near(source, 15, high=120)),
        **{name: source.choice([True, False, None]) for name in items.JSPADA[6:]},
    }
    return items.jspada_row("", source.choice(list(items.VERSIONS)), values)


def joints_row(source: Source) -> Row:
    some = source.sample(items.EVERY_JOINT, source.randint(0, 30))
    cut = source.randint(0, len(some))
    name = source.choice(["joints-71", "joints-27"])
    return items.joints_row(name, "", some[:cut], some[cut:])


DRAWS: dict[str, Callable[[Source], Row]] = {
    "scores": score_row,
    "disease_state": state_row,
    "states_from_parts": part_row,
    "acr_ped": acr_row,
    "flare": flare_row,
    "loss_of_response": loss_row,
    "inactive_disease": inactive_row,
    "systemic_response": responded_row,
    "reacch_out_flare": relapse_row,
    "minimal_disease_activity": minimal_row,
    "activity_level": level_row,
    "polyarthritis_state": polyarthritis_row,
    "escalation_indicated": escalation_row,
    "chronically_uncontrolled": uncontrolled_row,
    "horneff_improvement": horneff_row,
    "bulatovic_change": bulatovic_row,
    "course": lambda source: source.choice(COURSES),
    "chaq": chaq_row,
    "chaq_items": chaq_items_row,
    "chaq_change": chaq_change_row,
    "systemic_manifestations": manifestations_row,
    "parjadas": parjadas_row,
    "ms_score": ms_row,
    "suggests_mas": suggests_mas_row,
    "mas_2016": mas_row,
    "jspada": jspada_row,
    "joints": joints_row,
}


def retreatment_case(source: Source) -> list[Row]:
    text, infusions = tables.random_course(source)
    seen = [
        (30 * place, core_sets.six(values), source.random() < 0.1)
        for place, values in enumerate(text.split("|"))
    ]
    return list(tables.retreatment_rows("", seen, infusions))


# A case of these is one patient, with a row for each visit.
CASES: dict[str, Callable[[Source], list[Row]]] = {
    "retreatment": retreatment_case,
    "remission": lambda source: list(tables.random_remission("", source)),
}
VISITS = 10


# ----------------------------------------------------------------------------------- the running


def cases_of(family: str, number: int, seed: int) -> Iterator[list[Row]]:
    """Yield random cases of one file of check values, with every column that the file has."""
    source = random.Random(f"{seed} {family}")
    blank = dict.fromkeys((*ABOUT, *FILES[family][1]), "")
    for _ in range(number // VISITS if family in CASES else number):
        case = CASES[family](source) if family in CASES else [DRAWS[family](source)]
        yield [blank | row for row in case]


def failures(family: str, cases: Sequence[Sequence[Row]]) -> list[Failure]:
    """Return what the package answers otherwise, each case alone and many rows in a column."""
    found = [failure for case in cases for failure in failures_of(family, case)]
    if family in DRAWS and family not in ALONE:
        rows = [row for case in cases for row in case]
        for together in rows_together(rows):
            found += failures_of(family, together, in_columns=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="rows of each family")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--write", type=Path, help="a CSV file for the figures")
    given = parser.parse_args()
    table = []
    for family in (*DRAWS, *CASES):
        start = time.perf_counter()
        wrong = total = distinct = 0
        for part in range(0, given.rows, 10_000):
            cases = list(cases_of(family, min(10_000, given.rows - part), given.seed + part))
            rows = [row for case in cases for row in case]
            found = failures(family, cases)
            total += len(rows)
            distinct += len({tuple(row.items()) for row in rows})
            wrong += len(found)
            for failure in found[:3]:
                sys.stdout.write(f"  {failure}\n")
        took = time.perf_counter() - start
        sys.stdout.write(f"{family:<26}{total:>9,} rows, {wrong} wrong, {took:.0f} s\n")
        table.append((family, total, distinct, wrong))
    if given.write:
        about = (datetime.now(UTC).date().isoformat(), __version__, given.seed)
        with given.write.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("date", "version", "seed", "family", "rows", "distinct", "wrong"))
            writer.writerows((*about, *row) for row in table)
    raise SystemExit(any(wrong for *_, wrong in table))


if __name__ == "__main__":
    main()
