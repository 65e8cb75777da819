"""What the MSC trial published, and what four files say of it, in exact arithmetic.

Independent of ``reconstruct.py`` and of the library: it reads the files as text and computes with
``Fraction``, so that no verdict hangs on binary arithmetic.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction as Q
from pathlib import Path

Row = dict[str, str]
Core = tuple[Q | None, ...]

# The order matters to the floors of the flare rules below.
CORE = (
    "physician_global_mm",
    "patient_global_mm",
    "chaq",
    "active_joints",
    "limited_joints",
    "esr",
)
GLOBALS = CORE[:2]
CLINICAL = CORE[:5]
EXCLUSIONS = ("infection", "febrile_illness", "malignancy", "biological")
SYSTEMIC = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy")
FLAGS = (*SYSTEMIC, "uveitis", *EXCLUSIONS)
LEVELS = (30, 50, 70, 90, 100)


def read(path: Path) -> list[Row]:
    """Read one file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(row: Row, column: str) -> Q | None:
    """Return the cell as an exact number, None when empty."""
    return Q(row[column]) if row[column] else None


def known(row: Row, column: str) -> Q:
    """Return a cell that must not be empty."""
    value = number(row, column)
    assert value is not None, (row["patient"], row["visit"], column)
    return value


def core(row: Row) -> Core:
    """Return the six core variables, the globals in cm."""
    values = {column: number(row, column) for column in CORE}
    for column in GLOBALS:
        value = values[column]
        values[column] = None if value is None else value / 10
    return tuple(values.values())


def day(row: Row, column: str = "visit_date") -> int:
    """Return a date as a day number."""
    return date.fromisoformat(row[column]).toordinal()


# Arithmetic of scores and tests


def median(values: Sequence[Q]) -> Q:
    """Return the exact median."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def cjadas10(row: Row) -> Q:
    """Both globals in cm and the active joints up to ten."""
    globals_mm = known(row, "physician_global_mm") + known(row, "patient_global_mm")
    return globals_mm / 10 + min(known(row, "active_joints"), Q(10))


def jadas71(row: Row) -> Q:
    """Both globals, all active joints and the ESR item."""
    globals_mm = known(row, "physician_global_mm") + known(row, "patient_global_mm")
    item = min(max((known(row, "esr") - 20) / 10, Q(0)), Q(10))
    return globals_mm / 10 + known(row, "active_joints") + item


def wilcoxon(before: Sequence[Q], after: Sequence[Q]) -> tuple[Q, float]:
    """Return the two-sided signed-rank p: exact by all sign flips, and the normal approximation.

    Zeros are dropped, ties get mid-ranks and shrink the variance; no continuity correction.
    """
    differences = [b - a for a, b in zip(before, after, strict=True) if a != b]
    n = len(differences)
    sizes = [abs(d) for d in differences]
    ranks = [
        Q(2 * sum(s < size for s in sizes) + sum(s == size for s in sizes) + 1, 2) for size in sizes
    ]
    centre = sum(ranks, Q(0)) / 2
    seen = abs(sum((r for r, d in zip(ranks, differences, strict=True) if d > 0), Q(0)) - centre)
    flips = itertools.product((0, 1), repeat=n)
    extreme = sum(
        abs(sum((r for r, f in zip(ranks, flip, strict=True) if f), Q(0)) - centre) >= seen
        for flip in flips
    )
    ties = sum((t**3 - t for t in Counter(sizes).values()), 0)
    variance = Q(n * (n + 1) * (2 * n + 1), 24) - Q(ties, 48)
    z = float(seen) / math.sqrt(variance)
    return Q(extreme, 2**n), math.erfc(z / math.sqrt(2))


# ACR Pediatric response


def acr_levels(base: Core, now: Core, *, thirty_is_worse: bool = False) -> tuple[int, int]:
    """Return the lowest and the highest ACR Pediatric level that the gaps allow.

    ``thirty_is_worse`` is the register's wording (ntr4146), else giannini-1997.
    """
    pairs = [(b, n) for b, n in zip(base, now, strict=True) if b is not None and n is not None]
    gaps = len(base) - len(pairs)

    def worse(b: Q, n: Q) -> bool:
        if b == 0:
            return n > 0
        change = (n - b) / b
        return change >= Q(3, 10) if thirty_is_worse else change > Q(3, 10)

    worsened = sum(worse(b, n) for b, n in pairs)
    low = high = 0
    for level in LEVELS:
        improved = sum(b > 0 and (b - n) / b >= Q(level, 100) for b, n in pairs)
        if improved >= 3 and worsened + gaps <= 1:
            low = level
        if improved + gaps >= 3 and worsened <= 1:
            high = level
    return low, high


# Flare against a reference visit


def flare(
    reference: Core,
    now: Core,
    *,
    percent: int,
    need: int,
    floor: int = 0,
) -> bool | None:
    """Return whether it is a flare, None when the gaps leave it open.

    At least ``need`` of six worse by ``percent``, at most one better by 30 %; a global (cm) or a
    joint count that rose by less than ``floor`` is unchanged.
    """
    floors = [floor, floor, 0, floor, floor, 0]
    worse = better = gaps = 0
    for r, n, least in zip(reference, now, floors, strict=True):
        if r is None or n is None:
            gaps += 1
        elif (n > 0 if r == 0 else (n - r) / r >= Q(percent, 100)) and n - r >= least:
            worse += 1
        elif r > 0 and (r - n) / r >= Q(3, 10):
            better += 1
    if worse >= need and better + gaps <= 1:
        return True
    return None if worse + gaps >= need and better <= 1 else False


FLARES: dict[str, Callable[[Core, Core], bool | None]] = {
    "brunner-2002": lambda r, n: flare(r, n, percent=40, need=2),
    "prcsg-printo": lambda r, n: flare(r, n, percent=30, need=3),
    "ruperto-2008": lambda r, n: flare(r, n, percent=30, need=3, floor=2),
}


# Inactive disease


def inactive(row: Row, *, year: int, markers: str = "all") -> bool | None:
    """Return inactive disease by Wallace 2004 or 2011, None when it cannot be told."""

    def at_most(column: str, limit: Q) -> bool | None:
        value = number(row, column)
        return None if value is None else value <= limit

    both = [at_most(m, known(row, f"{m}_upper_limit")) for m in ("esr", "crp")]
    tested = [m for m in both if m is not None]
    normal = (any(tested) if markers == "any" else all(tested)) if tested else None
    items = [at_most("active_joints", Q(0)), at_most("physician_global_mm", Q(0)), normal]
    items += [at_most(flag, Q(0)) for flag in (*SYSTEMIC, "uveitis")]
    if year == 2011:
        items.append(at_most("morning_stiffness_min", Q(15)))
    return False if False in items else None if None in items else True


# Retreatment by swart-2019


def course_codes(
    visits: Sequence[Row],
    infusion_days: Sequence[int],
    *,
    thirty_is_worse: bool = False,
    first_baseline: bool = False,
) -> list[tuple[tuple[int, int] | None, str]]:
    """Return per visit the ACR levels against the course's baseline, and the retreatment code.

    A visit on the day of an infusion counts as before it. ``first_baseline`` measures every course
    against the last visit on or before the first infusion.
    """
    answers: list[tuple[tuple[int, int] | None, str]] = []
    for visit in visits:
        given = [i for i in infusion_days if i < day(visit)]
        if not given:
            answers.append((None, "before"))
            continue
        anchor = given[0] if first_baseline else given[-1]
        base = [v for v in visits if day(v) <= anchor][-1]
        course = [v for v in visits if given[-1] < day(v) <= day(visit)]
        levels = [acr_levels(core(base), core(v), thirty_is_worse=thirty_is_worse) for v in course]
        (low, high), earlier = levels[-1], levels[:-1]
        flags = [visit[e] for e in EXCLUSIONS]
        if low >= 30:
            code = "holds"
        elif high < 30 and all(h < 30 for _, h in earlier):
            code = "no_response"
        elif high >= 30 or all(m < 30 for m, _ in earlier):
            code = "undetermined"
        elif len(given) > 2:
            code = "used_up"
        elif "1" in flags:
            code = "excluded"
        else:
            code = "undetermined" if "" in flags else "eligible"
        answers.append(((low, high), code))
    return answers


# The facts


class Trial:
    """The four files, by patient."""

    def __init__(self, folder: Path) -> None:
        self.patients = read(folder / "patients.csv")
        self.visits = read(folder / "visits.csv")
        self.infusions = read(folder / "infusions.csv")
        self.events = read(folder / "adverse_events.csv")
        self.names = [p["patient"] for p in self.patients]

    def of(self, rows: list[Row], name: str) -> list[Row]:
        """Return the rows of one patient, in the order of the file."""
        return [row for row in rows if row["patient"] == name]

    def at(self, visit: str) -> list[Row]:
        """Return one visit of every patient."""
        rows = [row for row in self.visits if row["visit"] == visit]
        assert [row["patient"] for row in rows] == self.names
        return rows

    def infusion_days(self, name: str) -> list[int]:
        """Return the days of a patient's infusions."""
        return sorted(day(row, "infusion_date") for row in self.of(self.infusions, name))

    def values(self, column: str, visit: str) -> list[Q]:
        """Return one column at one visit."""
        return [known(row, column) for row in self.at(visit)]


Fact = tuple[str, object, object, bool]


def fact(name: str, target: object, computed: object) -> Fact:
    """Return a fact that is met when both are equal."""
    return name, target, computed, target == computed


def claim(name: str, target: str, computed: object, met: bool) -> Fact:
    """Return a fact that is met when ``met`` is."""
    return name, target, computed, met


def cohort_facts(t: Trial) -> Iterator[Fact]:
    """Yield the facts about who was treated."""
    yield fact("patients", 6, len(set(t.names)))
    ages = [known(p, "age_years") for p in t.patients]
    yield claim(
        "ages", "4-18", f"{float(min(ages))}-{float(max(ages))}", all(4 <= a <= 18 for a in ages)
    )
    durations = [known(p, "disease_duration_years") for p in t.patients]
    yield fact("median disease duration, years", Q("9.2"), median(durations))
    yield fact(
        "median biologicals failed", 5, median([known(p, "biologicals_failed") for p in t.patients])
    )
    for column in ("methotrexate_failed", "corticosteroids_failed", "joint_damage"):
        yield fact(f"all with {column}", 6, sum(p[column] == "1" for p in t.patients))
    yield fact(
        "active arthritis at baseline", 6, sum(a > 0 for a in t.values("active_joints", "baseline"))
    )
    yield fact("systemic patients", 1, sum(p["ilar_category"] == "systemic" for p in t.patients))
    yield fact("visits each", [9] * 6, [len(t.of(t.visits, n)) for n in t.names])


def infusion_facts(t: Trial) -> Iterator[Fact]:
    """Yield the facts about infusions and retreatment."""
    numbers = [len(t.infusion_days(n)) for n in t.names]
    yield fact("infusions", 9, len(t.infusions))
    yield fact("once, twice, three times", [3, 3, 0], [numbers.count(k) for k in (1, 2, 3)])
    yield claim(
        "dose, million/kg",
        "2",
        {r["dose_million_per_kg"] for r in t.infusions},
        all(known(r, "dose_million_per_kg") == 2 for r in t.infusions),
    )
    baselines = {n: day(t.of(t.visits, n)[0]) for n in t.names}
    yield claim(
        "baseline visit before the first infusion, days",
        "0 or 1 day before it",
        [t.infusion_days(n)[0] - baselines[n] for n in t.names],
        all(0 <= t.infusion_days(n)[0] - baselines[n] <= 1 for n in t.names),
    )
    for name in t.names:
        visits, days = t.of(t.visits, name), t.infusion_days(name)
        codes = course_codes(visits, days)
        for later in days[1:]:
            last = max(i for i, v in enumerate(visits) if day(v) <= later)
            yield fact(f"repeat of {name}: last visit before it", "eligible", codes[last][1])


def fell_of_raised(t: Trial, marker: str, limit: int) -> tuple[int, int]:
    """Return in how many the marker fell by week 8, and in how many it was raised."""
    pairs = zip(t.values(marker, "baseline"), t.values(marker, "week 8"), strict=True)
    raised = [(b, a) for b, a in pairs if b > limit]
    return sum(a < b for b, a in raised), len(raised)


def week_8_facts(t: Trial) -> Iterator[Fact]:
    """Yield the facts at week 8."""
    measures: dict[str, tuple[Callable[[Row], Q], Q, Q]] = {
        "VAS well-being, mm": (lambda r: known(r, "patient_global_mm"), Q(75), Q(56)),
        "JADAS-71": (jadas71, Q("24.5"), Q(11)),
        "cJADAS10": (cjadas10, Q(18), Q("10.6")),
    }
    for name, (measure, at_baseline, at_week_8) in measures.items():
        before = [measure(r) for r in t.at("baseline")]
        after = [measure(r) for r in t.at("week 8")]
        yield fact(f"{name}, median at baseline", at_baseline, median(before))
        yield fact(f"{name}, median at week 8", at_week_8, median(after))
        exact, normal = wilcoxon(before, after)
        yield fact(
            f"{name}, pairs that fall", 6, sum(a < b for b, a in zip(before, after, strict=True))
        )
        yield fact(f"{name}, exact p", Q(2, 64), exact)
        yield fact(f"{name}, normal p", 0.0277, round(normal, 4))
    before, after = t.values("active_joints", "baseline"), t.values("active_joints", "week 8")
    yield fact(
        "fewer active joints at week 8", 4, sum(a < b for b, a in zip(before, after, strict=True))
    )
    lower = [
        sum(known(a, column) < known(b, column) for column in CLINICAL)
        for b, a in zip(t.at("baseline"), t.at("week 8"), strict=True)
    ]
    yield fact("many clinical parameters improved", 5, sum(k >= 3 for k in lower))
    yield fact("ESR fell, of those raised", (3, 4), fell_of_raised(t, "esr", 20))


def one_year_facts(t: Trial) -> Iterator[Fact]:
    """Yield the facts at one year."""
    before, after = t.values("active_joints", "baseline"), t.values("active_joints", "week 52")
    exact, normal = wilcoxon(before, after)
    yield claim(
        "active joints lower, exact p",
        "<0.05, median lower",
        exact,
        exact < Q(1, 20) and median(after) < median(before),
    )
    yield claim("active joints lower, normal p", "<0.05", round(normal, 4), normal < 0.05)
    before = t.values("patient_global_mm", "baseline")
    after = t.values("patient_global_mm", "week 52")
    yield claim(
        "well-being better",
        f"median < {median(before)}",
        f"{float(median(after))}, exact p {wilcoxon(before, after)[0]}",
        median(after) < median(before),
    )
    for marker, limit in (("esr", 20), ("crp", 10)):
        value = median(t.values(marker, "week 52"))
        yield claim(f"median {marker.upper()} normal", f"<= {limit}", float(value), value <= limit)
    for markers in ("any", "all"):
        verdicts = [inactive(r, year=2011, markers=markers) for r in t.at("week 52")]
        yield claim(
            f"inactive by Wallace 2011 (markers: {markers})",
            "3 of 6, none open",
            verdicts,
            verdicts.count(True) == 3 and None not in verdicts,
        )


def event_facts(t: Trial) -> Iterator[Fact]:
    """Yield the facts about adverse events."""
    systemic = next(p["patient"] for p in t.patients if p["ilar_category"] == "systemic")
    mas = [e for e in t.events if e["event"] == "macrophage activation syndrome"]
    yield fact("macrophage activation syndrome in", [systemic], [e["patient"] for e in mas])
    onset = day(mas[0], "event_date")
    patient = t.of(t.patients, systemic)[0]
    yield fact("its days from the infusion", 7 * 7, onset - t.infusion_days(systemic)[-1])
    yield fact("its days from tocilizumab", 9 * 7, onset - day(patient, "last_tocilizumab"))
    counts = {
        n: [
            sum(
                low <= day(e, "event_date") - t.infusion_days(n)[0] <= high
                for e in t.of(t.events, n)
            )
            for low, high in ((-91, -1), (0, 90))
        ]
        for n in t.names
    }
    before = sum(b for b, _ in counts.values())
    after = sum(a for _, a in counts.values())
    yield claim("adverse events, before v. after", "fewer after", (before, after), after < before)


def file_checks(t: Trial) -> Iterator[Fact]:
    """Yield what the files must be whatever the facts."""
    tables = (t.patients, t.visits, t.infusions, t.events)
    yield claim(
        "every row says what it is",
        "synthetic reconstruction",
        {r["data_origin"] for rows in tables for r in rows},
        all(r["data_origin"] == "synthetic reconstruction" for rows in tables for r in rows),
    )
    wrong: list[tuple[str, str, str]] = []
    for row in t.visits:
        limits = {"physician_global_mm": 100, "patient_global_mm": 100, "chaq": 3}
        limits |= {"active_joints": 71, "limited_joints": 71, "active_joints_27": 27}
        limits |= dict.fromkeys(FLAGS, 1)
        for column, top in limits.items():
            value = number(row, column)
            step = Q(1, 8) if column == "chaq" else Q(1)
            if value is not None and not (0 <= value <= top and value % step == 0):
                wrong.append((row["patient"], row["visit"], column))
        rest = known(row, "active_joints") - known(row, "active_joints_27")
        if not 0 <= rest <= 44:
            wrong.append((row["patient"], row["visit"], "active_joints_27"))
    yield fact("values outside range or step", [], wrong)
    order = [[day(v) for v in t.of(t.visits, n)] for n in t.names]
    yield claim(
        "visits in order, one a day",
        "all",
        "",
        all(days == sorted(set(days)) for days in order),
    )
    on_infusion = [
        (n, e)
        for n in t.names
        for v in t.of(t.visits, n)
        for e in EXCLUSIONS
        if day(v) in t.infusion_days(n) and v[e] != "0"
    ]
    yield fact("exclusions on the day of an infusion", [], on_infusion)


def promised(t: Trial) -> Iterator[Fact]:
    """Yield what the README promises beyond the published facts."""
    spans = [(known(p, "age_years"), known(p, "disease_duration_years")) for p in t.patients]
    onsets = [age - duration for age, duration in spans]
    yield claim(
        "onset after birth and before 16",
        "all",
        [float(o) for o in onsets],
        all(0 < o < 16 for o in onsets),
    )
    yield fact("CRP fell, of those raised", (3, 4), fell_of_raised(t, "crp", 10))
    year = [inactive(r, year=2004) for r in t.at("week 52")]
    yield fact("inactive by Wallace 2004 at one year", 4, year.count(True))
    codes: dict[str, list[str]] = {}
    other_level = other_code = 0
    for name in t.names:
        visits, days = t.of(t.visits, name), t.infusion_days(name)
        own = course_codes(visits, days)
        codes[name] = [code for _, code in own]
        strict = course_codes(visits, days, thirty_is_worse=True)
        other_level += sum(a[0] != b[0] for a, b in zip(own, strict, strict=True))
        first = course_codes(visits, days, first_baseline=True)
        other_code += sum(a[1] != b[1] for a, b in zip(own, first, strict=True))
    yield fact("visits at which MSC-1 holds", 7, codes["MSC-1"].count("holds"))
    yield fact("visits at which MSC-5 has not responded", 8, codes["MSC-5"].count("no_response"))
    seen = {code for row in codes.values() for code in row}
    every = ["before", "eligible", "excluded", "holds", "no_response", "undetermined"]
    yield fact("codes seen", every, sorted(seen))
    yield fact("visits where giannini-1997 and ntr4146 differ", 1, other_level)
    yield fact("visits where the first baseline changes the code", 1, other_code)
