"""Words as people write them: categories, yes and no, answers of the CHAQ, joints.

A text is read as the set of ideas that its words stand for, in words.csv, whatever their order,
case, accents and language. A text with a word that is not there is not read: what it adds is not
known.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from calendar import month_abbr, month_name
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from jiascores.core.errors import suggestion, text_of
from jiascores.core.variables import ILAR_CATEGORIES

# Which ideas together are which word; "" leaves it open.
_MEANT: Mapping[str, Mapping[str, str]] = {
    "ilar_category": {
        "systemic": "systemic",
        "oligo persistent": "oligoarthritis_persistent",
        "oligo extended": "oligoarthritis_extended",
        "poly negative": "polyarthritis_rf_negative",
        "poly factor negative": "polyarthritis_rf_negative",
        "poly factor without": "polyarthritis_rf_negative",
        "poly positive": "polyarthritis_rf_positive",
        "poly factor negative with": "polyarthritis_rf_negative",
        "poly factor positive": "polyarthritis_rf_positive",
        "poly factor positive with": "polyarthritis_rf_positive",
        "poly factor with": "polyarthritis_rf_positive",
        "psoriatic": "psoriatic",
        "enthesitis": "enthesitis_related",
        "enthesitis with": "enthesitis_related",
        "undifferentiated": "undifferentiated",
    },
    "yes_or_no": {"yes": "yes", "no": "no"},
    "chaq_item": {
        **{answer: answer for answer in "0123"},
        # In Dutch with "zonder" and with "met".
        "0 enige": "0",
        "enige": "1",
        "not possible": "3",
        "0 possible": "3",
        "not applicable": "",
        "0 applicable": "",
        "open": "",
    },
}
# Codes of ICD-10 that decide the course; M08.4 is oligoarthritis, extended or not.
_ICD = {
    "M082": "systemic",
    "M083": "polyarthritis_rf_negative",
    "M090": "psoriatic",
    "L405": "psoriatic",
    "M084": "",
}
# A code, with the joint that some countries add, the marks of a double code, and "G", certain.
_ICD_CODE = re.compile(r"([A-Z]\d\d)\.?(\d?)\d?[-*†+!]?\s?G?")
_BETWEEN = re.compile(r"[\s,;:/()_'’=–-]+|\.(?!\d)")
_NOT = re.compile(r"\b(non?|not|nicht|kein\w*|niet|geen|pas|sans|senza|sin|ohne|without)\b")
# Words that name no category by themselves, and how they are called here.
_MAYBE = {"other": "undifferentiated", "unclassified": "undifferentiated"}


def plain(text: object) -> str:
    """Return a text without case, accents and blanks around it."""
    apart = unicodedata.normalize("NFKD", str(text).strip().casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(4096)
def ideas(kind: str, text: str, *, strict: bool = True) -> frozenset[str] | None:
    """Return the ideas that a text names.

    Parameters
    ----------
    kind : str
        What it is a text about: one of the kinds of words.csv.
    text : str
        The text.
    strict : bool
        Whether a word that is not known makes it None; else such a word is passed over.
    """
    whole, begun = _spellings()[kind]
    said = re.sub(r"[−–—]", "-", plain(text))
    # A sign is a word only where it stands at the rheumatoid factor.
    said = re.sub(r"\b(rf|fr)\s*\(?\+\)?", r"\1 positive ", said)
    said = re.sub(r"\b(rf|fr)\s*\(?-\)?(?=\W|$)", r"\1 negative ", said)
    named: set[str] = set()
    for word in filter(None, _BETWEEN.split(said)):
        stems = [stem for stem in begun if word.startswith(stem) and word.isalpha()]
        idea = whole.get(word, begun[max(stems, key=len)] if stems else None)
        if idea is None and strict:
            return None
        named |= set((idea or "").split())
    return frozenset(named)


def english_months(text: str, form: str) -> str:
    """Return a date with the name of its month as a format reads it, in place of that of another language."""
    if "%b" not in form and "%B" not in form:
        return text
    names = month_name if "%B" in form else month_abbr
    known = _spellings()["month"][0]

    def name(word: re.Match[str]) -> str:
        said = word[0].casefold()
        is_english = said in map(str.casefold, (*month_name, *month_abbr))
        number = None if is_english else known.get(plain(said))
        return word[0] if number is None else names[int(number)]

    return re.sub(r"[^\W\d_]+", name, text)


def meaning(kind: str, word: object) -> str | None:
    """Return what a word means.

    Parameters
    ----------
    kind : {"ilar_category", "yes_or_no", "chaq_item"}
        What it is a word of.
    word : object
        The word, in English, German, Dutch, French, Italian or Spanish.

    Returns
    -------
    str or None
        The word as it is called here: a category, ``"yes"`` or ``"no"``, or the number
        of an answer; ``""`` where it is understood and leaves open which; None where it is not
        understood.
    """
    if not isinstance(word, str) or kind not in _MEANT:
        return None
    code = _ICD_CODE.fullmatch(word.strip().upper()) if kind == "ilar_category" else None
    if code:
        return _ICD.get("".join(code.groups()))
    named = ideas(kind, word)
    return None if named is None else _meanings(kind).get(named)


def truth(word: object) -> float | None:
    """Return 1 for a yes, 0 for a no, None for any other word."""
    return {"yes": 1.0, "no": 0.0}.get(meaning("yes_or_no", word) or "")


def category_hint(given: object) -> str:
    """Say which category a word that is not understood probably means."""
    text = text_of(given)
    if _ICD_CODE.fullmatch(text.strip().upper()):
        return (
            f" The code {text!r} does not say which category it is: only M08.2, M08.3, M09.0 and "
            f"L40.5 do."
        )
    named = ideas("ilar_category", text)
    meant = [name for of, name in _meanings("ilar_category").items() if named and named <= of]
    meant += [_MAYBE[word] for word in plain(text).split() if word in _MAYBE]
    if meant:
        return f" Write {' or '.join(dict.fromkeys(meant))} for {text!r}."
    # "Non-systemic" is near the word that it is not.
    return "" if _NOT.search(plain(text)) else suggestion(text, ILAR_CATEGORIES)


@cache
def _meanings(kind: str) -> Mapping[frozenset[str], str]:
    return {frozenset(ideas.split()): word for ideas, word in _MEANT[kind].items()}


@cache
def _spellings() -> Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]:
    """Return for each kind the ideas of whole words, and those of beginnings of words."""
    table = Path(__file__).with_name("words.csv").read_text(encoding="utf-8")
    found: dict[str, tuple[dict[str, str], dict[str, str]]] = {}
    for row in csv.DictReader(table.splitlines()):
        whole, begun = found.setdefault(row["kind"], ({}, {}))
        for word in row["spellings"].split():
            (begun if word.endswith("*") else whole)[word.removesuffix("*")] = row["idea"]
    return found
