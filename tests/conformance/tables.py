"""What is judged over several visits or days: tables, retreatment, adverse events."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import date, timedelta

from tests import exact
from tests.conformance.core_sets import six
from tests.conformance.writing import SEED, F, Row, Values, decimal, row, side
from tests.exact import SIX, Value

MARKED = (*SIX, "esr")
# A case has several rows, one for each visit.
VISIT_COLUMNS = (
    "ask",
    "criteria",
    "reference",
    "baseline",
    "units",
    "date",
    *SIX,
    "esr",
    "crp",
    "expected",
)


def day(number: int) -> str:
    return (date(2020, 1, 1) + timedelta(days=number)).isoformat()


def visits() -> Iterator[Row]:
    yield from unit_rows()
    yield from gap_rows()
    yield from baseline_rows()
    yield from best_rows()


def visit_row(case: str, name: str, number: int, values: Values, **more: object) -> Row:
    kind = "score" if name == more.get("ask") else str(more.pop("kind"))
    return row(case, kind, name, date=day(number), **values, **more)


def unit_rows() -> Iterator[Row]:
    mm = "globals in mm added as they are"
    values = six("62 55 1 12 10 48") | {"chaq": F(1)}
    score = exact.jadas("jadas71", values | {n: F(values[n]) / 10 for n in SIX[:2]})
    ask = {"ask": "jadas71", "mistake": mm}
    declared = "physician_global=mm patient_global=mm"
    yield visit_row("mm, declared", "jadas71", 0, values, **ask, units=declared, expected=score)
    yield visit_row("mm, not declared", "jadas71", 0, values, **ask, expected="refused")
    wrong = "CRP in mg/dL used as mg/L"
    values = six("2 2 1 2 2 4.5", "crp")
    score = exact.jadas("jadas71", values | {"crp": F(45)})
    ask = {"ask": "jadas71", "mistake": wrong}
    yield visit_row("mg/dL", "jadas71", 0, values, **ask, units="crp=mg/dL", expected=score)
    score = exact.jadas("jadas71", values)
    yield visit_row("mg/L", "jadas71", 0, values, **ask, expected=score)


def gap_rows() -> Iterator[Row]:
    mistake = "a count column with one gap becomes float and is refused, or a gap becomes False"
    texts = ("6 5 1.5 12 10 40", "2 2 0.75 - 6 20", "2 2 0.75 4 6 20")
    for number, text in enumerate(texts):
        values = six(text)
        score = exact.jadas("jadas71", values)
        about = {"ask": "jadas71", "mistake": mistake, "expected": score}
        yield visit_row("a gap in the counts", "jadas71", 30 * number, values, **about)
    base = six("2 2 0.5 4 4 20")
    for number, text in enumerate(("2 2 0.5 4 4 20", "4 4 0.5 4 - 20", "4 4 1 8 4 20")):
        values = six(text)
        flared = None if number == 0 else exact.flare("prcsg-printo", base, values)
        yield visit_row(
            "a gap that leaves a flare open",
            "prcsg-printo",
            30 * number,
            values,
            kind="flare criteria",
            ask="flare",
            criteria="prcsg-printo",
            reference="baseline",
            baseline="first",
            mistake=mistake,
            expected=flared,
        )


def baseline_rows() -> Iterator[Row]:
    mistake = "two baseline rows on a date"
    for case, days in (("one baseline", (0, 30, 60)), ("two baselines", (0, 0, 60))):
        texts = ("6 5 1.5 12 10 40", "8 8 2 20 10 50", "2 2 0.75 4 6 20")
        base = six(texts[0])
        for number, text in zip(days, texts, strict=True):
            values = six(text)
            expected: object = None if number == 0 else exact.acr_ped("giannini-1997", base, values)
            if isinstance(expected, tuple):
                expected = expected[0] if expected[0] == expected[1] else None
            yield visit_row(
                case,
                "giannini-1997",
                number,
                values,
                kind="response criteria",
                ask="acr_ped",
                baseline="first",
                mistake=mistake,
                expected="refused" if case == "two baselines" else expected,
            )


def best_rows() -> Iterator[Row]:
    """Flare against the best visit: one real visit, never the best of each variable."""
    mistake = 'composite "worst of" several values in one visit'
    courses = (
        ("8 8 2 20 10 50", "2 2 0.5 10 8 45", "4 4 1 4 4 20", "3.5 3.5 0.9 7 6 30"),
        ("8 8 2 20 10 50", "1 1 2 10 10 50", "4 4 0.5 4 4 20", "4 4 0.5 4 4 20"),
    )
    for number, texts in enumerate(courses, start=1):
        values = [six(text) for text in texts]
        for place, now in enumerate(values):
            expected = None
            # The level is empty at the baseline itself, so the best visit comes after it.
            if place > 1:
                expected = exact.flare("prcsg-printo", best_of(values[:place]), now)
            yield visit_row(
                f"the best visit is a real one {number}",
                "prcsg-printo",
                30 * place,
                now,
                kind="flare criteria",
                ask="flare",
                criteria="prcsg-printo",
                reference="best",
                baseline="first",
                mistake=mistake,
                expected=expected,
            )


def best_of(earlier: list[Values]) -> Values:
    """Return the visit since baseline with the highest ACR level, then the lowest JADAS71."""
    base = earlier[0]

    def rank(values: Values) -> tuple[int, Value]:
        level = exact.acr_ped("giannini-1997", base, values)[0]
        return -level, exact.jadas("jadas71", values)

    return min(earlier[1:], key=rank)


# ---------------------------------------------------------------------------- Retreatment

RETREATMENT_COLUMNS = (
    "infusions",
    "date",
    *SIX,
    "esr",
    "infection",
    "febrile_illness",
    "malignancy",
    "biological",
    "expected",
    "expected_eligible",
)
EXCLUSIONS = ("infection", "febrile_illness", "malignancy", "biological")


def swart_2019(visits_: list[tuple[int, Values, bool]], infusions: list[int]) -> list[Row]:
    """Return code and yes or no for each visit, none with a gap."""
    answers = []
    for number, now, excluded in visits_:
        given = [infusion for infusion in infusions if infusion < number]
        if not given:
            answers.append({"expected": "before", "expected_eligible": "no"})
            continue
        began = given[-1]
        base = [values for when, values, _ in visits_ if when <= began][-1]
        earlier = [values for when, values, _ in visits_ if began < when < number]
        met = exact.acr_ped("giannini-1997", base, now)[0] >= 30
        had = any(exact.acr_ped("giannini-1997", base, one)[0] >= 30 for one in earlier)
        if met:
            code = "holds"
        elif not had:
            code = "no_response"
        elif len(given) > 2:
            code = "used_up"
        else:
            code = "excluded" if excluded else "eligible"
        eligible = "yes" if code == "eligible" else "no"
        answers.append({"expected": code, "expected_eligible": eligible})
    return answers


Seen = list[tuple[int, Values, bool]]


def retreatment_rows(
    case: str, seen: Seen, infusions: list[int], last: dict[str, object] | None = None
) -> Iterator[Row]:
    """Yield the visits of a case; `last` is told about the last of them."""
    for place, ((number, values, out), answer) in enumerate(
        zip(seen, swart_2019(seen, infusions), strict=True)
    ):
        about = last if last is not None and place == len(seen) - 1 else {}
        made = row(
            case,
            "retreatment protocol",
            "swart-2019",
            infusions=" ".join(day(infusion) for infusion in infusions),
            date=day(number),
            **values,
            **dict.fromkeys(EXCLUSIONS, False) | {"infection": out},
            **about,
        )
        yield made | answer


VISITS_OF_A_COURSE = ("8 8 2 10 10 50", "4 4 1 10 10 50", "2 2 0.5 4 4 20")


def random_course(source: random.Random) -> tuple[str, list[int]]:
    texts = [source.choice(VISITS_OF_A_COURSE) for _ in range(7)]
    return "|".join(texts), sorted({0, *source.sample(range(0, 180, 30), source.randrange(4))})


def retreatment() -> Iterator[Row]:
    start = VISITS_OF_A_COURSE[0]
    courses: list[tuple[str, str, list[int]]] = [
        ("response, loss", f"{start}|4 4 1 10 10 50|{start}", [0]),
        ("no response", f"{start}|{start}|{start}", [0]),
        ("lost twice", f"{start}|4 4 1 10 10 50|{start}|4 4 1 10 10 50|{start}", [0, 60]),
        (
            "lost three times",
            "|".join([start, "4 4 1 10 10 50"] * 3 + [start]),
            [0, 60, 120],
        ),
        ("excluded at the loss", f"{start}|4 4 1 10 10 50|{start}", [0]),
        ("worse by exactly 30 % in two", f"{start}|4 4 1 10 10 50|4 4 1 13 13 50", [0]),
    ]
    source = random.Random(SEED + 4)
    courses += [(f"random {number}", *random_course(source)) for number in range(1, 16)]
    for case, text, infusions in courses:
        seen = [
            (30 * place, six(one), case == "excluded at the loss" and place == 2)
            for place, one in enumerate(text.split("|"))
        ]
        yield from retreatment_rows(case, seen, infusions)
    yield from retreatment_bounds()


def retreatment_bounds() -> Iterator[Row]:
    """The level, and the number of repeats, on both sides."""
    start, better = six("10 10 1 10 10 20"), six("4 4 0.4 10 10 20")
    for value in ("7.1", "7", "6.9"):
        now = start | {"physician_global": F(value), "patient_global": F(7), "active_joints": F(7)}
        seen = [(0, start, False), (30, better, False), (60, now, False)]
        improved = 100 - 10 * F(value)
        case = f"{decimal(improved)} % better in the third"
        about = {"threshold": "level 30", "side": side(improved, F(30))}
        yield from retreatment_rows(case, seen, [0], about)
    for repeats in (1, 2, 3):
        seen = []
        for place in range(repeats):
            seen += [(60 * place, start, False), (60 * place + 30, better, False)]
        seen.append((60 * repeats, start, False))
        infusions = [60 * place for place in range(repeats)]
        about = {"threshold": "max_repeats 2", "side": side(F(repeats), F(2))}
        case = f"a loss that would be repeat {repeats}"
        yield from retreatment_rows(case, seen, infusions, about)


# -------------------------------------------------------------------------- Adverse events

EVENT_COLUMNS = ("day", "expected_before", "expected_after")


def events() -> Iterator[Row]:
    """One event on one day, counted from the infusion."""
    bounds = {"before -91": -91, "before -1": -1, "after 0": 0, "after 90": 90}
    for threshold, bound in bounds.items():
        for number in (bound - 1, bound, bound + 1):
            yield row(
                f"an event on day {number}",
                "event windows",
                "swart-2019-windows",
                threshold=threshold,
                side=side(F(number), F(bound)),
                day=number,
                expected_before=int(-91 <= number <= -1),
                expected_after=int(0 <= number <= 90),
            )


# ------------------------------------------------------------------------------ Remission

REMISSION_COLUMNS = ("max_gap_days", "medication", "date", "inactive", "expected")
# Months on and off medication; or months, or days, whatever the medication.
REMISSIONS: dict[str, tuple[int, int] | int | timedelta] = {
    "wallace-2004": (6, 12),
    "wallace-no-markers": (6, 12),
    "wallace-2011": (6, 12),
    "eular-pres-2024": 6,
    "jadas-24-weeks": timedelta(weeks=24),
}
Period = tuple[date, date | None]


def months_after(start: date, months: int) -> date:
    """Return the same day of the month so much later, or the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for number in range(start.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def takes_a_drug(day_: date, periods: list[Period]) -> bool:
    return any(first <= day_ and (last is None or day_ <= last) for first, last in periods)


def end_of(start: date, rule: int | timedelta) -> date:
    return start + rule if isinstance(rule, timedelta) else months_after(start, rule)


def remission_state(
    criteria: str, seen: list[tuple[date, bool]], gap: int, periods: list[Period]
) -> str:
    """Return the state at the last of these visits, day by day."""
    today, quiet = seen[-1]
    if not quiet:
        return "none"
    clock = today
    for earlier, was_quiet in reversed(seen[:-1]):
        if not was_quiet or (clock - earlier).days > gap:
            break
        clock = earlier
    rule = REMISSIONS[criteria]
    if not isinstance(rule, tuple):
        return "remission" if today >= end_of(clock, rule) else "inactive"
    drug = takes_a_drug(today, periods)
    since = today
    while since > clock and takes_a_drug(since - timedelta(days=1), periods) == drug:
        since -= timedelta(days=1)
    word = "on" if drug else "off"
    lasted = today >= months_after(since, rule[0] if drug else rule[1])
    return f"{'clinical remission' if lasted else 'inactive,'} {word} medication"


def remission_rows(
    case: str,
    criteria: str,
    seen: list[tuple[date, bool | None]],
    periods: list[Period],
    *,
    gap: int = 400,
    last: dict[str, object] | None = None,
) -> Iterator[Row]:
    drugs = " ".join(f"{first}/{end or ''}" for first, end in periods)
    for place, (when, quiet) in enumerate(seen):
        unknown = [at for at in range(place + 1) if seen[at][1] is None]
        found = set()
        for filling in itertools.product((True, False), repeat=len(unknown)):
            whole = {at: bool(flag) for at, (_, flag) in enumerate(seen[: place + 1])}
            whole |= dict(zip(unknown, filling, strict=True))
            complete = [(seen[at][0], whole[at]) for at in range(place + 1)]
            found.add(remission_state(criteria, complete, gap, periods))
        state = found.pop() if len(found) == 1 and quiet is not None else None
        about = last if last is not None and place == len(seen) - 1 else {}
        yield row(
            case,
            "remission criteria",
            criteria,
            max_gap_days=gap,
            medication=drugs,
            date=when,
            inactive=quiet,
            expected=state,
            **about,
        )


def random_remission(case: str, source: random.Random) -> Iterator[Row]:
    criteria = source.choice(list(REMISSIONS))
    when, seen = START, []
    for _ in range(9):
        seen.append((when, source.choice([True] * 7 + [False, None])))
        when += timedelta(days=source.randrange(20, 130))
    periods: list[Period] = []
    for _ in range(source.randrange(3)):
        first = START + timedelta(days=source.randrange(-300, 500))
        length = timedelta(days=source.randrange(30, 400))
        periods.append((first, source.choice([first + length, first + length, None])))
    yield from remission_rows(case, criteria, seen, periods, gap=120)


START = date(2020, 1, 31)


def remission() -> Iterator[Row]:
    start = START
    for criteria, rule in REMISSIONS.items():
        both: list[tuple[str, int | timedelta, list[Period]]]
        if isinstance(rule, tuple):
            both = [("months_on", rule[0], [(start, None)]), ("months_off", rule[1], [])]
        else:
            both = [("days" if isinstance(rule, timedelta) else "months", rule, [])]
        for field, time, periods in both:
            number = time.days if isinstance(time, timedelta) else time
            for step in (-1, 0, 1):
                end = end_of(start, time) + timedelta(days=step)
                seen: list[tuple[date, bool | None]] = [(start, True), (end, True)]
                about: dict[str, object] = {"threshold": f"{field} {number}"}
                about["side"] = side(F(step), F(0))
                case = f"{field}: inactive from {start} to {end}"
                yield from remission_rows(case, criteria, seen, periods, last=about)
        day_ = [start + timedelta(days=60 * place) for place in range(14)]
        drug: list[Period] = [(date(2019, 6, 1), day_[6])]
        quiet: list[tuple[date, bool | None]] = [(when, True) for when in day_]
        yield from remission_rows("a stop starts the clock anew", criteria, quiet, drug)
        again: list[Period] = [*drug, (day_[10], None)]
        yield from remission_rows("a restart ends it", criteria, quiet, again)
        late = [*quiet[:5], (day_[5] + timedelta(days=402), True)]
        yield from remission_rows("visits too far apart", criteria, late, drug)
        broken = [*quiet[:3], (day_[3], False), *quiet[4:]]
        yield from remission_rows("a flare breaks the run", criteria, broken, drug)
        open_ = [*quiet[:3], (day_[3], None), *quiet[4:]]
        yield from remission_rows("an undetermined visit", criteria, open_, drug)
        close: list[Period] = [(day_[0], day_[3]), (day_[3] + timedelta(days=1), None)]
        yield from remission_rows("one drug the day after another", criteria, quiet, close)
    source = random.Random(SEED + 5)
    for number in range(1, 31):
        yield from random_remission(f"random {number}", source)
