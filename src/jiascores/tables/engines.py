"""One door for every kind of frame: the rules run on eager tables, and only there.

A lazy or distributed frame is planned from a table of no rows, which gives the columns and their
kinds; the rows then go through the same function, all at once or in pieces that hold all the
visits of each patient.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from typing import Any, TypeAlias

from jiascores.core.errors import (
    ColumnError,
    MissingExtraError,
    listing,
)
from jiascores.tables.frame import IN_MEMORY, PIECE, kind_of_frame
from jiascores.tables.ids import parts_of

# From an eager table (pandas, Polars or PyArrow) to one of the same kind.
Work: TypeAlias = Callable[[Any], Any]
# From a table of no rows to whether the rows of a patient must be seen together.
Together: TypeAlias = Callable[[Any], bool]

# Frames that are worked on in pieces, each with all the visits of some patients.
IN_PIECES = ("dask", "pyspark")


def need(package: str, extra: str, why: str) -> None:
    """Raise if a package that this call needs is not installed."""
    if sys.modules.get(package) is None and find_spec(package) is None:
        raise MissingExtraError(
            f"{why} needs {package}, which is not installed: pip install 'jiascores[{extra}]'.",
            variable=package,
        )


def run(native: Any, work: Work, *, patient: str, together: Together) -> Any:
    """Return what `work` makes of a frame, as a frame of the same kind.

    Parameters
    ----------
    native : data frame
        Of any kind.
    work : callable
        From an eager table to an eager table of the same kind. It must work on no rows, and the
        columns it gives must not depend on the rows. It is sent to the workers of a cluster.
    patient : str
        The column that says which rows belong together.
    together : callable
        From a table of no rows to whether the rows of a patient must be seen together.

    Raises
    ------
    MissingExtraError
        If a package that this kind of frame needs is not installed.
    """
    kind = kind_of_frame(native)
    if kind in IN_MEMORY:
        return work(native)
    if kind == "polars-lazy":
        return _lazy(native, work)
    if kind == "duckdb":
        return _duckdb(native, work)
    in_pieces = _spark if kind == "pyspark" else _dask
    return in_pieces(native, work, patient, together)


def to_eager(native: Any) -> Any:
    """Return a second, smaller table (infusions, periods) in memory, to go with the visits."""
    kind = kind_of_frame(native)
    if kind == "polars-lazy":
        return native.collect()
    if kind == "duckdb":
        return _duckdb_to_arrow(native)
    if kind == "dask":
        return native.compute()
    return native.toPandas() if kind == "pyspark" else native


def _lazy(lazy: Any, work: Work) -> Any:
    polars = sys.modules["polars"]
    after = work(polars.DataFrame(schema=lazy.collect_schema())).schema
    # A filter pushed below would take baselines away before they are looked for.
    pushed = dict.fromkeys(("predicate_pushdown", "projection_pushdown", "slice_pushdown"), False)
    return lazy.map_batches(work, schema=after, **pushed)


# --------------------------------------------------------------------------------------------
# DuckDB: out as Arrow and back on the connection that the relation came from


def _duckdb(relation: Any, work: Work) -> Any:
    need("pyarrow", "duckdb", "a DuckDB relation")
    _refuse_same_name(relation.columns, work(_duckdb_to_arrow(relation.limit(0))).column_names)
    answer = work(_duckdb_to_arrow(relation))
    back = _duckdb_select(relation, answer, "*")
    now = dict(zip(back.columns, map(str, back.types), strict=True))
    # What Arrow has no type for comes back as the type that it had, and states in their order.
    due = dict(zip(relation.columns, map(str, relation.types), strict=True))
    for field in answer.schema:
        if field.name not in due and getattr(field.type, "ordered", False):
            words = answer[field.name].chunk(0).dictionary.to_pylist()
            texts = ", ".join(_quoted(word, "'") for word in words)
            due[field.name] = f"enum({texts})"
    columns = [
        f"cast({_quoted(name)} as {due[name]}) as {_quoted(name)}"
        if due.get(name, now[name]) != now[name]
        else _quoted(name)
        for name in back.columns
    ]
    return _duckdb_select(relation, answer, ", ".join(columns))


def _duckdb_select(relation: Any, jiascores_answer: Any, what: str) -> Any:
    """Return columns of an Arrow table as a relation on the connection of another relation."""
    # DuckDB finds the table by the name of this local variable.
    alias = f"jiascores_{id(jiascores_answer)}"
    found = relation.query(alias, f"select {what} from jiascores_answer")  # noqa: S608
    # DuckDB 1 leaves the input behind as a view of this name.
    relation.query(alias, f"drop view if exists {alias}")
    return found


def _duckdb_to_arrow(relation: Any) -> Any:
    import pyarrow as pa

    to_arrow = getattr(relation, "to_arrow_table", None) or relation.arrow
    found = to_arrow()
    return found if isinstance(found, pa.Table) else found.read_all()


def _quoted(name: str, mark: str = '"') -> str:
    return f"{mark}{name.replace(mark, 2 * mark)}{mark}"


def _refuse_same_name(before: Any, after: Any) -> None:
    """Raise if two columns differ in case only, which SQL does not distinguish."""
    known = {name.lower(): name for name in before}
    taken = [
        f"{name!r} beside {known[name.lower()]!r}"
        for name in after
        if name not in before and name.lower() in known
    ]
    if taken:
        raise ColumnError(
            f"a column would be added that SQL cannot tell from one that is there: "
            f"{listing(taken)}. Rename it, or give prefix='…'.",
            values=taken,
        )


# --------------------------------------------------------------------------------------------
# Dask and Spark: by patient into pieces


def _dask(frame: Any, work: Work, patient: str, together: Together) -> Any:
    empty = frame._meta.iloc[:0]
    if together(empty):
        frame = frame.shuffle(list(parts_of(patient)))
    return frame.map_partitions(work, meta=work(empty))


# Spark's types and Arrow's by their names. A type that is not here is carried, never read.
_SPARK_TO_ARROW = {
    "byte": "int8",
    "short": "int16",
    "integer": "int32",
    "long": "int64",
    "float": "float32",
    "double": "float64",
    "boolean": "bool_",
    "date": "date32",
    **dict.fromkeys(("string", "varchar", "char"), "string"),
}
# Of the kinds that added columns have, those with another name in Spark.
_ARROW_TO_SPARK = {"bool": "boolean", "int64": "long"}


def _spark(frame: Any, work: Work, patient: str, together: Together) -> Any:
    need("pyarrow", "pyspark", "a Spark frame")
    import pyarrow as pa

    empty = pa.schema([(field.name, _arrow_type(field.dataType)) for field in frame.schema])
    after = plain_words(work(empty.empty_table())).schema
    _refuse_same_name(frame.columns, after.names)
    schema = type(frame.schema)()
    for field in after:
        if field.name in frame.columns:
            schema.add(frame.schema[field.name])
        else:
            schema.add(field.name, _ARROW_TO_SPARK.get(str(field.type), str(field.type)))
    split = together(empty.empty_table())
    if split:
        frame = frame.repartition(*(_quoted(part, "`") for part in parts_of(patient)))
    return frame.mapInArrow(partial(_in_pieces, work=work, whole=split), schema)


def _arrow_type(kind: Any) -> Any:
    import pyarrow as pa

    name = kind.typeName()
    if name.startswith("decimal"):
        return pa.decimal128(kind.precision, kind.scale)
    if name.startswith("timestamp"):
        return pa.timestamp("us", None if name.endswith("ntz") else "UTC")
    return getattr(pa, _SPARK_TO_ARROW.get(name, "null"))()


def _in_pieces(batches: Iterator[Any], work: Work, *, whole: bool) -> Iterator[Any]:
    """Yield the answer for a Spark partition, as a whole or batch by batch."""
    import pyarrow as pa

    # Spark hands over a partition in batches, and a patient may straddle two.
    pieces = filter(None, [list(batches)]) if whole else ([batch] for batch in batches)
    for piece in pieces:
        # The positions of rows in a piece mean nothing to the caller.
        table = pa.Table.from_batches(piece).replace_schema_metadata({PIECE: b""})
        yield from plain_words(work(table)).to_batches()


def plain_words(table: Any) -> Any:
    """Return an Arrow table with words as plain text, since Spark knows no categories."""
    import pyarrow as pa

    fields = [
        field.with_type(field.type.value_type) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))
