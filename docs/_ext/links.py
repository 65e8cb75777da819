"""Names in single backticks and in Parameters lead to the reference and the glossary."""

import re
import typing

from docutils import nodes
from public_names import public
from sphinx import addnodes

from jiascores.core.definition import Definition
from jiascores.core.variables import VARIABLES

PUBLIC = {name for name, _ in public()}
# A type, an error or a function is found without its door too; requests and pictures are not.
WITHOUT_DOOR = {
    name.partition(".")[2]: name
    for name in PUBLIC
    if "." in name and not name.startswith(("ask.", "plot."))
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
        return [_to("term", text, "std", literal)], []
    return [literal], []


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
            lines[at] = f"{found[1]}:term:`{found[2]}`{found[3] or ''}"


def explain_aliases(app, what, name, obj, options, lines):  # noqa: ARG001
    """Say what an alias stands for, in place of what Python says of every alias."""
    if what == "data":
        alias = name.rpartition(".")[2]
        words = [f"``{word!r}``" for word in typing.get_args(obj)]
        lines[:] = [ALIASES.get(alias) or f"One of {', '.join(words)}.", ""]


def shorten_signatures(app, what, name, obj, options, signature, returns):  # noqa: ARG001
    """Leave out the signature of a definition: its defaults are whole definitions."""
    if what == "class" and isinstance(obj, type) and issubclass(obj, Definition):
        return "", None
    return None


def setup(app):
    """Register the role and the hooks."""
    app.connect("autodoc-process-signature", shorten_signatures)
    app.add_role("known", known)
    # After numpydoc, which connects at 500.
    app.connect("autodoc-process-docstring", explain_aliases, priority=800)
    app.connect("autodoc-process-docstring", link_parameters, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
