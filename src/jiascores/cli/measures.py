"""How a measure is written in one word, and completions of part of it."""

from __future__ import annotations

from jiascores.core.definition import published
from jiascores.core.measure import Score
from jiascores.tables.baselines import REFERENCES
from jiascores.tables.requests import ask_names

# How a measure is written: its name, and what is to be chosen, in order.
FORMS = ", ".join(
    [
        *(":".join((name, *map(str.upper, asked.order))) for name, asked in ask_names().items()),
        "responder:LEVEL",
    ]
)
MEASURES = (
    f"A MEASURE is the name of a score, or a verdict with your choices: {FORMS}. Options "
    f"follow as name=value, and columns as name=column.NAME: "
    f"state:cjadas10:consolaro-2014:course=poly. `jiascores definitions` lists the names."
)


def completions(typed: str) -> list[str]:
    """Return the words that complete what was typed, part by part."""
    *chosen, _ = typed.split(":")
    scores = [each.name for each in published(Score)]
    if not chosen:
        choices = [*ask_names(), "responder", *scores]
    else:
        asked = ask_names().get(chosen[0])
        place = len(chosen) - 1
        if asked is None or place >= len(asked.order):
            return []
        word = asked.order[place]
        if word == asked.parameter:
            choices = [each.name for each in published(asked.kind)]
        else:
            choices = {"measure": scores, "reference": list(REFERENCES)}.get(word, [])
    before = "".join(f"{each}:" for each in chosen)
    return [before + choice for choice in choices if (before + choice).startswith(typed)]
