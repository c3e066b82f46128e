"""Chats and mail threads as JSON: docs/reference/conversation-json.md."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, ConfigDict, Field, ValidationError, model_validator

from qa.errors import FormatError
from qa.importers.base import (
    Claim,
    Files,
    Rejected,
    conversation_id,
    digest,
    read_json,
    wrong_fields,
)
from qa.records import Channel, Conversation, Event, Message, Metadata, Party, Record, Role
from qa.settings import Settings

PAGE = "conversation-json.md"
_SUFFIXES = {".json", ".jsonl", ".ndjson"}
_ROLES = {role.value: role for role in Role}


class _Part(Record):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class MessageIn(_Part):
    """One message as the file has it."""

    party: str = Field(min_length=1)
    text: str
    #: Seconds since the conversation began, or a point in time; one of them or none.
    at: float | None = Field(default=None, ge=0)
    time: AwareDatetime | None = None
    #: Place in the conversation where neither is known and the file is not in order.
    order: int | None = None
    edited: bool = False
    deleted: bool = False
    attachments: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_clock(self) -> MessageIn:
        if self.at is not None and self.time is not None:
            raise ValueError("give 'at' (seconds) or 'time' (a point in time), not both")
        return self


class MetadataIn(Metadata):
    """Metadata as the file has it: the same fields, of exactly the right types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    started_at: AwareDatetime | None = None


class ConversationIn(_Part):
    """One conversation as the file has it."""

    id: str | None = None
    channel: Channel = Channel.CHAT
    metadata: MetadataIn = MetadataIn()
    parties: tuple[Party, ...] = ()
    messages: tuple[MessageIn, ...] = Field(min_length=1)
    events: tuple[Event, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> ConversationIn:
        if self.channel is Channel.CALL:
            raise ValueError("channel 'call' needs a recording; 'chat' and 'mail' are written")
        known = {party.id for party in self.parties}
        if len(known) < len(self.parties):
            raise ValueError("parties: two of them have the same id")
        strange = {m.party for m in self.messages} - known if known else set()
        if strange:
            raise ValueError(f"messages of {len(strange)} parties that 'parties' does not list")
        clocks = {"at" if m.at is not None else "time" for m in self.messages if _timed(m)}
        if len(clocks) > 1:
            raise ValueError("messages: 'at' in some and 'time' in others; use one of them")
        return self


def _timed(message: MessageIn) -> bool:
    return message.at is not None or message.time is not None


class ChatJsonImporter:
    """Claims JSON files that no recording has for a sidecar."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def claim(self, files: Files) -> Sequence[Claim]:
        """Return a group for each JSON file."""
        return [
            Claim((path,), partial(_read, path, named=path in files.named))
            for path in files.paths
            if path.suffix.lower() in _SUFFIXES
        ]


def _read(path: Path, *, named: bool) -> Iterator[Conversation | Rejected]:
    several = path.suffix.lower() != ".json"
    data = _lines(path) if several else read_json(path, page=PAGE)
    if isinstance(data, dict) and isinstance(data.get("conversations"), list):
        data = data["conversations"]
    items = data if isinstance(data, list) else [data]
    # A folder of recordings holds JSON of other systems; one that was named is meant.
    if not named and not any(isinstance(i, dict) and "messages" in i for i in items):
        return
    for number, item in enumerate(items, 1):
        where = f"conversation {number}" if len(items) > 1 else ""
        source = f"{path}#{number}" if len(items) > 1 else str(path)
        try:
            yield _conversation(path, item, where=where, source=source)
        except FormatError as err:
            yield Rejected(source, err)


def _lines(path: Path) -> list[Any]:
    """Return the values of a file with one on each line."""
    mend = f"Write one conversation on each line, as docs/reference/{PAGE} describes."
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        if not line.strip():
            continue
        try:
            found.append(json.loads(line.decode("utf-8-sig")))
        except (ValueError, RecursionError) as err:
            raise FormatError(f"{path}:{number}: the line is no valid JSON.", mend) from err
    return found


def _conversation(path: Path, item: Any, *, where: str, source: str) -> Conversation:
    try:
        # As JSON, so that text may stand for times and roles but never for a number.
        chat = ConversationIn.model_validate_json(json.dumps(item))
    except ValidationError as err:
        raise wrong_fields(path, err, where=where, page=PAGE) from err
    messages, first, base = _in_order(chat.messages)
    metadata = Metadata.model_validate(chat.metadata.model_dump())
    if metadata.started_at is None and first is not None:
        metadata = metadata.model_copy(update={"started_at": first})
    content = [chat.channel.value, chat.id, [m.model_dump(mode="json") for m in messages]]
    checksum = digest([*content, first.timestamp() if first else None])
    return Conversation(
        id=conversation_id(checksum),
        channel=chat.channel,
        source=source,
        checksum=checksum,
        external_id=chat.id,
        metadata=metadata,
        parties=chat.parties or _parties(messages),
        messages=messages,
        events=tuple(_later(event, -base) for event in chat.events),
    )


def _later(event: Event, by: float) -> Event:
    times = {k: v + by for k in ("start", "end") if (v := getattr(event, k)) is not None}
    return event.model_copy(update=times)


def _in_order(
    given: Sequence[MessageIn],
) -> tuple[tuple[Message, ...], datetime | None, float]:
    """Return the messages by time, else by `order`, else as they stand.

    And the first one's time where it has one, and by how many seconds the conversation's
    clock was moved to begin with it.
    """
    rows = list(given)
    if all(m.order is not None for m in rows):
        rows.sort(key=lambda m: m.order or 0)
    if all(_timed(m) for m in rows):
        rows.sort(key=lambda m: m.time.timestamp() if m.time else m.at or 0.0)
    times = [m.time for m in rows if m.time is not None]
    first = min(times, default=None)
    moved = 0.0 if first else min((m.at for m in rows if m.at is not None), default=0.0)
    base = first.timestamp() if first else moved
    messages = []
    for row in rows:
        at = row.time.timestamp() if row.time else row.at
        fields = row.model_dump(exclude={"at", "time", "order"})
        messages.append(Message(at=None if at is None else round(at - base, 3), **fields))
    return tuple(messages), first, moved


def _parties(messages: Sequence[Message]) -> tuple[Party, ...]:
    """Return the parties that messages name; a name such as "agent-2" says the role."""
    found = []
    for name in dict.fromkeys(m.party for m in messages):
        role = _ROLES.get(name.split("-")[0].lower(), Role.UNKNOWN)
        known = role is not Role.UNKNOWN
        found.append(
            Party(
                id=name,
                role=role,
                role_confidence=1.0 if known else 0.0,
                role_source="metadata" if known else "",
            )
        )
    return tuple(found)
