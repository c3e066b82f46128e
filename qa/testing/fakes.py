"""Engines that answer with turns they were given."""

from __future__ import annotations

from collections.abc import Sequence

from qa.records import (
    Diarization,
    Provenance,
    SafeTurn,
    Segment,
    SpeechSpan,
    Transcript,
    Turn,
    Waveform,
)
from qa.testing.building import make_speech


class FakeTranscriber:
    """A transcriber that hears exactly the turns it was given, where it is asked to listen.

    A word is heard when its middle lies in a region on the channel of its party
    (parties take channels in order of appearance; on one channel all are heard).
    `calls` counts: a cached stage calls no more.
    """

    name = "fake"

    def __init__(self, turns: Sequence[Turn | SafeTurn] = ()) -> None:
        self.turns = tuple(turns)
        self.recipe = {"engine": self.name, "version": "1"}
        self.calls = 0

    def transcribe(
        self, audio: Waveform, regions: Sequence[SpeechSpan], *, language: str | None
    ) -> Transcript:
        """Return the words of the turns that lie in the regions."""
        self.calls += 1
        order = {n: i for i, n in enumerate(dict.fromkeys(turn.party for turn in self.turns))}
        segments = []
        for region in regions:
            words = sorted(
                (
                    word
                    for turn in self.turns
                    if audio.channels == 1 or order[turn.party] == region.channel
                    for word in turn.words
                    if region.start <= (word.start + word.end) / 2 < region.end
                ),
                key=lambda word: word.start,
            )
            segments.append(
                Segment(
                    start=region.start,
                    end=region.end,
                    channel=region.channel,
                    speaker=region.speaker,
                    language=language or "en",
                    language_confidence=1.0,
                    no_speech=0.0,
                    log_probability=-0.1,
                    words=tuple(words),
                )
            )
        return Transcript(segments=tuple(segments), provenance=fake_provenance("transcribe"))


class FakeDiarizer:
    """A diarizer that knows who says the turns it was given.

    Where two speak at once `exclusive` gives the time to the one who began first.
    """

    name = "fake"

    def __init__(self, turns: Sequence[Turn | SafeTurn] = ()) -> None:
        self.turns = tuple(turns)
        self.recipe = {"engine": self.name, "version": "1"}
        self.calls = 0

    def diarize(
        self,
        audio: Waveform,
        regions: Sequence[SpeechSpan],  # noqa: ARG002  the protocol's
        *,
        speakers: int | None,  # noqa: ARG002  the protocol's
    ) -> Diarization:
        """Return who says the turns."""
        self.calls += 1
        spans = sorted(make_speech(self.turns), key=lambda span: span.start)
        order = {n: i for i, n in enumerate(dict.fromkeys(span.speaker for span in spans))}
        named = tuple(
            span.model_copy(
                update={
                    "speaker": f"speaker-{order[span.speaker]}",
                    "channel": order[span.speaker] if audio.channels > 1 else 0,
                }
            )
            for span in spans
        )
        exclusive, taken = [], 0.0
        for span in named:
            if span.end > taken:
                exclusive.append(span.model_copy(update={"start": max(span.start, taken)}))
                taken = span.end
        return Diarization(
            spans=named, exclusive=tuple(exclusive), provenance=fake_provenance("diarize")
        )


def fake_provenance(stage: str = "test") -> Provenance:
    """Return the provenance of something that was made by hand."""
    return Provenance(stage=stage, engine="fake", version="1")
