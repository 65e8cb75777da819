"""Measure jiascores beside what a user would write instead; `make bench` runs this.

Every alternative gives the same answers, which is checked before anything is timed. The calls of
one race take turns, so that a busy machine is busy for all; the quickest of each counts, and the
ratios are what to look at. The table goes to benchmarks/results.md, the picture to
docs/_static/speed.png.
"""

from __future__ import annotations

import gc
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cohorts
import numpy as np
import others
import pandas as pd

import jiascores as jia

HERE = Path(__file__).parent
SMALL = os.environ.get("JIASCORES_BENCH") == "small"  # to try the script itself
Row = tuple[str, str, str, str, str]
ROWS: list[Row] = []


def race(cases: dict[str, Callable[[], Any]], *, rounds: int = 7) -> dict[str, float]:
    """Return the least time of each, called in turns."""
    best = dict.fromkeys(cases, float("inf"))
    for call in cases.values():
        call()
    gc.collect()
    gc.disable()
    for _ in range(1 if SMALL else rounds):
        for name, call in cases.items():
            start = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - start)
    gc.enable()
    return best


def shown(seconds: float) -> str:
    for unit, factor in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def report(
    work: str, who: str, seconds: float, reference: float, target: float | None = None
) -> None:
    """Add a row: its time, its ratio to the reference, and whether a target is met."""
    ratio = seconds / reference
    verdict = ""
    if target is not None:
        verdict = f"≤ {target:g}: {'met' if ratio <= target else '**missed**'}"
    add(work, who, shown(seconds), f"{ratio:,.2f}" if ratio < 100 else f"{ratio:,.0f}", verdict)


def add(*cells: str) -> None:
    ROWS.append(cells)
    widths = (38, 58, 9, 8, 20)
    print("  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)))


def same(one: Any, other: Any) -> None:
    np.testing.assert_allclose(
        np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64), atol=1e-8
    )


# --------------------------------------------------------------------------------------------


def scores(size: int) -> None:
    import polars as pl

    frame = cohorts.visits(size)
    names = ("physician_global", "patient_global", "active_joints", "esr")
    columns = {name: frame[name].to_numpy().copy() for name in names}
    table = pl.DataFrame({name: pl.Series(columns[name], nan_to_null=True) for name in names})
    few = frame.head(2_000)
    want = jia.jadas71(**columns)
    same(want, others.jadas71_numpy(columns))
    same(want, others.jadas71_numpy_checked(columns))
    same(want, others.jadas71_polars(table)["jadas71"].to_numpy())
    same(want[: len(few)], few.apply(others.jadas71_by_row, axis=1))

    took = race(
        {
            "copy": lambda: [values.copy() for values in columns.values()],
            "jia": lambda: jia.jadas71(**columns),
            "polars": lambda: others.jadas71_polars(table),
            "numpy": lambda: others.jadas71_numpy(columns),
            "checked": lambda: others.jadas71_numpy_checked(columns),
        },
        rounds=11,
    )
    by_row = race({"apply": lambda: few.apply(others.jadas71_by_row, axis=1)}, rounds=2)["apply"]
    work = f"JADAS-71, {size:,} visits"
    report(work, "copying the four columns", took["copy"], took["copy"])
    report(work, "`jia.jadas71`, checked", took["jia"], took["copy"], 2.5)
    report(work, "Polars expression, no checks", took["polars"], took["copy"])
    report(work, "NumPy, no checks", took["numpy"], took["copy"])
    report(work, "NumPy, checked", took["checked"], took["copy"])
    slow = by_row / len(few) * size
    report(work, "`DataFrame.apply(axis=1)`, from 2,000 rows", slow, took["copy"])
    report(work, "`jia.jadas71` against the Polars expression", took["jia"], took["polars"], 1)


def by_patient(frame: pd.DataFrame) -> pd.Series:
    """What `groupby.apply` does, in the order of patients."""
    return pd.concat(others.acr_ped30_of_patient(group) for _, group in frame.groupby("patient"))


def responses(size: int, *, text_ids: bool) -> None:
    import duckdb
    import polars as pl

    frame = cohorts.visits(size, text_ids=text_ids)
    frame["number"] = np.arange(size)
    table = pl.from_pandas(frame)
    arrow = table.to_arrow()
    connection = duckdb.connect()
    connection.execute("create table visits as select * from arrow")
    few = frame[frame["patient"].isin(frame["patient"].unique()[:100])]

    plain = jia.ask.acr_ped(missing="unchanged")
    level = jia.assess(frame, measures=[plain], baseline="first")[plain.columns[0]]
    want = (level >= 30).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    for found in (others.acr_ped30_polars_join(table), others.acr_ped30_polars_over(table)):
        same(want, found.sort("number")["acr_ped30"].cast(pl.Float64).to_numpy())
    same(want, others.acr_ped30_pandas(frame))
    columns = {name: frame[name].to_numpy() for name in ("patient", "date", *cohorts.CORE)}
    columns["patient"] = pd.factorize(frame["patient"])[0]
    same(want, others.acr_ped30_numpy(columns))
    for query in (others.DUCKDB_JOIN, others.DUCKDB_WINDOW):
        found = others.acr_ped30_duckdb(connection, query).to_pandas().sort_values("number")
        same(want, found["acr_ped30"].astype(float))
    same(want[few.index], by_patient(few).reindex(few.index))

    def assess(given: Any) -> Callable[[], Any]:
        return lambda: jia.assess(given, measures=["acr_ped"], baseline="first")

    took = race(
        {
            "join": lambda: others.acr_ped30_polars_join(table),
            "polars": assess(table),
            "pandas": assess(frame),
            "arrow": assess(arrow),
            "duckdb": assess(connection.table("visits")),
            "over": lambda: others.acr_ped30_polars_over(table),
            "window": lambda: others.acr_ped30_duckdb(connection, others.DUCKDB_WINDOW),
            "sql join": lambda: others.acr_ped30_duckdb(connection, others.DUCKDB_JOIN),
            "merge": lambda: others.acr_ped30_pandas(frame),
            "numpy": lambda: others.acr_ped30_numpy(columns),
            "apply": partial(by_patient, few),
        }
    )
    slow = took["apply"] / len(few) * size
    work = f"ACR Pedi, {size:,} visits, {'text' if text_ids else 'number'} ids"
    target = 1.0 if text_ids else 0.8
    report(work, "Polars: first dates joined back, one level", took["join"], took["join"])
    report(work, "`jia.assess`, Polars: five levels, bounds", took["polars"], took["join"], target)
    report(work, "`jia.assess`, pandas", took["pandas"], took["join"], target)
    report(work, "`jia.assess`, PyArrow", took["arrow"], took["join"], target)
    report(work, "`jia.assess`, DuckDB relation, there and back", took["duckdb"], took["join"])
    report(work, "Polars `over`, one level", took["over"], took["join"])
    report(work, "DuckDB window, one level", took["window"], took["join"])
    report(work, "DuckDB join, one level", took["sql join"], took["join"])
    report(work, "pandas `idxmin` and look-up, one level", took["merge"], took["join"])
    report(work, "NumPy, patients numbered already, one level", took["numpy"], took["join"])
    report(work, "`groupby.apply`, one level, from 100 patients", slow, took["join"])
    factor = slow / took["pandas"]
    verdict = f"≥ 1000: {'met' if factor >= 1000 else '**missed**'}"
    add(work, "`groupby.apply` against `jia.assess`, pandas", "", f"{factor:,.0f}", verdict)


def around(size: int) -> None:
    """Time what prepares and summarises visits beside `assess` of them."""
    frame = cohorts.visits(size)
    level, weeks = jia.column("acr_ped_level"), {4 * visit: 13 for visit in range(10)}

    def assess() -> pd.DataFrame:
        return jia.assess(frame, measures=["acr_ped"], baseline="first")

    named = jia.prepare.nominal_visits(assess(), weeks=weeks, rule="nearest", day_zero="first")
    labs = frame[["patient", "date", "esr"]]
    labs = labs.assign(date=labs["date"] + pd.Timedelta(days=3)).sample(frac=1, random_state=1)
    fill = partial(jia.prepare.fill_gaps, named, level, weeks=weeks)
    last = fill(rule="locf", limit_days=60)
    assert len(last) == named["patient"].nunique() * len(weeks)
    calls = {
        "`fill_gaps`, non-response": lambda: fill(rule="nri"),
        "`fill_gaps`, last carried forward": lambda: fill(rule="locf", limit_days=60),
        "`responders_by_visit`": lambda: jia.analysis.responders_by_visit(last, level, level=30),
        "`laboratory_values`": lambda: jia.prepare.laboratory_values(
            frame, labs, values=["esr"], lab_window_days=7
        ),
        "`time_to_first` ACR Pedi 30": lambda: jia.analysis.time_to_first(
            frame, "acr_ped", level=30, baseline="first", undetermined="no"
        ),
    }
    took = race({"assess": assess, **calls})
    work = f"{size:,} visits of {size // 10:,} patients"
    report(work, "`jia.assess`, ACR Pedi", took["assess"], took["assess"])
    for who in calls:
        report(work, who, took[who], took["assess"], 5)


def spark(size: int) -> None:
    if find_spec("pyspark") is None:
        add(f"PySpark, {size:,} visits", "not installed here", "", "", "")
        return
    from pyspark.sql import SparkSession

    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = session.config("spark.sql.execution.arrow.pyspark.enabled", "true").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    for name in ("cohorts.py", "others.py"):
        session.sparkContext.addPyFile(str(HERE / name))
    source = HERE / "spark.parquet"
    try:
        cohorts.visits(size).drop(columns="course").to_parquet(source)
        visits = session.read.parquet(str(source)).cache()
        visits.count()
        few = visits.filter("patient < 200").cache()
        share = few.count() / size

        def through(frame: Any) -> Callable[[], Any]:
            return lambda: frame.write.format("noop").mode("overwrite").save()

        def of_patient(group: pd.DataFrame) -> pd.DataFrame:
            return group.assign(acr_ped30=others.acr_ped30_of_patient(group))

        hand = visits.repartition("patient").mapInPandas(lambda parts: parts, visits.schema)
        schema = type(visits.schema)([*visits.schema.fields]).add("acr_ped30", "double")
        took = race(
            {
                "hand": through(hand),
                "jia": through(jia.assess(visits, measures=["acr_ped"], baseline="first")),
            },
            rounds=3,
        )
        applied = few.groupBy("patient").applyInPandas(of_patient, schema)
        slow = race({"apply": through(applied)}, rounds=1)
        work = f"PySpark, {size:,} visits"
        report(work, "`repartition` and `mapInPandas`, nothing done", took["hand"], took["hand"])
        report(work, "`jia.assess`", took["jia"], took["hand"], 1.5)
        report(work, "`applyInPandas` per patient, from 200", slow["apply"] / share, took["hand"])
    finally:
        session.stop()
        source.unlink(missing_ok=True)


def one_patient() -> dict[str, Callable[[], Any]]:
    """Return a call of each verdict for one patient, its core sets built before."""
    base = jia.CoreSet(
        physician_global=6, patient_global=5, chaq=1.5, active_joints=12, limited_joints=10, esr=40
    )
    now = jia.CoreSet(
        physician_global=2, patient_global=2, chaq=0.75, active_joints=4, limited_joints=6, esr=20
    )
    symptoms = ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
    well: Any = {"physician_global": 0, "active_joints": 0, "morning_stiffness": 10}
    well |= dict.fromkeys(symptoms, False) | {"esr": 12, "esr_upper_limit": 20}
    mas: Any = {"ferritin": 5200, "platelets": 140, "ast": 96}
    systemic: Any = {"esr": None, "upper_limit": 20, "criteria": "beukelman-2011-systemic"}
    return {
        "acr_ped": lambda: jia.acr_ped(baseline=base, now=now).level,
        "flare": lambda: jia.flare(reference=now, now=base, criteria="brunner-2002").flared,
        "loss_of_response": lambda: (
            jia.loss_of_response(baseline=base, reached=now, now=base, level=30).lost
        ),
        "inactive_disease": lambda: jia.inactive_disease(criteria="wallace-2011", **well),
        "disease_state": lambda: jia.disease_state(
            3.8, measure="jadas10", course="poly", cutoffs="consolaro-2012-2014"
        ),
        "chronically_uncontrolled": lambda: jia.chronically_uncontrolled(
            physician_global=2.5,
            patient_global=None,
            active_joints=3,
            biologicals_tried=2,
            criteria="brunner-2020",
        ),
        "activity_level": lambda: jia.activity_level(
            physician_global=7, patient_global=5, active_joints=8, **systemic
        ),
        "escalation_indicated": lambda: jia.escalation_indicated(
            7.1, measure="cjadas71", month=3, course="poly", criteria="swart-2018"
        ),
        "horneff_improvement": lambda: jia.horneff_improvement(baseline=14.9, now=10.9),
        "reacch_out_flare": lambda: jia.reacch_out_flare(
            inactive_before=True,
            inactive_now=False,
            joint_injection=False,
            treatment_intensified=None,
        ),
        "mas_2016": lambda: jia.mas_2016(
            febrile=True, known_or_suspected_sjia=True, triglycerides=None, fibrinogen=None, **mas
        ),
        "course": lambda: jia.course("psoriatic", active_joints=4, cutoffs="trincianti-2021"),
    }


def small() -> None:
    frame = cohorts.visits(6, per_patient=6)
    values = {"physician_global": 6.0, "patient_global": 5.5, "active_joints": 12, "esr": 48}
    verdicts = one_patient()

    def many(call: Callable[[], Any], times: int) -> Callable[[], None]:
        def calls() -> None:
            for _ in range(times):
                call()

        return calls

    assert jia.jadas71(**values) == others.jadas71_by_hand(6.0, 5.5, 12, 48)
    took = race(
        {
            "hand": many(lambda: others.jadas71_by_hand(6.0, 5.5, 12, 48), 50),
            "jadas71": many(lambda: jia.jadas71(**values), 50),
            **{name: many(call, 50) for name, call in verdicts.items()},
            "one": many(lambda: jia.assess(frame, measures=["jadas71"]), 10),
            "two": many(
                lambda: jia.assess(frame, measures=["jadas71", "acr_ped"], baseline="first"), 10
            ),
        },
        rounds=200,
    )
    one = took["jadas71"] / 50
    report("One patient", "`jia.jadas71`", one, one)
    report("One patient", "JADAS-71 written by hand, no checks", took["hand"] / 50, one)
    for name in verdicts:
        target = 12 if name == "loss_of_response" else 8
        report("One patient", f"`jia.{name}`", took[name] / 50, one, target)
    report("Six visits", "`jia.jadas71` of one patient", one, one)
    report("Six visits", "`jia.assess`, JADAS-71 alone", took["one"] / 10, one, 35)
    report("Six visits", "`jia.assess`, JADAS-71 and ACR Pedi", took["two"] / 10, one, 120)


def intervals(events: int) -> None:
    from scipy.stats import binomtest

    from jiascores.statistics.rates import compare_rates

    after, time_after = events * 2 // 5, 0.9
    share = time_after / (time_after + 1)
    compare = partial(
        compare_rates,
        after=after,
        before=events - after,
        time_after=time_after,
        time_before=1.0,
        method="minimum-likelihood",
    )
    same(compare().p, binomtest(after, events, share).pvalue)
    # The interval ends where scipy's p crosses 0.05.
    low, high = (odds * time_after for odds in (compare().low, compare().high))
    for outside, inside in (
        (low * (1 - 1e-6), low * (1 + 1e-3)),
        (high * (1 + 1e-6), high * 0.999),
    ):
        p = [binomtest(after, events, odds / (1 + odds)).pvalue for odds in (outside, inside)]
        assert p[0] <= 0.05 < p[1]
    took = race({"scipy": partial(binomtest, after, events, share), "ours": compare}, rounds=50)
    work = f"Two Poisson counts, {events:,} events"
    report(work, "scipy's `binomtest`, p alone", took["scipy"], took["scipy"])
    report(work, "minimum-likelihood p and interval", took["ours"], took["scipy"], 50)


def of_new_process(code: str) -> float:
    """Return the number that a fresh Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    return float(done.stdout)


def imports() -> None:
    def start(code: str) -> Callable[[], Any]:
        timer = "time.process_time()"
        return lambda: of_new_process(
            f"import time; start = {timer}; {code}; print({timer} - start)"
        )

    cases = {
        "numpy": start("import numpy"),
        "import": start("import jiascores"),
        "first": start(
            "import jiascores; jiascores.jadas71(physician_global=6.0, patient_global=5.5, "
            "active_joints=12, esr=48)"
        ),
    }
    best = dict.fromkeys(cases, float("inf"))
    for _ in range(2 if SMALL else 12):
        for name, call in cases.items():
            best[name] = min(best[name], call())
    report("Import", "`import numpy`", best["numpy"], best["numpy"])
    report("Import", "`import jiascores`", best["import"], best["numpy"])
    report("Import", "`import jiascores` and its first score", best["first"], best["numpy"], 1.8)


MEMORY = """
import sys; sys.path.insert(0, {here!r})
import cohorts, ctypes, gc, jiascores as jia
frame = cohorts.visits({size}, text_ids={text}).drop(columns="course")
ask = dict(measures=["jadas71", "cjadas10", "acr_ped"], baseline="first")
{kind}
jia.assess(few, **ask)
gc.collect()
ctypes.CDLL(None).malloc_trim(0)
def of_process(name):
    return int(next(l for l in open("/proc/self/status") if l.startswith(name)).split()[1]) * 1024
before = of_process("VmRSS")
open("/proc/self/clear_refs", "w").write("5")
out = jia.assess(frame, **ask)
print((of_process("VmHWM") - before) / size)
"""
KINDS = {
    "pandas": "size, few = frame.memory_usage(deep=True).sum(), frame.head(20)",
    "Polars": "import polars; frame = polars.from_pandas(frame); "
    "size, few = frame.estimated_size(), frame.head(20)",
    "PyArrow": "import polars; frame = polars.from_pandas(frame).to_arrow(); "
    "size, few = frame.nbytes, frame.slice(0, 20)",
}


def memory(size: int) -> None:
    """Measure how far memory rises above the input; only Linux tells."""
    if not Path("/proc/self/clear_refs").exists():
        return
    for text in (False, True):
        for name, kind in KINDS.items():
            code = MEMORY.format(here=str(HERE), size=size, kind=kind, text=text)
            ratio = of_new_process(code)
            who = f"`jia.assess` of {name}, {'text' if text else 'number'} ids, three measures"
            verdict = f"≤ 2.5: {'met' if ratio <= 2.5 else '**missed**'}"
            add(f"Memory, {size:,} visits", who, "", f"{ratio:.2f}", verdict)


# --------------------------------------------------------------------------------------------


def growth(sizes: list[int]) -> dict[str, list[tuple[int, float]]]:
    """Time from small to large: how cost grows with the number of visits."""
    import polars as pl

    lines: dict[str, list[tuple[int, float]]] = {}
    for size in sizes:
        frame = cohorts.visits(size)
        ordered = cohorts.visits(size, shuffled=False)
        table = pl.from_pandas(frame).with_row_index("number")

        assess = partial(jia.assess, measures=["jadas71", "acr_ped"], baseline="first")
        cases: dict[str, Callable[[], Any]] = {
            "jiascores: JADAS-71, ACR Pedi, five levels, bounds": partial(assess, frame),
            "the same, sorted rows": partial(assess, ordered),
            "Polars: one level, first dates joined back": partial(
                others.acr_ped30_polars_join, table
            ),
            "pandas: one level, look-up": partial(others.acr_ped30_pandas, frame),
        }
        if size <= 3_000:
            cases["groupby.apply: one level"] = partial(by_patient, frame)
            cases["apply(axis=1): JADAS-71"] = partial(frame.apply, others.jadas71_by_row, axis=1)
        for name, seconds in race(cases, rounds=3).items():
            lines.setdefault(name, []).append((size, seconds))
    return lines


def picture(lines: dict[str, list[tuple[int, float]]]) -> None:
    if find_spec("matplotlib") is None:
        return
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4.2), layout="constrained")
    styles = ("-o", "--o", "-s", "-^", ":d", ":v")
    colours = ("#0b5394", "#6fa8dc", "#b45f06", "#7f6000", "#444444", "#888888")
    for (name, points), style, colour in zip(lines.items(), styles, colours, strict=False):
        sizes, seconds = zip(*points, strict=True)
        axes.loglog(sizes, seconds, style, color=colour, markersize=4, linewidth=1.4, label=name)
    axes.set_xlabel("visits")
    axes.set_ylabel("seconds")
    axes.grid(visible=True, which="major", color="#dddddd")
    axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0.36, 1))
    axes.spines[["top", "right"]].set_visible(False)
    folder = HERE.parent / "docs" / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / "speed.png", dpi=110)


NOTES = """
`import jiascores` loads the rest when a name is first used. Text ids cost more under pandas 2, whose
text is made of Python objects, than under pandas 3.
"""


def main() -> None:
    divide = 100 if SMALL else 1
    start = time.perf_counter()
    scores(5_000_000 // divide)
    responses(1_000_000 // divide, text_ids=False)
    responses(1_000_000 // divide, text_ids=True)
    around(160_000 // divide)
    spark(1_000_000 // divide)
    small()
    intervals(10_000)
    imports()
    memory(2_000_000 // divide)
    sizes = [1_000, 10_000] if SMALL else [100, 1_000, 3_000, 10_000, 100_000, 1_000_000, 3_000_000]
    lines = growth(sizes)
    for name, points in lines.items():
        if name.startswith("jiascores"):
            (few, least), (many, most) = (
                next(point for point in points if point[0] >= 10_000),
                points[-1],
            )
            growth_ = (most / least) / (many * np.log(many) / (few * np.log(few)))
            verdict = f"≤ 1: {'met' if growth_ <= 1 else '**missed**'}"
            who = f"from {few:,} to {many:,} visits, against n log n"
            add("Growth", who, "", f"{growth_:.2f}", verdict)
    if SMALL:
        return
    picture(lines)
    packages = ("numpy", "pandas", "polars", "duckdb")
    versions = ", ".join(f"{name} {sys.modules[name].__version__}" for name in packages)
    head = (
        f"# Speed\n\nMeasured by `make bench` on {os.cpu_count()} cores ({platform.machine()}), "
        f"Python {platform.python_version()}, {versions}. Times are the least of several "
        f"interleaved calls; the ratio is to the first row of each group, and counts.\n\n"
        "| work | who | time | ratio | target |\n|---|---|---|---|---|\n"
    )
    body = "".join(f"| {' | '.join(cells)} |\n" for cells in ROWS)
    results = HERE / "results.md"
    # What benchmarks/registry.py measured stays.
    _, mark, registry = results.read_text(encoding="utf-8").partition("\n## Ten million visits")
    results.write_text(head + body + NOTES + mark + registry, encoding="utf-8")
    print(
        f"\nbenchmarks/results.md and docs/_static/speed.png, in {time.perf_counter() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
