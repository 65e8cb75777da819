"""
The MSC trial, reconstructed
============================

Six invented patients who agree with every figure that Swart 2019 published: disease activity,
infusions, ACR-Ped level, and who may be infused again at each visit.

**The data are a synthetic reconstruction.** The trial published medians and counts, and no
patient's values. Nothing here describes a person, and nothing may be concluded from it about the
treatment. The code stands in ``examples/msc_trial`` and runs with ``make demo``.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt

EXAMPLE = Path.cwd().resolve()
while not (EXAMPLE / "examples").exists():
    EXAMPLE = EXAMPLE.parent
EXAMPLE = EXAMPLE / "examples" / "msc_trial"
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
# The example draws its own figure into a file.

with tempfile.TemporaryDirectory() as folder:
    picture = Path(folder) / "trial.png"
    draw(study, picture)
    image = plt.imread(picture)
figure = plt.figure(figsize=(image.shape[1] / 150, image.shape[0] / 150))
axes = figure.add_axes((0, 0, 1, 1))
axes.imshow(image)
axes.set_axis_off()
plt.show()
