"""Calls as Amazon Bedrock Data Automation writes them down (standard output, audio)."""

from __future__ import annotations

from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.segments import NOBODY, Loose
from qa.importers.tokens import Token, words
from qa.records import Channel, Conversation, Metadata, Utterance


class _Item(Loose):
    item_index: int
    content: str
    start_timestamp_millis: float | None = None
    end_timestamp_millis: float | None = None


class _Speaker(Loose):
    speaker_label: str | None = None
    speaker_role: str | None = None


class _Channel(Loose):
    channel_label: str | None = None


class _Segment(Loose):
    text: str
    start_timestamp_millis: float
    end_timestamp_millis: float
    type: str = "TRANSCRIPT"
    speaker: _Speaker | None = None
    channel: _Channel | None = None
    audio_item_indices: tuple[int, ...] = ()


class _About(Loose):
    dominant_asset_language: str | None = None
    s3_key: str | None = None


class _File(Loose):
    audio_segments: tuple[_Segment, ...]
    audio_items: tuple[_Item, ...] = ()
    metadata: _About = _About()


class Bedrock(JsonFormat):
    """Reads calls of Bedrock Data Automation."""

    about: ClassVar = About(
        title="Amazon Bedrock Data Automation, audio",
        channels=(Channel.CALL,),
        times="words",
        roles="speakers or channels; what they are is told by what is said",
        metadata="language",
        suffixes=(".json",),
        note="The standard output. Summaries, topics and moderation are lost.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has audio items or segments."""
        return head.has("audio_items.content") or head.has("audio_segments.text")

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        given = _File.model_validate(item.value)
        language = (given.metadata.dominant_asset_language or "").lower()
        items = {one.item_index: one for one in given.audio_items}
        return call(
            item,
            engine="bedrock",
            utterances=[
                _utterance(segment, [items[i] for i in segment.audio_item_indices if i in items])
                for segment in given.audio_segments
                if segment.type == "TRANSCRIPT"
            ],
            metadata=Metadata(language=language or None),
        )


def _utterance(segment: _Segment, items: list[_Item]) -> Utterance:
    made = words(
        Token(
            text=one.content,
            start=_seconds(one.start_timestamp_millis),
            end=_seconds(one.end_timestamp_millis),
            attached=one.start_timestamp_millis is None,
        )
        for one in items
    )
    speaker = segment.speaker or _Speaker()
    channel = segment.channel or _Channel()
    return Utterance(
        party=speaker.speaker_role or speaker.speaker_label or channel.channel_label or NOBODY,
        text=segment.text,
        start=segment.start_timestamp_millis / 1000,
        end=segment.end_timestamp_millis / 1000,
        words=made,
    )


def _seconds(millis: float | None) -> float | None:
    return None if millis is None else millis / 1000
