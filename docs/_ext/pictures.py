"""The pictures of the pages, each in a light and a dark version.

No rule stands here: scores come from `assess`, bounds from the cut-off sets.
"""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import itertools

import matplotlib.pyplot as plt
import pandas as pd

import jiascores as jia
from jiascores.core.definition import published

DATA = Path(__file__).parent.parent / "data"
INK = {"light": "#222832", "dark": "#ced6dd"}
FAINT = {"light": "#6b7280", "dark": "#8f99a5"}
# One hue from light to strong: legible in grey, and for the colour-blind.
BANDS = {
    "light": ("#eef4fa", "#cfe0f0", "#9dc0e0", "#5f93c4"),
    "dark": ("#1c2733", "#25405c", "#2f5f8f", "#4a88c2"),
}
LINE = {"light": "#b2182b", "dark": "#ff8f7a"}


def draw_all(folder):
    """Draw every picture in both versions."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"svg.hashsalt": "jiascores", "svg.fonttype": "path", "font.size": 11}
    for name, draw in PICTURES.items():
        for mode, ink in INK.items():
            colours = dict.fromkeys(
                ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"),
                ink,
            )
            with mpl.rc_context({**settings, **colours}):
                figure = draw(mode)
                figure.savefig(
                    folder / f"{name}-{mode}.svg", transparent=True, metadata={"Date": None}
                )
                plt.close(figure)


def year(mode):
    """Draw one child over a year, on the bands of one cut-off set."""
    visits = jia.assess(
        pd.read_csv(DATA / "one_child.csv", parse_dates=["date"]),
        measures=["cjadas10"],
    )
    bounds = jia.definition("consolaro-2014", jia.CutoffSet).of("cjadas10")["poly"]
    top = 24
    figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
    edges = [0, *bounds.upper, top]
    for state, low, high, colour in zip(bounds.states, edges, edges[1:], BANDS[mode], strict=False):
        axes.axhspan(low, high, color=colour, linewidth=0)
        if high - low > 1:
            axes.text(
                1.005, (low + high) / 2, state, transform=axes.get_yaxis_transform(), va="center"
            )
    axes.text(1.005, 0.5, "inactive", transform=axes.get_yaxis_transform(), va="center")
    known = visits.dropna(subset="cjadas10")
    axes.plot(known["date"], known["cjadas10"], color=LINE[mode], linewidth=1, linestyle=":")
    runs = visits["cjadas10"].isna().cumsum()
    for _, run in known.groupby(runs):
        axes.plot(run["date"], run["cjadas10"], color=LINE[mode], marker="o", linewidth=2.2)
    for when, score in zip(known["date"], known["cjadas10"], strict=True):
        axes.annotate(f"{score:g}", (when, score), (5, 6), textcoords="offset points")
    for when in visits.loc[visits["cjadas10"].isna(), "date"]:
        axes.annotate(
            "not determinable:\nno patient global",
            (when, 0),
            (when, 11),
            ha="center",
            arrowprops={"arrowstyle": "-", "color": FAINT[mode], "linestyle": "--"},
        )
    axes.margins(x=0.08)
    axes.set(ylim=(0, top), ylabel="cJADAS10")
    axes.set_title("An invented child with polyarthritis; bands: consolaro-2014", loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    axes.xaxis.set_major_formatter(mpl.dates.DateFormatter("%b %Y"))
    return figure


def cutoffs(mode):
    """Draw every cut-off set of JADAS10 and cJADAS10 side by side."""
    panels = [(measure, course) for course in ("oligo", "poly") for measure in SHOWN]
    figure, grid = plt.subplots(2, 2, figsize=(10, 8.4), layout="constrained", sharex="col")
    for axes, (measure, course) in zip(grid.T.flat, panels, strict=True):
        sets = [
            (each.name, each.of(measure)[course])
            for each in published(jia.CutoffSet)
            if measure in {one.measure for one in each.bounds} and course in each.of(measure)
        ]
        top = 8 if course == "oligo" else 20
        if course == "oligo":
            top = 14
        for place, (_, bounds) in enumerate(sets):
            edges = [0, *bounds.upper, top]
            shades = BANDS[mode]
            for number, (low, high) in enumerate(itertools.pairwise(edges)):
                last = number == len(edges) - 2
                colour = shades[3] if last and len(bounds.states) == 4 else shades[number]
                axes.barh(
                    place,
                    high - low,
                    0.5,
                    left=low,
                    color=colour,
                    edgecolor=INK[mode],
                    linewidth=0.6,
                    hatch="///" if bounds.states[number] == "moderate_or_high" else None,
                )
            for bound in bounds.upper:
                # Two bounds that lie close together push their numbers apart.
                near = [
                    other - bound for other in bounds.upper if 0 < abs(other - bound) < top / 25
                ]
                axes.annotate(
                    f"{bound:g}",
                    (bound, place - 0.25),
                    (0, 1),
                    textcoords="offset points",
                    ha="center" if not near else "right" if near[0] > 0 else "left",
                    va="bottom",
                    fontsize=9,
                )
        axes.set_yticks(range(len(sets)), [name for name, _ in sets], fontsize=9.5)
        axes.set_ylim(len(sets) - 0.5, -0.7)
        axes.set_xlim(0, top)
        axes.set_title(f"{measure.replace('jadas', 'JADAS')}, {course}arthritis", loc="left")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(left=False)
    for axes in grid[-1]:
        axes.set_xlabel("score")
    names = ("inactive", "low", "moderate", "high")
    keys = [
        mpl.patches.Patch(facecolor=colour, edgecolor=INK[mode], label=name)
        for name, colour in zip(names, BANDS[mode], strict=True)
    ]
    keys.append(
        mpl.patches.Patch(
            facecolor=BANDS[mode][2], edgecolor=INK[mode], hatch="///", label="moderate or high"
        )
    )
    figure.legend(handles=keys, loc="outside lower center", ncols=5, frameon=False)
    return figure


SHOWN = ("jadas10", "cjadas10")
PICTURES = {"year": year, "cutoffs": cutoffs}
