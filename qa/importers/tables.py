"""Tables in CSV that together hold conversations, as warehouses and exports write them.

The files of a folder are told apart by their columns, whatever their names. Each
conversation is put together as the tool's own API would give it, and read as that.
"""

from __future__ import annotations

import csv
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from qa.errors import FormatError, InputError
from qa.importers.base import About, Claim, Files, Format, Item, Rejected, read_items
from qa.importers.encoding import open_text
from qa.importers.head import read_head
from qa.importers.making import MESSAGE_LIMIT
from qa.records import Conversation
from qa.settings import Settings

Row = Mapping[str, str]
#: Bytes of the tables of one folder.
LIMIT = 200 << 20


class Tables(ABC):
    """A format of several tables in one folder."""

    about: ClassVar[About]
    #: Name of the format that its conversations are put together as.
    name: ClassVar[str]
    #: Kind of table -> the columns that tell it; of several that fit, the first.
    kinds: ClassVar[Mapping[str, frozenset[str]]]
    #: Kinds that hold what was said: a folder has one of them, or is none of ours.
    telling: ClassVar[tuple[str, ...]]

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.format = self.reader(settings)

    @abstractmethod
    def reader(self, settings: Settings) -> Format:
        """Return the format that reads what was put together."""

    @abstractmethod
    def values(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str, Any]]:
        """Yield the kind of table that names it, a name and the JSON of each conversation."""

    def claim(self, files: Files) -> Sequence[Claim]:
        """Return the tables of each folder."""
        folders: dict[Path, dict[Path, str]] = defaultdict(dict)
        for path in files.paths:
            kind = self._kind(path) if path.suffix.lower() == ".csv" else ""
            if kind:
                folders[path.parent][path] = kind
        return [
            Claim(tuple(sorted(tables)), partial(self._read, tables))
            for tables in folders.values()
            if set(tables.values()) & set(self.telling)
        ]

    def _kind(self, path: Path) -> str:
        if not path.is_file():
            return ""
        try:
            lines = read_head(path).lines
        except OSError:
            return ""
        columns = {c.strip().casefold() for c in next(csv.reader(lines[:1]), [])}
        return next((kind for kind, told in self.kinds.items() if told <= columns), "")

    def _read(self, tables: Mapping[Path, str]) -> Iterator[Conversation | Rejected]:
        size = sum(path.stat().st_size for path in tables)
        if size > LIMIT:
            raise FormatError(
                f"{next(iter(tables)).parent}: tables of {size >> 20:,} MB; up to"
                f" {LIMIT >> 20:,} MB are read together.",
                "Export a shorter time.",
            )
        rows: dict[str, list[Row]] = defaultdict(list)
        of_kind: dict[str, Path] = {}
        for path, kind in tables.items():
            of_kind.setdefault(kind, path)
            try:
                rows[kind] += self._rows(path)
            except InputError as err:
                yield Rejected(str(path), err, format=self.name)
        items = (
            Item(of_kind[kind], value, f"conversation {name}")
            for kind, name, value in self.values(rows)
        )
        yield from read_items(self.format, items, name=self.name)

    def _rows(self, path: Path) -> Iterator[Row]:
        csv.field_size_limit(4 * MESSAGE_LIMIT)
        with open_text(path, encoding=self.settings.encoding) as text:
            reader = csv.reader(text)
            try:
                columns = [c.strip().lstrip("\ufeff").casefold() for c in next(reader, [])]
                for cells in reader:
                    if any(cells):
                        yield dict(zip(columns, cells, strict=False))
            except (csv.Error, UnicodeDecodeError) as err:
                raise FormatError(
                    f"{path}: row {reader.line_num + 1} cannot be read ({type(err).__name__}).",
                    "Export the table again.",
                ) from err


def by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Return the rows by what stands in a column, in their order."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.get(column):
            found[row[column]].append(row)
    return dict(found)


def of_id(rows: Iterable[Row], column: str = "id") -> dict[str, Row]:
    """Return the last row of each id; rows without one are left out."""
    return {row[column]: row for row in rows if row.get(column)}


def newest(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of a history, of each id the one that holds now."""

    def age(row: Row) -> tuple[bool, str]:
        return row.get("_fivetran_active", "").casefold() == "true", row.get("updated_at", "")

    return [max(versions, key=age) for versions in by(rows, "id").values()]


def utc(text: str | None) -> str | None:
    """Return a time of a warehouse, which is in UTC where it names no zone."""
    if not text:
        return None
    time = text.strip()
    bare = len(time) > 10 and "+" not in time[10:] and "-" not in time[10:]  # noqa: PLR2004
    return f"{time}+00:00" if bare and not time.endswith("Z") else time


def yes(text: str | None) -> bool:
    """Say whether a cell says yes."""
    return (text or "").strip().casefold() in {"true", "t", "1", "yes"}
