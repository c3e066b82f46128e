"""CSV (RFC 4180), UTF-8: for programs; people are better served by XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from qa.exports.base import Chunk, Depth, Exported, What
from qa.exports.columns import Value, cells, columns

#: Bytes that are gathered before they are given on.
_PIECE = 1 << 16
#: A spreadsheet takes a cell that begins so for a formula, which can call out or run programs;
#: the last four are the wide forms of the first, which some take for the same.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Between the entries of a list.
SEPARATOR = "; "


class CsvExport:
    """A row a conversation, or a row a verdict; the first line names the columns."""

    suffix = ".csv"
    media_type = "text/csv; charset=utf-8"
    many = False
    reads: Mapping[What, Depth] = {"conversations": "summary", "findings": "findings"}

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:
        """Yield the table."""
        name = f"{what}{self.suffix}"
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow([c[0] for c in columns(what)])
        for _, row in cells(found, what):
            writer.writerow([cell(value) for value in row])
            if buffer.tell() >= _PIECE:
                yield Chunk(name, _taken(buffer))
        yield Chunk(name, _taken(buffer))


def _taken(buffer: io.StringIO) -> bytes:
    data = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return data


def cell(value: Value) -> str:
    """Return a value as a cell's text; text that a spreadsheet would run gets an apostrophe.

    >>> cell("=HYPERLINK(1)"), cell(-1.5), cell(True), cell(None)
    ("'=HYPERLINK(1)", '-1.5', 'true', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case float() | int():
            return f"{value:.10g}"
    text = SEPARATOR.join(value) if isinstance(value, tuple) else value
    return f"'{text}" if text.startswith(_FORMULA) else text
