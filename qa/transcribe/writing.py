"""From regions of speech to a transcript, for engines that read windows of packed regions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import perf_counter

from qa.records import Provenance, Segment, SpeechSpan, Transcript, Waveform
from qa.transcribe.packing import Window, pack
from qa.transcribe.words import Spoken, segments_of


def write_down(
    audio: Waveform,
    regions: Sequence[SpeechSpan],
    read: Callable[[Sequence[Window]], Iterable[Spoken]],
    *,
    limit: float,
    at_once: int,
    recipe: Mapping[str, str],
) -> Transcript:
    """Pack regions into windows, let an engine read them batch by batch, and put it together.

    Parameters
    ----------
    read : what the engine does with one batch; may answer in any order.
    limit : seconds of speech in a window.
    at_once : windows in a batch.
    recipe : what the engine is and how it reads; holds "engine", "model" and "version".
    """
    began = perf_counter()
    windows = pack(regions, audio, limit=limit)
    segments: list[Segment] = []
    for at in range(0, len(windows), at_once):
        for spoken in read(windows[at : at + at_once]):
            segments += segments_of(spoken)
    return Transcript(
        segments=tuple(sorted(segments, key=lambda s: (s.start, s.channel))),
        provenance=Provenance(
            stage="transcribe",
            engine=recipe["engine"],
            model=recipe["model"],
            version=recipe["version"],
            options=dict(recipe),
            seconds=perf_counter() - began,
        ),
    )
