"""Conversations as Azure Language takes them in, with their participants.

https://learn.microsoft.com/azure/ai-services/language-service/summarization/how-to/conversation-summarization
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from qa.importers.base import About, Item, Rejected
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Sent, call, written
from qa.importers.one_file import JsonFormat
from qa.importers.roles import role_named
from qa.importers.segments import Camel
from qa.records import Channel, Conversation, Metadata, Role, Utterance

_TICKS = 10_000_000


class _Timing(Camel):
    #: Ticks of 100 ns.
    offset: float
    duration: float


class _Line(Camel):
    participant_id: str
    text: str
    role: str | None = None
    conversation_item_level_timing: _Timing | None = None


class _Given(Camel):
    id: str | None = None
    language: str | None = None
    modality: str = "text"
    conversation_items: tuple[_Line, ...]


class AzureConversation(JsonFormat):
    """Reads conversations for Azure Language."""

    about: ClassVar = About(
        title="Azure Language conversations",
        channels=(Channel.CALL, Channel.CHAT),
        times="turns",
        roles="the participants' roles or ids",
        metadata="id, language",
        suffixes=(".json",),
        note="Order alone, where the file gives no times. A modality of 'transcript' is a call.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has conversation items of participants."""
        return any(head.has(f"{root}conversationItems.participantId") for root in _ROOTS)

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the conversations of a file, or of each request in it."""
        for item in super().items(file):
            many = _conversations(item.value) if isinstance(item, Item) else None
            if many is None:
                yield item
                continue
            for number, one in enumerate(many, 1):
                yield Item(file, one, f"conversation {number}" if len(many) > 1 else "")

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of an object."""
        given = _Given.model_validate(item.value)
        cast = Cast()
        said = [
            (line, cast.id(line.participant_id, _role(line))) for line in given.conversation_items
        ]
        metadata = Metadata(language=given.language)
        if given.modality == "transcript":
            return call(
                item,
                engine="azure-language",
                utterances=[_utterance(line, who, given.language or "") for line, who in said],
                parties=cast.parties,
                metadata=metadata,
                external_id=given.id,
            )
        return written(
            item,
            channel=Channel.CHAT,
            messages=[Sent(party=who, text=line.text, at=_at(line)) for line, who in said],
            parties=cast.parties,
            metadata=metadata,
            external_id=given.id,
        )


_ROOTS = ("analysisInput.conversations.", "conversations.", "")


def _conversations(value: Any) -> list[Any] | None:
    """Return the conversations of a request; None where it is one itself."""
    if not isinstance(value, dict):
        return None
    asked = value.get("analysisInput", value)
    found = asked.get("conversations") if isinstance(asked, dict) else None
    return found if isinstance(found, list) else None


def _role(line: _Line) -> Role:
    named = role_named(line.role or "")
    return role_named(line.participant_id) if named is Role.UNKNOWN else named


def _at(line: _Line) -> float | None:
    timing = line.conversation_item_level_timing
    return None if timing is None else timing.offset / _TICKS


def _utterance(line: _Line, party: str, language: str) -> Utterance:
    timing = line.conversation_item_level_timing
    end = None if timing is None else (timing.offset + timing.duration) / _TICKS
    return Utterance(party=party, text=line.text, start=_at(line), end=end, language=language)
