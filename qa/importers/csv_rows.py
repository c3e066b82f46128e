"""CSV with a row for each message or utterance; its columns are named in the settings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from qa.errors import FormatError
from qa.importers.base import About, Item, Rejected
from qa.importers.encoding import open_text
from qa.importers.head import Head
from qa.importers.making import MESSAGE_LIMIT, Sent, call, written
from qa.importers.one_file import TextFormat
from qa.importers.roles import party, role_named
from qa.importers.times import clock, moment
from qa.records import Channel, Conversation, Metadata, Party, Utterance

PAGE = "csv.md"
#: Columns of the conversation, each the same in all its rows; those of a row.
OF_ALL = (
    "conversation", "channel", "direction", "platform", "queue", "project", "team", "agent_id",
    "agent_name", "customer_ref", "ticket", "disposition", "started_at", "ended_by", "language",
    "topics", "tags", "survey",
)  # fmt: skip
OF_ROW = (
    "party", "role", "text", "time", "at", "start", "end", "edited", "deleted", "internal",
    "attachments",
)  # fmt: skip
#: Of those, what says yes or no.
_MARKS = ("edited", "deleted", "internal")
#: Characters of files whose rows of a conversation do not lie together.
_TOGETHER = 200 << 20
_FLAGS = dict.fromkeys(("1", "true", "yes", "y"), True) | dict.fromkeys(
    ("", "0", "false", "no", "n"), False
)


class CsvRows(TextFormat):
    """Reads CSV."""

    about: ClassVar = About(
        title="CSV, a row a message",
        channels=(Channel.CALL, Channel.CHAT, Channel.MAIL),
        times="turns",
        roles="a column, else told by the names of the parties",
        metadata="a column each",
        suffixes=(".csv", ".tsv"),
        note="Columns of other names are mapped by QA_CSV_COLUMNS. No words' times.",
        page=PAGE,
    )

    def fits(self, head: Head) -> bool:
        """Say whether its first line has the columns that are needed."""
        if head.json or not head.lines:
            return False
        columns = self._columns(_cells(head.lines[0].lstrip("\ufeff")))
        return {"conversation", "party", "text"} <= columns.keys()

    def _columns(self, header: Sequence[str]) -> dict[str, int]:
        """Return our names of the columns -> their places."""
        named = {name.strip().casefold(): i for i, name in enumerate(header)}
        found = {n: named[n] for n in (*OF_ALL, *OF_ROW) if n in named}
        for ours, theirs in self.settings.csv_columns.items():
            if theirs.strip().casefold() in named:
                found[ours] = named[theirs.strip().casefold()]
        return found

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the rows of each conversation, those without a conversation as a reject."""
        together = self._lie_together(file)
        if not together and file.stat().st_size > _TOGETHER:
            raise FormatError(
                f"{file}: rows of one conversation do not lie together, and it is too long"
                " to put them in order.",
                "Sort it by conversation.",
            )
        groups: dict[str, list[dict[str, str]]] = {}
        last = None
        for number, row in self._rows(file):
            name = row.get("conversation", "").strip()
            if not name:
                item = Item(file, [row], f"row {number}")
                yield Rejected(
                    item.source,
                    item.wrong("no conversation named.", page=PAGE),
                    item.place,
                    "csv",
                    [row],
                )
                continue
            if together and last not in {None, name}:
                yield Item(file, groups.pop(str(last)), f"conversation {last}")
            groups.setdefault(name, []).append(row)
            last = name
        for name, rows in groups.items():
            yield Item(file, rows, f"conversation {name}")

    def _lie_together(self, file: Path) -> bool:
        seen: set[str] = set()
        last = None
        for _, row in self._rows(file, only="conversation"):
            name = row.get("conversation", "").strip()
            if name and name != last:
                if name in seen:
                    return False
                seen.add(name)
                last = name
        return True

    def _rows(self, file: Path, *, only: str = "") -> Iterator[tuple[int, dict[str, str]]]:
        """Yield the number and the cells of each row, under our names; or that of one alone."""
        csv.field_size_limit(4 * MESSAGE_LIMIT)
        with open_text(file, encoding=self.settings.encoding) as text:
            first = text.readline(1 << 16)
            separator = _separator(first)
            columns = self._columns(_cells(first.lstrip("\ufeff")))
            columns = {n: i for n, i in columns.items() if only in {"", n}}
            number = 1
            try:
                for number, cells in enumerate(csv.reader(text, delimiter=separator), 2):
                    if any(cells):
                        yield number, {n: cells[i] for n, i in columns.items() if i < len(cells)}
            except (csv.Error, UnicodeDecodeError) as err:
                raise FormatError(
                    f"{file}: row {number + 1} cannot be read ({type(err).__name__}).",
                    f"Write it as docs/reference/{PAGE} describes.",
                ) from err

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of its rows."""
        rows: Sequence[Mapping[str, str]] = item.value
        common = _common(item, rows)
        try:
            channel = Channel(common.pop("channel", "") or "chat")
        except ValueError as err:
            raise item.wrong("channel: not one of call, chat, mail.", page=PAGE) from err
        external_id = common.pop("conversation")
        metadata = self._metadata(common)
        parties = _parties(rows)
        if channel is Channel.CALL:
            said = (_utterance(row) for row in rows)
            return call(
                item,
                engine="csv",
                utterances=said,
                parties=parties,
                metadata=metadata,
                external_id=external_id,
            )
        sent = [self._sent(row) for row in rows]
        return written(
            item,
            channel=channel,
            messages=sent,
            parties=parties,
            metadata=metadata,
            external_id=external_id,
        )

    def _metadata(self, common: Mapping[str, str]) -> Metadata:
        values: dict[str, Any] = {k: v for k, v in common.items() if v}
        for name in ("topics", "tags"):
            if name in values:
                values[name] = _listed(values[name])
        if "started_at" in values:
            values["started_at"] = moment(values["started_at"], zone=self.settings.time_zone)
        return Metadata.model_validate(values)

    def _sent(self, row: Mapping[str, str]) -> Sent:
        # What most rows do not say is not passed on: a record keeps which fields it was given.
        given: dict[str, Any] = {name: True for name in _MARKS if _flag(row, name)}
        time, at = row.get("time", "").strip(), row.get("at", "").strip()
        if time:
            given["time"] = moment(time, zone=self.settings.time_zone)
        elif at:
            given["at"] = _seconds(at)
        if attachments := _listed(row.get("attachments", "")):
            given["attachments"] = attachments
        return Sent(party=row["party"], text=row["text"], **given)


def _common(item: Item, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """Return what is the same in all rows; an empty cell says nothing."""
    found: dict[str, str] = {}
    columns = set().union(*rows)
    for name in OF_ALL:
        # A column at a time: a conversation may have a hundred thousand rows.
        cells = {row.get(name, "") for row in rows} if name in columns else set()
        values = {cell.strip() for cell in cells} - {""}
        if len(values) > 1:
            raise item.wrong(f"{name}: not the same in all rows of the conversation.", page=PAGE)
        if values:
            found[name] = values.pop()
    return found


def _parties(rows: Iterable[Mapping[str, str]]) -> list[Party]:
    roles: dict[str, str] = {}
    for row in rows:
        name, role = row.get("party", "").strip(), row.get("role", "").strip()
        if name and (role or name not in roles):
            roles[name] = role
    return [party(name, role=role_named(role) if role else None) for name, role in roles.items()]


def _utterance(row: Mapping[str, str]) -> Utterance:
    start = row.get("start", "").strip() or row.get("at", "").strip()
    end = row.get("end", "").strip()
    return Utterance(
        party=row["party"].strip(),
        text=row["text"],
        start=_seconds(start) if start else None,
        end=_seconds(end) if end else None,
    )


def _seconds(text: str) -> float:
    return clock(text) if ":" in text else float(text.replace(",", "."))


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part for one in cell.split(";") if (part := one.strip())) if cell else ()


def _flag(row: Mapping[str, str], name: str) -> bool:
    flag = _FLAGS.get(row.get(name, "").strip().casefold())
    if flag is None:
        raise ValueError(f"{name}: neither yes nor no")
    return flag


def _separator(line: str) -> str:
    return max(",;\t|", key=line.count)


def _cells(line: str) -> list[str]:
    return next(csv.reader([line.rstrip("\r\n")], delimiter=_separator(line)), [])
