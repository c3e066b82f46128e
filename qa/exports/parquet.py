"""Parquet: typed columns, a folder a month, for DuckDB, pandas and the like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

import pyarrow as pa
import pyarrow.parquet as pq

from qa.exports.base import Chunk, Depth, Exported, What, month
from qa.exports.columns import Kind, Value, cells, columns
from qa.exports.places import Drain

#: Rows of a row group: what is held in memory, and what a reader can skip.
_GROUP = 20_000
_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.COUNT: pa.int64(),
    Kind.MOMENT: pa.timestamp("us", tz="UTC"),
    Kind.FLAG: pa.bool_(),
    Kind.LIST: pa.list_(pa.string()),
}


class ParquetExport:
    """A file a month, ``conversations/month=2026-03/part-0.parquet``: Hive's way to divide."""

    suffix = ".parquet"
    media_type = "application/vnd.apache.parquet"
    many = True
    reads: Mapping[What, Depth] = {"conversations": "summary", "findings": "findings"}

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:
        """Yield the files, newest month first: conversations come in that order."""
        schema = pa.schema([(name, _TYPES[kind]) for name, kind, _ in columns(what)])
        for name, rows in groupby(cells(found, what), key=lambda row: month(row[0])):
            path = f"{what}/month={name}/part-0{self.suffix}"
            for data in _file((row for _, row in rows), schema):
                yield Chunk(path, data)


def _file(rows: Iterator[list[Value]], schema: pa.Schema) -> Iterator[bytes]:
    drain = Drain()
    with pq.ParquetWriter(drain, schema, compression="zstd") as writer:
        while group := [row for _, row in zip(range(_GROUP), rows, strict=False)]:
            arrays = [
                pa.array(column, field.type)
                for column, field in zip(zip(*group, strict=True), schema, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema))
            yield drain.taken()
    yield drain.taken()
