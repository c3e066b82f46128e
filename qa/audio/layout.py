"""How the sides of a call lie in its channels.

What makes a channel count: it *speaks* when enough of it stands out from its own noise, and
it is a *copy* of another when, in every stretch that holds sound, it equals the other up to
one gain. Stretch by stretch, since a quiet second speaker hardly moves a measure taken over
the whole call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qa.audio.scratch import BLOCK, Track
from qa.records import SAMPLE_RATE, Layout

Numbers = NDArray[np.float64]

_FRAME = SAMPLE_RATE // 50
_STRETCH = SAMPLE_RATE // 2
#: Noise floor: this share of a channel's frames is quieter, but at most this loud, since a
#: recording that begins and ends with somebody speaking has no quiet frame.
_FLOOR_SHARE, _FLOOR_MAX_DB = 0.10, -45.0
#: A frame speaks when it is this far above the floor, and above the absolute level.
_ABOVE_FLOOR_DB, _SOUND_DB = 9.0, -60.0
#: Seconds that must stand out; shorter is a click.
_SPEAKS_S = 0.1
#: What a copy may leave unexplained of a stretch (-7 dB: coarse codecs), and in which share
#: of the sounding stretches it may leave more. A stretch sounds unless it is 30 dB below the
#: loudest one.
_RESIDUE, _ODD_SHARE, _SOUNDING = 0.2, 0.01, 1e-3
#: A "copy" this much quieter is the other side leaking in, not a second track.
_LEAK_DB = 20.0


@dataclass(frozen=True)
class Plan:
    """What to make of the channels of a recording."""

    layout: Layout
    #: Channels to keep, in order; more than one with `mixed` = mix them into one.
    keep: tuple[int, ...]
    mixed: bool = False
    all_silent: bool = False
    notes: tuple[str, ...] = ()


def plan(tracks: Sequence[Track]) -> Plan:
    """Decide which channels of a recording to keep, and as what."""
    levels = [_frame_levels(track) for track in tracks]
    speaking = [k for k, level in enumerate(levels) if _speaks(level)]
    if not speaking:
        layout = Layout.STEREO if len(tracks) > 1 else Layout.MONO
        keep = tuple(range(len(tracks)))[:2]
        return Plan(layout, keep, all_silent=True, notes=("Nothing but silence.",))
    own, leaks = _distinct(tracks, speaking)
    silent = len(tracks) - len(speaking) + leaks
    return _layout(own, channels=len(tracks), silent=silent, copies=len(tracks) - silent - len(own))


def _layout(own: list[int], *, channels: int, silent: int, copies: int) -> Plan:
    keep = tuple(own)
    match len(own):
        case 1 if channels == 1:
            return Plan(Layout.MONO, keep)
        case 1 if copies:
            note = f"{copies + 1} of {channels} channels hold the same sound; used as one."
            return Plan(Layout.FAKE_STEREO, keep, notes=(note,))
        case 1:
            note = f"Only channel {keep[0] + 1} of {channels} speaks."
            return Plan(Layout.ONE_SIDE_SILENT, keep, notes=(note,))
        case 2 if silent or copies:
            names = " and ".join(str(k + 1) for k in keep)
            note = f"Of {channels} channels, {names} hold the two sides."
            return Plan(Layout.STEREO, keep, notes=(note,))
        case 2:
            return Plan(Layout.STEREO, keep)
    note = f"{len(own)} of {channels} channels hold sound of their own; mixed into one."
    return Plan(Layout.MONO, keep, mixed=True, notes=(note,))


def _distinct(tracks: Sequence[Track], speaking: list[int]) -> tuple[list[int], int]:
    """Return the channels with sound of their own, and how many others only leak."""
    own: list[int] = []
    leaks = 0
    for k in speaking:
        for at, other in enumerate(own):
            gain_db = _copy_gain(tracks[other], tracks[k])
            if gain_db is None:
                continue
            leaks += abs(gain_db) > _LEAK_DB
            if gain_db > 0:  # the louder of two copies is the one to listen to
                own[at] = k
            break
        else:
            own.append(k)
    return sorted(own), leaks


def _frame_levels(track: Track) -> Numbers:
    """Return the level of each 20 ms, dBFS, shape (frames,)."""
    found = [
        _sums(block, block, _FRAME) / _FRAME
        for block in (
            track.read(at, min(at + BLOCK, track.end)) for at in range(0, track.end, BLOCK)
        )
    ]
    return 10 * np.log10(np.concatenate([np.zeros(0), *found]) + 1e-12)


def _speaks(levels: Numbers) -> bool:
    if not levels.size:
        return False
    floor = min(float(np.quantile(levels, _FLOOR_SHARE)), _FLOOR_MAX_DB)
    loud = levels > max(_SOUND_DB, floor + _ABOVE_FLOOR_DB)
    return bool(loud.sum() * _FRAME >= _SPEAKS_S * SAMPLE_RATE)


def _copy_gain(a: Track, b: Track) -> float | None:
    """Return by how many dB `b` is louder than `a` when it is a copy of it, else None."""
    end = max(a.end, b.end)
    rows = []
    for at in range(0, end, BLOCK):
        x, y = a.read(at, min(at + BLOCK, end)), b.read(at, min(at + BLOCK, end))
        rows.append([_sums(x, x, _STRETCH), _sums(y, y, _STRETCH), _sums(x, y, _STRETCH)])
    xx, yy, xy = np.concatenate(rows, axis=1)
    if not xy.sum() or not xx.sum():
        return None
    gain = xy.sum() / xx.sum()
    residue = yy - 2 * gain * xy + gain**2 * xx
    # By the louder of the two: a stretch where only one of them sounds is no copy.
    power = np.maximum(gain**2 * xx, yy)
    sounding = power > _SOUNDING * power.max()
    odd = residue[sounding] > _RESIDUE * power[sounding]
    return float(20 * np.log10(abs(gain))) if odd.mean() <= _ODD_SHARE else None


def _sums(x: NDArray[np.float32], y: NDArray[np.float32], size: int) -> Numbers:
    """Return the sum of products of each `size` samples; a short rest counts as one more."""
    pad = -len(x) % size
    x, y = (np.pad(v, (0, pad)).reshape(-1, size) for v in (x, y))
    sums: Numbers = np.einsum("ij,ij->i", x, y, dtype=np.float64)
    return sums
