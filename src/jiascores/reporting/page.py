"""A report as HTML, by the template and the style beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template

import attrs

from jiascores._version import __version__
from jiascores.core.errors import JiaScoresError
from jiascores.reporting.pictures import svg
from jiascores.reporting.sections import Block, Heading, Items, Note, Picture, Section, Table

# Up to how many characters a line of a cell is kept whole; the first on paper too.
SHORT, LINE, LONG = 30, 48, 60


def as_html(title: str, sections: Sequence[Section]) -> str:
    """Return sections as one page that needs nothing else."""
    here = files("jiascores.reporting")
    numbers = _Numbers()
    contents = body = ""
    for number, section in enumerate(sections, start=1):
        name, place = section.title, section.title.lower().replace(" ", "-")
        parts = [one for one in section.blocks if isinstance(one, Heading) and one.id]
        below = "".join(f'<li><a href="#{one.id}">{escape(one.words)}</a></li>' for one in parts)
        below = f"<ul>{below}</ul>" if below else ""
        contents += f'<li><a href="#{place}">{name}</a>{below}</li>'
        text = "".join(numbers.html(block) for block in section.blocks)
        body += f'<section id="{place}"><h2>{number}. {name}</h2>{text}</section>'
    return Template(here.joinpath("page.html").read_text(encoding="utf-8")).substitute(
        title=escape(title),
        style=here.joinpath("style.css").read_text(encoding="utf-8"),
        version=escape(__version__),
        contents=contents,
        body=body,
    )


@attrs.define
class _Numbers:
    """How many tables and figures the page has so far."""

    tables: int = 0
    figures: int = 0

    def html(self, block: Block) -> str:
        """Return a block as HTML."""
        match block:
            case Heading(words, remark, place):
                place = f' id="{place}"' if place else ""
                remark = f' <span class="mark">{escape(remark)}</span>' if remark else ""
                return f"<h3{place}>{escape(words)}{remark}</h3>"
            case Items(items):
                strong = ((f"<strong>{escape(one)}</strong>" if one else "") for one, _ in items)
                rest = (escape(words) for _, words in items)
                listed = zip(strong, rest, strict=True)
                return f"<ul>{''.join(f'<li>{one}{words}</li>' for one, words in listed)}</ul>"
            case Table(caption, rows, heads):
                return self._table(escape(caption), rows, heads)
            case Picture():
                return self._figure(block)
            case Note(words):
                return f'<p class="note">{escape(words)}</p>'
            case str():
                return f"<p>{escape(block)}</p>"

    def _table(self, caption: str, rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
        self.tables += 1
        top = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
        top = f"<thead><tr>{top}</tr></thead>" if heads else ""
        body = "".join(
            f"<tr>{_cell('th', first)}{''.join(_cell('td', cell) for cell in rest)}</tr>"
            for first, *rest in rows
        )
        return (
            f'<div class="wide" role="region" aria-label="{caption}" tabindex="0"><table>'
            f"<caption>Table {self.tables}. {caption}</caption>{top}<tbody>{body}</tbody>"
            f"</table></div>"
        )

    def _figure(self, picture: Picture) -> str:
        """Return a picture with its caption; one that cannot be drawn says why."""
        caption = escape(picture.caption)
        try:
            drawn = svg(picture.draw, self.figures + 1)
        except JiaScoresError as problem:
            return f"<p>Not drawn: {caption} {escape(str(problem))}</p>"
        self.figures += 1
        return (
            f'<figure><div class="wide" role="img" aria-label="{caption}" tabindex="0">{drawn}'
            f"</div><figcaption>Figure {self.figures}. {caption}</figcaption></figure>"
        )


def _cell(tag: str, text: str) -> str:
    longest = max(map(len, text.split("\n")))
    kind = "short" if longest <= SHORT else "line" if longest <= LINE else ""
    kind = "long" if longest > LONG else kind
    scope = ' scope="row"' if tag == "th" else ""
    return f'<{tag}{scope} class="{kind}">{escape(text)}</{tag}>'
