"""What formats of one kind of file have in common: JSON, and text."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from qa import audio
from qa.importers.base import About, Item, Rejected
from qa.importers.encoding import read_text
from qa.importers.head import Head
from qa.importers.json_items import json_items
from qa.records import Conversation
from qa.settings import Settings

#: A transcript as text may be this long, in bytes: some days of talk.
TEXT_LIMIT = 4 << 20


def _of_the_same_name(path: Path) -> tuple[str, ...]:
    """Return "call.wav" and its like for "call.json", and for "call.wav.json" itself."""
    stem = path.stem
    return (stem, *(stem + suffix for suffix in sorted(audio.AUDIO_SUFFIXES)))


class JsonFormat(ABC):
    """A format in JSON: an object, a list of objects, or an object on each line."""

    about: ClassVar[About]
    #: Keys of the outermost object that may hold a list of conversations.
    under: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def fits(self, head: Head) -> bool:
        """Say by its head whether a file is of this format."""

    def brings(self, head: Head) -> tuple[str, ...]:
        """Return the names of recordings beside the file: those of the same name."""
        return _of_the_same_name(head.path)

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the objects of a file."""
        return json_items(file, under=self.under, encoding=self.settings.encoding)

    @abstractmethod
    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of a JSON value."""


class TextFormat(ABC):
    """A format in text: one conversation a file."""

    about: ClassVar[About]

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @abstractmethod
    def fits(self, head: Head) -> bool:
        """Say by its head whether a file is of this format."""

    def brings(self, head: Head) -> tuple[str, ...]:
        """Return the names of recordings beside the file: those of the same name."""
        return _of_the_same_name(head.path)

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield the text of a file."""
        yield Item(file, read_text(file, limit=TEXT_LIMIT, encoding=self.settings.encoding))

    @abstractmethod
    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of a text."""
