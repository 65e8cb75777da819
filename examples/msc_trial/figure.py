"""One figure: disease activity, infusions, response and eligibility of every patient."""

from __future__ import annotations

import math
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from study import CRITERIA, Study

COLUMNS = 2
MOST = 30
LEVELS = {0: "#d9d9d9", 30: "#c6dbef", 50: "#6baed6", 70: "#2171b5", 90: "#08306b", 100: "#000000"}
# Nearer than this share of the time shown, two signs would lie on one another.
CLOSE = 0.075
STEP = 0.75
DARK = 70  # from this level on, the number on the square is white
AGAINST = {"course": ", against the visit before the last infusion", "first": ""}
OPEN = "white"
INFUSION = "#b2182b"
# What is worth a sign of its own; a small dot is "no".
SIGNS = {
    "eligible": ("may be infused again", "^", "#1b7837", 75),
    "excluded": ("lost, but excluded", "X", "#b2182b", 55),
    "used_up": ("lost, repeats used up", "s", "#762a83", 45),
    "outside_window": ("lost, outside the window", "D", "#e08214", 40),
    "undetermined": ("not determinable", "$?$", "#404040", 60),
}
NO = ("response holds, or none yet", "o", "#969696", 10)


def draw(study: Study) -> Figure:
    """Draw every patient's course.

    Parameters
    ----------
    study
        The study, assessed.

    Returns
    -------
    Figure
        To be saved, or shown.
    """
    shown = study.patients[:MOST]
    columns = min(COLUMNS, len(shown))
    rows = math.ceil(len(shown) / columns)
    size = (3.6 * columns + 0.6, 3.1 * rows + 1.9)
    figure = plt.figure(figsize=size, layout="constrained")
    outer = figure.add_gridspec(rows, columns, hspace=0.08, wspace=0.06)
    treated = study.visits[study.visits[study.named("patient")].isin(shown)]
    top = max(5, treated["jadas71"].max() * 1.12)
    span = (min(0, treated["day"].min()) - 14, treated["day"].max() + 14)
    for place, who in enumerate(shown):
        cell = outer[place // columns, place % columns].subgridspec(2, 1, height_ratios=[5, 3])
        upper = figure.add_subplot(cell[0])
        lower = figure.add_subplot(cell[1], sharex=upper)
        visits = treated[treated[study.named("patient")] == who]
        _activity(study, upper, visits, who)
        _verdicts(lower, visits)
        upper.set(xlim=span, ylim=(0, top))
        if place % columns == 0:
            upper.set_ylabel("JADAS71")
        else:
            upper.tick_params(labelleft=False)
            lower.tick_params(labelleft=False)
        if place + columns >= len(shown):
            lower.set_xlabel("days since the first infusion")
        else:
            lower.tick_params(labelbottom=False)
    _explain(study, figure, len(shown), columns)
    return figure


def _activity(study: Study, axes: Any, visits: pd.DataFrame, who: str) -> None:
    """Draw JADAS-71 over time, and the infusions."""
    known = visits.dropna(subset="jadas71")
    axes.plot(known["day"], known["jadas71"], color="#252525", linewidth=1.4, zorder=2)
    axes.scatter(known["day"], known["jadas71"], color="#252525", s=14, zorder=3)
    for number, day in enumerate(_infusions(study, visits, who), start=1):
        axes.axvline(day, color=INFUSION, linewidth=1.6, zorder=1)
        axes.annotate(
            str(number),
            (day, 1),
            xycoords=("data", "axes fraction"),
            xytext=(3, -3),
            textcoords="offset points",
            va="top",
            color=INFUSION,
            fontsize=10,
            fontweight="bold",
        )
    axes.set_title(_name(study, who), fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelbottom=False, labelsize=9)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color="#eeeeee")


def _infusions(study: Study, visits: pd.DataFrame, who: str) -> list[int]:
    """Return the days of a patient's infusions since the first."""
    dates = study.column("date", "infusions")[study.column("patient", "infusions") == who]
    return sorted((dates - visits["first_infusion"].iloc[0]).dt.days)


def _name(study: Study, who: str) -> str:
    """Return the patient and, where it is known, the category."""
    if not study.has("ilar_category", "patients"):
        return who
    category = study.column("ilar_category", "patients")[study.column("patient", "patients") == who]
    words = "".join(category.astype(str)).replace("_", " ").replace(" rf ", ", RF ")
    return f"{who}  ({words})" if words else who


def _verdicts(axes: Any, visits: pd.DataFrame) -> None:
    """Draw the ACR Pedi level of each visit, and whether another infusion is allowed."""
    visits = visits[visits["day"] > 0]
    # Visits that would lie on one another step up and down in turn.
    close = visits["day"].diff() < CLOSE * (visits["day"].max() + 1)
    heights = STEP * (close.groupby((~close).cumsum()).cumsum() % 3)
    for visit, height in zip(visits.itertuples(), heights, strict=True):
        low = visit.acr_ped_level_min
        high = visit.acr_ped_level_max
        text = str(low) if low == high else "?"
        colour = LEVELS.get(low, "black") if low == high else OPEN
        axes.text(
            visit.day,
            1 + height,
            text,
            ha="center",
            va="center",
            fontsize=9,
            color="white" if low == high and low >= DARK else "black",
            bbox={
                "boxstyle": "round,pad=0.25",
                "facecolor": colour,
                "edgecolor": "#737373",
                "lw": 0.5,
            },
            zorder=3,
        )
    if "retreatment_code" in visits:
        for code, group in visits.groupby("retreatment_code", observed=True):
            _, marker, colour, size = SIGNS.get(str(code), NO)
            axes.scatter(
                group["day"], heights[group.index] / 2 - 1, marker=marker, color=colour, s=size
            )
    axes.set(ylim=(-1.5, 3.3), yticks=[-0.6, 1.75], yticklabels=["again?", "ACR Pedi"])
    axes.tick_params(labelsize=9, length=2)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)


def _explain(study: Study, figure: Any, shown: int, columns: int) -> None:
    """Add the title and the legend."""
    what = "Disease activity, response, and who may be infused again"
    title = f"{study.title}\n{what}"
    if study.synthetic:
        title += "\nSYNTHETIC: invented patients who agree with the published facts"
    if shown < len(study.patients):
        title += f"\nthe first {shown} of {len(study.patients)} patients"
    figure.suptitle(title, fontsize=11, fontweight="bold")
    codes = set(study.visits.get("retreatment_code", pd.Series(dtype=str)).dropna().astype(str))
    handles: list[Any] = [Line2D([], [], color=INFUSION, lw=1.6, label="infusion 1, 2, …")]
    reached = set(study.visits["acr_ped_level"].dropna())
    handles += [
        Patch(
            facecolor=colour,
            edgecolor="#737373",
            label=f"ACR Pedi {level}" if level else "below ACR Pedi 30",
        )
        for level, colour in LEVELS.items()
        if level in reached
    ]
    handles.append(Patch(facecolor=OPEN, edgecolor="#737373", label="? level open (a gap)"))
    handles += [
        Line2D([], [], ls="", marker=marker, color=colour, ms=7, label=words)
        for code, (words, marker, colour, _) in SIGNS.items()
        if code in codes
    ]
    words, marker, colour, _ = NO
    if codes:
        handles.append(Line2D([], [], ls="", marker=marker, color=colour, ms=3, label=words))
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=2 * columns,
        fontsize=9,
        title_fontsize=9,
        title=(
            f"ACR Pedi: level by {CRITERIA[0]} against the visit before infusion 1.\nagain?: by "
            f"{study.protocol.name}{AGAINST[study.protocol.baseline]}."
        )
        if codes
        else None,
    )
