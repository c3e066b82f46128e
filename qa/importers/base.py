"""What importers have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from pydantic import ValidationError

from qa.errors import FormatError, QaError
from qa.records import Conversation

#: name -> "module:class"; built as ``cls(settings)``. The first to claim a file has it.
FORMATS = {
    "audio": "qa.importers.audio:AudioImporter",
    "chat-json": "qa.importers.chat_json:ChatJsonImporter",
}
GROUP = "qa.importers"


@dataclass(frozen=True)
class Rejected:
    """A file that should have been a conversation, and why it is none."""

    #: As the user would name it.
    source: str
    error: QaError


@dataclass(frozen=True)
class Files:
    """The files to look at: sorted, no hidden ones, each once."""

    paths: tuple[Path, ...]
    #: Those that the user named one by one, rather than the folder they lie in.
    named: frozenset[Path] = frozenset()


@dataclass(frozen=True)
class Claim:
    """Files that belong together, and how to read them."""

    #: The first of them decides when the group's turn comes.
    paths: tuple[Path, ...]
    #: May come to nothing where a look inside shows that it is none of ours.
    read: Callable[[], Iterable[Conversation | Rejected]]


@runtime_checkable
class Importer(Protocol):
    """Knows one format."""

    def claim(self, files: Files) -> Sequence[Claim]:
        """Return the groups of files that are of this format; reads no more than their heads."""
        ...


def conversation_id(checksum: str) -> str:
    """Return the id of content: the same content has the same id, under whatever name."""
    return f"c{checksum.removeprefix('sha256:')[:16]}"


def digest(value: Any) -> str:
    """Return ``sha256:<hex>`` of JSON-ready content, whatever its layout in the file."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def wrong_fields(path: Path, err: ValidationError, *, where: str = "", page: str) -> FormatError:
    """Return the error that names every field which does not fit; quotes no value.

    Parameters
    ----------
    where : place in the file, before the field's own ("conversation 3").
    page : page of the reference that describes the format.
    """
    found = "; ".join(
        f"{'.'.join(str(p) for p in e['loc']) or 'the whole'}: {e['msg']}"
        for e in err.errors(include_input=False, include_url=False, include_context=False)
    )
    place = f"{path}, {where}" if where else str(path)
    return FormatError(f"{place}: {found}.", f"Mend it as docs/reference/{page} describes.")


def read_json(path: Path, *, page: str) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    FormatError : no JSON, or not in UTF-8; names the line and column.
    OSError : the file cannot be read.
    """
    mend = f"Write it as docs/reference/{page} describes, in UTF-8."
    try:
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as err:
        raise FormatError(
            f"{path}:{err.lineno}:{err.colno}: no valid JSON ({err.msg.lower()}).", mend
        ) from err
    except UnicodeDecodeError as err:
        raise FormatError(f"{path}: not in UTF-8 (byte {err.start}).", mend) from err
    except RecursionError as err:
        raise FormatError(f"{path}: nested too deeply to be a conversation.", mend) from err
