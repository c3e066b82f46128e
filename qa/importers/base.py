"""What importers have in common."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import ValidationError
from pydantic_core import to_json

from qa import audio, plugins
from qa.errors import FormatError, InputError, QaError
from qa.importers.head import Head
from qa.records import Channel, Conversation

#: name -> "module:class"; built as ``cls(settings)``. The first to recognise a file has it.
FORMATS = {
    "audio": "qa.importers.audio:AudioImporter",
    "rejects": "qa.importers.rejects:Rejects",
    "json": "qa.importers.own_json:OwnJson",
    "vcon": "qa.importers.vcon:Vcon",
    "whisperx": "qa.importers.whisperx:WhisperX",
    "whisper": "qa.importers.whisper:Whisper",
    "faster-whisper": "qa.importers.faster_whisper:FasterWhisper",
    "wtf": "qa.importers.wtf:WorldTranscription",
    "contact-lens": "qa.importers.contact_lens:ContactLens",
    "call-analytics": "qa.importers.call_analytics:CallAnalytics",
    "zendesk": "qa.importers.zendesk:Zendesk",
    "intercom": "qa.importers.intercom:Intercom",
    "zendesk-tables": "qa.importers.zendesk_tables:ZendeskTables",
    "intercom-tables": "qa.importers.intercom_tables:IntercomTables",
    "genesys": "qa.importers.genesys:Genesys",
    "assemblyai": "qa.importers.assemblyai:AssemblyAi",
    "deepgram": "qa.importers.deepgram:Deepgram",
    "rev-ai": "qa.importers.rev_ai:RevAi",
    "speechmatics": "qa.importers.speechmatics:Speechmatics",
    "azure-speech": "qa.importers.azure_speech:AzureSpeech",
    "azure-conversation": "qa.importers.azure_conversation:AzureConversation",
    "nemo": "qa.importers.nemo:Nemo",
    "bedrock": "qa.importers.bedrock:Bedrock",
    "dialogue-json": "qa.importers.dialogue_json:DialogueJson",
    "csv": "qa.importers.csv_rows:CsvRows",
    "abcd": "qa.importers.abcd:Abcd",
    "star": "qa.importers.star:Star",
    "content": "qa.importers.content:Content",
    "mail": "qa.importers.mail:Mail",
    "webvtt": "qa.importers.webvtt:WebVtt",
    "srt": "qa.importers.srt:Srt",
    "text": "qa.importers.plain_text:PlainText",
}
GROUP = "qa.importers"

#: What a conversation that does not fit is asked to look like.
_SEE = "Mend it as docs/reference/{page} describes."


@dataclass(frozen=True)
class About:
    """What a format is and what it carries; 'qa formats' and the documentation show it."""

    #: As people call it: "WhisperX JSON".
    title: str
    #: What its conversations are.
    channels: tuple[Channel, ...]
    #: Times: of each word ("words"), of each sentence or message ("turns"), or none ("").
    times: str = ""
    #: Whether it says how surely each word was recognised.
    confidence: bool = False
    #: How the sides are told apart, in a few words; "" when they are not.
    roles: str = ""
    #: Which metadata it brings, in a few words.
    metadata: str = ""
    #: Whether it brings the recording, or names it.
    audio: bool = False
    #: Usual endings of its files.
    suffixes: tuple[str, ...] = ()
    #: What is lost on the way in, or must be known.
    note: str = ""
    #: Page of docs/reference that describes it.
    page: str = "formats.md"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON-ready values."""
        return {**asdict(self), "channels": [str(channel) for channel in self.channels]}


def abouts() -> dict[str, About]:
    """Return what is told of each format, by its name."""
    known = plugins.names(FORMATS, GROUP)
    return {name: plugins.load("format", name, FORMATS, GROUP).about for name in known}


@dataclass(frozen=True)
class Rejected:
    """Something that should have been a conversation, and why it is none."""

    #: As the user would name it.
    source: str
    error: QaError
    #: Where in the file, for one of several: "item 3", "line 7".
    place: str = ""
    #: Format that it was read as; "" when none was found.
    format: str = ""
    #: The item itself (text, or a JSON value), so that it can be mended; holds what people said.
    raw: Any = None


@dataclass(frozen=True)
class Files:
    """The files to look at: sorted, no hidden ones, each once."""

    paths: tuple[Path, ...]
    #: Those that the user named one by one, rather than the folder they lie in.
    named: frozenset[Path] = frozenset()
    #: Gives the checksum of a file's bytes; may know it of an earlier search.
    checksum: Callable[[Path], str] = audio.checksum


@dataclass(frozen=True)
class Claim:
    """Files that belong together, and how to read them."""

    #: The first of them decides when the group's turn comes.
    paths: tuple[Path, ...]
    #: May come to nothing where a look inside shows that it is none of ours.
    read: Callable[[], Iterable[Conversation | Rejected]]


@dataclass(frozen=True)
class Item:
    """What makes one conversation in a file of one or many."""

    file: Path
    #: Text, or a JSON value.
    value: Any
    #: Where in the file, for one of several: "item 3", "line 7"; "" for the whole file.
    place: str = ""

    @property
    def source(self) -> str:
        """The item as a user would name it: ``chats.jsonl#7``."""
        return f"{self.file}#{self.place.partition(' ')[2]}" if self.place else str(self.file)

    def wrong(self, what: str, mend: str = "", *, page: str = "formats.md") -> FormatError:
        """Return the error that names file and place.

        Parameters
        ----------
        what : what was found and what was expected; quotes nothing that people said.
        """
        place = f"{self.file}, {self.place}" if self.place else str(self.file)
        return FormatError(f"{place}: {what}", mend or _SEE.format(page=page))


@runtime_checkable
class Importer(Protocol):
    """Knows a format whose conversations may lie in several files each."""

    about: ClassVar[About]

    def claim(self, files: Files) -> Sequence[Claim]:
        """Return the groups of files that are of this format; reads no more than their heads."""
        ...


@runtime_checkable
class Format(Protocol):
    """Knows a format whose conversations lie in one file each, or many in one."""

    about: ClassVar[About]

    def fits(self, head: Head) -> bool:
        """Say by its head whether a file is of this format; exactly one format says so."""
        ...

    def brings(self, head: Head) -> Sequence[str]:
        """Return the names that recordings which belong to a file may have beside it."""
        ...

    def items(self, file: Path) -> Iterator[Item | Rejected]:
        """Yield what makes a conversation each; reads big files bit by bit."""
        ...

    def conversation(self, item: Item) -> Conversation:
        """Make the conversation of an item.

        Raises
        ------
        FormatError : it does not fit the format; see `Item.wrong`.
        """
        ...


def read_items(
    format: Format, items: Iterable[Item | Rejected], *, name: str
) -> Iterator[Conversation | Rejected]:
    """Yield the conversations of items; one that does not fit costs itself alone."""
    for item in items:
        if isinstance(item, Rejected):
            yield replace(item, format=name)
            continue
        try:
            yield convert(format, item)
        except InputError as err:
            yield Rejected(item.source, err, item.place, name, item.value)


def convert(format: Format, item: Item) -> Conversation:
    """Make the conversation of an item, whatever it holds.

    Raises
    ------
    InputError : it does not fit the format. What no importer foresaw is one as well: the
        item is at fault more often than the importer, and the rest must go on.
    """
    try:
        with _unswept():
            return format.conversation(item)
    except ValidationError as err:
        raise wrong_fields(item, err, page=format.about.page) from err
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as err:
        raise item.wrong(
            f"does not fit the format ({type(err).__name__}).", page=format.about.page
        ) from err


@contextmanager
def _unswept() -> Iterator[None]:
    """Look for no garbage meanwhile: all messages of a long conversation stay.

    To go through them again and again while they become more took a third of the time.
    """
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


def conversation_id(checksum: str) -> str:
    """Return the id of content: the same content has the same id, under whatever name."""
    return f"c{checksum.removeprefix('sha256:')[:16]}"


def digest(value: Any, *, in_order: bool = False) -> str:
    """Return ``sha256:<hex>`` of JSON-ready content, whatever its layout in the file.

    Parameters
    ----------
    in_order : the keys of its objects are sorted already, and no number is smaller than .0001 or
        larger than 1e15: then another encoder writes the same in a third of the time.
    """
    content = _encoded(value) if in_order else None
    if content is None:
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        content = text.encode("utf-8", "surrogatepass")
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def as_text(value: Any) -> bytes | str:
    """Return the JSON text of a JSON value."""
    content = _encoded(value)
    return json.dumps(value) if content is None else content


def _encoded(value: Any) -> bytes | None:
    """Return JSON in UTF-8; None where it holds half of a pair."""
    try:
        return to_json(value, inf_nan_mode="constants")
    except ValueError:
        return None


def wrong_fields(item: Item, err: ValidationError, *, page: str) -> FormatError:
    """Return the error that names every field which does not fit; quotes no value."""
    found = "; ".join(
        f"{'.'.join(str(p) for p in e['loc']) or 'the whole'}: {e['msg']}"
        for e in err.errors(include_input=False, include_url=False, include_context=False)[:_SHOWN]
    )
    more = err.error_count() - _SHOWN
    found += f"; and {more} more" if more > 0 else ""
    return item.wrong(f"{found}.", page=page)


#: Mistakes of one item that are named.
_SHOWN = 10
