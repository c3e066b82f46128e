"""Words and who speaks when -> turns.

A word goes to the speaker it overlaps most in `Diarization.exclusive`, to the
nearest one where it overlaps none. A single word that this puts into the middle
of somebody else's sentence is given back. What is left is cut into turns: where
the speaker changes, after a long silence, and where the language changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from qa.records import Diarization, Role, Segment, SpeechSpan, Transcript, Turn, Word
from qa.turns.cues import said_alone

#: Silence (seconds) after which the same speaker begins a new turn.
LONG_SILENCE = 2.0
#: A pause (seconds) that is long enough for another channel's word to come between.
PAUSE = 0.2
#: A word further (seconds) than this from its neighbours may well be a word of its own.
STRAY_GAP = 0.6
#: Words a sentence must have besides a stray one before it is given back.
STRAY_SENTENCE = 3


@dataclass(frozen=True)
class _Heard:
    """A word with where it came from and whose it is."""

    word: Word
    segment: Segment
    speaker: str
    #: How sure the speaker is, 0..1.
    sure: float

    @property
    def middle(self) -> float:
        return (self.word.start + self.word.end) / 2


def build_turns(transcript: Transcript, diarization: Diarization) -> tuple[Turn, ...]:
    """Return the turns in order of start; every word of the transcript is in exactly one.

    The party is the speaker's name, the role unknown. A segment that names its
    speaker keeps it. Two who speak at once have turns that overlap in time.

    Returns
    -------
    tuple of Turn : `overlap` is measured on `Diarization.spans`; `confidence` is
        the mean over the words, by length, of the speaker's confidence times the
        share of the word that this speaker covers.
    """
    heard = _attribute(transcript, diarization)
    heard = [item for run in _by_channel(heard).values() for item in _give_back(run)]
    runs = _cut(heard)
    runs.sort(key=lambda run: (run[0].word.start, max(h.word.end for h in run), run[0].speaker))
    others = _Speech(diarization.spans)
    return tuple(_turn(index, run, others) for index, run in enumerate(runs))


# --- whose word ----------------------------------------------------------------------


def _attribute(transcript: Transcript, diarization: Diarization) -> list[_Heard]:
    exclusive = _Spans(diarization.exclusive or diarization.spans)
    own = {
        name: _Spans([s for s in diarization.spans if s.speaker == name])
        for name in {s.speaker for s in diarization.spans}
    }
    heard = []
    for segment in transcript.segments:
        for word in segment.words:
            if segment.speaker:
                spans = own.get(segment.speaker)
                found = spans.at(word) if spans else None
                sure = found.confidence if found else 1.0
                heard.append(_Heard(word, segment, segment.speaker, sure))
            else:
                speaker, sure = exclusive.speaker(word)
                heard.append(_Heard(word, segment, speaker, sure))
    return heard


class _Spans:
    """Spans in order of start, searched by time."""

    def __init__(self, spans: Iterable[SpeechSpan]) -> None:
        self.spans = sorted(spans, key=lambda span: (span.start, span.end))
        self.starts = [span.start for span in self.spans]
        #: The longest span: how far back one must look to find all that reach a moment.
        self.longest = max((span.duration for span in self.spans), default=0.0)

    def near(self, start: float, end: float) -> Sequence[SpeechSpan]:
        """Return all spans that can touch [start, end), and one neighbour on each side."""
        first = max(0, bisect_left(self.starts, start - self.longest) - 1)
        last = min(len(self.spans), bisect_left(self.starts, end) + 1)
        return self.spans[first:last]

    def at(self, word: Word) -> SpeechSpan | None:
        """Return the span that covers most of a word; None when none touches it."""
        best = max(
            self.near(word.start, word.end), key=lambda span: _shared(word, span), default=None
        )
        return best if best is not None and _shared(word, best) > 0 else None

    def speaker(self, word: Word) -> tuple[str, float]:
        """Return who says the word, and how sure that is, 0..1."""
        near = self.near(word.start, word.end)
        if not near:
            return "speaker-0", 0.0
        shares: dict[str, float] = defaultdict(float)
        weights: dict[str, float] = defaultdict(float)
        for span in near:
            shared = _shared(word, span)
            shares[span.speaker] += shared
            weights[span.speaker] += shared * span.confidence
        name = max(shares, key=lambda speaker: shares[speaker])
        if shares[name] > 0:
            return name, min(1.0, weights[name] / sum(shares.values()))
        nearest = min(near, key=lambda span: _distance(word, span))
        return nearest.speaker, nearest.confidence * 0.5 / (1.0 + _distance(word, nearest))


def _shared(word: Word, span: SpeechSpan) -> float:
    """Return the seconds a word and a span share; a word without length counts as 1 ms."""
    end = max(word.end, word.start + 0.001)
    return max(0.0, min(end, span.end) - max(word.start, span.start))


def _distance(word: Word, span: SpeechSpan) -> float:
    return max(0.0, span.start - word.end, word.start - span.end)


# --- single stray words ----------------------------------------------------------------


def _by_channel(heard: Iterable[_Heard]) -> dict[int, list[_Heard]]:
    channels: dict[int, list[_Heard]] = defaultdict(list)
    for item in heard:
        channels[item.segment.channel].append(item)
    for run in channels.values():
        run.sort(key=lambda item: (item.word.start, item.word.end))
    return dict(channels)


def _give_back(heard: list[_Heard]) -> list[_Heard]:
    """Return the words of one channel, each lone word inside another's sentence given back."""
    mended = list(heard)
    for i in range(1, len(heard) - 1):
        before, here, after = mended[i - 1], heard[i], heard[i + 1]
        if not here.segment.speaker and before.speaker == after.speaker != here.speaker:
            sentence = _sentence(mended, i)
            others = sum(item.speaker == before.speaker for item in sentence)
            if (
                others >= STRAY_SENTENCE
                and others == len(sentence) - 1
                and not _ends(before.word)
                and here.word.start - before.word.end < STRAY_GAP
                and after.word.start - here.word.end < STRAY_GAP
                and not said_alone(here.word.text)
            ):
                mended[i] = replace(here, speaker=before.speaker, sure=here.sure * 0.5)
    return mended


def _sentence(heard: Sequence[_Heard], i: int) -> Sequence[_Heard]:
    """Return the sentence that word i stands in; silence ends one as well."""
    first, last = i, i
    while first > 0 and _joined(heard[first - 1], heard[first]):
        first -= 1
    while last + 1 < len(heard) and _joined(heard[last], heard[last + 1]):
        last += 1
    return heard[first : last + 1]


def _joined(before: _Heard, after: _Heard) -> bool:
    return not _ends(before.word) and after.word.start - before.word.end < LONG_SILENCE


def _ends(word: Word) -> bool:
    return word.text.rstrip("\"')»”").endswith((".", "?", "!", "…"))


# --- cutting into turns -----------------------------------------------------------------


def _cut(heard: Sequence[_Heard]) -> list[list[_Heard]]:
    ordered = sorted(heard, key=lambda item: (item.word.start, item.word.end))
    places = _places(ordered)
    middles = sorted((item.middle, item.speaker) for item in ordered)
    speakers: dict[str, list[_Heard]] = defaultdict(list)
    for item in ordered:
        speakers[item.speaker].append(item)
    runs = []
    for items in speakers.values():
        run = [items[0]]
        for before, after in pairwise(items):
            if _breaks(before, after, places, middles):
                runs.append(run)
                run = []
            run.append(after)
        runs.append(run)
    return runs


def _places(ordered: Sequence[_Heard]) -> dict[int, int]:
    """Return, for each word, how many changes of speaker its channel has seen before it."""
    last: dict[int, tuple[str, int]] = {}
    places = {}
    for item in ordered:
        channel = item.segment.channel
        speaker, count = last.get(channel, (item.speaker, 0))
        if speaker != item.speaker:
            count += 1
        last[channel] = (item.speaker, count)
        places[id(item)] = count
    return places


def _breaks(
    before: _Heard,
    after: _Heard,
    places: dict[int, int],
    middles: Sequence[tuple[float, str]],
) -> bool:
    """Say whether a new turn of the same speaker begins between two of their words."""
    gap = after.word.start - before.word.end
    if gap > LONG_SILENCE or before.segment.language != after.segment.language:
        return True
    same_channel = before.segment.channel == after.segment.channel
    if same_channel and places[id(before)] != places[id(after)]:
        return True
    if gap < PAUSE:  # somebody else's "mhm" over running speech cuts nothing
        return False
    first = bisect_left(middles, (before.word.end, ""))
    last = bisect_left(middles, (after.word.start, ""))
    return any(speaker != before.speaker for _, speaker in middles[first:last])


# --- turns ------------------------------------------------------------------------------


class _Speech:
    """Who else speaks, for the overlap of a turn."""

    def __init__(self, spans: Sequence[SpeechSpan]) -> None:
        names = {span.speaker for span in spans}
        self.own = {n: _Spans([s for s in spans if s.speaker == n]) for n in names}
        self.other = {n: _Spans([s for s in spans if s.speaker != n]) for n in names}

    def overlap(self, speaker: str, start: float, end: float) -> float:
        """Return the seconds of [start, end) in which the speaker and another one speak."""
        if speaker not in self.own:
            return 0.0
        mine = _merged(self.own[speaker].near(start, end), start, end)
        theirs = _merged(self.other[speaker].near(start, end), start, end)
        return sum(max(0.0, min(b, d) - max(a, c)) for a, b in mine for c, d in theirs)


def _merged(spans: Iterable[SpeechSpan], start: float, end: float) -> list[tuple[float, float]]:
    merged: list[tuple[float, float]] = []
    for span in spans:
        a, b = max(span.start, start), min(span.end, end)
        if a >= b:
            continue
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], b))
        else:
            merged.append((a, b))
    return merged


def _turn(index: int, run: Sequence[_Heard], speech: _Speech) -> Turn:
    words = tuple(item.word for item in run)
    start, end = words[0].start, max(word.end for word in words)
    speaker = run[0].speaker
    lengths = [max(word.end - word.start, 0.001) for word in words]
    total = sum(lengths)
    return Turn(
        index=index,
        party=speaker,
        role=Role.UNKNOWN,
        text=" ".join(word.text for word in words),
        start=start,
        end=end,
        words=words,
        overlap=speech.overlap(speaker, start, end),
        language=run[0].segment.language,
        language_confidence=_mean([h.segment.language_confidence for h in run], lengths, total),
        confidence=_mean([item.sure for item in run], lengths, total),
    )


def _mean(values: Sequence[float], lengths: Sequence[float], total: float) -> float:
    mean = sum(v * length for v, length in zip(values, lengths, strict=True)) / total
    return min(1.0, max(0.0, mean))
