"""Configuration of the documentation; `make docs` builds it."""

from importlib.metadata import version as installed_version

project = "jiascores"
author = "The jiascores developers"
copyright = "2026 The jiascores developers"
release = installed_version("jiascores")
version = release

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
templates_path = []

# Every cross-reference must lead somewhere. The build uses no network, so names
# that live in other projects' documentation are left as plain text.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(attrs?|click|collections|datetime|fractions|narwhals|np|numpy|pandas|pd)\..*"),
    ("py:.*", r"(os|pathlib|pl|polars|typing|types)\..*"),
    # The types of the standard library.
    ("py:class", r"(bool|bytes|callable|dict|float|frozenset|int|list|object|set|str|tuple|type)"),
    ("py:exc", r"(Exception|KeyError|TypeError|ValueError)"),
]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections state the types, in words
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = f"jiascores {release}"
html_show_sourcelink = False
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "footer_start": ["copyright"],
    "footer_end": [],
}
