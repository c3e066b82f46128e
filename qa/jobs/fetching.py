"""A conversation's recordings from addresses, here for as long as they are heard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from qa.addresses import called, copied, is_address, parse
from qa.audio.files import AUDIO_SUFFIXES, room_on
from qa.errors import QaError
from qa.records import Conversation
from qa.settings import Settings


@contextmanager
def fetched(conversation: Conversation, folder: Path, settings: Settings) -> Iterator[Conversation]:
    """Give the conversation with copies of recordings in a folder; errors speak of the originals.

    Parameters
    ----------
    folder : a private one that is removed afterwards, with the copies.

    Raises
    ------
    Away : a server does not answer.
    InputError : a recording is gone, or not the one that was taken in.
    DiskFull : no room for copies.
    MissingExtra : nothing is installed that reads from there.
    """
    names: dict[str, str] = {}
    sources = []
    for number, source in enumerate(conversation.audio):
        if not is_address(source.uri):
            sources.append(source)
            continue
        address = parse(source.uri)
        ending = PurePosixPath(address.path).suffix.lower()
        target = folder / f"recording-{number}{ending if ending in AUDIO_SUFFIXES else ''}"
        with room_on(folder):
            copied(
                address,
                target,
                checksum=source.checksum,
                least_free_mb=settings.least_free_mb,
            )
        names[str(target)] = source.uri
        sources.append(source.model_copy(update={"uri": str(target)}))
    if not names:
        yield conversation
        return
    try:
        yield conversation.model_copy(update={"audio": tuple(sources)})
    except QaError as err:
        raise called(err, names) from err.__cause__
    finally:
        for copy in names:
            Path(copy).unlink(missing_ok=True)
