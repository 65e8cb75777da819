"""Names in single backticks and in Parameters lead to the reference, the glossary and the catalogue."""

import inspect
import re
import typing

from docutils import nodes
from generated_pages import slug
from public_names import public
from sphinx import addnodes

from jiascores.core.definition import Definition, published
from jiascores.core.measure import Score
from jiascores.core.variables import VARIABLES
from jiascores.measures.states import CutoffSet

PUBLIC = {name for name, _ in public()}
# The classes of definitions, by what docstrings call them.
KINDS = {type(each).__name__: type(each) for each in published()}
# The scores that some cut-off set has bounds for.
WITH_BOUNDS = {measure for each in published(CutoffSet) for measure in each.measures}
# A type, an error or a function is found without its door too; requests, pictures and what tests
# make are not: `visits` is a parameter.
WITHOUT_DOOR = {
    name.partition(".")[2]: name
    for name in PUBLIC
    if "." in name and not name.startswith(("ask.", "plot.", "testing."))
}
# An alias of types has no docstring of its own.
ALIASES = {
    "BaselineRule": "What `assess` takes as ``baseline=``.",
    "Cells": "One value for each visit, or one for all.",
    "Columns": "What `assess` takes as ``columns=``: variable → your column.",
    "Courses": "The course of each patient, or one for all.",
    "Domains": "The domains of a CHAQ form.",
    "FloatArray": "An array of numbers.",
    "Items": "The items of a CHAQ form, by domain.",
    "Listed": "One number, or a list or array of them.",
    "MarkerRule": "What `assess` takes as ``marker=``.",
    "Measure": "One measure that a table is asked for: a name, a request or a function.",
    "Measures": "One measure, or several.",
    "MissingPolicy": "What a gap does to a response, as for `acr_ped`.",
    "Nested": "Which words of a finer vocabulary belong to each word of a coarser one.",
    "PathLike": "The path of a file.",
    "ReferenceRule": "What a request takes as ``reference=``, the visit that a row is judged against.",
    "Scalar": "What a function takes for one patient: a number, or a gap.",
    "Ticks": "The aids and devices that are ticked, by domain.",
    "Units": "What `assess` takes as ``units=``: variable → unit.",
    "WindowDays": "How far around a planned visit a row may lie: days, or the first and last day.",
}
PARAMETER = re.compile(r"^(\s+)\*\*(\w+)\*\*( : .*)?$")


def known(name, rawtext, text, lineno, inliner, options=None, content=None):  # noqa: ARG001
    """Link what is a public name or a variable; anything else is code."""
    literal = nodes.literal(text, text)
    stem = text.removeprefix("jiascores.").removeprefix("jia.").removesuffix("()")
    # A member is described on the page of its class.
    for end in range(stem.count(".") + 1):
        name = stem.rsplit(".", end)[0]
        name = name if name in PUBLIC else WITHOUT_DOOR.get(name)
        if name:
            return [_to("obj", f"jiascores.{name}", "py", literal)], []
    if text in VARIABLES:
        return [_within(inliner, "glossary", slug("variable", text), literal)], []
    return [literal], []


def variable(name, rawtext, text, lineno, inliner, options=None, content=None):  # noqa: ARG001
    """Link a variable to its row in the table of variables."""
    return [_within(inliner, "glossary", slug("variable", text), nodes.strong(text, text))], []


def definition(name, rawtext, text, lineno, inliner, options=None, content=None):  # noqa: ARG001
    """Link a definition, written as its kind and its name, to its row in the catalogue."""
    kind, _, called = text.partition("|")
    literal = nodes.literal(called, called)
    return [_within(inliner, "generated/catalogue", slug(kind, called), literal)], []


def _within(inliner, page, anchor, shown):
    """Return a link to a place of a page of this site."""
    env = inliner.document.settings.env
    address = env.app.builder.get_relative_uri(env.docname, page)
    return nodes.reference("", "", shown, internal=True, refuri=f"{address}#{anchor}")


def _to(kind, target, domain, literal):
    return addnodes.pending_xref(
        "",
        literal,
        refdomain=domain,
        reftype=kind,
        reftarget=target,
        refexplicit=True,
        refwarn=True,
    )


def link_parameters(app, what, name, obj, options, lines):  # noqa: ARG001
    """Let the name of each parameter that is a declared variable lead to the glossary."""
    for at, line in enumerate(lines):
        found = PARAMETER.match(line)
        if found and found[2] in VARIABLES:
            lines[at] = f"{found[1]}:variable:`{found[2]}`{found[3] or ''}"


def types_of(obj):
    """Return what the docstring calls the type of each parameter; None where it says none."""
    section = re.search(
        r"^Parameters\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)",
        inspect.getdoc(obj) or "",
        re.DOTALL | re.MULTILINE,
    )
    lines = section[1].splitlines() if section else []
    heads = filter(None, (re.match(r"(\w+(?:, \w+)*)(?: : (.*))?$", line) for line in lines))
    return {name: head[2] for head in heads for name in head[1].split(", ")}


def names_for(parameter, types):
    """Return the definitions whose names a parameter takes."""
    words = re.findall(r"\w+", types.get(parameter) or "")
    found = [each for word in words if word in KINDS for each in published(KINDS[word])]
    if parameter == "measure" and "cutoffs" in types:
        found = [each for each in published(Score) if each.name in WITH_BOUNDS]
    return found


def list_names(app, what, name, obj, options, lines):  # noqa: ARG001
    """Add to each parameter that takes a definition the names that it may have, each a link."""
    if what not in ("function", "method"):
        return
    types = types_of(obj)
    for at in range(len(lines) - 1, -1, -1):
        found = re.match(r"^(\s+)(?:\*\*|:variable:`)(\w+)(?:\*\*|`)", lines[at])
        named = names_for(found[2], types) if found else []
        if not named:
            continue
        links = ", ".join(f":definition:`{each.kind}|{each.name}`" for each in named)
        end = at + 1
        while end < len(lines) and (
            not lines[end].strip() or lines[end].startswith(f"{found[1]} ")
        ):
            end += 1
        lines[end:end] = ["", f"{found[1]}    Names in the catalogue: {links}.", ""]


def without_none(signature, types):
    """Return a signature in which what must be given has no default.

    None stands there only so that the function can say itself what is missing.
    """
    for name, kind in types.items():
        if kind is not None and "optional" not in kind:
            signature = re.sub(rf"(?<![\w=]){name}=None(?=[,)])", name, signature)
    # What may be left out, and has no value that could be written in its place.
    return signature.replace("=Ellipsis", "=...")


def explain_aliases(app, what, name, obj, options, lines):  # noqa: ARG001
    """Say what an alias stands for, in place of what Python says of every alias."""
    if what == "data":
        alias = name.rpartition(".")[2]
        words = [f"``{word!r}``" for word in typing.get_args(obj)]
        lines[:] = [ALIASES.get(alias) or f"One of {', '.join(words)}.", ""]


def shorten_signatures(app, what, name, obj, options, signature, returns):  # noqa: ARG001
    """Leave out the signature of a definition, whose defaults are whole definitions."""
    if what == "class" and isinstance(obj, type) and issubclass(obj, Definition):
        return "", None
    if what in ("function", "method") and signature:
        return without_none(signature, types_of(obj)), None
    return None


def setup(app):
    """Register the role and the hooks."""
    app.connect("autodoc-process-signature", shorten_signatures)
    app.add_role("known", known)
    app.add_role("variable", variable)
    app.add_role("definition", definition)
    # After numpydoc, which connects at 500.
    app.connect("autodoc-process-docstring", explain_aliases, priority=800)
    app.connect("autodoc-process-docstring", list_names, priority=850)
    app.connect("autodoc-process-docstring", link_parameters, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
