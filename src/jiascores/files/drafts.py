"""A draft of a mapping: lines with what is to be asked of each, and questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from jiascores.files.mapping import bare, meaning, toml

# The tables that stand above the others.
FIRST = ("csv", "excel", "columns", "units", "missing", "below")


@attrs.define
class Draft:
    """What is written in the mapping, table by table, and what is asked about each line."""

    lines: dict[str, dict[str, tuple[Any, str]]] = attrs.field(factory=dict)
    questions: list[str] = attrs.field(factory=list)

    def put(self, table: str, key: str, value: Any, remark: str = "") -> None:
        """Add a line."""
        self.lines.setdefault(table, {})[key] = (value, remark)

    def put_if(self, table: str, key: str, value: Any, remark: str = "") -> None:
        """Add a line of what is not empty."""
        if value:
            self.put(table, key, value, remark)

    def ask(self, question: str) -> None:
        """Add a question."""
        self.questions.append(question)

    def text(self, name: str) -> str:
        """Return the mapping."""
        out = [
            f"# How {name} is written, drafted from its names and values. Read each line, correct what",
            "# is wrong, then set confirmed = true: no command uses a draft.",
            "confirmed = false",
        ]
        if self.questions:
            out += ["", "# To decide:", *(f"# - {question}" for question in self.questions)]
        first = {table: self.lines[table] for table in FIRST if table in self.lines}
        for table, lines in (first | self.lines).items():
            out += ["", f"[{table}]{_remark(meaning(*table.split('.')))}"]
            for key, (value, remark) in lines.items():
                said = _remark(remark or meaning(*table.split("."), key))
                out.append(f"{bare(key)} = {toml(value)}{said}")
        out += ["", f"[study]{_remark(meaning('study'))}", *self._study()]
        return "\n".join(out) + "\n"

    def _study(self) -> Iterator[str]:
        there = self.lines.get("columns", {})
        if "esr" in there and "crp" in there:
            yield '# marker = "esr"  # both are there: which one counts, esr or crp?'
        if "ilar_category" in there and "course" not in there:
            yield 'course = "from-category"'
        for key, value in (("baseline", "first"), ("measures", ["jadas10"])):
            yield f"# {key} = {toml(value)}{_remark(meaning('study', key))}"


def _remark(text: str) -> str:
    return f"  # {text}" if text else ""
