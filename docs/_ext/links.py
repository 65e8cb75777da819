"""Names in single backticks and in Parameters lead to the reference and the glossary."""

import re

from docutils import nodes
from sphinx import addnodes

import jiascores
from jiascores.core.definition import Definition
from jiascores.core.variables import VARIABLES

PARAMETER = re.compile(r"^(\s+)\*\*(\w+)\*\*( : .*)?$")


def known(name, rawtext, text, lineno, inliner, options=None, content=None):  # noqa: ARG001
    """Link what is a public name or a variable; anything else is code."""
    literal = nodes.literal(text, text)
    stem = text.removeprefix("jiascores.").removeprefix("jia.").removesuffix("()")
    public = stem.partition(".")[0]
    if public in jiascores.__all__ and not public.startswith("_"):
        if stem.startswith(("ask.", "plot.")):
            return [_to("obj", f"jiascores.{stem}", "py", literal)], []
        # A member is described on the page of its class.
        if public not in ("ask", "plot"):
            return [_to("obj", f"jiascores.{public}", "py", literal)], []
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
    app.connect("autodoc-process-docstring", link_parameters, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
