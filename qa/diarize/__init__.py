"""Diarizers: who speaks when.

``channels`` for recordings with one speaker a channel (no model), ``pyannote``
for mono. Other distributions add theirs under the entry-point group
``qa.diarizers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from qa.records import Diarization, SpeechSpan, Waveform

#: name -> "module:class"; the class is built as ``cls(model=<folder or None>, settings=Settings)``.
ENGINES = {
    "channels": "qa.diarize.channels:ChannelDiarizer",
    "pyannote": "qa.diarize.pyannote_audio:PyannoteDiarizer",
}
GROUP = "qa.diarizers"


@runtime_checkable
class Diarizer(Protocol):
    """Says who speaks when."""

    def diarize(
        self, audio: Waveform, regions: Sequence[SpeechSpan], *, speakers: int | None
    ) -> Diarization:
        """Give every stretch of speech a speaker.

        Parameters
        ----------
        audio : all channels.
        regions : where there is speech, per channel, from `qa.speech`.
        speakers : how many there are; None = two on a mono recording.

        Returns
        -------
        Diarization : speakers named "speaker-0", "speaker-1" in order of their
            first word (channel engine: by channel number).
        """
        ...
