"""Transcribers: speech regions in, words with times and confidence out.

An engine is a class that takes the settings and the model folder on creation
(`create`) and has one verb. Other distributions add theirs under the
entry-point group ``qa.transcribers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from qa.records import SpeechSpan, Transcript, Waveform

#: name -> "module:class", built as ``cls(model=<path or hub name>, settings=Settings)``.
ENGINES = {
    "faster-whisper": "qa.transcribe.faster_whisper:FasterWhisperTranscriber",
    "whisper": "qa.transcribe.openai_whisper:WhisperTranscriber",
}
GROUP = "qa.transcribers"


@runtime_checkable
class Transcriber(Protocol):
    """Writes down what is said in regions of a recording."""

    def transcribe(
        self, audio: Waveform, regions: Sequence[SpeechSpan], *, language: str | None
    ) -> Transcript:
        """Write down the regions and nothing else.

        Parameters
        ----------
        audio : all channels; each region says which one it is heard on.
        regions : in order of start; may overlap between channels. Silence outside
            them is never read, so nothing can be invented there.
        language : BCP-47, or None to detect it per speaker and region.

        Returns
        -------
        Transcript : segments in order of start, each with its region's channel and
            speaker; word times lie inside the region they came from, within 0.05 s.
        """
        ...
