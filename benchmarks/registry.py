"""Take a registry of ten million visits through `assess`, and say what it costs.

    python benchmarks/registry.py [visits] [patients]

The visits are written to a Parquet file once; then the file is merely read, and read, assessed
and written, each in a fresh process, so that the peak of each is its own. `assess_files` does the
same in pieces.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import cohorts

HERE = Path(__file__).parent
ASK = """
ask = dict(baseline="first", measures=[
    "jadas71", "cjadas10",
    jia.ask.state("cjadas10", cutoffs="consolaro-2014", course=jia.column("course")),
    jia.ask.state("cjadas10", cutoffs="trincianti-2021", course=jia.column("course")),
    "acr_ped",
    jia.ask.flare(criteria="prcsg-printo", reference="baseline"),
    jia.ask.flare(criteria="brunner-2002", reference="last-responding"),
    jia.ask.inactive_disease(criteria="wallace-2011", markers="any"),
])
"""
READ = """
import polars as pl
visits = pl.read_parquet({source!r})
"""
ASSESS = (
    READ
    + "import jiascores as jia\n"
    + ASK
    + """
part("read")
out = jia.assess(visits, **ask)
part("assess")
out.write_parquet({target!r})
part("write")
note["rows"], note["columns added"] = len(out), out.width - visits.width
note["inactive"] = out["inactive_disease_wallace_2011"].sum()
"""
)
PIECES = (
    "import jiascores as jia\n"
    + ASK
    + """
jia.assess_files({source!r}, {target!r}, **ask)
"""
)
PROCESS = """
import json, time
start = last = time.perf_counter()
note = {{}}
def part(name):
    global last
    now = time.perf_counter()
    note[name], last = round(now - last, 2), now
{body}
status = open("/proc/self/status").read().splitlines()
note["peak GB"] = round(int(next(l for l in status if l.startswith("VmHWM")).split()[1]) / 1e6, 2)
note["seconds"] = round(time.perf_counter() - start, 2)
print(json.dumps(note))
"""


def run(body: str, **paths: str) -> dict[str, float]:
    code = PROCESS.format(body=body.format(**paths))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def write_visits(path: Path, size: int, patients: int) -> None:
    import numpy as np
    import polars as pl

    frame = pl.from_pandas(cohorts.visits(size, per_patient=size // patients, text_ids=True))
    random = np.random.default_rng(1)
    few = {
        name: random.random(size) < 0.02
        for name in ("fever", "rash", "serositis", "splenomegaly", "lymphadenopathy", "uveitis")
    }
    frame = frame.with_columns(
        **few,
        esr_upper_limit=pl.lit(20.0),
        morning_stiffness=random.integers(0, 61, size).astype(float),
    )
    frame.write_parquet(path)


def main() -> None:
    size = int(float(sys.argv[1])) if len(sys.argv) > 1 else 10_000_000
    patients = int(float(sys.argv[2])) if len(sys.argv) > 2 else size // 10
    with TemporaryDirectory() as folder:
        source, target = Path(folder) / "visits.parquet", Path(folder) / "assessed.parquet"
        start = time.perf_counter()
        write_visits(source, size, patients)
        gigabytes = source.stat().st_size / 1e9
        took = time.perf_counter() - start
        print(f"{size:,} visits of {patients:,} patients: {gigabytes:.2f} GB, made in {took:.0f} s")
        paths = {"source": str(source), "target": str(target)}
        read = run(READ, **paths)
        print("merely reading the file:", read)
        whole = run(ASSESS, **paths)
        print("reading, assessing, writing:", whole)
        print(f"assessing takes {whole['assess'] / read['seconds']:.1f} times reading")
        print("assess_files, in pieces:", run(PIECES, **paths))


if __name__ == "__main__":
    main()
