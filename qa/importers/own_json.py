"""Our own JSON, for calls with their words, chats and mail: docs/reference/conversation-json.md."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from qa.importers.base import About, Item, as_text
from qa.importers.head import Head
from qa.importers.making import Happened, Sent, call, written
from qa.importers.one_file import JsonFormat
from qa.records import (
    Channel,
    Conversation,
    Event,
    Metadata,
    Party,
    Record,
    Utterance,
)

PAGE = "conversation-json.md"


class _Part(Record):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class MessageIn(Sent):
    """One message as the file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    party: str = Field(min_length=1)
    #: Seconds since the conversation began, or a point in time; one of them or none.
    at: float | None = Field(default=None, ge=0)
    time: AwareDatetime | None = None
    #: Place in the conversation where neither is known and the file is not in order.
    order: int | None = None


class UtteranceIn(Utterance):
    """What one party said at a stretch, as the file has it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    party: str = Field(min_length=1)
    #: May be left out where there are words.
    text: str = ""


class TranscriptIn(_Part):
    """The words of a call as the file has them."""

    utterances: tuple[UtteranceIn, ...] = Field(min_length=1)
    engine: str = ""
    model: str = ""


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
    messages: tuple[MessageIn, ...] = ()
    transcript: TranscriptIn | None = None
    events: tuple[Event, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> ConversationIn:
        if self.channel is Channel.CALL and (self.transcript is None or self.messages):
            raise ValueError("a call has a 'transcript', and no 'messages'")
        if self.channel is not Channel.CALL and (self.transcript or not self.messages):
            raise ValueError("a chat or mail has 'messages', at least one, and no 'transcript'")
        present = [m.party for m in self.messages]
        present += [u.party for u in self.transcript.utterances] if self.transcript else []
        known = {party.id for party in self.parties}
        if len(known) < len(self.parties):
            raise ValueError("parties: two of them have the same id")
        strange = set(present) - known if known else set()
        if strange:
            raise ValueError(f"words of {len(strange)} parties that 'parties' does not list")
        # Here, and not by each message: there are many, and a call of Python's takes long.
        both = [n for n, m in enumerate(self.messages) if m.at is not None and m.time is not None]
        if both:
            raise ValueError(f"messages.{both[0]}: give 'at' (seconds) or 'time', not both")
        clocks = {"at" if m.at is not None else "time" for m in self.messages if _timed(m)}
        if len(clocks) > 1:
            raise ValueError("messages: 'at' in some and 'time' in others; use one of them")
        return self


def _timed(message: MessageIn) -> bool:
    return message.at is not None or message.time is not None


class OwnJson(JsonFormat):
    """Reads our own JSON."""

    about: ClassVar = About(
        title="Our own JSON",
        channels=(Channel.CALL, Channel.CHAT, Channel.MAIL),
        times="words",
        confidence=True,
        roles="listed with the parties, or told by their names",
        metadata="all there is",
        suffixes=(".json", ".jsonl", ".ndjson"),
        note="Loses nothing.",
        page=PAGE,
    )
    under: ClassVar = ("conversations",)

    def fits(self, head: Head) -> bool:
        """Say whether it has messages with a party and a text, or a transcript with utterances."""
        for root in ("", "conversations.", "conversation."):
            if head.has(f"{root}messages") and not head.has(f"{root}messages.author"):
                if head.json.get("vcon") or head.has("Participants"):
                    return False
                return head.has(f"{root}messages.party") or head.json.keys() <= _OWN
            if head.has(f"{root}transcript.utterances.party"):
                return True
        return False

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of an object."""
        value = item.value
        if isinstance(value, dict) and "assessments" in value:  # a line of `qa export jsonl`
            value = value.get("conversation")
            if value is None:
                raise item.wrong("it had not been heard when it was exported.")
        # As JSON, so that text may stand for times and roles but never for a number.
        given = ConversationIn.model_validate_json(as_text(value))
        metadata = Metadata.model_validate(given.metadata.model_dump(exclude_unset=True))
        if given.transcript is not None:
            return call(
                item,
                engine=given.transcript.engine,
                model=given.transcript.model,
                utterances=given.transcript.utterances,
                parties=given.parties,
                metadata=metadata,
                external_id=given.id,
                events=given.events,
            )
        rows = list(given.messages)
        if all(m.order is not None for m in rows):
            rows.sort(key=lambda m: m.order or 0)
        return written(
            item,
            channel=given.channel,
            messages=rows,
            parties=given.parties,
            metadata=metadata,
            external_id=given.id,
            events=[Happened(event=event) for event in given.events],
        )


#: Keys that say nothing else than our own JSON where messages lack their party.
_OWN = {*ConversationIn.model_fields, "conversations", "messages.text"}
