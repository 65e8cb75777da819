"""
The MSC trial, reconstructed
============================

Six invented patients who agree with every figure that Swart 2019 published: disease activity,
infusions, ACR Pedi level, and who may be infused again at each visit.

**The data are a synthetic reconstruction.** The trial published medians and counts, and no
patient's values. Nothing here describes a person, and nothing may be concluded from it about the
treatment. The code stands in ``examples/msc_trial`` and runs with ``make demo``.
"""

import sys
from pathlib import Path

import matplotlib.pyplot as plt

HERE = Path.cwd().resolve()
ROOT = next(folder for folder in [HERE, *HERE.parents] if (folder / "examples").exists())
EXAMPLE = ROOT / "examples" / "msc_trial"
sys.path.insert(0, str(EXAMPLE))

from analysis import FILES
from figure import draw
from study import Study

# %%
# Read the four files as ``mapping.toml`` describes them, and assess every visit.

files = {table: EXAMPLE / name for table, name in FILES.items()}
study = Study.load(files, EXAMPLE / "mapping.toml")
columns = ["patient", "visit", "jadas71", "retreatment_code"]
study.visits.loc[study.visits["day"].between(0, 60), columns].head(12)

# %%
# The example draws its own figure.

draw(study)
plt.show()
