"""Named, frozen definitions: what a paper says, with its source and how well it was checked."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from numbers import Integral, Real
from pkgutil import iter_modules
from textwrap import shorten
from typing import Any, ClassVar, Self, TypeVar, cast

import attrs

from jiascores.core.arguments import as_declared, in_words
from jiascores.core.errors import (
    DefinitionError,
    UnknownDefinitionError,
    door,
    listing,
    say,
    shown,
    suggestion,
)
from jiascores.core.references import FIGURES, Evidence, Figure, Reference, reference

FIRST_VERSION = "0.1.0"
# Characters of a rule that a definition shows at a prompt; print() shows all.
SHOWN_OF_RULE = 120

D = TypeVar("D", bound="Definition")


@attrs.frozen
class Threshold:
    """A number of a definition at which a verdict or a score turns.

    Parameters
    ----------
    key : str
        Where it stands in the definition, for example ``"worsening"`` or
        ``"bounds jadas10 poly low"``.
    value : float
        The number.
    """

    key: str
    value: float

    def __str__(self) -> str:
        return f"{self.key} {self.value:g}"


@attrs.frozen(kw_only=True)
class Definition:
    """Base of every definition: cut-off sets, criteria, protocols.

    Parameters
    ----------
    name : str
        Name by author and year, unique within its kind.
    reference : Reference
        The source.
    evidence : Evidence
        How well its figures were checked.
    seen : tuple of str
        Where they were seen. Primary and secondary evidence need at least one address.
    parts : tuple of Figure
        Figures that were checked in another way, or seen elsewhere.
    notes : tuple of str
        What a careful reader must know: readings and doubts.
    derives_from : str, optional
        Name of the definition that this one varies.
    since : str
        The version that brought it.
    """

    kind: ClassVar[str] = "definition"
    # What a rule by these definitions compares of two visits: `CORE_SET` or `RESPONSE` of
    # core/measure.py, a score or a variable. Read by `compared` of a source.
    compared: ClassVar[str] = "core set"
    # Fields whose numbers turn no verdict of this package: how long a window was, for example.
    no_thresholds: ClassVar[tuple[str, ...]] = ()
    # The variables that it needs, where that is the same for every definition of its kind.
    reads: ClassVar[tuple[str, ...]] = ()
    # What is to be known of every published definition of its kind.
    common_note: ClassVar[str] = ""
    # Months between the two visits that it was made for, where its paper says how many.
    months_apart: ClassVar[int | None] = None
    # Why there are no variants, where no function could take one.
    no_variants: ClassVar[str] = ""
    # What its source vouches for, and what stands in its place in a variant.
    of_its_source: ClassVar[Mapping[str, Any]] = {
        "evidence": Evidence.UNVERIFIED,
        "seen": (),
        "parts": (),
    }

    name: str
    reference: Reference
    evidence: Evidence
    seen: tuple[str, ...] = ()
    parts: tuple[Figure, ...] = ()
    notes: tuple[str, ...] = ()
    derives_from: str | None = None
    since: str = FIRST_VERSION

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        # attrs leaves alone what a class has of its own.
        cls.__repr__ = Definition.__repr__  # type: ignore[method-assign]

    def __attrs_post_init__(self) -> None:
        self._check_types()
        Figure("", self.evidence, self.seen)
        published = _PUBLISHED.get((self.kind, self.name))
        if published is not None and published != self:
            raise DefinitionError(
                f"{self.name!r} is the name of {a_published(self.kind)}, and these values are not "
                f"its values ({_differences(published, self)}). Give the variant a name of its "
                f"own: definition.variant(name='…', …).",
                variable="name",
                values=(self.name,),
            )
        self._check()

    def _check_types(self) -> None:
        """Turn lists into tuples, and raise where a field holds what it does not declare."""
        for field in attrs.fields(type(self)):
            value = _in_tuples(getattr(self, field.name))
            object.__setattr__(self, field.name, value)
            declared = _is_declared(value, str(field.type), type(self).__module__)
            self._require(
                declared, field.name, f"a {self.kind} takes {in_words(str(field.type))} here."
            )
            plain = _is_hashable(value)
            self._require(plain, field.name, "give numbers, words or lists of these.")
        self._require(bool(self.name.strip()), "name", f"a {self.kind} needs a name")

    def _check(self) -> None:
        """Raise where the values contradict each other."""

    def _require(self, holds: bool, field: str, what: str) -> None:  # noqa: FBT001
        """Raise where a field does not hold what it must; `what` says what that is."""
        if not holds:
            value = getattr(self, field)
            said = shorten(say(field, value), SHOWN_OF_RULE, placeholder=" …")
            raise DefinitionError(f"{said}: {what}", variable=field, values=(value,))

    def _require_one_of(self, field: str, choices: Iterable[str]) -> None:
        """Raise where a field holds none of the words that are allowed."""
        choices = tuple(choices)
        known = getattr(self, field) in choices
        self._require(known, field, f"choose from {', '.join(choices)}")

    def _require_between(self, field: str, low: float, high: float) -> None:
        """Raise where a number is not between two others, ends included."""
        holds = low <= getattr(self, field) <= high
        self._require(holds, field, f"it must be from {low:g} to {high:g}")

    def _require_together(self, one: str, other: str) -> None:
        """Raise where one of two fields is None and the other is not."""
        absent = one if getattr(self, one) is None else other
        together = (getattr(self, one) is None) == (getattr(self, other) is None)
        self._require(together, absent, f"{one} and {other} go together: give both or neither")

    @classmethod
    def cited(cls, name: str, *notes: str, source: str | None = None, **fields: Any) -> Self:
        """Return a definition by a source of references.csv, checked as evidence.csv says.

        Parameters
        ----------
        name : str
            Its name.
        *notes : str
            What a careful reader must know.
        source : str, optional
            Key of the reference, where that is not the name.
        **fields
            Its own fields.
        """
        cites = reference(source or name)
        notes = (*notes, cls.common_note) if cls.common_note else notes
        whole, *parts = FIGURES[cls.kind, name]
        return cls(
            name=name,
            reference=cites,
            evidence=whole.evidence,
            seen=whole.seen,
            parts=tuple(parts),
            notes=notes,
            **fields,
        )

    @as_declared
    def variant(self, *, name: str, **changes: Any) -> Self:
        """Return this definition with changes, under a name of its own.

        Parameters
        ----------
        name : str
            A name that no published definition of this kind has.
        **changes
            Fields to change. `evidence` becomes ``unverified`` unless it is given, and with it
            `seen`, where its figures were seen.

        Returns
        -------
        Definition
            Of the same kind, with `derives_from` set to the name of this one.

        Raises
        ------
        DefinitionError
            If the name is taken, a field does not exist or contradicts the others, or definitions
            of this kind have no variants.
        """
        if (self.kind, name) in _PUBLISHED or self.no_variants:
            no_variants = f"a {self.kind} has no variants: {self.no_variants}"
            taken = f"{name!r} is the name of {a_published(self.kind)}; choose another name."
            raise DefinitionError(
                no_variants if self.no_variants else taken, variable="name", values=(name,)
            )
        fields = {field.name for field in attrs.fields(type(self))}
        choices = sorted(fields - {"name", "derives_from"})
        for change in changes:
            if change not in choices:
                raise DefinitionError(
                    f"a {self.kind} has no field {shown(change)}; it has {', '.join(choices)}."
                    f"{suggestion(change, choices)}",
                    variable=change,
                )
        unchecked = {**self.of_its_source, **changes}
        return attrs.evolve(self, name=name, derives_from=self.name, **unchecked)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """How well its figures were checked, all that have no entry of their own first."""
        return (Figure("", self.evidence, self.seen), *self.parts)

    def evidence_of(self, figure: str) -> Evidence:
        """Return how well one figure was checked.

        Parameters
        ----------
        figure : str
            The `key` of one of its `thresholds`.
        """
        own = [part for part in self.figures if part.covers(figure)]
        return max(own, key=lambda part: len(part.name)).evidence

    @property
    def evidence_in_words(self) -> str:
        """How well its figures were checked, those with other evidence too."""
        others = [each for each in Evidence if each in {part.evidence for part in self.parts}]
        others = [each for each in others if each != self.evidence]
        return f"{self.evidence}, in part {' and '.join(others)}" if others else str(self.evidence)

    @property
    def home(self) -> str:
        """The module that states it."""
        return type(self).__module__

    @property
    def rule(self) -> str:
        """The rule in one line."""
        raise AssertionError(f"{type(self).__name__} must say its rule")

    @property
    def needs(self) -> tuple[str, ...]:
        """The variables that it needs."""
        return self.reads

    @property
    def background(self) -> dict[str, str]:
        """How it was made, by what each finding is about; empty where that is not kept."""
        return {}

    @property
    def allows(self) -> tuple[str, ...]:
        """The variables that it reads where they are there."""
        return ()

    def check_options(self, **options: Any) -> None:
        """Raise where the caller chooses what these definitions do not have."""

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Every number at which it turns, found in its own fields so that none is forgotten."""
        names = [field.name for field in attrs.fields(type(self))]
        own = [name for name in names if name not in {*_BASE_FIELDS, *self.no_thresholds}]
        return tuple(each for name in own for each in _numbers(name, getattr(self, name)))

    def __str__(self) -> str:
        derived = f", a variant of {self.derives_from}" if self.derives_from else ""
        lines = [
            f"{self.name} ({self.kind}{derived})",
            f"  {self.rule}",
            f"  Source: {self.reference}",
            f"  Evidence: {self.evidence_in_words}",
            *(f"  Seen: {address}" for address in self.seen),
            *(f"  Of this, {part}" for part in self.parts),
            *(f"  {about.capitalize()}: {words}" for about, words in self.background.items()),
        ]
        return "\n".join(lines + [f"  Note: {note}" for note in self.notes])

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}: {shorten(self.rule, SHOWN_OF_RULE, placeholder=' …')}>"

    def _repr_html_(self) -> str:
        from html import escape

        first, *rest = str(self).splitlines()
        items = "".join(f"<li>{escape(line.strip())}</li>" for line in rest)
        return f"<b>{escape(first)}</b><ul>{items}</ul>"


_BASE_FIELDS = frozenset(field.name for field in attrs.fields(Definition))


def _numbers(key: str, value: Any) -> Iterator[Threshold]:
    """Find the numbers in a field: by itself, in tuples, in (name, number) and in records."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return
    if isinstance(value, int | float):
        # An open end is not a number at which anything turns.
        if value in (float("inf"), float("-inf")):
            return
        yield Threshold(key, float(value))
    elif attrs.has(type(value)) and not isinstance(value, Definition):
        for field in attrs.fields(type(value)):
            yield from _numbers(f"{key} {field.name}", getattr(value, field.name))
    elif isinstance(value, tuple) and len(value) > 1 and isinstance(value[0], str):
        for part in value[1:]:
            yield from _numbers(f"{key} {value[0]}", part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _numbers(key, part)


_PLAIN_TYPES = {"str": str, "int": Integral, "float": Real, "bool": bool, "None": type(None)}


def _in_tuples(value: Any) -> Any:
    """Return lists, and lists in lists, as tuples."""
    return tuple(map(_in_tuples, value)) if isinstance(value, list | tuple) else value


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def _is_declared(value: Any, declared: str, home: str) -> bool:
    """Return whether a value is what a field declares: plain types, and records of its module."""
    return any(_is(value, word, home) for word in declared.split(" | "))


def _is(value: Any, word: str, home: str) -> bool:
    """Return whether a value is of one type; of a type that is not known here, any is."""
    if word in _PLAIN_TYPES:
        return word == "bool" if isinstance(value, bool) else isinstance(value, _PLAIN_TYPES[word])
    inner = word.removeprefix("tuple[").removesuffix(", ...]")
    if word == f"tuple[{inner}, ...]" and "[" not in inner:
        return isinstance(value, tuple) and all(_is(one, inner, home) for one in value)
    record = getattr(sys.modules[home], word, None)
    if not (isinstance(record, type) and attrs.has(record)):
        return True
    return isinstance(value, record) and all(
        _is_declared(getattr(value, field.name), str(field.type), record.__module__)
        for field in attrs.fields(record)
    )


def _differences(one: Definition, other: Definition) -> str:
    """Name the fields in which two definitions differ."""
    names = [field.name for field in attrs.fields(type(one))]
    differ = [name for name in names if getattr(one, name, None) != getattr(other, name, None)]
    return f"different: {', '.join(differ)}"


_PUBLISHED: dict[tuple[str, str], Definition] = {}
# The modules that enter definitions into the catalogue. One score loads its own file alone.
_CATALOGUE = "jiascores.measures"


@cache
def load() -> None:
    """Load every definition into the catalogue, and so every score and verdict."""
    for module in iter_modules(import_module(_CATALOGUE).__path__):
        import_module(f"{_CATALOGUE}.{module.name}")
    import_module("jiascores.core.joints")


def is_published(definition: Definition) -> bool:
    """Return whether a definition is one of the catalogue's."""
    return _PUBLISHED.get((definition.kind, definition.name)) is definition


def publish(*definitions: D) -> tuple[D, ...]:
    """Enter definitions into the catalogue, where their names are theirs alone."""
    for definition in definitions:
        key = (definition.kind, definition.name)
        if key in _PUBLISHED:
            raise DefinitionError(f"two {definition.kind}s are called {definition.name!r}")
        _PUBLISHED[key] = definition
    return definitions


def published(kind: type[D] | None = None) -> tuple[D, ...]:
    """Return the published definitions, of one kind or of all, by kind and as they stand there.

    Never in the order in which modules happened to be loaded.
    """
    load()
    of_kind = [each for each in _PUBLISHED.values() if kind is None or isinstance(each, kind)]
    of_kind.sort(key=lambda definition: (definition.kind.lower(), definition.home))
    return cast("tuple[D, ...]", tuple(of_kind))


def lookup(kind: type[D], given: str | D | None, *, parameter: str) -> D:
    """Return the definition that the caller named or made.

    Parameters
    ----------
    kind : type
        The class of definition that is due.
    given : str, Definition or None
        A published name, or a definition of this kind.
    parameter : str
        What the caller's parameter is called, for the message.

    Raises
    ------
    UnknownDefinitionError
        If nothing was named, or the name is not in the catalogue.
    """
    if isinstance(given, kind):
        return given
    if isinstance(given, str):
        given = str.__str__(given)
        if (kind.kind, given) in _PUBLISHED:
            return cast(D, _PUBLISHED[kind.kind, given])
    names = [definition.name for definition in published(kind)]
    choices = f"Choose from {listing(names, shown=len(names))}."
    if given is None:
        papers = ": papers disagree, so there is no default" if len(names) > 1 else ""
        message = f"{say(parameter)} must name {a(kind.kind)}{papers}. {choices}"
        raise UnknownDefinitionError(message, variable=parameter)
    if not isinstance(given, str):
        said = say(parameter, getattr(given, "name", given))
        what = (
            f"the name of a {kind.kind}" if door().of_a_file else f"a name or {an(kind.__name__)}"
        )
        message = f"{said}: give {what}. {choices}"
    elif given in names:
        return cast(D, _PUBLISHED[kind.kind, given])
    else:
        has = "have" if kind.kind.endswith("criteria") else "has"
        no_such = f"no {kind.kind} {has} this name.{suggestion(given, names)}"
        message = f"{say(parameter, given)}: {no_such} {choices}"
    raise UnknownDefinitionError(message, variable=parameter, values=(given,))


def a(kind: str) -> str:
    """Return a kind of definition with its article; criteria are several."""
    return kind if kind.endswith("criteria") else an(kind)


def an(word: str) -> str:
    """Return a word with its article."""
    return f"a{'n' * (word[0] in 'aeioAEIO')} {word}"


def a_published(kind: str) -> str:
    """Return what a published definition of a kind is."""
    return f"published {kind}" if kind.endswith("criteria") else f"a published {kind}"


def definition_named(kind: str, name: str) -> Definition:
    """Return a definition of the catalogue by its kind and name."""
    load()
    return _PUBLISHED[kind, name]
