"""Give the calculator its numbers: the definition objects as JavaScript data.

The page computes in the browser; what it computes with is written here, from the objects that
the library computes with. It runs when the site is built.
"""

import json
import math
import re
from pathlib import Path

import attrs
from generated_pages import slug

from jiascores._version import __version__
from jiascores.core import decimals
from jiascores.core.definition import Definition, lookup, published
from jiascores.core.joints import JOINTS_27, JOINTS_71, SIDES
from jiascores.core.measure import Score
from jiascores.core.references import Evidence
from jiascores.core.variables import CORE_VARIABLES, MARKERS, VARIABLES
from jiascores.measures import jadas
from jiascores.measures.change_in_jadas import JadasChangeCriteria, JadasImprovementCriteria
from jiascores.measures.chaq import ChaqDifference
from jiascores.measures.flares import FlareCriteria
from jiascores.measures.ilar import ILAR_CATEGORIES, SYSTEMIC, CourseRule, course_notes
from jiascores.measures.response import ResponseCriteria
from jiascores.measures.states import ANY_COURSE, CutoffSet
from jiascores.plot import homunculus
from jiascores.plot.base import INK, STATE_COLOURS, dark

SCORES = ("jadas10", "jadas27", "jadas71", "cjadas10", "cjadas27", "cjadas71")
BASE_FIELDS = {field.name for field in attrs.fields(Definition)}
COURSE_RULE = "joints-at-visit"
INPUTS = (*CORE_VARIABLES, "active_joints_27", *MARKERS, "highest_temperature")
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


def plain(value):
    """Return what JSON can hold; an infinite end is none."""
    if isinstance(value, float) and math.isinf(value):
        return None
    if attrs.has(type(value)):
        return plain(attrs.asdict(value, recurse=False))
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


# Parts of a name that are not written with a capital first letter alone.
WRITTEN = {
    **{word.lower(): word for word in ("ACR", "EULAR", "NTR4146", "PRCSG", "PRINTO", "PReS")},
    **{word.lower(): word for word in ("Benedetti", "Manzoni", "Ped", "ReACCh", "sJIA")},
}


def title(name):
    """Return the name of a definition as people write it: consolaro-2012-2014 is Consolaro 2012–2014."""
    first, *rest = name.split("-")
    words = [WRITTEN.get(first, first.capitalize()), *(WRITTEN.get(word, word) for word in rest)]
    return re.sub(r"(\d{4}) (\d{4})", r"\1–\2", " ".join(words))


def about(definition):
    """Return what a reader must know of a definition besides its numbers."""
    return {
        "name": definition.name,
        "title": title(definition.name),
        "kind": definition.kind,
        "anchor": slug(definition.kind, definition.name),
        "rule": definition.rule,
        "reference": str(definition.reference),
        "evidence": definition.evidence_in_words,
        "notes": list(definition.notes),
        "derives_from": definition.derives_from,
    }


def fields(definition):
    """Return every field of a definition's own class."""
    own = [field.name for field in attrs.fields(type(definition)) if field.name not in BASE_FIELDS]
    return about(definition) | {name: getattr(definition, name) for name in own}


def score(definition):
    """Return a score as the terms of its sum."""
    points = dict(definition.points)
    terms = [
        {"input": name, "cap": points.get("active joints") if name == "active_joints" else None}
        for name in definition.inputs
    ]
    if definition.either:
        items = {
            marker: {
                "from": points[f"{marker} from"],
                "to": points[f"{marker} to"],
                "per": jadas.UNITS_PER_POINT,
            }
            for marker in definition.either
        }
        terms.append({"either": items})
    return about(definition) | {
        "label": definition.label,
        "low": definition.low,
        "high": definition.high,
        "terms": terms,
    }


def bounds_evidence(cutoffs, bounds):
    """Return how well the bounds of one score in one course were checked, the best first."""
    every = cutoffs.evidence_of_bounds(bounds)
    return ", in part ".join(each for each in Evidence if each in every)


def cutoff_set(definition):
    """Return a cut-off set, its bounds as steps."""
    bounds = [
        {
            "measure": one.measure,
            "course": one.course,
            "states": one.states,
            "rule": one.rule,
            "evidence": bounds_evidence(definition, one),
            "steps": [
                {"state": state, "upper": upper, "inclusive": inclusive}
                for state, upper, inclusive in one.steps
            ],
        }
        for one in definition.bounds
    ]
    alike = definition.courses == (ANY_COURSE,)
    return about(definition) | {
        "bounds": bounds,
        "courses": definition.courses,
        "systemic_as": definition.systemic_as,
        "course_notes": {} if alike else course_notes(cutoffs=definition, rule=COURSE_RULE),
    }


def variable(name):
    """Return a variable with its units, each with its factor."""
    one = VARIABLES[name]
    return {
        "label": one.label,
        "unit": one.unit,
        # By a factor alone; circles numbered from 1 and °F are for tables.
        "units": {unit: factor for unit in one.units if (factor := one.factor(unit)) is not None},
        "low": one.low,
        "high": one.high,
        "whole": one.whole,
        "allowed": one.allowed,
    }


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


def definitions():
    """Return everything that the calculator computes with."""
    rule = lookup(CourseRule, COURSE_RULE, parameter="rule")
    return plain(
        {
            "version": __version__,
            "exact": {
                "tolerance": decimals.TOLERANCE,
                "score_decimals": decimals.SCORE_DECIMALS,
                "per_cent": decimals.PER_CENT,
            },
            "variables": {name: variable(name) for name in INPUTS},
            "core_variables": CORE_VARIABLES,
            "markers": MARKERS,
            "scores": [score(lookup(Score, name, parameter="measure")) for name in SCORES],
            "cutoff_sets": [cutoff_set(one) for one in published(CutoffSet)],
            "any_course": ANY_COURSE,
            "course_rule": fields(rule),
            "ilar_categories": ILAR_CATEGORIES,
            "systemic": SYSTEMIC,
            "response_criteria": [
                fields(one) | {"fever_rule": one.fever_rule}
                for one in published(ResponseCriteria)
                if not one.systemic
            ],
            "flare_criteria": [fields(one) for one in published(FlareCriteria)],
            "jadas_improvement_criteria": [
                fields(one) | {"call": ["horneff_improvement", "criteria"]}
                for one in published(JadasImprovementCriteria)
            ],
            "jadas_change_criteria": [
                fields(one) | {"call": ["bulatovic_change", "criteria"]}
                for one in published(JadasChangeCriteria)
            ],
            "chaq_differences": [
                fields(one) | {"call": ["chaq_change", "difference"]}
                for one in published(ChaqDifference)
            ],
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
    )


def script():
    """Return the definitions as a script, which a page may load from a file too."""
    text = json.dumps(definitions(), ensure_ascii=False, indent=1, allow_nan=False)
    return f"globalThis.JIASCORES_DEFINITIONS = {text};\n"


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
