"""How long a recording is, as its head says, before anybody decodes it."""

from __future__ import annotations

from pathlib import Path

from qa.errors import QaError
from qa.store import Store


def length_of(id: str, store: Store) -> float:
    """Return seconds of the longest file of a call; 0 where none says, or none can be read.

    What is wrong with a recording is said when it is heard.
    """
    from qa.audio import seconds_of  # noqa: PLC0415 - PyAV only for sound

    try:
        files = store.conversation(id).audio
        return max((seconds_of(Path(f.uri), store.vault.recording) for f in files), default=0.0)
    except QaError:
        return 0.0
