"""What the pages say about definitions, variables and sources is made from the objects here.

Runs before Sphinx looks for pages. A file is written only where it changes.
"""

import csv
import re
import sys
from collections.abc import Mapping
from html import escape
from importlib.metadata import metadata
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import get_args, get_origin, get_type_hints

import pictures
from attrs import fields, has
from public_names import public

import jiascores as jia
import jiascores.plot
from jiascores.core.definition import published
from jiascores.core.references import EVERY, FIGURES, REFERENCES, Evidence
from jiascores.core.variables import VARIABLES
from jiascores.files.mapping import FileMapping, Source, keys_of, meaning, takes

HERE = Path(__file__).parent.parent
sys.path.insert(0, str(HERE.parent))
from tests import rules

OUT = HERE / "generated"
AUTHOR_YEAR = re.compile(r"(?P<author>[^,]+?) (?P<year>\d{4})(, (?P<rest>.*))?$")
EVIDENCE = {
    Evidence.PRIMARY: "seen in the original paper",
    Evidence.SECONDARY: "seen in another paper, a label, a register or a review",
    Evidence.DERIVED: "arithmetic from figures that were seen",
    Evidence.UNVERIFIED: "no source at hand yet; waits for somebody to check the paper",
}


def write(name, text):
    """Write a file, unless it says the same already."""
    path = OUT / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


# Where an identifier leads, and what BibTeX calls it. Nothing is added to what was seen.
ADDRESSES = (
    (re.compile(r"doi (?P<number>\S+)"), "doi", "https://doi.org/{}"),
    (re.compile(r"PMID (?P<number>\d+)"), "pubmed", "https://pubmed.ncbi.nlm.nih.gov/{}/"),
    (re.compile(r"(?P<number>PMC\d+)"), "url", "https://pmc.ncbi.nlm.nih.gov/articles/{}/"),
    (re.compile(r"(?P<number>NCT\d+)"), "url", "https://clinicaltrials.gov/study/{}"),
)


def addresses(reference):
    """Yield for each identifier its text, what BibTeX calls it, its number and its address."""
    for part in reference.identifiers:
        found = [
            (part, field, match["number"], address.format(match["number"]))
            for pattern, field, address in ADDRESSES
            if (match := pattern.fullmatch(part))
        ]
        yield found[0] if found else (part, "note", part, "")


def bibliography():
    """Return the sources as BibTeX, each under its key in core/references.csv."""
    entries = []
    for source in REFERENCES.values():
        if source.key == "protocol":
            continue  # stands for whatever study is at hand
        found = AUTHOR_YEAR.match(source.citation)
        words = (
            {"author": found["author"], "year": found["year"], "howpublished": found["rest"]}
            if found
            else {"key": source.key, "author": source.citation}
        )
        # A second pair of braces keeps words as they are; an address must have none.
        fields = {name: f"{{{text}}}" for name, text in words.items() if text}
        for text, field, number, address in addresses(source):
            fields[field] = {"url": address, "note": f"{{{text}}}"}.get(field, number)
        lines = [f"  {name} = {{{text}}}" for name, text in fields.items()]
        entries.append(f"@misc{{{source.key},\n" + ",\n".join(lines) + "\n}\n")
    return "\n".join(entries)


def slug(*words):
    """Return an anchor."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")


def badge(evidence):
    """Return evidence as a word with a colour and an explanation."""
    whole = evidence.partition(",")[0]
    words = escape(EVIDENCE[Evidence(whole)])
    return f'<span class="evidence evidence-{whole}" title="{words}">{evidence}</span>'


def listed(items):
    """Return a list in HTML."""
    return "<ul>" + "".join(f"<li>{escape(item)}</li>" for item in items) + "</ul>"


def source(definition):
    """Return a reference with its identifier."""
    linked = ", ".join(
        f'<a href="{escape(address)}">{escape(text)}</a>' if address else escape(text)
        for text, _, _, address in addresses(definition.reference)
    )
    return f"{escape(definition.reference.citation)}<br><small>{linked or 'identifier: none seen'}</small>"


def seen(definition):
    """Return where its figures were seen, to be opened."""
    figures = [str(figure) for figure in definition.figures if figure.seen or figure.look_up]
    return f"<details><summary>seen</summary>{listed(figures)}</details>" if figures else ""


def bounds_table(cutoffs):
    """Return the bounds of a cut-off set, a row for each score and course."""
    labels = {score.name: score.label for score in published(jia.typing.Score)}
    rows, doubtful = [], False
    for one in cutoffs.bounds:
        cells = [labels[one.measure], one.course]
        for (_, bound, inclusive), evidence in zip(
            one.steps, cutoffs.evidence_of_bounds(one), strict=True
        ):
            mark = "" if evidence == Evidence.PRIMARY else f"<abbr title='{evidence}'>†</abbr>"
            doubtful = doubtful or bool(mark)
            cells.append(f"{'≤' if inclusive else '&lt;'} {bound:g}{mark}")
        _, last, inclusive = one.steps[-1]
        cells.append(f"{'&gt;' if inclusive else '≥'} {last:g}")
        rows.append("".join(f"<td>{cell}</td>" for cell in cells))
    heads = ("score", "course", *(state.replace("_", " ") for state in cutoffs.bounds[0].states))
    head = "".join(f'<th scope="col">{word}</th>' for word in heads)
    body = "".join(f"<tr>{cells}</tr>" for cells in rows)
    mark = "<small>† not primary evidence</small>" if doubtful else ""
    return (
        f'<table class="bounds"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{mark}'
    )


def background(definition):
    """Return how a definition was made, to be opened."""
    found = definition.background
    if not found:
        return ""
    lines = "".join(
        f"<li><b>{escape(about)}</b>: {escape(words)}</li>" for about, words in found.items()
    )
    patients = definition.origin.patients
    count = f"in {patients.words} children" if patients else "how"
    return f"<details><summary>Made {count}</summary><ul>{lines}</ul></details>"


def row(definition):
    """Return one row of the catalogue."""
    rules = definition.rule.split("; ")
    if isinstance(definition, jia.typing.CutoffSet):
        rule = bounds_table(definition)
    else:
        rule = escape(rules[0]) if len(rules) == 1 else listed(rules)
    derived = (
        f"<br><small>varies {escape(definition.derives_from)}</small>"
        if definition.derives_from
        else ""
    )
    notes = (
        f"<details><summary>{len(definition.notes)} "
        f"{'note' if len(definition.notes) == 1 else 'notes'}</summary>"
        f"{listed(definition.notes)}</details>"
        if definition.notes
        else ""
    )
    anchor = slug(definition.kind, definition.name)
    return (
        f'<tr id="{anchor}" data-evidence="{definition.evidence}">'
        f'<th scope="row"><a href="#{anchor}"><code>{escape(definition.name)}</code></a>'
        f"{derived}</th>"
        f'<td data-label="Rule">{rule}{background(definition)}{notes}</td>'
        f'<td data-label="Source">{source(definition)}</td>'
        f'<td data-label="Evidence">{badge(definition.evidence_in_words)}{seen(definition)}</td></tr>'
    )


def by_kind():
    """Return the published definitions of each kind, scores and cut-off sets first."""
    kinds = {}
    for definition in published():
        kinds.setdefault(definition.kind, []).append(definition)
    first = ["score", "cut-off set", "response criteria", "flare criteria"]
    rest = sorted((kind for kind in kinds if kind not in first), key=str.lower)
    return {kind: kinds[kind] for kind in [*first, *rest] if kind in kinds}


def plural(kind):
    """Return the heading of a kind."""
    word = kind[0].upper() + kind[1:]
    if kind.endswith(("criteria", "points", "windows", "scoring", "change", "response")):
        return word
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def catalogue():
    """Return the page with every definition."""
    kinds = by_kind()
    total = sum(map(len, kinds.values()))
    choices = "".join(f"<option>{word}</option>" for word in EVIDENCE)
    meanings = "".join(
        f"<li>{badge(word)} {escape(meaning)}</li>" for word, meaning in EVIDENCE.items()
    )
    lines = [
        "# Catalogue of definitions",
        "",
        (
            f"Every score, cut-off set, set of criteria and protocol that jiascores knows: {total} "
            "definitions. The tables are made from the same objects that the functions compute with. "
            "In Python the catalogue is {py:func}`jiascores.definitions`."
        ),
        "",
        "```{raw} html",
        f'<ul class="evidence-key">{meanings}</ul>',
        (
            '<form class="catalogue-filter" role="search" onsubmit="return false" hidden>'
            '<label>Search <input type="search" id="catalogue-words" '
            'placeholder="for example poly, 3.8, etanercept"></label>'
            '<label>Evidence <select id="catalogue-evidence"><option value="">any</option>'
            f'{choices}</select></label><output id="catalogue-count"></output></form>'
        ),
        "```",
    ]
    for kind, found in kinds.items():
        lines += [
            "",
            f"## {plural(kind)}",
            "",
            "```{raw} html",
            (
                '<table class="catalogue"><thead><tr><th scope="col">Name</th><th scope="col">Rule</th>'
                '<th scope="col">Source</th><th scope="col">Evidence</th></tr></thead><tbody>'
            ),
            *(row(definition) for definition in found),
            "</tbody></table>",
            "```",
        ]
    return "\n".join(lines) + "\n"


# What is said of each cut-off set, as the heads of two tables.
OF_CHILDREN = ("children", "patients", "extended_oligoarthritis", "never_seen")
OF_MAKING = ("criterion", "compared")


def cutoff_sets():
    """Return two tables: in whom each cut-off set was made, and how it was made and judged."""
    sets = published(jia.typing.CutoffSet)
    lines = []
    for abouts in (OF_CHILDREN, OF_MAKING):
        heads = ("Cut-off set", *(about.replace("_", " ").capitalize() for about in abouts))
        lines += [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
        for one in sets:
            anchor = slug(one.kind, one.name)
            link = f'<a href="../generated/catalogue.html#{anchor}">{one.name}</a>'
            found = [getattr(one.origin, about) for about in abouts]
            cells = [
                "not stated" if each is None else f"{each.words} {badge(each.evidence)}"
                for each in found
            ]
            lines.append(f"| {' | '.join([link, *cells])} |")
        lines.append("")
    return "\n".join(lines)


def value(kind, name, figure):
    """Return the numbers that ship for a figure."""
    every = {(each.kind, each.name): each for each in published()}
    if (kind, name) in every:
        found = every[kind, name]
        numbers = [t for t in found.thresholds if figure.covers(t.key)]
        return "; ".join(map(str, numbers)) if figure.name else found.rule
    return VARIABLES[name].allowed if name in VARIABLES else ""


def unverified():
    """Return the figures that nobody has checked, with what to look up where, as a table."""
    open_figures = [
        (figure.look_up, kind, name, figure)
        for (kind, name), figures in FIGURES.items()
        for figure in figures
        if figure.evidence == Evidence.UNVERIFIED
    ]
    # What stands in one paper, or at one place of it, stands together.
    lines = ["| look up | for | what ships now |", "|---|---|---|"]
    for look_up, group in groupby(sorted(open_figures, key=itemgetter(0)), key=itemgetter(0)):
        parts = [
            (
                f"**{'every' if name == EVERY else name}** ({kind})"
                + (f", {figure.name}" if figure.name else ""),
                value(kind, name, figure),
            )
            for _, kind, name, figure in group
        ]
        what = "; ".join(names for names, _ in parts)
        now = "; ".join(dict.fromkeys(now for _, now in parts if now)) or "see the notes of each"
        stop = "" if look_up.endswith("?") else "."
        lines.append(f"| {look_up[0].upper()}{look_up[1:]}{stop} | {what} | {now} |")
    return "\n".join(lines) + "\n"


def counts():
    """Return how much was checked how well, in one sentence."""
    result = jia.verify(date="when this site was built")
    definitions = ", ".join(f"{n} {each}" for each, (n, _) in result.evidence.items())
    bounds = ", ".join(f"{n} {each}" for each, (_, n) in result.evidence.items())
    return (
        f"{len(result.definitions)} definitions: {definitions}; {result.in_part_unverified} of them "
        f"in part unverified. {result.bounds} bounds: {bounds}. "
        f"{result.check_values} check values.\n"
    )


def about():
    """Return who makes the package and where its source and issues are, as its metadata say."""
    package = metadata("jiascores")
    lines = [f"- Made by: {package['Author']}", f"- Version of this site: {package['Version']}"]
    addresses = [each.partition(", ") for each in package.get_all("Project-URL") or []]
    lines += [f"- {name}: <{address}>" for name, _, address in addresses]
    if not addresses:
        lines.append(
            "- Source and issues: this version names no address. They are where you got the "
            "source code from; `CONTRIBUTING.md` and `SECURITY.md` lie there."
        )
    return "\n".join(lines) + "\n"


def verification():
    """Run the check values and return the outcome, without the date and the machine."""
    result = jia.verify(date="when this site was built")
    versions = ", ".join(f"{name} {number}" for name, number in result.versions)
    lines = [
        (
            f"**{'Passed' if result.passed else 'FAILED'}**: {len(result.failures)} failures in "
            f"{result.check_values} check values of {len(result.definitions)} definitions with "
            f"{result.bounds} bounds. Run when this site was built, with {versions}."
        ),
        "",
        "| definition | evidence | bounds | on both sides | values | failures |",
        "|---|---|--:|--:|--:|--:|",
    ]
    lines += [
        f'| <a href="generated/catalogue.html#{slug(one.kind, one.name)}">{one.name}</a>, '
        f"{one.kind} | {badge(one.evidence)} | {one.bounds} | {one.bounds_checked} "
        f"| {one.check_values} | {one.failures} |"
        for one in result.definitions
    ]
    if result.not_run:
        lines += ["", "Not run:", "", *(f"- {words}" for words in result.not_run)]
    if result.unchecked:
        lines += ["", "Without check values, or not on both sides of every bound:", ""]
        lines += [f"- {name}" for name in result.unchecked]
    return "\n".join(lines) + "\n"


def fuzz():
    """Return the figures of the last `make fuzz`."""
    with (HERE / "validation" / "fuzz.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    total, wrong = (sum(int(row[name]) for row in rows) for name in ("rows", "wrong"))
    first = rows[0]
    lines = [
        (
            f"Last run on {first['date']}, version {first['version']}, seed {first['seed']}: "
            f"**{total:,} rows, {wrong} wrong answers**."
        ),
        "",
        "| asked | rows | of them distinct | wrong |",
        "|---|--:|--:|--:|",
    ]
    lines += [
        f"| `{row['family']}` | {int(row['rows']):,} | {int(row['distinct']):,} | {row['wrong']} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def bad_data():
    """Return how many rows the tables of bad input have."""
    tests = HERE.parent / "tests"
    files = [
        tests / "files" / "bad_input.csv",
        *sorted((tests / "data" / "bad_data").glob("*.csv")),
    ]
    found = {}
    for path in files:
        with path.open(encoding="utf-8", newline="") as file:
            found[path.relative_to(HERE.parent).as_posix()] = len(list(csv.DictReader(file)))
    lines = [f"**{sum(found.values()):,} inputs**:", ""]
    lines += [f"- `{name}`: {number:,}" for name, number in found.items()]
    return "\n".join(lines) + "\n"


def without_title(path):
    """Return a page without its first line, to stand in another."""
    return path.read_text(encoding="utf-8").partition("\n")[2].lstrip() if path.is_file() else ""


def linked(text):
    """Return a text with its addresses as links."""
    return re.sub(r"https?://[^\s)]+", r'<a href="\g<0>">\g<0></a>', escape(text))


def variables():
    """Return the variables as a table, each row with an anchor."""
    rows = []
    for one in sorted(VARIABLES.values(), key=lambda each: each.name):
        others = "".join(f"<li>{escape(each.rule)}</li>" for each in one.other_units)
        seen = "; ".join(dict.fromkeys(each.source for each in one.other_units if each.source))
        sources = f"<details><summary>sources</summary>{linked(seen)}</details>" if seen else ""
        more = f"<ul>{others}</ul>{sources}" if others else ""
        checked = FIGURES.get(("variable", one.name), ())
        evidence = "".join(f" {badge(figure.evidence)}" for figure in checked)
        label = f"{one.label[0].upper()}{one.label[1:]}"
        rows.append(
            f'<tr id="{slug("variable", one.name)}"><th scope="row">'
            f"<code>{one.name.replace('_', '_<wbr>')}</code></th>"
            f'<td data-label="Meaning">{escape(label)}</td>'
            f'<td data-label="Allowed">{escape(one.allowed)}{evidence}</td>'
            f'<td data-label="Other units">{more}</td></tr>'
        )
    heads = ("Name", "Meaning", "Allowed, in its unit", "Other units of a table")
    head = "".join(f'<th scope="col">{word}</th>' for word in heads)
    return "\n".join(
        [
            "```{raw} html",
            f'<table class="catalogue variables"><thead><tr>{head}</tr></thead><tbody>',
            *rows,
            "</tbody></table>",
            "```",
            "",
        ]
    )


def mapping_keys():
    """Return the tables of the mapping as sections, each with its keys, from its classes."""
    lines = []
    for path, kind, keys in mapping_tables(FileMapping, ()):
        hints = get_type_hints(kind)
        title = f"`[{'.'.join(path)}]`" if path else "Above all tables"
        shared = sorted({each.name for each in fields(Source)} - {*keys}) if path else []
        own = [key for key in keys if not has_keys(hints[key])]
        lines += [f"## {title}", "", meaning(*path) or kind.__doc__, ""]
        if issubclass(kind, Source) and shared:
            tables = ", ".join(f"`[{path[0]}.{each}]`" for each in shared)
            lines += [f"{tables} are written as those of the visits.", ""]
        lines += ["| key | takes | what it means |", "|---|---|---|"] if own else []
        for key in own:
            is_table = get_origin(hints[key]) is Mapping
            what = (
                f"in each key {takes(get_args(hints[key])[1])}" if is_table else takes(hints[key])
            )
            name = f"[{'.'.join((*path, key))}]" if is_table else key
            lines.append(f"| `{name}` | {what} | {meaning(*path, key)} |")
        lines.append("")
    return "\n".join(lines)


def mapping_tables(kind, path):
    """Yield each table of the mapping: its path, its class and its keys; those of a second file once."""
    hints = get_type_hints(kind)
    shared = {each.name for each in fields(Source)} if path and issubclass(kind, Source) else set()
    keys = [key for key in keys_of(kind) if key not in shared]
    yield path, kind, keys
    for key in keys:
        for inner in has_keys(hints[key]):
            names = ("NAME",) if get_origin(hints[key]) is Mapping else ()
            yield from mapping_tables(inner, (*path, key, *names))


def has_keys(hint):
    """Return the class of a table with keys of its own, where a key stands for one."""
    return [each for each in (hint, *get_args(hint)) if has(each) and not hasattr(each, "inline")]


def further_names():
    """Return a page of the reference for public names that no group has taken up."""
    grouped = "\n".join(
        page.read_text("utf-8")
        for page in (HERE / "reference").glob("*.rst")
        if page.stem != "index"
    )
    rest = [name for name, _ in public() if not re.search(rf"^ +{name}$", grouped, re.MULTILINE)]
    lines = [
        "Further names",
        "=============",
        "",
        "``jiascores.__version__`` is the version of the package, as text.",
    ]
    if rest:
        lines += ["", ".. currentmodule:: jiascores", "", ".. family::"]
        lines += ["", *(f"   {name}" for name in rest)]
    return "\n".join(lines) + "\n"


def make(app, config):  # noqa: ARG001
    """Write everything."""
    write("references.bib", bibliography())
    write("catalogue.md", catalogue())
    write("cutoff_sets.inc", cutoff_sets())
    write("unverified.inc", unverified())
    write("counts.inc", counts())
    write("about.inc", about())
    write("verification.inc", verification())
    write("variables.inc", variables())
    write("fuzz.inc", fuzz())
    write("bad_data.inc", bad_data())
    write("mutants.inc", without_title(HERE.parent / "mutants" / "results.md"))
    write("coverage.inc", without_title(HERE / "validation" / "coverage.txt"))
    write("rules.inc", rules.table())
    write("mapping.inc", mapping_keys())
    write("further.rst", further_names())
    pictures.draw_all(OUT / "pictures")


def setup(app):
    """Run before the pages are looked for."""
    app.connect("config-inited", make)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
