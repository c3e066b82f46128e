"""The sound of moments: cut out of the copy for listening, never out of a recording itself."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from fastapi import Request, Response

from qa.api.sound import ranged
from qa.errors import NotFound
from qa.store import Store
from qa.store.desk.excerpts import Moment

#: Bytes of clips that are kept in memory: whoever hears one asks for it in ranges.
_KEPT = 24_000_000


class Clips:
    """Cuts clips, and keeps the last ones in memory: on no disk is there anything to erase."""

    def __init__(self) -> None:
        self._made: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def of(self, store: Store, moment: Moment) -> bytes:
        """Return the sound of a moment, what was redacted and all names silent.

        Raises
        ------
        NotFound : it is not to be heard, or there is no recording.
        AudioError, MissingExtra : the recording cannot be read.
        """
        if not can_be_heard(store, moment) or moment.start is None or moment.end is None:
            self._forget(moment.conversation)
            raise NotFound(
                "This moment can be read, not heard.",
                "A bad moment is heard once its agent lets it be; a chat has no sound.",
            )
        from qa.audio import clip  # noqa: PLC0415 - libav is for those who listen

        path = store.vault.path("playback", moment.conversation)
        try:
            stat = path.stat()  # heard again, it is another copy under the same name
        except FileNotFoundError as err:
            raise NotFound("This recording was just erased.", "Its verdicts stand.") from err
        key = (str(path), stat.st_mtime_ns, stat.st_size, moment.start, moment.end, moment.hush)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                return self._made[key]
        with store.vault.scratch() as scratch:
            made = clip(path, moment.start, moment.end, silence=moment.hush, scratch=scratch)
        with self._lock:
            self._made[key] = made
            while sum(map(len, self._made.values())) > _KEPT and len(self._made) > 1:
                self._made.popitem(last=False)
        return made

    def _forget(self, id: str) -> None:
        """Let go of clips of a sound that is there no more."""
        with self._lock:
            for key in [key for key in self._made if Path(str(key[0])).stem == id]:
                del self._made[key]


def can_be_heard(store: Store, moment: Moment) -> bool:
    """Say whether a moment has a sound that may be heard."""
    return moment.sound and moment.start is not None and store.vault.has(
        "playback", moment.conversation
    )  # fmt: skip


def played(request: Request, content: bytes) -> Response:
    """Answer with a sound, whole or the range that was asked for: players seek by ranges."""
    from qa.audio import PLAYBACK_TYPE  # noqa: PLC0415 - see above

    status, start, end, headers = ranged(request.headers.get("range", ""), len(content))
    headers["cache-control"] = "private, no-cache"
    return Response(
        content[start:end], status_code=status, media_type=PLAYBACK_TYPE, headers=headers
    )
