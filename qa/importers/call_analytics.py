"""Amazon Transcribe: Call Analytics, and transcripts with speakers or channels.

https://docs.aws.amazon.com/transcribe/latest/dg/tca-output-batch.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from qa.importers.base import About, Item
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import call
from qa.importers.one_file import JsonFormat
from qa.importers.roles import role_named
from qa.importers.segments import NOBODY, Camel, Loose, Pascal
from qa.importers.tokens import Token, said, words
from qa.records import Channel, Conversation, Metadata, Utterance


class _Word(Pascal):
    content: str
    type: str = "pronunciation"
    confidence: float | None = None
    begin_offset_millis: float | None = None
    end_offset_millis: float | None = None


class _Turn(Pascal):
    content: str
    participant_role: str
    begin_offset_millis: float
    end_offset_millis: float
    items: list[_Word] | None = None


class _Categories(Pascal):
    matched_categories: tuple[str, ...] = ()


class _Analytics(Pascal):
    transcript: list[_Turn]
    job_name: str | None = None
    job_status: str | None = None
    language_code: str | None = None
    categories: _Categories | None = None


class _Choice(Loose):
    content: str
    confidence: float | None = None


class _ItemIn(Loose):
    type: str = "pronunciation"
    alternatives: list[_Choice]
    start_time: float | None = None
    end_time: float | None = None
    speaker_label: str | None = None
    channel_label: str | None = None


class _Labelled(Loose):
    start_time: float
    speaker_label: str


class _Segment(Loose):
    items: tuple[_Labelled, ...] = ()


class _Labels(Loose):
    segments: tuple[_Segment, ...] = ()


class _Channel(Loose):
    channel_label: str
    items: tuple[_ItemIn, ...] = ()


class _Channels(Loose):
    channels: tuple[_Channel, ...] = ()


class _Spoken(Loose):
    language_code: str
    duration_in_seconds: float = 0.0


class _Results(Loose):
    items: tuple[_ItemIn, ...] = ()
    speaker_labels: _Labels | None = None
    channel_labels: _Channels | None = None
    language_code: str | None = None
    #: Where several were looked for.
    language_codes: tuple[_Spoken, ...] = ()


class _Job(Camel):
    results: _Results
    job_name: str | None = None
    status: str | None = None


class CallAnalytics(JsonFormat):
    """Reads what Amazon Transcribe writes."""

    about: ClassVar = About(
        title="Amazon Transcribe: Call Analytics, and plain transcripts",
        channels=(Channel.CALL,),
        times="words",
        confidence=True,
        roles="the participants' roles; of plain transcripts a speaker or channel each",
        metadata="job name, language, categories",
        suffixes=(".json",),
        note="Loudness, sentiment, issues and interruptions are lost; they are measured here.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has turns by role, or items under results."""
        if head.has("Transcript.ParticipantRole", "Transcript.BeginOffsetMillis"):
            return not head.has("Transcript.ParticipantId")
        if head.has("results.items.alternatives.content") or head.has(
            "results.transcripts.transcript"
        ):
            return True
        return head.has("jobName", "results") and (
            head.has("results.transcripts") or head.has("results.items")
        )

    def conversation(self, item: Item) -> Conversation:
        """Make the call of an object."""
        if isinstance(item.value, dict) and "results" in item.value:
            return _plain(item)
        given = _Analytics.model_validate(item.value)
        _finished(item, "JobStatus", given.job_status)
        found = given.categories.matched_categories if given.categories else ()
        cast = Cast()
        said_by = [(turn, _who(turn, cast)) for turn in given.transcript]
        return call(
            item,
            engine="amazon-transcribe",
            utterances=[_utterance(t, who, given.language_code or "") for t, who in said_by],
            parties=cast.parties,
            metadata=Metadata(
                language=given.language_code or None,
                extra={"categories": ", ".join(found)} if found else {},
            ),
            external_id=given.job_name,
        )


def _finished(item: Item, field: str, status: str | None) -> None:
    if status not in {None, "COMPLETED"}:
        raise item.wrong(f"{field}: not COMPLETED, so there is no transcript.")


def _who(turn: _Turn, cast: Cast) -> str:
    return cast.id(turn.participant_role, role_named(turn.participant_role))


def _utterance(turn: _Turn, party: str, language: str) -> Utterance:
    made = words(
        Token(
            text=w.content,
            start=None if w.begin_offset_millis is None else w.begin_offset_millis / 1000,
            end=None if w.end_offset_millis is None else w.end_offset_millis / 1000,
            confidence=w.confidence,
            attached=w.type == "punctuation",
        )
        for w in turn.items or ()
    )
    return Utterance(
        party=party,
        text=turn.content,
        start=turn.begin_offset_millis / 1000,
        end=turn.end_offset_millis / 1000,
        words=made,
        language=language,
    )


def _plain(item: Item) -> Conversation:
    """Make the call of a transcript without roles."""
    given = _Job.model_validate(item.value)
    _finished(item, "status", given.status)
    results = given.results
    spoken = max(results.language_codes, key=lambda s: s.duration_in_seconds, default=None)
    language = results.language_code or (spoken.language_code if spoken else "")
    if results.channel_labels and results.channel_labels.channels:
        streams = [(c.items, c.channel_label) for c in results.channel_labels.channels]
    else:
        streams = [(results.items, "")]
    labels = {
        one.start_time: one.speaker_label
        for segment in (results.speaker_labels.segments if results.speaker_labels else ())
        for one in segment.items
    }
    return call(
        item,
        engine="amazon-transcribe",
        utterances=[
            utterance
            for items, channel in streams
            for utterance in said(_tokens(items, channel, labels), nobody=NOBODY, language=language)
        ],
        metadata=Metadata(language=language or None),
        external_id=given.job_name,
    )


def _tokens(items: Sequence[_ItemIn], channel: str, labels: dict[float, str]) -> Iterator[Token]:
    for one in items:
        best = one.alternatives[0]
        spoken = labels.get(one.start_time, "") if one.start_time is not None else ""
        yield Token(
            text=best.content,
            start=one.start_time,
            end=one.end_time,
            confidence=best.confidence,
            attached=one.type == "punctuation",
            speaker=channel or one.channel_label or one.speaker_label or spoken,
        )
