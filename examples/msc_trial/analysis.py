"""Analyse the MSC trial from four files: published figures beside computed ones.

The files beside this script are a synthetic reconstruction of Swart 2019 (Rheumatology 58:1812):
nothing in them describes a person. Anybody's files are analysed the same way through a mapping:

    python analysis.py --patients … --visits … --infusions … --events … --mapping … --out …
"""

from __future__ import annotations

import argparse
import csv
import sys
import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pandas as pd
from facts import GROUPS, NOT_COMPARABLE, Fact, compare, number
from figure import draw
from study import CRITERIA, REFERENCES, SYNTHETIC, Study, response_column

import jiascores as jia

HERE = Path(__file__).parent
FILES = {
    "patients": "patients.csv",
    "visits": "visits.csv",
    "infusions": "infusions.csv",
    "events": "adverse_events.csv",
}
WIDTH = 98
YES = {True: "yes", False: "no", None: "?"}

Lines = Iterator[str]


def heading(study: Study, text: str) -> str:
    """Return a heading that says where the data come from."""
    origin = f" {SYNTHETIC} ==" if study.synthetic else ""
    return f"\n== {text} ".ljust(WIDTH + 1 - len(origin), "=") + origin


def wrapped(text: str, first: str = "", rest: str = "  ") -> str:
    """Return text broken to the width of the page."""
    return textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=rest)


def plain(value: object) -> object:
    """Return a value with every kind of gap as None."""
    return None if pd.isna(value) else value


# ------------------------------------------------------------------ published beside computed


def collect(study: Study) -> dict[str, list[Fact]]:
    """Return the facts, group by group, as far as the files tell them."""
    found = {}
    for group, facts in GROUPS.items():
        point = group.lower()
        if point in ("week 8", "one year") and point not in study.timepoints:
            study.left_out[point] = "the mapping has no such timepoint"
            continue
        found[group] = list(facts(study))
    return found


def fact_lines(study: Study, facts: dict[str, list[Fact]], *, published: bool) -> Lines:
    """Yield the table of facts."""
    yield heading(study, "Published beside computed" if published else "The study in figures")
    said = f"{'published':>20}" if published else ""
    yield f"{'':<44}{said}{'computed':>27}"
    for group, entries in facts.items():
        yield group
        for fact in entries:
            said = f"{fact.published:>20}" if published else ""
            mark = ("   ✓" if fact.agrees else "   differs") if published else ""
            yield f"  {fact.name:<42}{said}{fact.computed:>27}{mark}".rstrip()


# ------------------------------------------------------------------ change since baseline


def change_lines(study: Study) -> Lines:
    """Yield medians, ranges and Wilcoxon's test at each timepoint."""
    if not study.timepoints:
        return
    yield heading(study, "Change since baseline")
    variables = {
        "JADAS71": "jadas71",
        "cJADAS10": "cjadas10",
        "physician global, 0–10": "physician_global",
        "well-being, 0–10": "patient_global",
        "CHAQ": "chaq",
        "active joints": "active_joints",
        "limited joints": "limited_joints",
        "ESR, mm/h": "esr",
        "CRP, mg/L": "crp",
    }
    before = study.at("baseline")
    for point, window in study.timepoints.items():
        after = study.at(point)
        days = after["day"].dropna()
        span = f"days {days.min():.0f} to {days.max():.0f}" if len(days) else "no visit"
        yield f"{point} (the visit nearest day {window['day']}, ±{window['within']}: {span})"
        yield f"  {'median (range)':<24}{'baseline':>20}{point:>20}{'pairs':>8}{'p exact':>10}{'normal':>9}"
        for name, variable in variables.items():
            if not (variable in before or study.has(variable)):
                continue
            pair = [
                rows[variable] if variable in rows else study.value(rows, variable)
                for rows in (before, after)
            ]
            change = jia.analysis.paired_change(*pair)
            if change.n_pairs == 0:
                continue
            cells = [median_range(values) for values in pair]
            pairs = f"{change.n_changed}/{change.n_pairs}"
            p = f"{change.p_exact:>10.4f}{change.p_normal:>9.4f}"
            yield f"  {name:<24}{cells[0]:>20}{cells[1]:>20}{pairs:>8}{p}"
    yield wrapped(
        "Wilcoxon's signed-rank test, two-sided, by all sign flips and by the normal "
        "approximation; pairs: with a change / with both values. Medians are of everybody seen."
    )


def median_range(values: pd.Series) -> str:
    """Write the median and the range."""
    return f"{number(values.median())} ({number(values.min())}–{number(values.max())})"


# ------------------------------------------------------------------ response, states, flares


def response_lines(study: Study) -> Lines:
    """Yield the ACR Pedi level of each visit by each criteria."""
    yield heading(study, "ACR Pediatric response by visit")
    yield f"Level reached since the visit before the first infusion, by {' and '.join(CRITERIA)}."
    patient = study.named("patient")
    after = study.visits[study.visits["day"] > 0]
    for who, visits in after.groupby(patient, sort=False):
        rows = [("day", [str(day) for day in visits["day"]])]
        rows += [(name, levels(visits, name)) for name in CRITERIA]
        differ = ["*" if a != b else "" for a, b in zip(rows[1][1], rows[2][1], strict=True)]
        if any(differ):
            rows.append(("", differ))
        for start in range(0, len(visits), 10):
            for name, cells in rows:
                label = str(who) if name == "day" else ""
                part = "".join(f"{cell:>7}" for cell in cells[start : start + 10])
                yield f"  {label:<12}{name:<15}{part}".rstrip()
    yield "  30–70: a gap leaves the level open between these two.   *: the criteria differ."
    if not study.timepoints:
        return
    steps = jia.definition(CRITERIA[0], jia.typing.ResponseCriteria).levels
    yield f"  {'reached':<27}" + "".join(f"{f'≥ {level}':>7}" for level in steps) + "  determined"
    for point in study.timepoints:
        rows = study.at(point)
        for criteria in CRITERIA:
            reached = rows[response_column(criteria)].dropna()
            counts = "".join(f"{(reached >= level).sum():>7}" for level in steps)
            yield f"  {point:<12}{criteria:<15}{counts}  {len(reached)} of {len(rows)}"


def responder_lines(study: Study) -> Lines:
    """Yield how many reached each level at each visit, with intervals and what stays open."""
    patient, visit = study.named("patient"), study.named("visit")
    visits = study.visits[study.visits["day"] > 0]
    if visit in visits:
        visits = visits[~visits[visit].astype(str).str.contains("unscheduled", case=False)]
    if visit not in visits or visits.duplicated([patient, visit]).any():
        # One visit of each patient near each timepoint.
        rows = [
            study.at(point).reset_index().assign(**{visit: point}) for point in study.timepoints
        ]
        if not rows:
            return
        visits = pd.concat(rows, ignore_index=True)
    order = visits.groupby(visit)["day"].median().sort_values().index
    # Who was not seen stays open.
    every = pd.MultiIndex.from_product([study.patients, order], names=[patient, visit])
    visits = visits.set_index([patient, visit]).reindex(every).reset_index()
    yield heading(study, "Responders by visit, with 95 % intervals")
    yield f"ACR Pedi by {CRITERIA[0]}; open: not seen or not determinable, and not counted."
    yield f"  {'visit':<14}{'level':>6}{'reached':>10}{'open':>6}{'%':>6}{'Clopper–P.':>14}{'Wilson':>14}"
    stem = jia.column(jia.ask.acr_ped(criteria=CRITERIA[0]).stem)
    asked = {"by": jia.column(visit), "columns": {"patient": patient}}
    tables = {
        level: jia.analysis.responders_by_visit(visits, stem, level=level, **asked).set_index(visit)
        for level in (30, 50, 70)
    }
    for name in order:
        for level, table in tables.items():
            row = table.loc[name]
            known = row["patients"] - row["not_determinable"]
            label = name if level == min(tables) else ""
            reached = f"{row['responders']:.0f} of {known:.0f}"
            share = f"{100 * row['proportion']:.0f}" if known else "–"
            ends = "".join(
                f"{between(row[f'{method}_low'], row[f'{method}_high']):>14}"
                for method in ("exact", "wilson")
            )
            open_ = f"{row['not_determinable']:.0f}"
            yield f"  {label:<14}{level:>6}{reached:>10}{open_:>6}{share:>6}{ends}"


def between(low: float, high: float) -> str:
    """Write an interval of a proportion in per cent."""
    return "–" if pd.isna(low) else f"{100 * low:.0f}–{100 * high:.0f}"


def levels(visits: pd.DataFrame, criteria: str) -> list[str]:
    """Write the level of each visit, or the two between which it is open."""
    low, high = (visits[response_column(criteria, f"level_{end}")] for end in ("min", "max"))
    return [str(a) if a == b else f"{a}–{b}" for a, b in zip(low, high, strict=True)]


def state_lines(study: Study) -> Lines:
    """Yield how many are in which state by each cut-off set."""
    names = [str(name) for name in study.visits if str(name).startswith("state_")]
    if not names:
        return
    yield heading(study, "Disease activity states, by every cut-off set that applies")
    points = ["baseline", *study.timepoints]
    yield f"  {'score':<10}{'cut-off set':<22}" + "".join(f"{point:<21}" for point in points)
    for name in names:
        _, measure, *cutoffs = name.split("_")
        cells = [counted(study.at(point)[name]) for point in points]
        yield (
            f"  {measure:<10}{'-'.join(cutoffs):<22}" + "".join(f"{c:<21}" for c in cells).rstrip()
        )
    yield wrapped(
        "i inactive, l low (minimal), m moderate, h high, m/h moderate or high (the set has no "
        "bound between them), b between low and high; – no course by this set, or a gap."
    )


SHORT = {
    "inactive": "i",
    "low": "l",
    "moderate": "m",
    "high": "h",
    "moderate_or_high": "m/h",
    "between": "b",
}


def counted(states: pd.Series) -> str:
    """Write how many are in each state."""
    counts = states.value_counts(sort=False)
    parts = [f"{count} {SHORT.get(str(state), state)}" for state, count in counts.items() if count]
    gaps = int(states.isna().sum())
    return ", ".join([*parts, *([f"{gaps} –"] if gaps else [])])


def inactive_lines(study: Study) -> Lines:
    """Yield who has inactive disease by which definition at the last timepoint."""
    if not study.timepoints or not set(study.inactivity) & set(study.visits):
        return
    point = list(study.timepoints)[-1]
    yield heading(study, f"Inactive disease at {point}")
    rows = study.at(point)
    for name, request in study.inactivity.items():
        if name in rows:
            verdicts = [YES[plain(value)] for value in rows[name]]
            who = [w for w, verdict in zip(rows.index, verdicts, strict=True) if verdict == "yes"]
            open_ = verdicts.count("?")
            more = f", {open_} not determinable" if open_ else ""
            said = f"{request.criteria.name}: {len(who)} of {len(rows)}{more}"
            yield wrapped(f"{said} ({', '.join(who)})" if who else said, "  ", "      ")
    yield "  wallace-2011 says “ESR or CRP”: -any takes one normal marker, -all every one tested."


def flare_lines(study: Study) -> Lines:
    """Yield the visits at which the definitions of a flare disagree."""
    yield heading(study, "Flares: visits at which the definitions disagree")
    before: list[str] = []
    for reference in REFERENCES:
        yield f"  against the {reference.replace('-', ' ')} visit"
        lines = list(disagreements(study, f"_{reference.replace('-', '_')}"))
        if lines and lines == before:
            yield f"    the same as against the {REFERENCES[0].replace('-', ' ')} visit"
        else:
            yield from lines or ["    none"]
        before = lines


def disagreements(study: Study, ending: str) -> Lines:
    """Yield the visits where flares against one reference differ, and which say what."""
    patient = study.named("patient")
    columns = [
        str(name)
        for name in study.visits
        if str(name).startswith("flare_") and str(name).endswith(ending)
    ]
    rows = study.visits[[patient, "day", *columns]].itertuples(index=False, name=None)
    for who, day, *verdicts in rows:
        saying: dict[str, list[str]] = {}
        for name, verdict in zip(columns, map(plain, verdicts), strict=True):
            short = name.removeprefix("flare_").removesuffix(ending).replace("_", "-")
            saying.setdefault(YES[verdict], []).append(short)
        if len(saying) > 1:
            parts = [
                f"{word}: {', '.join(saying[word])}" for word in YES.values() if word in saying
            ]
            yield wrapped(f"{who}, day {day:.0f} – {'; '.join(parts)}", "    ", "        ")


# ------------------------------------------------------------------ retreatment


def retreatment_lines(study: Study) -> Lines:
    """Yield who may be infused again, when, and why; and what other readings would change."""
    yield heading(study, "Who may be infused again, when, and why")
    if "retreatment_code" not in study.visits:
        yield wrapped(f"not computed: {study.left_out['retreatment']}", "  ")
        return
    protocol = study.protocol
    yield wrapped(f"{protocol.name}: {protocol.rule}.")
    for note in protocol.notes:
        yield wrapped(note, "  · ", "    ")
    patient = study.named("patient")
    yield f"  {'patient':<9}{'days':<9}{'code':<14}{'again':<6}reason"
    names = [patient, "day", "retreatment_code", "retreatment_eligible", "retreatment_reason"]
    rows = study.visits[study.visits[patient].isin(study.patients)][names]
    before = None
    for key, run in groupby(
        rows.itertuples(index=False, name=None), key=lambda row: (row[0], row[4])
    ):
        visits = list(run)
        days = (
            f"{visits[0][1]:.0f}" if len(visits) == 1 else f"{visits[0][1]:.0f}–{visits[-1][1]:.0f}"
        )
        who, _, code, eligible, reason = visits[0]
        label = "" if who == before else str(who)
        lead = f"  {label:<8} {days:<8} {code:<14}{YES[plain(eligible)]:<6}"
        yield wrapped(reason, lead, " " * len(lead))
        before = key[0]
    yield "Later infusions, held against the last visit on or before them"
    listed = study.deviations()
    for row in listed.itertuples():
        verdict = {True: "as the protocol says", False: "DEVIATION", None: "not determinable"}
        text = (
            f"{row.patient}, infusion {row.infusion_number} on {row.infusion_date:%Y-%m-%d}, "
            f"{row.days_since_visit} days after the visit: "
            f"{verdict[plain(row.retreatment_eligible)]} – {row.retreatment_reason}"
        )
        yield wrapped(text, "  ", "      ")
    if listed.empty:
        yield "  nobody was infused again"
    yield "Other readings of the protocol, and the visits whose code they change"
    readings = {
        "response by the register's words (ntr4146)": {"criteria": "ntr4146"},
        "every course against the first baseline": {"baseline": "first"},
        "loss by flare, prcsg-printo against the best visit": {
            "loss": "prcsg-printo",
            "flare_reference": "best",
        },
        "loss by flare, brunner-2002 against the last response": {
            "loss": "brunner-2002",
            "flare_reference": "last-responding",
        },
    }
    for words, changes in readings.items():
        other = study.retreatment_by(protocol.variant(name="another reading", **changes))
        yield wrapped(f"{words}: {changed(study, other) or 'none'}", "  ", "      ")


def changed(study: Study, other: pd.DataFrame) -> str:
    """Write where another protocol gives another code."""
    codes = study.visits["retreatment_code"].astype(str), other["retreatment_code"].astype(str)
    rows = study.visits[codes[0] != codes[1]]
    return "; ".join(
        f"{row[study.named('patient')]} day {row['day']:.0f} {codes[0][at]} → {codes[1][at]}"
        for at, row in rows.iterrows()
    )


def event_lines(study: Study) -> Lines:
    """Yield adverse events before and after infusion."""
    yield heading(study, "Adverse events before and after infusion")
    yield from broken(str(compare(study)).splitlines()[1:])
    if study.column("patient", "infusions").duplicated().any():
        counts, _, _ = str(compare(study, per_infusion=True)).partition("\n\nTwo")
        yield "\nSecond analysis, around every infusion"
        yield from broken(counts.splitlines()[1:])


def broken(lines: Iterable[str]) -> Lines:
    """Yield lines, those that are too long in several."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        yield line if len(line) <= WIDTH else wrapped(line.lstrip(), indent, indent + "  ")


# ------------------------------------------------------------------ what is written, and the end


def write(study: Study, facts: dict[str, list[Fact]], out: Path, *, published: bool) -> None:
    """Write results.csv, visits_assessed.csv and the figure."""
    out.mkdir(parents=True, exist_ok=True)
    names = ["fact", "published", "computed"] if published else ["fact", "computed"]
    rows = [
        {"fact": f"{group}: {fact.name}", "published": fact.published, "computed": fact.computed}
        for group, entries in facts.items()
        for fact in entries
    ]
    if study.synthetic:
        rows.insert(0, {"fact": "data", "published": "six patients", "computed": SYNTHETIC})
    with (out / "results.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    study.visits.to_csv(out / "visits_assessed.csv", index=False, lineterminator="\n")
    draw(study).savefig(out / "trial.png", dpi=150)


def closing_lines(study: Study, facts: dict[str, list[Fact]], *, published: bool) -> Lines:
    """Yield what could not be computed or compared and, for the trial, how much agrees."""
    if study.left_out:
        yield heading(study, "Not computed from these files, and why")
        for what, why in study.left_out.items():
            yield wrapped(f"{what}: {why}", "  ", "      ")
    if published:
        yield heading(study, "Published, but not comparable, and why")
        for what, why in NOT_COMPARABLE.items():
            yield wrapped(f"{what}: {why}", "  ", "      ")
        entries = [fact for group in facts.values() for fact in group]
        agree = sum(fact.agrees for fact in entries)
        yield f"\nreproduced: {agree} of {len(entries)} comparable facts"


def report(study: Study, facts: dict[str, list[Fact]], *, published: bool) -> Iterable[str]:
    """Yield everything that is printed."""
    yield study.title
    if study.synthetic:
        yield "from a SYNTHETIC RECONSTRUCTION: invented patients who agree with the published facts."
    yield f"jiascores {jia.__version__}. Research software, not a medical device."
    yield from fact_lines(study, facts, published=published)
    yield from change_lines(study)
    yield from response_lines(study)
    yield from responder_lines(study)
    yield from state_lines(study)
    yield from inactive_lines(study)
    yield from flare_lines(study)
    yield from retreatment_lines(study)
    yield from event_lines(study)


def main(argv: list[str] | None = None) -> int:
    """Run the analysis.

    Parameters
    ----------
    argv
        Command line, for tests; by default that of the process.

    Returns
    -------
    int
        0, or 1 where a published fact is not reproduced, or 2 where the files cannot be read.
    """
    parser = argparse.ArgumentParser(description="Analyse the MSC trial from four files.")
    for table, file in FILES.items():
        parser.add_argument(f"--{table}", type=Path, help=f"default: {file} beside this script")
    parser.add_argument("--mapping", type=Path, default=HERE / "mapping.toml")
    parser.add_argument("--out", type=Path, default=HERE / "output", help="folder for the results")
    arguments = parser.parse_args(argv)
    own = [table for table in FILES if getattr(arguments, table) is not None]
    if own and len(own) < len(FILES):
        missing = ", ".join(f"--{table}" for table in FILES if table not in own)
        parser.error(f"files of two studies do not go together: give {missing} too")
    published = not own
    paths = {table: getattr(arguments, table) or HERE / file for table, file in FILES.items()}
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    try:
        study = Study.load(paths, arguments.mapping)
        facts = collect(study)
        for line in report(study, facts, published=published):
            print(line)
        write(study, facts, arguments.out, published=published)
    except (jia.JiaScoresError, OSError, KeyError, ValueError) as problem:
        print(wrapped(f"{type(problem).__name__}: {problem}"), file=sys.stderr)
        return 2
    print(f"\nwritten: results.csv, visits_assessed.csv and trial.png, in\n  {arguments.out}")
    for line in closing_lines(study, facts, published=published):
        print(line)
    return int(published and not all(fact.agrees for group in facts.values() for fact in group))


if __name__ == "__main__":
    sys.exit(main())
