"""The directive ``family``: public names that belong together, all explained on one page.

A table of them stands first, then each with its docstring. A name that is read on its own has a
page of its own instead, by ``autosummary`` with ``:toctree:``.
"""

import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from public_names import public
from sphinx.util.docutils import SphinxDirective

PUBLIC = dict(public())
GALLERY = Path(__file__).parent.parent / "gallery_src"


def gallery():
    """Return for each picture the script of the gallery that draws it, and which of its figures."""
    found = {}
    for script in sorted(GALLERY.glob("plot_*.py")):
        blocks = script.read_text(encoding="utf-8").split("\n# %%")
        figures = [block for block in blocks if "plt.show()" in block]
        for number, block in enumerate(figures, 1):
            for name in re.findall(r"jia\.plot\.(\w+)\(", block):
                found.setdefault(f"plot.{name}", (script.stem, number))
    return found


def picture_of(name):
    """Return the lines that show what a function draws, and lead to how."""
    script, number = gallery()[name]
    return [
        f".. image:: /gallery/images/sphx_glr_{script}_{number:03d}.png",
        f"   :target: ../gallery/{script}.html",
        f"   :alt: What {name.partition('.')[2]} draws, from the gallery.",
        "   :class: drawn",
        "",
    ]


def lines_of(name):
    """Return the lines that explain one name."""
    value = PUBLIC[name]
    if not isinstance(value, type):
        drawn = picture_of(name) if name.startswith("plot.") else []
        return [
            f".. auto{'function' if callable(value) else 'data'}:: jiascores.{name}",
            "",
            *drawn,
        ]
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
        lines = [".. autosummary::", "   :nosignatures:", "", *(f"   {name}" for name in names), ""]
        for name in names:
            lines += lines_of(name)
        node = nodes.container()
        self.state.nested_parse(StringList(lines, self.get_source_info()[0]), 0, node)
        return node.children


def show_picture(app, what, name, obj, options, lines):  # noqa: ARG001
    """Put below the first sentence of a picture's docstring what it draws."""
    public_name = name.removeprefix("jiascores.")
    if public_name.startswith("plot.") and public_name in gallery():
        said = next(at for at, line in enumerate(lines) if line.strip())
        end = lines.index("", said) if "" in lines[said:] else len(lines)
        lines[end:end] = ["", *picture_of(public_name)]


def setup(app):
    """Register the directive, and the pictures of what draws some."""
    app.add_directive("family", Family)
    app.connect("autodoc-process-docstring", show_picture, priority=910)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
