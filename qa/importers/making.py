"""From what a format's importer read to a `Conversation`: what all formats share.

Cleans texts, puts things in order, counts time from the beginning, notes what was mended
in ``metadata.extra``, keeps to the limits and makes the id.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from qa.importers.base import Item, conversation_id, digest
from qa.importers.markup import html_text, looks_like_html
from qa.importers.roles import settled
from qa.records import (
    AudioSource,
    Channel,
    Conversation,
    Event,
    ImportedTranscript,
    Message,
    Metadata,
    Party,
    Record,
    Utterance,
    Word,
)

#: Characters of one message or utterance; messages of one conversation; parties of it.
MESSAGE_LIMIT = 1_000_000
MESSAGES_LIMIT = 100_000
PARTIES_LIMIT = 1_000
#: Seconds that a conversation may last: a year, for mail.
LASTS = 366 * 86_400.0

#: Characters that no database and no page takes: lone halves of pairs, control characters.
_NO_TEXT = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


_MESSAGES: TypeAdapter[tuple[Message, ...]] = TypeAdapter(tuple[Message, ...])
#: The fields of a message as they are where nothing is said of them; sorted, for the checksum.
_USUAL = dict(sorted(Message(party="", text="").model_dump().items()))


class Sent(Record):
    """A message as a source has it: with a point in time, seconds, or in its place alone."""

    party: str
    text: str
    time: datetime | None = None
    #: Seconds on the conversation's clock.
    at: float | None = None
    #: Whether the text is HTML, whatever it looks like; None where the source does not say.
    html: bool | None = None
    edited: bool = False
    deleted: bool = False
    internal: bool = False
    attachments: tuple[str, ...] = ()


class Happened(Record):
    """An event as a source has it: with points in time in place of seconds."""

    event: Event
    time: datetime | None = None
    until: datetime | None = None


def clean(text: str, *, html: bool | None = None) -> str:
    """Return a text as people read it: HTML as text, no characters that cannot be kept.

    Parameters
    ----------
    html : whether it is HTML; None = what it looks like.
    """
    plain = not html and "<" not in text and "&" not in text
    if plain and text.isascii() and text.isprintable():
        return text.strip()  # as most are; there is nothing to look for
    if html or (html is None and looks_like_html(text)):
        text = html_text(text)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _NO_TEXT.sub("", text).strip()


def word(text: str, start: object, end: object, confidence: object = None) -> Word:
    """Return a word; its times and confidence as numbers of a source.

    Raises
    ------
    ValueError : a time is no finite number.
    """
    begin = seconds(start)
    sure = None if confidence is None else min(1.0, max(0.0, seconds(confidence)))
    return Word(
        text=" ".join(_NO_TEXT.sub("", text).split()),
        start=begin,
        end=max(begin, seconds(end)),
        confidence=sure,
    )


def seconds(value: object) -> float:
    """Return a number of seconds that a source gives as number or text.

    Raises
    ------
    ValueError : no finite number.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("a time that is no number")  # noqa: TRY004 - like a text that is none
    number = float(value)
    if not math.isfinite(number) or abs(number) > LASTS:
        raise ValueError("a time out of range")
    return number


def call(
    item: Item,
    *,
    engine: str,
    utterances: Iterable[Utterance],
    model: str = "",
    parties: Sequence[Party] = (),
    metadata: Metadata | None = None,
    external_id: str | None = None,
    events: Sequence[Event] = (),
    audio: tuple[AudioSource, ...] = (),
) -> Conversation:
    """Make a call that comes with its words.

    Utterances without text are left out, texts cleaned, and all put in order of start where
    all have one. What a negative time was, or an end before its start, is noted.

    Raises
    ------
    FormatError : nothing is said, or more than the limits.
    """
    mended = _Mended()
    kept = [one for given in utterances if (one := _kept(given, item, mended)) is not None]
    if not kept:
        raise item.wrong("nobody says a word.")
    _within(item, len(kept))
    if all(u.start is not None for u in kept):
        kept.sort(key=lambda u: (u.start or 0.0, u.end or 0.0))
    ids, named = _named(item, parties, [u.party for u in kept])
    said = [u.utterance(ids[u.party]) for u in kept]
    content = [external_id, [u.model_dump(mode="json", exclude_defaults=True) for u in said]]
    checksum = digest(["call", *content])
    return Conversation(
        id=conversation_id(checksum),
        channel=Channel.CALL,
        source=item.source,
        checksum=checksum,
        external_id=external_id,
        metadata=mended.noted(without_guess(metadata or Metadata())),
        parties=named,
        audio=audio,
        transcript=ImportedTranscript(utterances=tuple(said), engine=engine, model=model),
        events=tuple(events),
    )


class _Mended:
    """Counts what was mended, to be told of."""

    def __init__(self) -> None:
        self.negative = 0
        self.backwards = 0

    def noted(self, metadata: Metadata) -> Metadata:
        """Return the metadata with a note of what was mended."""
        notes = []
        if self.negative:
            notes.append(f"{self.negative} times before the beginning, set to 0")
        if self.backwards:
            notes.append(f"{self.backwards} ends before their start, set to it")
        if not notes:
            return metadata
        return metadata.model_copy(update={"extra": {**metadata.extra, "times": "; ".join(notes)}})


class _Kept(NamedTuple):
    """What is kept of an utterance; a transcript may have a hundred thousand of them."""

    given: Utterance
    #: As the source names it.
    party: str
    text: str
    words: tuple[Word, ...]
    start: float | None
    end: float | None

    def utterance(self, party: str) -> Utterance:
        """Return it as an utterance of that party."""
        return Utterance(
            party=party,
            text=self.text,
            start=self.start,
            end=self.end,
            words=self.words,
            confidence=self.given.confidence,
            language=self.given.language,
        )


def _kept(one: Utterance, item: Item, mended: _Mended) -> _Kept | None:
    """Return an utterance cleaned; None where nothing is left of it."""
    words = tuple(_kept_word(w, mended) for w in one.words if w.text.strip())
    text = " ".join(w.text for w in words) if words else clean(one.text)
    if not text:
        return None
    if len(text) > MESSAGE_LIMIT:
        raise item.wrong(_too_long(len(text)))
    start = words[0].start if one.start is None and words else one.start
    end = max(w.end for w in words) if one.end is None and words else one.end
    start, end = _times(start, end, mended)
    return _Kept(one, clean(one.party)[:200], text, words, start, end)


def _kept_word(one: Word, mended: _Mended) -> Word:
    start, end = _times(one.start, one.end, mended)
    return (
        one
        if (start, end) == (one.start, one.end)
        else Word(text=one.text, start=start or 0.0, end=end or 0.0, confidence=one.confidence)
    )


def _times(
    start: float | None, end: float | None, mended: _Mended
) -> tuple[float | None, float | None]:
    """Return times in order, not before the beginning."""
    if start is not None and end is not None and end < start:
        mended.backwards += 1
        end = start
    if start is not None and start < 0:
        mended.negative += 1
        start, end = 0.0, None if end is None else max(0.0, end)
    return start, end


def written(
    item: Item,
    *,
    channel: Channel,
    messages: Iterable[Sent],
    parties: Sequence[Party] = (),
    metadata: Metadata | None = None,
    external_id: str | None = None,
    events: Sequence[Happened] = (),
) -> Conversation:
    """Make a chat or mail thread.

    Messages go by time where all have one, else as they stand. The clock begins with the
    first message, or the first event where that has a point in time and comes before it.

    Raises
    ------
    FormatError : no message, or more than the limits.
    """
    messages, events, naive = _on_one_clock(item, list(messages), list(events))
    rows = [(m, clean(m.text, html=m.html)) for m in messages]
    rows = [(m, text) for m, text in rows if text or m.attachments or m.deleted]
    if not rows:
        raise item.wrong("no message in it.")
    _within(item, len(rows))
    longest = max(len(text) for _, text in rows)
    if longest > MESSAGE_LIMIT:
        raise item.wrong(_too_long(longest))
    times = [m.time for m, _ in rows if m.time is not None]
    clock = [m.at for m, _ in rows if m.at is not None]
    if len(times) == len(rows):
        rows.sort(key=lambda row: row[0].time.timestamp() if row[0].time else 0.0)
    elif len(clock) == len(rows):
        rows.sort(key=lambda row: row[0].at or 0.0)
    # Few people write many messages: each name is cleaned once.
    labels = {party: clean(party)[:200] for party in dict.fromkeys(m.party for m, _ in rows)}
    ids, named = _named(item, parties, list(labels.values()))
    ids = {party: ids[label] for party, label in labels.items()}
    times += [h.time for h in events if h.time is not None]
    first = min(times, default=None, key=datetime.timestamp)
    moved = 0.0 if first else min(clock, default=0.0)
    fields = [_message(m, text, ids, first, moved) for m, text in rows]
    meta = without_guess(metadata or Metadata())
    if meta.started_at is None and first is not None:
        meta = meta.model_copy(update={"started_at": first})
        meta = without_guess(meta, naive=naive)
    content = [channel.value, external_id, [_USUAL | given for given in fields]]
    checksum = digest([*content, first.timestamp() if first else None], in_order=True)
    return Conversation(
        id=conversation_id(checksum),
        channel=channel,
        source=item.source,
        checksum=checksum,
        external_id=external_id,
        metadata=meta,
        parties=named,
        messages=_MESSAGES.validate_python(fields),
        events=tuple(_event(h, first, moved) for h in events),
    )


def _on_one_clock(
    item: Item, messages: list[Sent], events: list[Happened]
) -> tuple[list[Sent], list[Happened], bool]:
    """Return messages and events whose times all have a zone, and whether none had.

    Times without a zone still say how long a reply took.
    """
    given = [m.time for m in messages] + [t for h in events for t in (h.time, h.until)]
    bare = {time.tzinfo is None for time in given if time is not None}
    if bare == {True, False}:
        raise item.wrong("some times have a zone and others have none.")
    if bare != {True}:
        return messages, events, False
    return (
        [m.model_copy(update={"time": m.time and m.time.replace(tzinfo=UTC)}) for m in messages],
        [
            h.model_copy(
                update={
                    "time": h.time and h.time.replace(tzinfo=UTC),
                    "until": h.until and h.until.replace(tzinfo=UTC),
                }
            )
            for h in events
        ],
        True,
    )


def without_guess(metadata: Metadata, *, naive: bool = False) -> Metadata:
    """Return the metadata without a start whose zone is not known, which is told of."""
    at = metadata.started_at
    if at is None or (at.tzinfo is not None and not naive):
        return metadata
    extra = {**metadata.extra, "started_at": "its times have no zone; QA_TIME_ZONE says which"}
    return metadata.model_copy(update={"started_at": None, "extra": extra})


def _message(
    sent: Sent, text: str, ids: Mapping[str, str], first: datetime | None, moved: float
) -> dict[str, Any]:
    """Return the fields of a message, without those that are as in most messages.

    A record keeps which fields it was given; a conversation may have a hundred thousand.
    """
    given: dict[str, Any] = {"party": ids[sent.party], "text": text}
    if sent.time is not None and first is not None:
        given["at"] = round(sent.time.timestamp() - first.timestamp(), 3)
    elif sent.at is not None:
        given["at"] = round(sent.at - moved, 3)
    if sent.edited or sent.deleted or sent.internal:
        marks = {"edited": sent.edited, "deleted": sent.deleted, "internal": sent.internal}
        given |= {name: True for name, marked in marks.items() if marked}
    if sent.attachments:
        given["attachments"] = tuple(clean(name)[:500] for name in sent.attachments)
    return given


def _event(happened: Happened, first: datetime | None, moved: float) -> Event:
    event = happened.event
    update: dict[str, float] = {}
    for name, time in (("start", happened.time), ("end", happened.until)):
        given = getattr(event, name)
        if time is not None and first is not None:
            update[name] = round(time.timestamp() - first.timestamp(), 3)
        elif given is not None:
            update[name] = given - moved
    return event.model_copy(update=update)


def _named(
    item: Item, known: Sequence[Party], labels: Sequence[str]
) -> tuple[dict[str, str], tuple[Party, ...]]:
    """Return label -> id, and the parties; see `roles.settled`."""
    ids, parties = settled(known, labels)
    if len(parties) > PARTIES_LIMIT:
        raise item.wrong(
            f"{len(parties):,} parties, more than a conversation has ({PARTIES_LIMIT:,})."
        )
    return ids, parties


def _within(item: Item, count: int) -> None:
    if count > MESSAGES_LIMIT:
        raise item.wrong(f"{count:,} messages, more than a conversation has ({MESSAGES_LIMIT:,}).")


def _too_long(size: int) -> str:
    return f"a message of {size:,} characters; up to {MESSAGE_LIMIT:,} are taken in."
