"""Give the calculator its numbers: the file that `jiascores export json` writes.

The page computes in the browser with that file, and with places and colours that are written here.
It runs when the site is built.
"""

import json
import re
import unicodedata
from pathlib import Path

from generated_pages import slug

import jiascores as jia
from jiascores.catalogue.exchange import SUMS
from jiascores.core.definition import published
from jiascores.core.joints import JOINTS_27, JOINTS_71, SIDES
from jiascores.core.measure import Score
from jiascores.measures.ilar import SYSTEMIC
from jiascores.measures.states import ANY_COURSE, CutoffSet
from jiascores.plot import homunculus
from jiascores.plot.base import INK, STATE_COLOURS, dark

COURSE_RULE = "joints-at-visit"
TARGET = Path("_static/calculator/definitions.js")

# Where a name in words is not the name with blanks.
ABBREVIATED = {"mcp": "MCP", "mtp": "MTP", "pip": "PIP", "dip": "DIP", "ip": "IP"}

# Joints that are marked together, by how their names begin.
HAND = ("wrist", "mcp", "thumb_ip", "pip", "dip")
FOOT = ("ankle", "subtalar", "intertarsal", "mtp", "toe_ip")
GROUPS = {
    "hand": HAND,
    "MCP": ("mcp",),
    "PIP and thumb IP": ("thumb_ip", "pip"),
    "DIP": ("dip",),
    "foot": FOOT,
    "MTP": ("mtp",),
    "toe IP": ("toe_ip",),
}
# Parts of the drawing that can be enlarged.
SHOULDERS = ("temporomandibular", "cervical", "sternoclavicular", "acromioclavicular", "shoulder")


# Words of a name that are not written with a capital first letter alone.
WRITTEN = {
    word.lower(): word
    for word in [
        "ACR",
        "EULAR",
        "NTR4146",
        "PRCSG",
        "PRINTO",
        "PReS",
        "Benedetti",
        "Manzoni",
        "ReACCh",
        "sJIA",
    ]
}
# Names that belong together.
JOINED = {
    "PRCSG PRINTO": "PRCSG/PRINTO",
    "EULAR PReS": "EULAR/PReS",
    "Magni Manzoni": "Magni-Manzoni",
    "ReACCh Out": "ReACCh-Out",
    "ACR Ped": "ACR Pedi",
}


def plain_letters(word):
    """Return a word without accents, in lower case."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if c.isalpha()).lower()


def title(definition):
    """Return the name of a definition as people write it: backstrom-2016 is Backström 2016."""
    if isinstance(definition, Score):
        return definition.label
    words = re.findall(r"[^\W\d_]+", definition.reference.citation)
    written = {plain_letters(word): word for word in words if word.istitle()} | WRITTEN
    first, *rest = definition.name.split("-")
    words = [written.get(first, first.capitalize()), *(written.get(word, word) for word in rest)]
    spoken = re.sub(r"(\d{4}) (\d{4})", r"\1–\2", " ".join(words))
    for apart, joined in JOINED.items():
        spoken = spoken.replace(apart, joined)
    return spoken


def about(definition):
    """Return what the page calls a definition, and where the catalogue explains it."""
    kind, name = definition.kind, definition.name
    return {"title": title(definition), "anchor": slug(kind, name)}


def joint(name):
    """Return a joint with its place on the drawing."""
    stem, _, side = name.rpartition("_")
    if side not in SIDES:
        stem, side = name, ""
    spoken = []
    for word in stem.split("_"):
        letters = word.rstrip("0123456789")
        digit = word[len(letters) :]
        spoken.append(f"{ABBREVIATED.get(letters, letters)} {digit}".strip())
    x, y, radius = homunculus.JOINTS[name]
    return {
        "name": name,
        "label": " ".join([side, *spoken]).strip(),
        "in27": name in JOINTS_27,
        "at": [x, y, radius],
    }


def beginning(*stems):
    """Return the joints whose names begin so."""
    return [name for name in JOINTS_71 if name.startswith(stems)]


def sided(label, stems):
    """Return a part of the body on each side, with its joints."""
    return {
        f"{side} {label}": [name for name in beginning(*stems) if name.endswith(side)]
        for side in reversed(SIDES)
    }


def groups():
    """Return the joints that are marked together, on each side and on both."""
    found = {}
    for label, stems in GROUPS.items():
        found |= sided(label, stems) | {f"both sides, {label}": beginning(*stems)}
    return found


def regions():
    """Return the parts of the drawing that can be enlarged."""
    return {
        "head and shoulders": beginning(*SHOULDERS),
        **sided("hand", HAND),
        **sided("foot", FOOT),
    }


def state_colours():
    """Return the colour of each state of a published set, and of the letters on it."""
    states = {state for one in published(CutoffSet) for each in one.bounds for state in each.states}
    return {
        state: {"fill": fill, "ink": "#ffffff" if dark(fill) else INK}
        for state, fill in STATE_COLOURS.items()
        if state in states
    }


def page():
    """Return what the page needs beside the file of definitions: words, places and colours."""
    return {
        "about": {f"{each.kind} {each.name}": about(each) for each in published()},
        "scores": SUMS,
        "course_rule": COURSE_RULE,
        "any_course": ANY_COURSE,
        "systemic": SYSTEMIC,
        "state_colours": state_colours(),
        "joints": [joint(name) for name in JOINTS_71],
        "groups": groups(),
        "regions": regions(),
        "drawing": {
            "width": homunculus.WIDTH,
            "height": homunculus.HEIGHT,
            "head": homunculus.HEAD,
            "strokes": homunculus.STROKES,
            "sides": homunculus.SIDES,
        },
    }


def script():
    """Return the file of definitions as it is exported, and what the page adds, as a script.

    A script can be loaded from a folder too, where a browser refuses to read JSON.
    """
    own = json.dumps(page(), ensure_ascii=False, indent=1, allow_nan=False)
    return (
        f"globalThis.JIASCORES_FILE = {jia.adam.export('json')};\n"
        f"globalThis.JIASCORES_PAGE = {own};\n"
    )


def write(app, exception):
    """Write the script beside the others, once the site stands."""
    if exception is None and app.builder.format == "html":
        target = Path(app.outdir) / TARGET
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(script(), encoding="utf-8")


def setup(app):
    """Run after the build."""
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
