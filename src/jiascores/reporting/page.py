"""A report as HTML, by the template and the style beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from importlib.resources import files
from string import Template
from typing import TypeAlias

import attrs

from jiascores._version import __version__
from jiascores.core.errors import JiaScoresError
from jiascores.reporting.blocks import Block, Heading, Items, Note, Picture, Section, Table
from jiascores.reporting.pictures import svg

# Tables with more columns than this are, on a phone, a card for each row.
AS_ROWS = 4
# Up to how many letters a word of a heading has that is never broken, but on a phone.
WHOLE = 12


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
            case Table():
                return self._table(block)
            case Picture():
                return self._figure(block)
            case Note(words):
                return f'<p class="note">{escape(words)}</p>'
            case _:
                return f"<p>{escape(block)}</p>"

    def _table(self, table: Table) -> str:
        """Return a table with its caption."""
        self.tables += 1
        top = "".join(f'<th scope="col"{_whole(one)}>{_text(one)}</th>' for one in table.heads)
        top = f"<thead><tr>{top}</tr></thead>" if table.heads else ""
        cards = len(table.heads) > AS_ROWS
        kind = ' class="cards"' if cards else ""
        caption = f"<caption>Table {self.tables}. {_text(table.caption)}</caption>"
        return f"<table{kind}>{caption}{top}{_body(table.rows, table.heads, cards=cards)}</table>"

    def _figure(self, picture: Picture) -> str:
        """Return a picture with its caption; one that cannot be drawn says why."""
        caption = escape(picture.caption)
        try:
            drawn = svg(picture.draw, self.figures + 1)
        except JiaScoresError as problem:
            return f"<p>Not drawn: {caption} {escape(str(problem))}</p>"
        self.figures += 1
        return (
            f'<figure><div class="drawn" tabindex="0" role="img" aria-label="{caption}">{drawn}'
            f"</div><figcaption>Figure {self.figures}. {caption}</figcaption></figure>"
        )


Row: TypeAlias = Sequence[str]


def _heads_others(row: Row, heads: Sequence[str]) -> bool:
    """Return whether a row is the heading of those below it."""
    return len(row) == 1 and len(heads) > 1


def _body(rows: Sequence[Row], heads: Sequence[str], *, cards: bool) -> str:
    """Return rows as parts of a table: those below one heading are one part."""
    body = "<tbody>"
    for row in rows:
        first, *rest = map(_text, row)
        if _heads_others(row, heads):
            body += (
                f'</tbody><tbody><tr><th scope="rowgroup" colspan="{len(heads)}">{first}</th></tr>'
            )
            continue
        named = [f' data-head="{_text(head)}"' for head in heads[1:]] if cards else [""] * len(rest)
        cells = "".join(f"<td{head}>{cell}</td>" for head, cell in zip(named, rest, strict=True))
        body += f'<tr><th scope="row">{first}</th>{cells}</tr>'
    return f"{body}</tbody>".replace("<tbody></tbody>", "")


def _whole(head: str) -> str:
    """Return the class of a heading without long words: none of them is broken on wide pages."""
    return ' class="whole"' if max(map(len, head.split()), default=0) <= WHOLE else ""


def _text(words: str) -> str:
    """Return a text for the page; a number stays on one line with its sign, and so does a range."""
    words = re.sub(r"(?<=\d)–(?=\d)", "–\u2060", escape(words))
    return words.replace(" %", "\u00a0%").replace("≥ ", "≥\u00a0")
