"""Parquet files, of which the types are kept."""

from __future__ import annotations

import io
from typing import IO, Any

from jiascores.files.contents import Contents, contents_of, name_of


class NotClosed(io.RawIOBase):
    """A file that other libraries write to and do not close."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def writable(self) -> bool:  # noqa: D102
        return True

    def write(self, data: Any) -> int:  # noqa: D102
        return self._file.write(data)


def read(stream: Any, path: Any, _: Any) -> Contents:
    """Return a Parquet file as it is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(pa.BufferReader(stream.read()), page_checksum_verification=True)
    frame = table.to_pandas(ignore_metadata=True)
    return contents_of(frame, name_of(path), "parquet", about=table)


def write(frame: Any, _: Any, out: IO[bytes]) -> None:
    """Write a table as a Parquet file."""
    frame.to_parquet(NotClosed(out), index=False)


def append(file: Contents, added: Any, out: IO[bytes]) -> None:
    """Write a Parquet file again with columns added."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = file.about
    more = pa.Table.from_pandas(added, preserve_index=False)
    for name in more.column_names:
        table = table.append_column(name, more[name])
    pq.write_table(table, NotClosed(out))
