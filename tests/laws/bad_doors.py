"""A right call of each function that prepares, analyses, draws, reports or exports; all data synthetic."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd

import jiascores as jia
from jiascores.core.joints import JOINTS_71

# Where files are read and written; gone at the end.
_FOLDER = tempfile.TemporaryDirectory()
atexit.register(_FOLDER.cleanup)
FOLDER = Path(_FOLDER.name)
Call = tuple[str, Callable[..., Any], dict[str, Any]]


def doors(visits: Callable[[], pd.DataFrame]) -> Iterator[Call]:
    """Yield a right call of each function, on visits without a mistake."""
    yield from _prepare(visits)
    yield from _analyse(visits)
    yield from _export(visits)
    yield from _draw(visits)
    yield from _report(visits)


def _prepare(visits: Callable[[], pd.DataFrame]) -> Iterator[Call]:
    prepare, column = jia.prepare, jia.column
    long = {
        "USUBJID": "1", "ADT": "2024-01-10", "KEEP": "x",
        "PARAMCD": ["PHGA", "PTGA", "ACTJT"], "AVAL": [6.0, 5.5, 12.0],
    }  # fmt: skip
    yield "from_long", prepare.from_long, {
        "table": pd.DataFrame(long), "columns": {"patient": "USUBJID"}, "keep": ["KEEP"],
        "variables": {"physician_global": "PHGA", "patient_global": "PTGA"}, "by": "date",
    }  # fmt: skip
    wide = {
        "patient": ["007", "010"], "date_bl": ["2024-01-10", "2024-02-01"], "phga_bl": [6.0, 3.5],
        "date_w8": ["2024-03-06", None], "phga_w8": [2.0, None],
    }  # fmt: skip
    yield "from_wide", prepare.from_wide, {
        "table": pd.DataFrame(wide), "columns": {"physician_global": "phga"}, "visits": ["bl", "w8"],
    }  # fmt: skip
    redcap = {
        "record_id": ["1", "1"], "redcap_event_name": ["baseline_arm_1", "baseline_arm_1"],
        "redcap_repeat_instrument": [None, "labs"], "redcap_repeat_instance": [None, 1],
        "visit_date": ["2024-01-10", None], "phga": [6.0, None], "esr": [None, 48],
    }  # fmt: skip
    yield "from_redcap", prepare.from_redcap, {
        "export": pd.DataFrame(redcap),
        "columns": {"date": "visit_date", "physician_global": "phga", "esr": "esr"},
    }  # fmt: skip
    form = pd.DataFrame(0.0, index=range(2), columns=[f"act_{joint}" for joint in JOINTS_71])
    form = form.assign(patient=["A", "B"], date="2020-01-01")
    yield "joint_counts", prepare.joint_counts, {"frame": form, "active": "act_"}
    listed = {
        "patient": ["A", "A"], "date": "2020-01-01", "joint": ["knee_left", "hip_left"],
        "active": [1, 0],
    }  # fmt: skip
    yield "joint_list", prepare.joint_counts, {
        "frame": pd.DataFrame(listed), "active": "active", "joint": "joint",
        "unlisted": "no-finding",
    }  # fmt: skip
    events = {"patient": ["A", "B"], "date": [40, 50], "what": ["rescue", "moved"]}
    yield "intercurrent_events", prepare.intercurrent_events, {
        "events": pd.DataFrame(events),
        "strategies": {"rescue": "composite", "moved": "hypothetical"},
    }  # fmt: skip
    yield "compare_recorded", prepare.compare_recorded, {
        "visits": visits().assign(crf=3.8), "recorded": {"cjadas10": column("crf")},
    }  # fmt: skip
    visits().to_csv(FOLDER / "visits.csv", index=False)
    yield "read", prepare.read, {"path": FOLDER / "visits.csv", "mapping": None, "table": "visits"}
    yield "assess_files", jia.assess_files, {
        "source": FOLDER / "visits.csv", "target": FOLDER / "out.csv", "measures": ["jadas71"],
        "progress": False,
    }  # fmt: skip


def _analyse(visits: Callable[[], pd.DataFrame]) -> Iterator[Call]:
    analysis, column = jia.analysis, jia.column
    yield "change_table", analysis.change_table, {
        "visits": visits(), "by": column("week"), "baseline": "first", "variables": ["chaq"],
    }  # fmt: skip
    events = {"patient": ["a", "a", "b", "b", "b"], "date": [-40, 12, -91, -1, 91]}
    yield "compare_events", analysis.compare_events, {
        "events": pd.DataFrame(events), "windows": "swart-2019-windows",
        "infusions": pd.DataFrame({"patient": ["a", "b", "c"], "date": 0}),
    }  # fmt: skip
    times = pd.DataFrame(
        {
            "arm": ["drug"] * 4 + ["placebo"] * 4, "site": [1, 2] * 4,
            "duration": [84.0, 84, 56, 84, 28, 28, 56, 84],
            "event": [False, False, True, False, True, True, True, False],
        }
    )  # fmt: skip
    yield "logrank", analysis.logrank, {"times": times, "arm": column("arm")}
    yield "survival_table", analysis.survival_table, {"times": times, "at": [0, 28]}
    yield "times_table", analysis.times_table, {"times": times, "at": [0, 28]}
    yield "paired_change", analysis.paired_change, {
        "before": [75, 80, 66, 90, 41, 76], "after": [56, 64, 57, 74, 25, 51],
    }  # fmt: skip
    yield "responders_table", analysis.responders_table, {
        "visits": visits(), "outcome": column("response"), "by": column("week"),
    }  # fmt: skip
    yield "states_table", analysis.states_table, {
        "visits": visits(), "state": column("state"), "by": column("week"),
    }  # fmt: skip
    yield "time_to_flare", analysis.time_to_flare, {
        "visits": visits(), "criteria": "brunner-2002", "reference": "baseline", "baseline": "first",
    }  # fmt: skip
    response = [*[True] * 9, False, False, None, *[True] * 3, *[False] * 7, None, None]
    trial = pd.DataFrame(
        {"patient": range(24), "date": 0, "drug": ["A"] * 12 + ["P"] * 12, "response": response}
    )
    yield "tipping_point", analysis.tipping_point, {
        "visits": trial, "outcome": column("response"), "arm": column("drug"),
        "reference_arm": "P", "method": "miettinen-nurminen",
    }  # fmt: skip
    yield "manifest", analysis.manifest, {
        "visits": visits(), "measures": ["cjadas10"], "date": "2026-01-31",
    }  # fmt: skip


def _export(visits: Callable[[], pd.DataFrame]) -> Iterator[Call]:
    adam, column = jia.adam, jia.column
    table = visits().assign(nominal_visit=["week 0", "week 8"] * 2, inactive=[False, True] * 2)
    table["date"] = pd.to_datetime(table["date"])
    adsl = pd.DataFrame(
        {"STUDYID": "JIA-1", "USUBJID": ["A", "B"], "TRTSDT": table["date"].iloc[0]}
    )
    how = {"visits": table, "subjects": adsl, "baseline": "first"}
    yield "adeff", adam.adeff, {**how, "measures": ["jadas10"]}
    yield "adtte", adam.adtte, {
        **how, "event": column("inactive"), "paramcd": "TTINACT", "param": "Time to inactive",
    }  # fmt: skip
    dataset = adam.adeff(**how, measures=["jadas10"])
    yield "adam.check", adam.check, {"dataset": dataset}
    write = {"dataset": dataset, "path": FOLDER / "adeff.json", "created": "2026-01-31T12:00:00"}
    yield "adam.write", adam.write, write
    adam.write(dataset, FOLDER / "read.json", created="2026-01-31T12:00:00")
    yield "adam.read", adam.read, {"path": FOLDER / "read.json"}
    yield "adam.export", adam.export, {
        "system": "redcap", "scores": ["cjadas10"], "cutoffs": ["consolaro-2014"], "marker": "esr",
    }  # fmt: skip
    medication = {
        "USUBJID": "S-01", "CMTRT": ["MTX"], "CMDECOD": ["METHOTREXATE"], "CMSTDTC": ["2019-03"],
        "CMENDTC": [None], "CMENRTPT": ["ONGOING"],
    }  # fmt: skip
    yield "table_from_sdtm", adam.table_from_sdtm, {
        "domain": pd.DataFrame(medication), "partial_dates": "first-of-month",
    }  # fmt: skip
    answers = {
        "USUBJID": "S-01", "QSTESTCD": ["PHGA", "PTGA"], "QSSTRESN": [6.0, 5.0],
        "QSDTC": "2024-01-10", "QSLOBXFL": "Y",
    }  # fmt: skip
    yield "visits_from_sdtm", _from_sdtm, {
        "domain": pd.DataFrame(answers),
        "variables": {"physician_global": "PHGA", "patient_global": "PTGA"},
    }  # fmt: skip


def _from_sdtm(domain: Any, **how: Any) -> Any:
    return jia.adam.visits_from_sdtm(domain, **how)


def _draw(visits: Callable[[], pd.DataFrame]) -> Iterator[Call]:
    plot, column = jia.plot, jia.column
    yield "cutoff_sets", plot.cutoff_sets, {"measure": "jadas10", "score": 3.0, "course": "poly"}
    yield "joint_frequency", plot.joint_frequency, {
        "joints": [jia.JointExam(active={"knee_left"})], "label": "joints",
    }  # fmt: skip
    by_week = {"visits": visits(), "by": column("week")}
    yield "responders", plot.responders, {**by_week, "outcome": column("response")}
    yield "response_matrix", plot.response_matrix, {**by_week, "baseline": "first"}
    yield "state_flow", plot.state_flow, {**by_week, "state": column("state")}
    yield "swimmer", plot.swimmer, {
        "visits": visits(),
        "treatments": pd.DataFrame({"patient": ["A"], "date": ["2020-01-02"]}),
    }  # fmt: skip


def _report(visits: Callable[[], pd.DataFrame]) -> Iterator[Call]:
    yield "report", jia.report, {
        "visits": visits(), "path": FOLDER / "report.html", "measures": ["jadas71"],
        "pictures": False,
    }  # fmt: skip
    yield "verify", jia.verify, {"date": "2026-01-01"}
    yield "course_notes", jia.course_notes, {"cutoffs": "trincianti-2021"}
    yield "within_categories", jia.within_categories, {
        "ilar_category": "systemic", "criteria": "wallace-2011",
    }  # fmt: skip
    yield "conformance", jia.testing.conformance, {"kind": "flare criteria"}
    yield "values_of", jia.testing.values_of, {"variable": "esr"}
    yield "dataset path", jia.datasets.path, {"name": "cohort"}
