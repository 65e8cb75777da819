"""The pictures of the pages, in a light and a dark version, each for a screen and for a phone.

`jia.plot` draws them; here stand only sizes, titles and the colours of the pages.
"""

from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd

import jiascores as jia

DATA = Path(__file__).parent.parent / "data"
# Ink and paper of the theme.
PAGES = {"light": ("#222832", "#ffffff"), "dark": ("#ced6dd", "#14181e")}
WIDE, NARROW = "", "-narrow"


def draw_all(folder):
    """Draw every picture in every version."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        for mode, (ink, paper) in PAGES.items():
            for size in (WIDE, NARROW):
                with mpl.rc_context(style(ink, paper)):
                    figure = draw(narrow=size == NARROW)
                    figure.savefig(
                        folder / f"{name}{size}-{mode}.svg",
                        transparent=True,
                        metadata={"Date": None},
                    )
                    plt.close(figure)


def style(ink, paper):
    """Return the style of a page."""
    inked = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
    return {
        "svg.hashsalt": "jiascores",
        "svg.fonttype": "path",
        "font.size": 10.5,
        "axes.facecolor": paper,
        "figure.facecolor": paper,
        **dict.fromkeys(inked, ink),
    }


def year(*, narrow):
    """Draw one child over a year, on the bands of one cut-off set."""
    visits = pd.read_csv(DATA / "one_child.csv", parse_dates=["date"])
    figure, axes = plt.subplots(figsize=(3.9, 4.6) if narrow else (8.4, 4.5), layout="constrained")
    jia.plot.trajectories(
        jia.assess(visits, measures=["cjadas10"]),
        jia.column("cjadas10"),
        cutoffs="consolaro-2014",
        course="poly",
        since="date",
        ax=axes,
    )
    axes.set_title("One child with polyarthritis (invented)", loc="left", fontsize=11)
    return figure


def cutoffs(*, narrow):
    """Draw every cut-off set of JADAS10 and cJADAS10."""
    size = (3.9, 15.4) if narrow else (6.6, 10.4)
    figure, grid = plt.subplots(2, figsize=size, layout="constrained")
    figure.get_layout_engine().set(h_pad=0.12)
    for axes, measure in zip(grid, ("jadas10", "cjadas10"), strict=True):
        jia.plot.cutoff_sets(measure, ax=axes)
        axes.set_title(
            jia.definition(measure, jia.typing.Score).label, loc="left", fontweight="bold"
        )
    return figure


PICTURES = {"year": year, "cutoffs": cutoffs}
