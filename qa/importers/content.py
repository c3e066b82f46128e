"""Transcripts of Microsoft's Conversation Knowledge Mining: a text under ``Content``.

https://github.com/microsoft/Conversation-Knowledge-Mining-Solution-Accelerator
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.plain_text import said_in
from qa.importers.times import moment
from qa.records import Channel, Conversation, Metadata, Utterance


class _Call(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(alias="ConversationId")
    start: str = Field(alias="StartTime")
    text: str = Field(alias="Content")


class Content(JsonFormat):
    """Reads transcripts of Conversation Knowledge Mining."""

    about: ClassVar = About(
        title="Conversation Knowledge Mining transcripts",
        channels=(Channel.CALL,),
        roles="told by labels in the text (Agent: ...), where there are some",
        metadata="start",
        suffixes=(".json",),
        note="No times. A text without labels is one party's, and cannot be judged by side.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has its keys."""
        return head.has("ConversationId", "StartTime", "Content")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _Call.model_validate(item.value)
        said = [(s.label, " ".join(s.lines)) for s in said_in(given.text)]
        start = moment(given.start, zone=self.settings.time_zone)
        return call(
            item,
            engine="conversation-knowledge-mining",
            utterances=[Utterance(party=p, text=t) for p, t in said or [("speaker", given.text)]],
            metadata=Metadata(started_at=start),
            external_id=given.id,
        )
