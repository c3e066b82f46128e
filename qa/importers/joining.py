"""A transcript and the recording beside it, as one call."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qa.importers import names
from qa.records import AudioSource, Channel, Conversation, Metadata


def with_recording(
    found: Conversation, sound: Path, *, checksum: Callable[[Path], str]
) -> Conversation:
    """Return a call with the recording that it is the transcript of.

    What the recording's name says is taken where the transcript says nothing.

    Parameters
    ----------
    checksum : gives that of a file's bytes.

    Raises
    ------
    AudioError : it is no recording.
    OSError : it cannot be read.
    """
    if found.channel is not Channel.CALL:
        return found
    said = found.metadata.model_dump(exclude_defaults=True)
    named = names.from_name(sound)
    both = {**named.model_dump(exclude_defaults=True), **said}
    both["extra"] = {**named.extra, **found.metadata.extra}
    update: dict[str, object] = {"metadata": Metadata.model_validate(both)}
    if not found.audio:
        source = AudioSource(uri=str(sound.absolute()), checksum=checksum(sound))
        update["audio"] = (source,)
    return found.model_copy(update=update)
