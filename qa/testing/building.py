"""Conversations and turns, built by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TypeAlias, TypeVar

import numpy as np

from qa.records import (
    SAMPLE_RATE,
    AudioFacts,
    AudioSource,
    Channel,
    Conversation,
    Direction,
    ImportedTranscript,
    Layout,
    Message,
    Metadata,
    Party,
    Role,
    SafeConversation,
    SafeTurn,
    SpeechSpan,
    Triage,
    Turn,
    Utterance,
    Waveform,
    Word,
)

#: ``(party, text)`` or ``(party, text, start in seconds)``.
Line: TypeAlias = tuple[str, str] | tuple[str, str, float]

_AnyTurn = TypeVar("_AnyTurn", Turn, SafeTurn)


def role_of(party: str) -> Role:
    """Return the role that a party's name gives: "agent-2" -> agent, "speaker-0" -> unknown."""
    name = party.split("-", 1)[0]
    return Role(name) if name in {*Role} else Role.UNKNOWN


def make_words(
    text: str, *, start: float = 0.0, seconds_per_word: float = 0.3, confidence: float | None = 1.0
) -> tuple[Word, ...]:
    """Return the words of a text, one after the other without a gap."""
    return tuple(
        Word(
            text=word,
            start=round(start + i * seconds_per_word, 6),
            end=round(start + (i + 1) * seconds_per_word, 6),
            confidence=confidence,
        )
        for i, word in enumerate(text.split())
    )


def make_turns(
    lines: Iterable[Line],
    *,
    seconds_per_word: float = 0.3,
    gap: float = 0.5,
    language: str = "en",
    confidence: float = 1.0,
    timed: bool = True,
) -> tuple[Turn, ...]:
    """Return raw turns, one a line.

    Parameters
    ----------
    gap : seconds between the end of a line and the next one's start, where the
        line does not say its start itself.
    confidence : of every word and of every speaker, 0..1.
    timed : False = no times and no words, as in a chat that has order alone.
    """
    return _build(Turn, lines, seconds_per_word, gap, language, confidence, timed=timed)


def make_safe_turns(
    lines: Iterable[Line],
    *,
    seconds_per_word: float = 0.3,
    gap: float = 0.5,
    language: str = "en",
    confidence: float = 1.0,
    timed: bool = True,
) -> tuple[SafeTurn, ...]:
    """Return turns as after redaction; placeholders are written into the lines."""
    return _build(SafeTurn, lines, seconds_per_word, gap, language, confidence, timed=timed)


def _build(
    kind: type[_AnyTurn],
    lines: Iterable[Line],
    seconds_per_word: float,
    gap: float,
    language: str,
    confidence: float,
    *,
    timed: bool,
) -> tuple[_AnyTurn, ...]:
    built: list[_AnyTurn] = []
    clock = 0.0
    for index, line in enumerate(lines):
        party, text = line[0], " ".join(line[1].split())
        start = line[2] if len(line) > 2 else clock  # noqa: PLR2004
        words = (
            make_words(text, start=start, seconds_per_word=seconds_per_word, confidence=confidence)
            if timed
            else ()
        )
        end = words[-1].end if words else start
        clock = round(max(clock, end) + gap, 6)
        built.append(
            kind(
                index=index,
                party=party,
                role=role_of(party),
                text=text,
                start=start if timed else None,
                end=end if timed else None,
                words=words,
                language=language,
                confidence=confidence,
            )
        )
    return tuple(built)


def make_parties(turns: Iterable[Turn | SafeTurn]) -> tuple[Party, ...]:
    """Return the parties of turns in order of appearance, their roles certain."""
    seen = dict.fromkeys(turn.party for turn in turns)
    return tuple(Party(id=name, role=role_of(name), role_source="metadata") for name in seen)


def make_speech(turns: Iterable[Turn | SafeTurn]) -> tuple[SpeechSpan, ...]:
    """Return who speaks when, one span a turn that has times."""
    turns = tuple(turns)
    order = {name: i for i, name in enumerate(dict.fromkeys(turn.party for turn in turns))}
    return tuple(
        SpeechSpan(speaker=turn.party, start=turn.start, end=turn.end, channel=order[turn.party])
        for turn in turns
        if turn.start is not None and turn.end is not None and turn.end > turn.start
    )


def make_safe(
    lines: Iterable[Line] | Sequence[SafeTurn],
    *,
    id: str = "conversation-1",
    channel: Channel = Channel.CALL,
    metadata: Metadata | None = None,
    parties: tuple[Party, ...] | None = None,
    layout: Layout = Layout.STEREO,
    duration: float | None = None,
    language: str = "en",
    seconds_per_word: float = 0.3,
    gap: float = 0.5,
    confidence: float = 1.0,
    timed: bool = True,
    triage: Triage | None = None,
) -> SafeConversation:
    """Return a whole conversation as scoring gets it; see `make_turns` for the lines.

    Parameters
    ----------
    lines : lines, or turns that were made before.
    duration : seconds; None = to the end of the last turn.
    """
    given = tuple(lines)
    turns = tuple(turn for turn in given if isinstance(turn, SafeTurn)) or make_safe_turns(
        [line for line in given if not isinstance(line, SafeTurn)],
        seconds_per_word=seconds_per_word,
        gap=gap,
        language=language,
        confidence=confidence,
        timed=timed,
    )
    spoken = channel is Channel.CALL
    last = max((turn.end for turn in turns if turn.end is not None), default=None)
    length = last if duration is None else duration
    return SafeConversation(
        id=id,
        channel=channel,
        metadata=metadata or Metadata(direction=Direction.INBOUND),
        parties=make_parties(turns) if parties is None else parties,
        turns=turns,
        speech=make_speech(turns) if spoken else (),
        duration=length,
        audio=make_facts(duration=length or 0.0, layout=layout) if spoken else None,
        triage=triage,
        triage_reason=f"made for a test: {triage}" if triage else "",
    )


def make_facts(*, duration: float, layout: Layout = Layout.STEREO) -> AudioFacts:
    """Return what decoding would say of a faultless recording."""
    return AudioFacts(
        duration=duration,
        codec="pcm_s16le",
        stored_rate=8000,
        stored_channels=1 if layout is Layout.MONO else 2,
        layout=layout,
    )


def make_call(
    *,
    id: str = "call-1",
    uri: str = "call-1.wav",
    metadata: Metadata | None = None,
    parties: tuple[Party, ...] = (),
    sides: Sequence[Role] = (),
) -> Conversation:
    """Return a call as an importer finds it; its audio file need not exist.

    `sides` says whose side each file is, where there is one file per side.
    """
    checksum = _checksum(uri, id)
    names: list[tuple[str, Role | None]] = [(f"{side}-{uri}", side) for side in sides]
    return Conversation(
        id=id,
        channel=Channel.CALL,
        source=uri,
        checksum=checksum,
        metadata=metadata or Metadata(direction=Direction.INBOUND),
        parties=parties,
        audio=tuple(
            AudioSource(uri=name, checksum=_checksum(name, id), side=side)
            for name, side in names or [(uri, None)]
        ),
    )


def make_chat(
    lines: Iterable[Line],
    *,
    id: str = "chat-1",
    metadata: Metadata | None = None,
    parties: tuple[Party, ...] | None = None,
    seconds_between: float | None = 20.0,
) -> Conversation:
    """Return a chat as an importer finds it, one message a line.

    `seconds_between` messages whose line gives no time; None: it has order alone.
    """
    messages: list[Message] = []
    clock = 0.0
    for line in lines:
        at = line[2] if len(line) > 2 else clock  # noqa: PLR2004
        moment = at if seconds_between is not None else None
        messages.append(Message(party=line[0], text=line[1], at=moment))
        clock = at + (seconds_between or 0.0)
    names = dict.fromkeys(message.party for message in messages)
    return Conversation(
        id=id,
        channel=Channel.CHAT,
        source=f"{id}.json",
        checksum=_checksum(id, *(message.text for message in messages)),
        metadata=metadata or Metadata(direction=Direction.INBOUND),
        parties=parties
        if parties is not None
        else tuple(Party(id=n, role=role_of(n), role_source="metadata") for n in names),
        messages=tuple(messages),
    )


def _checksum(*parts: str) -> str:
    return "sha256:" + sha256("\0".join(parts).encode()).hexdigest()


def make_transcribed(
    lines: Iterable[Line],
    *,
    id: str = "call-1",
    metadata: Metadata | None = None,
    parties: tuple[Party, ...] = (),
    seconds: float = 3.0,
    timed: bool = True,
) -> Conversation:
    """Return a call that comes with its words, one utterance a line, and without a recording.

    An utterance takes `seconds`; `timed` = False: they have order alone.
    """
    said: list[Utterance] = []
    clock = 0.0
    for line in lines:
        at = line[2] if len(line) > 2 else clock  # noqa: PLR2004
        times = {"start": at, "end": at + seconds} if timed else {}
        said.append(Utterance(party=line[0], text=line[1], **times))
        clock = at + seconds
    return Conversation(
        id=id,
        channel=Channel.CALL,
        source=f"{id}.json",
        checksum=_checksum(id, *(u.text for u in said)),
        metadata=metadata or Metadata(direction=Direction.INBOUND),
        parties=parties,
        transcript=ImportedTranscript(utterances=tuple(said), engine="another"),
    )


def make_waveform(
    turns: Sequence[Turn | SafeTurn], *, stereo: bool = True, tail: float = 0.5
) -> Waveform:
    """Return a sound that is loud while somebody speaks, and silent for `tail` seconds after.

    `stereo`: a channel for each party in order of appearance; else one for all.
    """
    spans = make_speech(turns)
    channels = 1 + max((s.channel for s in spans), default=0) if stereo else 1
    length = max((s.end for s in spans), default=0.0) + tail
    samples = np.zeros((channels, round(length * SAMPLE_RATE)), np.float32)
    noise = np.random.default_rng(0).normal(0, 0.1, samples.shape[1]).astype(np.float32)
    for span in spans:
        a, b = round(span.start * SAMPLE_RATE), round(span.end * SAMPLE_RATE)
        samples[span.channel if stereo else 0, a:b] += noise[a:b]
    return Waveform(samples=np.clip(samples, -1, 1))
