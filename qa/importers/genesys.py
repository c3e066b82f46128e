"""Genesys Cloud: transcripts of speech and text analytics.

https://developer.genesys.cloud/analyticsdatamanagement/speechtextanalytics/transcript-url
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar

from pydantic import model_validator

from qa.importers.base import About, Item
from qa.importers.cast import Cast
from qa.importers.head import Head
from qa.importers.making import Happened, Sent, call, seconds, word, written
from qa.importers.one_file import JsonFormat
from qa.importers.roles import role_named
from qa.importers.segments import Camel
from qa.importers.tokens import as_shown
from qa.records import (
    Channel,
    Conversation,
    Direction,
    Event,
    EventKind,
    Metadata,
    Role,
    Utterance,
)

#: Purposes of participants -> roles; those of the telephone network say nothing.
_ROLES = {
    "agent": Role.AGENT,
    "user": Role.AGENT,
    "internal": Role.AGENT,
    "customer": Role.CUSTOMER,
    "external": Role.CUSTOMER,
    "ivr": Role.BOT,
    "acd": Role.BOT,
    "bot": Role.BOT,
    "botflow": Role.BOT,
    "workflow": Role.BOT,
    "voicemail": Role.BOT,
}
_CHANNELS = {"email": Channel.MAIL, "message": Channel.CHAT, "chat": Channel.CHAT}


class _Timed(Camel):
    #: Milliseconds of the epoch; and an object with "milliseconds", or a number of them.
    start_time_ms: float | None = None
    offset_ms: float | None = None
    duration_ms: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _spans(cls, given: object) -> object:
        """Take "offset" and "duration" in each of their forms."""
        if not isinstance(given, Mapping):
            return given
        made = dict(given)
        for name in ("offset", "duration"):
            span = made.pop(name, None)
            span = span.get("milliseconds") if isinstance(span, Mapping) else span
            made.setdefault(f"{name}Ms", span)
        return made


class _Word(_Timed):
    word: str
    confidence: float | None = None


class _Phrase(_Timed):
    text: str = ""
    decorated_text: str | None = None
    participant_purpose: str = ""
    confidence: float | None = None
    words: tuple[_Word, ...] | None = None


class _Transcript(Camel):
    language: str | None = None
    start_time: float | None = None
    #: Of mail.
    subject: str | None = None
    phrases: tuple[_Phrase, ...] = ()


class _Participant(Camel):
    participant_purpose: str = ""
    user_id: str | None = None
    team_id: str | None = None
    queue_id: str | None = None
    initial_direction: str | None = None
    start_time_ms: float | None = None
    end_time_ms: float | None = None


class _File(Camel):
    conversation_id: str | None = None
    media_type: str | None = None
    conversation_start_time: float | None = None
    start_time: float | None = None
    transcripts: tuple[_Transcript, ...]
    participants: tuple[_Participant, ...] | None = None


class Genesys(JsonFormat):
    """Reads transcripts of Genesys Cloud."""

    about: ClassVar = About(
        title="Genesys Cloud transcripts",
        channels=(Channel.CALL, Channel.CHAT, Channel.MAIL),
        times="words",
        confidence=True,
        roles="participants' purposes; who of several agents by when they took part",
        metadata="conversation id, agent, team, queue, direction, start, language",
        suffixes=(".json",),
        note="Agents, teams and queues are named by their ids. Sentiment, topics and"
        " acoustic events are lost.",
    )

    def fits(self, head: Head) -> bool:
        """Say whether it has phrases of participants."""
        return head.has("transcripts.phrases.participantPurpose") or (
            head.has("transcripts.phrases", "conversationId", "communicationId")
        )

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of an object."""
        given = _File.model_validate(item.value)
        made = _Made(given)
        channel = _CHANNELS.get((given.media_type or "").casefold(), Channel.CALL)
        if channel is Channel.CALL:
            return call(
                item,
                engine="genesys",
                utterances=list(made.utterances()),
                parties=made.cast.parties,
                metadata=made.metadata(),
                external_id=given.conversation_id,
                events=[made.on_clock(e) for e in made.events()],
            )
        return written(
            item,
            channel=channel,
            messages=list(made.messages()),
            events=list(made.events()),
            parties=made.cast.parties,
            metadata=made.metadata(),
            external_id=given.conversation_id,
        )


class _Made:
    """One file, on its way to a conversation."""

    def __init__(self, given: _File) -> None:
        self._given = given
        self._people = given.participants or ()
        self.cast = Cast()
        begins = [given.start_time, *(t.start_time for t in given.transcripts)]
        begins.append(given.conversation_start_time)
        #: Where the clock of a call starts, as its recording does: milliseconds of the epoch.
        self._zero = next((b for b in begins if b is not None), None)

    def utterances(self) -> Iterator[Utterance]:
        """Yield what is said in a call."""
        for transcript in self._given.transcripts:
            for phrase in transcript.phrases:
                yield self._utterance(phrase, transcript.language or "")

    def _utterance(self, phrase: _Phrase, language: str) -> Utterance:
        start = self._seconds(phrase)
        lasts = None if phrase.duration_ms is None else seconds(phrase.duration_ms) / 1000
        shown = phrase.decorated_text or phrase.text
        heard = [
            word(w.word, at, at + (w.duration_ms or 0) / 1000, w.confidence)
            for w in phrase.words or ()
            if (at := self._seconds(w)) is not None and w.word.strip()
        ]
        return Utterance(
            party=self._who(phrase),
            text=shown,
            start=start,
            end=None if start is None or lasts is None else start + lasts,
            words=as_shown(heard, shown),
            confidence=None if phrase.confidence is None else min(1.0, max(0.0, phrase.confidence)),
            language=language,
        )

    def messages(self) -> Iterator[Sent]:
        """Yield what is written in a chat or mail; of mail with its subject."""
        subject = next((t.subject for t in self._given.transcripts if t.subject), None)
        for transcript in self._given.transcripts:
            for phrase in transcript.phrases:
                text = phrase.decorated_text or phrase.text
                yield Sent(
                    party=self._who(phrase),
                    text=f"{subject}\n\n{text}" if subject else text,
                    time=_time(phrase.start_time_ms),
                )
                subject = None

    def _seconds(self, given: _Timed) -> float | None:
        if given.start_time_ms is not None and self._zero is not None:
            return seconds((given.start_time_ms - self._zero) / 1000)
        return None if given.offset_ms is None else seconds(given.offset_ms) / 1000

    def _who(self, phrase: _Phrase) -> str:
        """Return the id of who says a phrase: who of its side took part at that time."""
        purpose = phrase.participant_purpose.casefold()
        role = _ROLES.get(purpose, role_named(purpose))
        at = phrase.start_time_ms
        if purpose == "internal":
            there = [p for p in self._people if _present(p, at)]
            agents = [p for p in there if _role(p) is Role.AGENT]
            if agents:
                return self._agent(agents[-1])
            if any(_role(p) is Role.BOT for p in there):
                return self.cast.id("bot", Role.BOT)
        if role is Role.AGENT:
            agents = [p for p in self._people if _role(p) is Role.AGENT]
            return self._agent(next((p for p in agents if _present(p, at)), None))
        return self.cast.id(str(role), role)

    def _agent(self, known: _Participant | None) -> str:
        user = known.user_id if known else None
        return self.cast.id(user or "agent", Role.AGENT, agent_id=user)

    def events(self) -> Iterator[Happened]:
        """Yield when a queue took it, and when each agent did."""
        for one in self._people:
            begin, end = _time(one.start_time_ms), _time(one.end_time_ms)
            if begin is None:
                continue
            if _role(one) is Role.AGENT:
                event = Event(kind=EventKind.ASSIGNED, party=self._agent(one))
                yield Happened(event=event, time=begin)
            elif one.queue_id and one.participant_purpose.casefold() == "acd":
                yield Happened(event=Event(kind=EventKind.QUEUED), time=begin, until=end)

    def on_clock(self, happened: Happened) -> Event:
        """Return an event of a call in seconds of its clock; before it began is at 0."""
        zero = (self._zero or 0.0) / 1000
        start = happened.time.timestamp() - zero if happened.time else None
        end = happened.until.timestamp() - zero if happened.until else None
        return happened.event.model_copy(
            update={
                "start": None if start is None else max(0.0, round(start, 3)),
                "end": None if end is None else max(0.0, round(end, 3)),
            }
        )

    def metadata(self) -> Metadata:
        """Return what is known besides what was said."""
        agents = [p for p in self._people if _role(p) is Role.AGENT and p.user_id]
        directions = [p.initial_direction for p in self._people if p.initial_direction]
        said = directions[0].casefold() if directions else ""
        languages = [t.language for t in self._given.transcripts if t.language]
        return Metadata(
            platform="genesys",
            direction=Direction(said) if said in {"inbound", "outbound"} else Direction.UNKNOWN,
            queue=_first(p.queue_id for p in self._people),
            team=_first(p.team_id for p in agents),
            agent_id=agents[0].user_id if agents else None,
            transferred=len({p.user_id for p in agents}) > 1,
            started_at=_time(self._given.conversation_start_time or self._zero),
            language=languages[0] if languages else None,
        )


def _first(values: Iterator[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _role(one: _Participant) -> Role:
    return _ROLES.get(one.participant_purpose.casefold(), Role.UNKNOWN)


def _present(one: _Participant, at: float | None) -> bool:
    if at is None:
        return True
    begin, end = one.start_time_ms, one.end_time_ms
    return (begin is None or begin <= at) and (end is None or at <= end)


def _time(millis: float | None) -> datetime | None:
    return None if millis is None else datetime.fromtimestamp(millis / 1000, UTC)
