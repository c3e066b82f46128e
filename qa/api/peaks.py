"""The picture of a recording: how loud each side is, from end to end."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from qa.api.pages.timeline import redacted, talk
from qa.api.schemas import PeaksOut
from qa.errors import NotFound
from qa.records import AudioSource, Role, SafeConversation, SpeechSpan
from qa.store import Store

Drawn = NDArray[np.uint8]


def picture(store: Store, id: str, *, points: int) -> PeaksOut:
    """Return the peaks of the agents' side and of everybody else's.

    Parameters
    ----------
    points : at most so many peaks a side.

    Raises
    ------
    NotFound : there is no recording to draw.
    MissingExtra : its peaks were never made, and PyAV is not installed.
    """
    from qa.audio import PEAKS_PER_SECOND  # noqa: PLC0415 - pages of chats need no sound

    if not store.vault.has("playback", id):
        raise NotFound(
            f"There is no recording of conversation {id} to draw.",
            "Chats have none; a call has one once it was heard.",
        )
    if not store.vault.has("peaks", id):
        _make(store, id)
    drawn = _read(store, id)
    each = max(-(-drawn.shape[1] // points), 1)
    safe = store.outline(id)
    agents, others = sides(drawn, safe, per_second=PEAKS_PER_SECOND)
    return PeaksOut(
        per_second=PEAKS_PER_SECOND / each,
        agents=tuple(_loudest(agents, each).tolist()),
        others=tuple(_loudest(others, each).tolist()),
        talk=tuple(talk(safe)),
        redacted=tuple(redacted(safe)),
    )


def _read(store: Store, id: str) -> Drawn:
    try:
        drawn: Drawn = np.load(store.vault.path("peaks", id), mmap_mode="r", allow_pickle=False)
    except FileNotFoundError as err:
        raise NotFound("This recording was just erased.", "Its verdicts stand.") from err
    return drawn


def sides(drawn: Drawn, safe: SafeConversation, *, per_second: int) -> tuple[Drawn, Drawn]:
    """Part a recording into the agents' side and everybody else's.

    Where each has a channel of its own, that is it. In a mixed recording a sound belongs to
    whoever speaks at the time, and to both sides where nobody does.

    Parameters
    ----------
    drawn : shape (channels, n).

    Returns
    -------
    Two of shape (n,).
    """
    agents = {p.id for p in safe.parties if p.role is Role.AGENT}
    mine = [s for s in safe.speech if s.speaker in agents]
    theirs = [s for s in safe.speech if s.speaker not in agents]
    channels = {s.channel for s in mine}, {s.channel for s in theirs}
    if len(drawn) > 1 and not channels[0] & channels[1]:
        one = min(channels[0], default=1 - min(channels[1], default=1))
        return drawn[one], drawn[1 - one]
    mixed = drawn.max(axis=0)
    mine_on, theirs_on = (_during(group, len(mixed), per_second) for group in (mine, theirs))
    quiet = ~(mine_on | theirs_on)
    return np.where(mine_on | quiet, mixed, 0), np.where(theirs_on | quiet, mixed, 0)


def _during(spans: Iterable[SpeechSpan], n: int, per_second: int) -> NDArray[np.bool_]:
    """Return which of n peaks fall into spans, with a peak's width on each side."""
    inside = np.zeros(n, np.bool_)
    for span in spans:
        inside[max(int(span.start * per_second) - 1, 0) : int(span.end * per_second) + 2] = True
    return inside


def _loudest(side: Drawn, each: int) -> Drawn:
    """Return the loudest of every so many."""
    padded = np.pad(side, (0, -len(side) % each))
    found: Drawn = padded.reshape(-1, each).max(axis=1)
    return found


def _make(store: Store, id: str) -> None:
    """Draw a recording that was heard before peaks were kept; as it is played."""
    from qa.audio import (  # noqa: PLC0415 - see above
        PEAKS_PER_SECOND,
        PEAKS_SUFFIX,
        decode,
        peaks,
        save_peaks,
    )

    played = store.vault.path("playback", id)
    with store.vault.scratch() as folder:
        audio, _ = decode([AudioSource(uri=str(played), checksum="")], scratch=folder)
        made = folder / f"peaks{PEAKS_SUFFIX}"
        save_peaks(peaks(audio, per_second=PEAKS_PER_SECOND), made)
        store.vault.put("peaks", id, made)
    if not store.vault.has("playback", id):
        # Erased while it was drawn: sounds go before what is drawn of them, so this was too late.
        store.vault.drop("peaks", id)
        raise NotFound("This recording was just erased.", "Its verdicts stand.")
