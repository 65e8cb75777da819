"""Check the site that was built; `make docs` runs this last.

Every public name is in the reference, every definition in the catalogue, every link inside the
site leads somewhere, and no page fetches anything from elsewhere: it works from a folder.
"""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generated_pages import slug
from public_names import public

from jiascores.core.definition import published
from jiascores.core.variables import VARIABLES

# What a browser fetches by itself, as against what a reader may follow.
MOST_PAGES = 130  # a site that a reader can know
FETCHED = {"script", "img", "link", "source", "iframe", "video", "audio", "object"}


class Page(HTMLParser):
    """The anchors of a page, and where its tags lead."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.targets = set(), []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        """Note what the tag is called and where it leads."""
        for name, value in attributes:
            if name in ("id", "name") and value:
                self.anchors.add(value)
            if name in ("href", "src", "data") and value:
                self.targets.append((tag, value))


def problems(site):
    """Yield what is wrong."""
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    if len(pages) > MOST_PAGES:
        yield f"{len(pages)} pages: let names of one family share a page (at most {MOST_PAGES})"
    everywhere = set().union(*(page.anchors for page in pages.values()))
    for name, _ in public():
        if f"jiascores.{name}" not in everywhere:
            yield f"jiascores.{name} is not in the reference"
    catalogue = pages[(site / "generated/catalogue.html").resolve()].anchors
    for definition in published():
        if slug(definition.kind, definition.name) not in catalogue:
            yield f"{definition.name} ({definition.kind}) is not in the catalogue"
    glossary = pages[(site / "glossary.html").resolve()].anchors
    for name in VARIABLES:
        if slug("variable", name) not in glossary:
            yield f"{name} is not in the table of variables"
    for path, page in pages.items():
        # The pages with source code name an object by one of its modules, which Sphinx chooses.
        if {"_static", "_modules"} & set(path.relative_to(site).parts):
            continue
        for tag, target in page.targets:
            parts = urlsplit(target)
            if parts.scheme in ("data", "mailto", "javascript"):
                continue
            where = path.relative_to(site)
            if parts.scheme or parts.netloc:
                if tag in FETCHED:
                    yield f"{where} fetches {target}"
                continue
            file = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not file.is_file():
                yield f"{where} leads to {target}, which is not there"
            elif parts.fragment and file in pages:
                fragment = unquote(parts.fragment)
                if fragment not in pages[file].anchors:
                    yield f"{where} leads to {target}, which has no such place"


if __name__ == "__main__":
    found = sorted(set(problems(Path(sys.argv[1]).resolve())))
    print(*found, sep="\n", end="\n" if found else "")
    sys.exit(bool(found))
