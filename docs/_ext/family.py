"""The directive ``family``: public names that belong together, all explained on one page.

A table of them stands first, then each with its docstring. A name that is read on its own has a
page of its own instead, by ``autosummary`` with ``:toctree:``.
"""

from docutils import nodes
from docutils.statemachine import StringList
from public_names import public
from sphinx.util.docutils import SphinxDirective

PUBLIC = dict(public())


def lines_of(name):
    """Return the lines that explain one name."""
    value = PUBLIC[name]
    if not isinstance(value, type):
        return [f".. auto{'function' if callable(value) else 'data'}:: jiascores.{name}", ""]
    if issubclass(value, BaseException):
        return [f".. autoexception:: jiascores.{name}", ""]
    more = ["   :inherited-members:"] if hasattr(value, "variant") else []
    return [f".. autoclass:: jiascores.{name}", "   :members:", *more, ""]


class Family(SphinxDirective):
    """Names that belong together, one on each line."""

    has_content = True

    def run(self):
        """Return a table of the names, and what each is."""
        names = [line.strip() for line in self.content if line.strip()]
        lines = [".. autosummary::", "", *(f"   {name}" for name in names), ""]
        for name in names:
            lines += lines_of(name)
        node = nodes.container()
        self.state.nested_parse(StringList(lines, self.get_source_info()[0]), 0, node)
        return node.children


def setup(app):
    """Register the directive."""
    app.add_directive("family", Family)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
