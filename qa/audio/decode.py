"""Recordings in, one `Waveform` and its `AudioFacts` out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from qa.audio.files import open_audio, opened
from qa.audio.headers import cut_off
from qa.audio.layout import Plan, plan
from qa.audio.reading import Reading
from qa.audio.scratch import Room, Sink, Track, mix, stack
from qa.errors import AudioError
from qa.records import SAMPLE_RATE, AudioFacts, AudioSource, Layout, Opener, Waveform

#: Longer recordings (seconds) are mapped from a file: ten minutes of stereo take 77 MB.
IN_MEMORY_S = 600.0


def decode(
    sources: Sequence[AudioSource],
    *,
    scratch: Path,
    in_memory_s: float = IN_MEMORY_S,
    longest_s: float = math.inf,
    opener: Opener | None = None,
) -> tuple[Waveform, AudioFacts]:
    """Decode a recording: one file, or one file a side.

    Parameters
    ----------
    sources : one file; or a file a side, each becoming one channel, in this order, from
        its `offset` on.
    scratch : folder for the samples of long recordings; they vanish with the process.
    in_memory_s : seconds of stereo up to which samples are kept in memory.
    longest_s : seconds of sound that a file may hold, in stereo; with more channels, fewer.
    opener : opens those that are no files of their own.

    Returns
    -------
    Waveform : shape (channels, n), 16 kHz. Two channels for a call with a side on each;
        one for everything else, see `Layout`.
    AudioFacts : what was found out on the way.

    Raises
    ------
    AudioError : a file is no recording, has no sound track, nothing of it can be decoded, or
        it holds more sound than it may.
    InputError : a file cannot be read.
    DiskFull : no room in the scratch folder.
    MissingExtra : PyAV is not installed.
    """
    with Room(scratch, in_memory=round(2 * in_memory_s * SAMPLE_RATE)) as room:
        files = [
            _read(Path(source.uri), opener, room=room, longest_s=longest_s) for source in sources
        ]
        tracks = _on_one_clock(sources, files, room=room)
        found = plan(tracks)
        kept = [tracks[k] for k in found.keep]
        samples = stack([mix(kept, room=room)] if found.mixed else kept, room=room)
    return Waveform(samples), _facts(files, found, samples.shape[1])


@dataclass(frozen=True, eq=False)
class _File:
    """What one file held."""

    tracks: tuple[Track, ...]
    codec: str
    rate: int
    channels: int
    clipping: float
    truncated: bool
    notes: tuple[str, ...]


def _facts(files: Sequence[_File], found: Plan, n: int) -> AudioFacts:
    one_speaks = found.layout is Layout.ONE_SIDE_SILENT
    return AudioFacts(
        duration=n / SAMPLE_RATE,
        codec=", ".join(dict.fromkeys(f.codec for f in files)),
        stored_rate=files[0].rate,
        stored_channels=sum(f.channels for f in files),
        layout=found.layout,
        channel=found.keep[0] if one_speaks else None,
        clipping=max(f.clipping for f in files),
        all_silent=found.all_silent,
        truncated=any(f.truncated for f in files),
        notes=(*(note for f in files for note in f.notes), *found.notes),
    )


def _on_one_clock(
    sources: Sequence[AudioSource], files: Sequence[_File], *, room: Room
) -> tuple[Track, ...]:
    """Return the channels of the call: a single file's own, or one for each file."""
    if len(files) == 1:
        return files[0].tracks
    base = min(0.0, *(source.offset for source in sources))
    sides = []
    for source, file in zip(sources, files, strict=True):
        found = plan(file.tracks)
        own = [file.tracks[k] for k in found.keep]
        track = mix(own, room=room) if len(own) > 1 else own[0]
        sides.append(replace(track, offset=round((source.offset - base) * SAMPLE_RATE)))
    return tuple(sides)


def _read(path: Path, opener: Opener | None, *, room: Room, longest_s: float) -> _File:
    with open_audio(path, opener) as container:
        streams = container.streams.audio
        if not streams:
            kinds = ", ".join(sorted({s.type for s in container.streams})) or "nothing"
            raise AudioError(
                f"{path}: no sound track; the file holds {kinds} only.",
                "Give the recording itself, or a video that has sound.",
            )
        best = container.streams.best("audio") or streams[0]
        reading = Reading(path, container, best, longest_s=longest_s)
        sink: Sink | None = None
        for block in reading.blocks():
            sink = sink or Sink(block.shape[0], room=room)
            sink.append(block)
        if sink is None or not sink.length:
            raise AudioError(f"{path}: {reading.nothing()}", "Record or export it again.")
        with opened(path, opener) as file:
            short = cut_off(file, container, best, reading.seconds)
        extra = f"{len(streams)} sound tracks; only the main one is used."
        return _File(
            tracks=sink.tracks(),
            codec=str(best.codec_context.codec.canonical_name),
            rate=reading.rate,
            channels=reading.channels,
            clipping=reading.clipping,
            truncated=reading.tail_broken or short,
            notes=(*reading.notes(), *([extra] if len(streams) > 1 else [])),
        )
