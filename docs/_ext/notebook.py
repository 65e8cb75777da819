"""Write the first tutorial as a notebook that runs as it is: `python docs/_ext/notebook.py`."""

import json
import re
from pathlib import Path

DOCS = Path(__file__).parents[1]
PAGE = DOCS / "tutorials" / "one-child.md"
NOTEBOOK = PAGE.with_suffix(".ipynb")
PART = re.compile(r"^```(?P<kind>\S*)[^\n]*\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
# What only a built page understands: roles, links within the documentation.
PLAIN = (
    (re.compile(r"\{py:\w+\}`~?(?:[^`<]*<)?([\w.]+)>?`"), r"`\1`"),
    (re.compile(r"\{\w+\}`([^`<]+?)\s*(?:<[^`]*>)?`"), r"*\1*"),
    (re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)"), r"\1"),
)


def cell(kind, number, text):
    """Return a cell."""
    lines = text.strip("\n").splitlines(keepends=True)
    made = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": lines}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def cells():
    """Yield what is said and what is run, in turn; what was printed comes from running."""
    page, end = PAGE.read_text(encoding="utf-8"), 0
    for part in [*PART.finditer(page), None]:
        words = page[end : part.start() if part else len(page)]
        for pattern, plain in PLAIN:
            words = pattern.sub(plain, words)
        words = words.replace(" This page is also a notebook, *one-child.ipynb*.", "")
        if words.strip():
            yield "markdown", words
        if part and part["kind"] == "python":
            yield "code", part["text"]
        end = part.end() if part else end


def notebook():
    """Return the notebook as text."""
    shown = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made = {
        "cells": [cell(kind, number, text) for number, (kind, text) in enumerate(cells())],
        "metadata": {"kernelspec": shown, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook(), encoding="utf-8")
