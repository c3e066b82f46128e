"""The nouns: what flows between the rooms.

Every record is frozen and forbids unknown fields; dicts do not cross a room's
door. Times are float seconds from the start of the recording (of a chat: from
its first message), half-open ``[start, end)``, and ``None`` where a chat has
order alone. Text offsets count Unicode code points of the shown text.

A `Turn` may hold anything a caller said. A `SafeTurn` is what `qa.redact` makes
of it, and the only kind of turn that scoring, pages, the API, exports and the
searchable store accept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Samples a second of every `Waveform`.
SAMPLE_RATE = 16_000


class Record(BaseModel):
    """A frozen noun; unknown fields are an error."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", ignored_types=(cached_property,), defer_build=True
    )


# --- who and where -----------------------------------------------------------------


class Channel(StrEnum):
    """How the conversation was held."""

    CALL = "call"
    CHAT = "chat"
    MAIL = "mail"


class Direction(StrEnum):
    """Who began it, seen from the call centre."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class Role(StrEnum):
    """What a party is in the conversation."""

    AGENT = "agent"
    CUSTOMER = "customer"
    BOT = "bot"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Party(Record):
    """Somebody who takes part, for the time that they do."""

    #: Name within the conversation: "agent", "customer", "agent-2", "speaker-0".
    id: str
    role: Role = Role.UNKNOWN
    #: How sure the role is, 0..1; 1 when metadata or a channel map says so.
    role_confidence: float = 1.0
    #: What the role rests on: "channel map", "metadata", "what was said", "swapped by ...".
    role_source: str = ""
    name: str | None = None
    agent_id: str | None = None
    #: When the party came in and left; None = from the start, to the end.
    start: float | None = None
    end: float | None = None


class EventKind(StrEnum):
    """What happened beside the talking."""

    HOLD = "hold"
    TRANSFER = "transfer"
    #: A queue took it; nobody has it yet.
    QUEUED = "queued"
    #: An agent was given it: the clock of their reply starts.
    ASSIGNED = "assigned"
    CLOSED = "closed"
    REOPENED = "reopened"
    ACTION = "action"
    SYSTEM = "system"
    RECORDING_PAUSED = "recording_paused"


class Event(Record):
    """Something that happened beside the talking."""

    kind: EventKind
    start: float | None = None
    end: float | None = None
    party: str | None = None
    #: What the system says of it; never what a person said.
    note: str = ""


class EndedBy(StrEnum):
    """Who or what ended the conversation."""

    AGENT = "agent"
    CUSTOMER = "customer"
    SYSTEM = "system"
    TRANSFER = "transfer"
    RECORDING_CUT = "recording_cut"
    UNKNOWN = "unknown"


class Metadata(Record):
    """What is known about a conversation besides what was said."""

    direction: Direction = Direction.UNKNOWN
    #: Telephone system or chat tool; picks the channel map ("vicidial").
    platform: str | None = None
    queue: str | None = None
    #: The client the work is done for.
    project: str | None = None
    team: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    #: Customer reference of the user's own systems (ticket, CRM id), not personal data.
    customer_ref: str | None = None
    ticket: str | None = None
    disposition: str | None = None
    #: Must carry a zone.
    started_at: datetime | None = None
    ended_by: EndedBy = EndedBy.UNKNOWN
    transferred: bool = False
    #: BCP-47; None = to be detected.
    language: str | None = None
    #: Speakers on a mono recording; None = two.
    speakers: int | None = Field(default=None, ge=1, le=20)
    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    #: What the customer answered when asked how it went, on the survey's own scale.
    survey: float | None = None
    #: Anything else that the source carried, as text.
    extra: dict[str, str] = Field(default_factory=dict)


# --- what comes in -----------------------------------------------------------------


class AudioSource(Record):
    """One file of a recording. Several make one call, a file per side."""

    uri: str
    #: "sha256:..." of the file's bytes.
    checksum: str
    #: Whose side this file is, for recorders that write one file per side.
    side: Role | None = None
    #: Seconds by which this file starts later than the call's clock.
    offset: float = 0.0
    #: The bytes, where they came inside another file; the store keeps them and names the file.
    content: bytes | None = Field(default=None, exclude=True, repr=False)


#: Opens a recording that is no file of its own, by its address; None where it is one.
Opener = Callable[[str], BinaryIO | None]


class Word(Record):
    """One spoken word, punctuation attached."""

    text: str
    start: float
    end: float
    #: Recognition confidence, 0..1; None when the source gives none.
    confidence: float | None = None


class Message(Record):
    """One written message of a chat or mail thread, as it was sent."""

    party: str
    text: str
    #: Seconds since the first message; None where only the order is known.
    at: float | None = None
    edited: bool = False
    deleted: bool = False
    #: A note between colleagues that the customer never saw.
    internal: bool = False
    attachments: tuple[str, ...] = ()


class Utterance(Record):
    """What one party said at a stretch, as another program wrote it down."""

    party: str
    #: With words: exactly the words joined by one space.
    text: str
    start: float | None = None
    end: float | None = None
    words: tuple[Word, ...] = ()
    #: Recognition confidence, 0..1; None when the source gives none.
    confidence: float | None = None
    #: BCP-47; "" when the source does not say.
    language: str = ""


class ImportedTranscript(Record):
    """The words of a call as another program heard them, in order of start."""

    utterances: tuple[Utterance, ...]
    #: The program, and its model where the source names one.
    engine: str
    model: str = ""


class Conversation(Record):
    """A call, chat or mail thread as it was found; holds what people said, unredacted."""

    #: Stable: made from the content's checksum, so the same content has one id.
    id: str
    channel: Channel
    #: Where it came from, for people: a path or an address.
    source: str
    #: "sha256:..." over all its content.
    checksum: str
    #: The id that the user's own system gave it.
    external_id: str | None = None
    metadata: Metadata = Metadata()
    parties: tuple[Party, ...] = ()
    audio: tuple[AudioSource, ...] = ()
    messages: tuple[Message, ...] = ()
    #: Of a call that comes with its words; the recording is then not transcribed.
    transcript: ImportedTranscript | None = None
    events: tuple[Event, ...] = ()
    #: Number or address of the customer. It is kept as a keyed hash alone, never in a table.
    caller: str | None = Field(default=None, repr=False)

    @property
    def needs_speech(self) -> bool:
        """Whether speech models must hear it."""
        return self.channel is Channel.CALL and self.transcript is None


# --- what is heard -----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Waveform:
    """Sound in memory, or mapped from disk.

    Attributes
    ----------
    samples : float32, shape (channels, n), 16 kHz, -1..1; may be a `numpy.memmap`.
    """

    samples: NDArray[np.float32]

    @property
    def channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return float(self.samples.shape[1]) / SAMPLE_RATE

    def region(self, start: float, end: float, channel: int = 0) -> NDArray[np.float32]:
        """Return the samples of ``[start, end)`` of one channel, shape (n,); reads only those."""
        return self.samples[channel, round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


class Layout(StrEnum):
    """How the sides of a call lie in its recording."""

    #: Each side on a channel of its own.
    STEREO = "stereo"
    #: Both sides in one channel.
    MONO = "mono"
    #: Two channels that hold the same mix, equal up to gain; used as mono.
    FAKE_STEREO = "fake_stereo"
    #: Two channels, one of which never speaks.
    ONE_SIDE_SILENT = "one_side_silent"


class AudioFacts(Record):
    """What decoding found out about a recording."""

    duration: float
    codec: str
    #: Samples a second and channels as they were stored.
    stored_rate: int
    stored_channels: int
    layout: Layout
    #: With one side silent: the stored channel (of several files: the file) that speaks,
    #: counted from 0; else None.
    channel: int | None = None
    #: Share of samples at full scale, 0..1, worst channel.
    clipping: float = 0.0
    #: Nothing above the noise floor anywhere.
    all_silent: bool = False
    #: The file ends before its own header says it does, or breaks off inside a packet.
    truncated: bool = False
    notes: tuple[str, ...] = ()


class SpeechSpan(Record):
    """Somebody speaks from start to end."""

    #: Name of the speaker within the recording; "" when not yet known.
    speaker: str
    start: float
    end: float
    #: Channel of the `Waveform` it was heard on.
    channel: int = 0
    #: How sure the speaker is, 0..1.
    confidence: float = 1.0

    @property
    def duration(self) -> float:
        """Length in seconds."""
        return self.end - self.start


class Segment(Record):
    """What was recognised in one region of speech."""

    start: float
    end: float
    channel: int
    #: Speaker of the region it came from; "" when not known.
    speaker: str
    #: BCP-47, and how sure the language is, 0..1; 1 when it was given.
    language: str
    language_confidence: float
    #: Probability that nothing was said, 0..1, and mean log probability per token.
    no_speech: float
    log_probability: float
    words: tuple[Word, ...]


class Provenance(Record):
    """How a result came about. Rides on every stage result."""

    stage: str
    engine: str
    model: str = ""
    version: str = ""
    #: Options that change the result, as text.
    options: dict[str, str] = Field(default_factory=dict)
    #: Key of the stage's inputs and recipe; the same key means the same result.
    input_key: str = ""
    #: Seconds the stage took; 0 when it came from the cache.
    seconds: float = 0.0


class Transcript(Record):
    """All that was recognised in a recording, in order of start."""

    segments: tuple[Segment, ...]
    provenance: Provenance


class Diarization(Record):
    """Who speaks when.

    `spans` may overlap; `exclusive` holds one speaker at a time and is what words
    are given to.
    """

    spans: tuple[SpeechSpan, ...]
    exclusive: tuple[SpeechSpan, ...]
    provenance: Provenance


# --- turns -------------------------------------------------------------------------


class _TurnFields(Record):
    #: Place in the conversation, counted from 0.
    index: int
    #: `Party.id` of the speaker.
    party: str
    role: Role
    #: What is shown. With words: exactly the words joined by one space.
    text: str
    start: float | None = None
    end: float | None = None
    #: Empty for written messages.
    words: tuple[Word, ...] = ()
    #: Seconds of this turn during which another party speaks as well.
    overlap: float = 0.0
    #: BCP-47; "" when unknown.
    language: str = ""
    language_confidence: float = 1.0
    #: How sure the speaker is, 0..1.
    confidence: float = 1.0

    @cached_property
    def word_offsets(self) -> tuple[tuple[int, int], ...]:
        """Where each word stands in `text`: (char_start, char_end) per word."""
        return tuple(_offsets(self.words))

    def seconds(self, char_start: int, char_end: int) -> tuple[float, float] | None:
        """When the characters ``[char_start, char_end)`` were said.

        By the words they touch; linear within the turn where there are no words;
        None where the turn has no times.
        """
        touched = [
            word
            for word, (a, b) in zip(self.words, self.word_offsets, strict=True)
            if a < char_end and char_start < b
        ]
        if touched:
            return touched[0].start, touched[-1].end
        if self.start is None or self.end is None:
            return None
        rate = (self.end - self.start) / max(len(self.text), 1)
        return self.start + rate * char_start, self.start + rate * char_end


def _offsets(words: tuple[Word, ...]) -> Iterator[tuple[int, int]]:
    at = 0
    for word in words:
        yield at, at + len(word.text)
        at += len(word.text) + 1


class Turn(_TurnFields):
    """What one party says before another does; unredacted. Never leaves the vault."""


class SafeTurn(_TurnFields):
    """A redacted turn. Made only by `qa.redact.redact`; read back only from the store.

    A placeholder (``[CARD_NUMBER]``) is one word of `words`, over the time of what it hides.
    """


class RedactedSpan(Record):
    """A stretch of a recording to silence, and why."""

    kind: str
    turn: int
    start: float | None
    end: float | None


class Triage(StrEnum):
    """Why a conversation is counted but not scored."""

    VOICEMAIL = "voicemail"
    IVR_ONLY = "ivr_only"
    TOO_SHORT = "too_short"
    NO_CUSTOMER = "no_customer"
    NO_AGENT = "no_agent"
    DROPPED = "dropped"
    SILENT = "silent"
    UNANSWERED = "unanswered"
    TEST = "test"
    INTERNAL = "internal"


class SafeConversation(Record):
    """All that scoring may know of a conversation, and all that travels between machines."""

    id: str
    channel: Channel
    metadata: Metadata
    parties: tuple[Party, ...]
    turns: tuple[SafeTurn, ...]
    #: Speech by party id, in order of start, overlaps kept; empty for written channels.
    speech: tuple[SpeechSpan, ...] = ()
    events: tuple[Event, ...] = ()
    #: Seconds; None for a chat that has order alone.
    duration: float | None = None
    #: None for written channels.
    audio: AudioFacts | None = None
    redacted: tuple[RedactedSpan, ...] = ()
    triage: Triage | None = None
    #: What the triage rests on, without quoting anybody.
    triage_reason: str = ""

    def party(self, id: str) -> Party:
        """Return the party of that id (KeyError when there is none)."""
        for party in self.parties:
            if party.id == id:
                return party
        raise KeyError(id)


class Heard(Record):
    """What `listen` returns: the raw turns for the vault, and the safe conversation."""

    turns: tuple[Turn, ...]
    safe: SafeConversation
    provenance: tuple[Provenance, ...]


# --- what is judged ----------------------------------------------------------------


class Verdict(StrEnum):
    """The answer to an item."""

    PASS = "pass"
    PARTIAL = "partial"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    REVIEW = "review"


class ItemKind(StrEnum):
    """What an item does to the score."""

    #: What must be said: earns its weight.
    EARNS = "earns"
    #: What must not be said: takes its weight away, earns nothing.
    DEDUCTS = "deducts"
    #: Outside the denominator, adds points.
    BONUS = "bonus"
    #: Shown, never scored.
    ADVICE = "advice"


class Critical(StrEnum):
    """What a confirmed critical fail does."""

    WHOLE = "whole"
    SECTION = "section"
    OUTCOME = "outcome"


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    #: The words that the verdict rests on.
    HIT = "hit"
    #: What came nearest to the words that were missed.
    NEAR_MISS = "near_miss"
    #: Where was searched, for a verdict by absence.
    WINDOW = "window"
    #: A measured stretch of time: a silence, a reply.
    METRIC = "metric"


class Evidence(Record):
    """Where a verdict can be read and heard."""

    kind: EvidenceKind
    #: `SafeTurn.index`; of a window, its first turn. None when the window is empty.
    turn: int | None = None
    #: Last turn of a window.
    last_turn: int | None = None
    #: Characters ``[char_start, char_end)`` of the turn's text; `quote` is exactly those.
    char_start: int | None = None
    char_end: int | None = None
    start: float | None = None
    end: float | None = None
    quote: str = ""
    #: The phrase, list or metric that matched or was looked for, as the card words it.
    rule: str = ""
    #: Match score, 0..1; None for windows.
    score: float | None = None
    #: Of a near miss: how sure the least sure of the words is that stand where words of the
    #: phrase should, 0..1; None where none stands there or nobody said how sure it is.
    instead: float | None = None


class Finding(Record):
    """The verdict on one item, with all that is needed to replay it."""

    item: str
    section: str
    ask: str
    verdict: Verdict
    kind: ItemKind = ItemKind.EARNS
    #: In [0, 1] for pass, partial and fail; None for not_applicable and review.
    value: float | None = None
    weight: float = 1.0
    critical: Critical | None = None
    evidence: tuple[Evidence, ...] = ()
    #: Why: always given for not_applicable, review and verdicts by absence.
    reason: str = ""
    #: What a coach would say.
    advice: str = ""


class ScoreStatus(StrEnum):
    """How far a score can be relied on."""

    FINAL = "final"
    #: Something is open; the score is a range.
    PROVISIONAL = "provisional"
    #: A critical item was hit, and no human has confirmed it yet.
    CRITICAL_SUSPECTED = "critical_suspected"
    CRITICAL_CONFIRMED = "critical_confirmed"
    NOT_SCORABLE = "not_scorable"


class SectionScore(Record):
    """What one section came to."""

    id: str
    title: str
    weight: float
    #: 0..100; None when nothing earning applied.
    low: float | None
    high: float | None


class Score(Record):
    """What an assessment adds up to. Exact; one decimal is shown."""

    status: ScoreStatus
    #: `sections`, `items` or `points`: printed with the score.
    mode: str
    #: The result, 0..100 (more with bonus where the card allows); None when not
    #: scorable or while the range is open.
    total: float | None = None
    #: Before any critical zero.
    raw: float | None = None
    #: Range from "every open item fails" to "every open item passes".
    low: float | None = None
    high: float | None = None
    #: None while the range straddles the pass mark, and when not scorable.
    passed: bool | None = None
    pass_mark: float = 80.0
    #: Applicable weight / card weight, 0..1.
    coverage: float = 0.0
    low_coverage: bool = False
    sections: tuple[SectionScore, ...] = ()
    deductions: float = 0.0
    bonus: float = 0.0
    #: Items that a human must look at.
    open_items: tuple[str, ...] = ()
    #: Items with an unconfirmed critical fail.
    suspected: tuple[str, ...] = ()
    reason: str = ""


class CardRef(Record):
    """Exactly which scorecard a score was made with."""

    id: str
    version: int
    #: "sha256:..." of the card's canonical form.
    hash: str


#: How the reason of an item begins that only a person can answer.
A_PERSON_ANSWERS = "A person answers this."


class Assessment(Record):
    """One agent's part of one conversation, judged by one card. Machine's word only."""

    conversation: str
    card: CardRef
    #: `Party.id` of the agent it is about; None for a team outcome.
    party: str | None
    findings: tuple[Finding, ...]
    score: Score
    provenance: Provenance


class Override(Record):
    """A human's verdict on an item; stands beside the machine's, never over it."""

    item: str
    verdict: Verdict
    #: Needed with a partial verdict; else follows from the verdict.
    value: float | None = None
    comment: str = ""
    who: str = ""
    at: datetime
    #: Digest of the machine's verdict and quotes it was made on; see `Finding`.
    basis: str = ""
    #: A re-score changed what it was made on; a human must look again.
    confirm_again: bool = False


def as_json(record: Record) -> dict[str, Any]:
    """Return a record as JSON-ready values, seconds rounded to 3 decimals."""
    return {key: _rounded(value) for key, value in record.model_dump(mode="json").items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    return value
