"""Sound: files in, a `Waveform` and what is known about it out; and the playback copy back.

Everything goes through libav as PyAV carries it, so no other program is needed. libav
itself is loaded on first use: a machine without the extra ``speech`` can still tell which
files are recordings (`sniff`) and what they hold (`checksum`).
"""

from qa.audio.clipping import clip
from qa.audio.decode import decode
from qa.audio.files import AUDIO_SUFFIXES, checksum, open_audio, probe, seconds_of, sniff
from qa.audio.playback import (
    PEAKS_PER_SECOND,
    PEAKS_SUFFIX,
    PLAYBACK_SUFFIX,
    PLAYBACK_TYPE,
    peaks,
    save_peaks,
    write_playback,
)

__all__ = [
    "AUDIO_SUFFIXES",
    "PEAKS_PER_SECOND",
    "PEAKS_SUFFIX",
    "PLAYBACK_SUFFIX",
    "PLAYBACK_TYPE",
    "checksum",
    "clip",
    "decode",
    "open_audio",
    "peaks",
    "probe",
    "save_peaks",
    "seconds_of",
    "sniff",
    "write_playback",
]
