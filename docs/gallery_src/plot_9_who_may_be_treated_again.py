"""
Who may be treated again
========================

The synthetic reconstruction of the MSC trial as a swimmer plot: follow-up, infusions, response, and
the visits at which the protocol allowed another infusion. The patients are invented; see
:ref:`sphx_glr_gallery_plot_2_msc_trial.py`.
"""

import matplotlib.pyplot as plt

import jiascores as jia

# %%
# First the response, then the retreatment protocol, both from the files of the example.

trial = jia.datasets.load_msc_trial()
visits, infusions = trial.visits, trial.infusions
names = {
    "date": "visit_date",
    "physician_global": "physician_global_mm",
    "patient_global": "patient_global_mm",
}
asked = {
    "columns": names,
    "units": {"physician_global": "mm", "patient_global": "mm"},
    "marker": "esr",
}
out = jia.assess(visits, baseline="first", measures=["acr_ped"], **asked)
again = jia.retreatment(
    out, infusions, protocol="swart-2019", infusion_columns={"date": "infusion_date"}, **asked
)

# %%
# A bar has the colour of the level found at its beginning; nothing says that it held in between.

figure, axes = plt.subplots(figsize=(7.6, 4.4), layout="constrained")
jia.plot.swimmer(
    again,
    infusions,
    columns={"date": "visit_date"},
    treatment_columns={"date": "infusion_date"},
    ax=axes,
)
axes.set_title("Synthetic reconstruction: six invented patients", loc="left")
plt.show()
