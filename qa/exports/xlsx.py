"""XLSX: a table to look at, with a head that stays, filters, and widths that fit."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from qa.exports.base import Chunk, Depth, Exported, What
from qa.exports.columns import Kind, Value, cells, columns
from qa.exports.csv_table import SEPARATOR

#: A sheet's last row, and a cell's last character: the limits of the format.
_ROWS = 1_048_576
_LONGEST = 32_767
#: Excel knows no earlier year.
_FIRST_YEAR = 1900
_PIECE = 1 << 20
_WIDTHS = {Kind.MOMENT: 17, Kind.NUMBER: 9, Kind.COUNT: 9, Kind.FLAG: 9, Kind.LIST: 30}
_WIDE = {"ask": 50, "reason": 50, "quote": 60, "rule": 40, "source": 40, "conversation": 20}


class XlsxExport:
    """A sheet of conversations, or of verdicts; what goes beyond a sheet goes on the next."""

    suffix = ".xlsx"
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    many = False
    reads: Mapping[What, Depth] = {"conversations": "summary", "findings": "findings"}

    def chunks(self, found: Iterable[Exported], *, what: What) -> Iterator[Chunk]:
        """Yield the workbook; it grows on disk, a row at a time in memory."""
        name = f"{what}{self.suffix}"
        with tempfile.TemporaryDirectory(prefix="qa-xlsx-") as folder:
            path = Path(folder) / name
            _write(path, (row for _, row in cells(found, what)), what)
            with path.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield Chunk(name, piece)


def _write(path: Path, rows: Iterator[list[Value]], what: What) -> None:
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        number = 1
        while True:
            sheet = book.add_worksheet(what.title() if number == 1 else f"{what.title()} {number}")
            _head(sheet, what, head)
            used = 0
            for used, row in zip(range(1, _ROWS), rows, strict=False):
                for place, value in enumerate(row):
                    _cell(sheet, used, place, value, moment)
            sheet.autofilter(0, 0, used, len(columns(what)) - 1)
            if used < _ROWS - 1:
                return
            number += 1


def _head(sheet: Worksheet, what: What, format: Format) -> None:
    sheet.freeze_panes(1, 0)
    for place, (name, kind, _) in enumerate(columns(what)):
        title = name.replace("_", " ").capitalize() + (" (UTC)" if kind is Kind.MOMENT else "")
        sheet.set_column(place, place, _WIDE.get(name, _WIDTHS.get(kind, 15)))
        sheet.write_string(0, place, title, format)


def _cell(sheet: Worksheet, row: int, column: int, value: Value, moment: Format) -> None:
    """Write a value as what it is: text is never a formula, an address never a link."""
    match value:
        case None | "" | ():
            return
        case bool():
            sheet.write_boolean(row, column, value)
        case float() | int():
            sheet.write_number(row, column, value)
        case datetime() if value.year >= _FIRST_YEAR:
            # Excel knows no zones; the head says which one it is.
            sheet.write_datetime(row, column, value.astimezone(UTC).replace(tzinfo=None), moment)
        case _:
            sheet.write_string(row, column, _text(value))


def _text(value: str | datetime | Sequence[str]) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    text = value if isinstance(value, str) else SEPARATOR.join(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
