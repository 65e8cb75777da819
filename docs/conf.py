"""Configuration of the documentation; `make docs` builds it."""

import sys
from importlib.metadata import version as installed_version
from pathlib import Path

from numpydoc.xref import DEFAULT_LINKS

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))
from public_names import public

# Links into the documentation of Python itself would need the network.
DEFAULT_LINKS.clear()

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
    "sphinx_gallery.gen_gallery",
    "sphinxcontrib.bibtex",
    "calculator",  # docs/_ext: the definition objects as data for the calculator
    "family",  # docs/_ext: public names that share a page
    "generated_pages",  # docs/_ext: what is made from the definition objects
    "sample_report",  # docs/_ext: the report that how-to/report shows
    "links",  # docs/_ext: names in docstrings lead to the reference and the glossary
    "outputs",  # docs/_ext: printed sentences are wrapped, printed tables are not
]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build", "gallery_src", "data", "generated/gallery"]
templates_path = ["_templates"]
default_role = "known"
suppress_warnings = ["config.cache"]  # the gallery's settings hold functions

# Every cross-reference must lead somewhere. The build uses no network, so names
# that live in other projects' documentation are left as plain text.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(attrs?|click|collections|datetime|fractions|narwhals|np|numpy|pandas|pd)\..*"),
    ("py:.*", r"(os|pathlib|pl|polars|typing|types)\..*"),
    # The types of the standard library.
    ("py:class", r"(bool|bytes|callable|dict|float|frozenset|int|list|object|set|str|tuple|type)"),
    ("py:exc", r"(Exception|KeyError|TypeError|ValueError)"),
    # Private bases that the public classes are made of.
    ("py:.*", r"jiascores\.(core|measures|tables|plot|reporting)\..*"),
]

myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3

# Named one by one: after a first build Sphinx would not look into pages that are new.
autosummary_generate = [
    *sorted(page.relative_to(HERE).as_posix() for page in (HERE / "reference").glob("*.rst")),
    "generated/further.rst",
]
autosummary_imported_members = True
autodoc_typehints = "none"  # numpydoc's sections state the types, in words
autodoc_member_order = "bysource"
toc_object_entries_show_parents = "hide"
add_module_names = False
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"
numpydoc_xref_aliases = {
    name.rpartition(".")[2]: f"jiascores.{name}"
    for name, value in public()
    if isinstance(value, type)
}

bibtex_bibfiles = ["generated/references.bib"]
bibtex_reference_style = "author_year"
bibtex_default_style = "plain"  # by author

sphinx_gallery_conf = {
    "examples_dirs": "gallery_src",
    "gallery_dirs": "gallery",
    "filename_pattern": r"/plot_",
    "download_all_examples": False,
    "image_srcset": ["2x"],
    "show_signature": False,
    "show_memory": False,
    "min_reported_time": 1_000_000,  # seconds differ from build to build
    "write_computation_times": False,
    "remove_config_comments": True,
    "abort_on_example_error": True,
    "within_subsection_order": "FileNameSortKey",
}

html_theme = "pydata_sphinx_theme"
html_title = "jiascores"
html_static_path = ["_static"]
html_extra_path = ["generated/extra"]  # copied as they are
html_css_files = ["jiascores.css"]
html_js_files = [(script, {"defer": "defer"}) for script in ("catalogue.js", "names.js")]
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": False,
    "header_links_before_dropdown": 8,
    "navbar_align": "left",
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_center": ["research-software"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}
# Pages without pages below them need no navigation beside them.
ALONE = ("index", "generated/catalogue", "glossary", "calculator/**")
html_sidebars: dict[str, list[str]] = {page: [] for page in ALONE}
