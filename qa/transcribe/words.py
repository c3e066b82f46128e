"""From what a model wrote for a window to segments of words, one per region of speech."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from math import log
from pathlib import Path

from qa.records import Segment, SpeechSpan, Word
from qa.transcribe.packing import Piece, Window
from qa.transcribe.plausible import invented, key, said_in_no_time, without_loops

#: Languages whose words are not divided by spaces.
_UNSPACED = {"zh", "ja", "th", "lo", "my", "yue"}
#: Shortest word, seconds: also where the model saw none.
_SHORTEST = 0.02
#: Read from each end of a file of weights to tell it from others.
_SAMPLE = 1 << 20


@dataclass(frozen=True)
class Timed:
    """A piece of text and when it was said, in seconds of its window."""

    #: As the model wrote it: a leading space begins a new word.
    text: str
    start: float
    end: float
    #: Probability of each of its tokens.
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Spoken:
    """What a model wrote for one window."""

    window: Window
    words: tuple[Timed, ...]
    language: str
    language_confidence: float
    no_speech: float
    #: Mean per token over the window; for regions without tokens of their own.
    log_probability: float


def join_words(pieces: Iterable[Timed], *, language: str) -> list[Timed]:
    """Join pieces of text into words, punctuation attached.

    A piece without a leading space continues the word before it ("9", ".30"; "$", "50"),
    and a mark that stands alone belongs to the word before it.
    """
    words: list[Timed] = []
    for piece in pieces:
        text = piece.text.strip()
        if not text:
            continue
        mark = not any(c.isalnum() for c in text)
        apart = language in _UNSPACED or piece.text[:1].isspace()
        opening = mark and apart and text[-1] in "\"'“«¿¡([{$€£#"
        last = words[-1] if words else None
        waits = last is not None and not any(c.isalnum() for c in last.text)
        if last is not None and (waits or ((mark or not apart) and not opening)):
            words[-1] = Timed(
                text=last.text + text,
                start=piece.start if waits else last.start,
                end=last.end if mark else piece.end,
                probabilities=last.probabilities + (() if mark else piece.probabilities),
            )
        else:
            words.append(Timed(text, piece.start, piece.end, piece.probabilities))
    return [w for w in words if any(c.isalnum() for c in w.text)]


def segments_of(spoken: Spoken) -> list[Segment]:
    """Map a window's words back to their regions, and drop what was not said.

    Returns
    -------
    One segment per region that something was said in; word times lie inside it,
    in order, and do not overlap.
    """
    words = join_words(spoken.words, language=spoken.language)
    echo = said_in_no_time([(w.start, w.end) for w in words], [key(w.text) for w in words])
    if echo is not None:
        del words[slice(*echo)]
    placed = [(*spoken.window.place(word.start, word.end), word) for word in words]
    segments = []
    for _, group in groupby(placed, key=lambda p: id(p[0].region)):
        found = list(group)
        if (segment := _segment(spoken, found)) is not None:
            segments.append(segment)
    return segments


def _segment(spoken: Spoken, placed: Sequence[tuple[Piece, float, float, Timed]]) -> Segment | None:
    region = placed[0][0].region
    logs = [log(max(p, 1e-6)) for _, _, _, word in placed for p in word.probabilities]
    doubt = sum(logs) / len(logs) if logs else spoken.log_probability
    words = without_loops(_in_order(region, placed))
    if not words or invented(
        words, duration=region.duration, no_speech=spoken.no_speech, log_probability=doubt
    ):
        return None
    return Segment(
        start=region.start,
        end=region.end,
        channel=region.channel,
        speaker=region.speaker,
        language=spoken.language,
        language_confidence=spoken.language_confidence,
        no_speech=min(max(spoken.no_speech, 0.0), 1.0),
        log_probability=doubt,
        words=words,
    )


def _in_order(
    region: SpeechSpan, placed: Sequence[tuple[Piece, float, float, Timed]]
) -> list[Word]:
    words: list[Word] = []
    clock = region.start
    least = min(_SHORTEST, region.duration / len(placed))
    for left, (_, start, end, word) in zip(range(len(placed), 0, -1), placed, strict=True):
        # Room is kept for the words that follow.
        first = max(min(start, region.end - left * least), clock)
        last = min(max(end, first + least), region.end - (left - 1) * least)
        clock = last
        sure = sum(word.probabilities) / len(word.probabilities) if word.probabilities else None
        words.append(
            Word(
                text=word.text,
                start=first,
                end=last,
                confidence=None if sure is None else min(max(sure, 0.0), 1.0),
            )
        )
    return words


def fingerprint(file: Path) -> str:
    """Tell a file of weights from another, cheaply: its length and both its ends."""
    if not file.is_file():
        return ""
    size = file.stat().st_size
    digest = sha256(str(size).encode())
    with file.open("rb") as data:
        digest.update(data.read(_SAMPLE))
        data.seek(max(0, size - _SAMPLE))
        digest.update(data.read(_SAMPLE))
    return digest.hexdigest()[:16]
