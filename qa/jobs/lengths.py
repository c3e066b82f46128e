"""How long a recording is, as its head says, before anybody decodes it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from qa.addresses import Place, is_address, parse
from qa.addresses.refusals import told
from qa.errors import QaError
from qa.store import Store


def length_of(id: str, store: Store) -> float:
    """Return seconds of the longest file of a call; 0 where none says, or none can be read.

    What is wrong with a recording is said when it is heard.
    """
    try:
        files = store.conversation(id).audio
        return max((_seconds(f.uri, store) for f in files), default=0.0)
    except QaError:
        return 0.0


def _seconds(uri: str, store: Store) -> float:
    from qa.audio import seconds_of  # noqa: PLC0415 - PyAV only for sound

    if not is_address(uri):
        return seconds_of(Path(uri), store.vault.recording)
    address = parse(uri)
    with closing(Place(address)) as place, told(address):
        return seconds_of(Path(address.path), lambda _: place.opened(address))
