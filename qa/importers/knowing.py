"""What names of files and tables of other systems say of conversations.

They fill what is not known yet; a conversation's own word stands. What does not fit is
noted under ``metadata.extra`` and never guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from qa.errors import SettingsError
from qa.importers import names
from qa.importers.encoding import open_text
from qa.importers.patterns import PRESETS, read_name
from qa.importers.values import FIELDS, value_of
from qa.records import Conversation, Metadata
from qa.settings import Join, Settings

#: Keys of ``metadata.extra`` under which an import notes what it could not read.
NOTES = ("file_name", "join", "started_at", "times", "recording", "left_out", "transcript")
#: What stands under "file_name" where nothing is amiss.
_FITS = "FreePBX"
_NONE = "the name fits no pattern of QA_NAME_PATTERNS"


class Knowing:
    """Adds what the settings' patterns and tables say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tables = [_Table(join, settings) for join in settings.joins]

    def told(self, conversation: Conversation) -> Conversation:
        """Return a conversation with what is said of it.

        Raises
        ------
        SettingsError : a pattern or a table that cannot be used.
        """
        conversation = self._by_name(conversation)
        for table in self._tables:
            conversation = table.told(conversation)
        return conversation

    def _by_name(self, conversation: Conversation) -> Conversation:
        own = self._settings.name_patterns
        if not conversation.audio and not own:
            return conversation
        path = file_of(conversation)
        read = read_name(path, (*own, *PRESETS), zone=self._settings.time_zone)
        if read is not None:
            note = f"not understood: {', '.join(read.strange)}" if read.strange else ""
            return filled(conversation, read.values, note=("file_name", note))
        if conversation.metadata.extra.get("file_name") == _FITS:
            told = {"id": names.id_of(path), "caller": names.caller_of(path)}
            return filled(conversation, told, note=("file_name", ""))
        if own and conversation.audio:
            return filled(conversation, {}, note=("file_name", _NONE))
        return conversation


class _Table:
    """One CSV file, its rows by their key."""

    def __init__(self, join: Join, settings: Settings) -> None:
        self._join = join
        self._zone = join.time_zone or settings.time_zone
        strange = sorted(set(join.columns) - set(FIELDS))
        if strange:
            raise _wrong(join, f"no field named '{strange[0]}'", f"Known: {', '.join(FIELDS)}.")
        #: Those of keys that stand twice are None.
        self._rows: dict[str, tuple[str, ...] | None] = {}
        for key, cells in read_rows(join, settings, tuple(join.columns.values())):
            same = key not in self._rows or self._rows[key] == cells
            self._rows[key] = cells if same else None

    def told(self, conversation: Conversation) -> Conversation:
        """Return a conversation with what its row says."""
        name = self._join.file.name
        key = _key(_key_of(conversation, self._join.on), self._join)
        if not key or key not in self._rows:
            return filled(conversation, {}, note=("join", f"no row for it in {name}"))
        cells = self._rows[key]
        if cells is None:
            return filled(conversation, {}, note=("join", f"rows that differ for it in {name}"))
        values, strange = {}, []
        for field, cell in zip(self._join.columns, cells, strict=True):
            try:
                if cell:
                    values[field] = value_of(field, cell, zone=self._zone)
            except ValueError:
                strange.append(field)
        note = f"not understood in {name}: {', '.join(strange)}" if strange else ""
        return filled(conversation, values, note=("join", note))


def read_rows(
    join: Join, settings: Settings, columns: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the key of each row of a table, and what stands in these columns.

    Raises
    ------
    SettingsError : the file cannot be read, or has no such column.
    """
    try:
        with open_text(join.file, encoding=settings.encoding) as file:
            yield from _rows(file, join, columns)
    except (OSError, csv.Error, UnicodeDecodeError) as err:
        what = f"cannot be read ({type(err).__name__})"
        raise _wrong(join, what, "Check the file.") from err


def _rows(
    file: TextIO, join: Join, columns: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    separator = _separator(file.readline(1 << 16))
    file.seek(0)
    reader = csv.reader(file, delimiter=separator)
    header = [name.strip().lstrip("\ufeff").casefold() for name in next(reader, [])]
    wanted = [name.strip().casefold() for name in (join.key, *columns)]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise _wrong(join, f"has no column '{missing[0]}'", f"It has: {', '.join(header)}.")
    places = [header.index(name) for name in wanted]
    for row in reader:
        if len(row) > max(places) and row[places[0]].strip():
            yield _key(row[places[0]], join), tuple(row[place].strip() for place in places[1:])


def _wrong(join: Join, what: str, mend: str) -> SettingsError:
    return SettingsError(f"joins: {join.file} {what}.", mend)


def _key_of(conversation: Conversation, on: str) -> str:
    if on == "name":
        return file_of(conversation).stem
    if on == "id":
        return conversation.external_id or ""
    return getattr(conversation.metadata, on) or ""


def _key(text: str, join: Join) -> str:
    """Return a key as it is compared; the name of a file without folder and ending."""
    text = text.strip()
    return Path(text).stem if join.on == "name" and "." in Path(text).name else text


def file_of(conversation: Conversation) -> Path:
    """Return the file whose name says something; of two sides, the name that they share."""
    sounds = [Path(source.uri) for source in conversation.audio if source.content is None]
    path = sounds[0] if sounds else Path(conversation.source.split("#", 1)[0])
    side = names.side_of(path) if len(sounds) > 1 else None
    return side.call.with_name(side.call.name + path.suffix) if side else path


def names_say(path: Path, settings: Settings) -> tuple[dict[str, Any], str]:
    """Return what a recording's name says by the settings and the presets, and a note on it."""
    read = read_name(path, (*settings.name_patterns, *PRESETS), zone=settings.time_zone)
    if read is not None:
        note = f"not understood: {', '.join(read.strange)}" if read.strange else ""
        return read.values, note
    said = names.from_name(path)
    values = said.model_dump(exclude_defaults=True, exclude={"extra"})
    return values, "" if values else said.extra.get("file_name") or "fits no pattern"


def filled(
    conversation: Conversation, values: Mapping[str, Any], *, note: tuple[str, str]
) -> Conversation:
    """Return a conversation with what was not known of it before; tags are added."""
    meta, more = conversation.metadata, dict(values)
    external_id = conversation.external_id or more.pop("id", None)
    more.pop("id", None)
    # No metadata: that is shown, and a caller's number is not.
    caller = conversation.caller or more.pop("caller", None)
    more.pop("caller", None)
    known = meta.model_dump(exclude_defaults=True)
    tags = tuple(dict.fromkeys([*meta.tags, *more.pop("tags", ())]))
    extra = {**meta.extra, note[0]: note[1]} if note[1] else meta.extra
    both = {**more, **known, "tags": tags, "extra": extra}
    return conversation.model_copy(
        update={
            "metadata": Metadata.model_validate(both),
            "external_id": external_id,
            "caller": caller,
        }
    )


def notes(conversation: Conversation) -> list[str]:
    """Return what an import could not read of a conversation, for people."""
    extra = conversation.metadata.extra
    return [extra[key] for key in NOTES if extra.get(key) not in {None, "", _FITS}]


def _separator(line: str) -> str:
    return max(",;\t|", key=line.count)
