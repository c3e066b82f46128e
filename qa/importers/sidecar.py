"""The JSON file beside a recording: what is known about the call."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import AwareDatetime, ConfigDict, Field, ValidationError

from qa.errors import FormatError
from qa.importers.base import Item, wrong_fields
from qa.importers.encoding import read_text
from qa.importers.json_items import parse_file
from qa.records import Event, Metadata, Party, Record, Role

PAGE = "recordings.md"
#: What follows the recording's own name, or its name without the suffix.
SUFFIXES = (".json", ".wav_metadata.json", ".wav_call_metadata.json")
#: Bytes that a sidecar may have.
LIMIT = 4 << 20
#: A file of this ending joins files whose names say nothing.
JOIN_SUFFIX = ".call.json"


class SideFile(Record):
    """One file of a call that a `JOIN_SUFFIX` file joins."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    #: Relative to the joining file.
    file: str = Field(pattern=r"^[^\x00]+$")
    side: Role
    #: Seconds by which it starts later than the call.
    offset: float = 0.0


class Sidecar(Metadata):
    """The metadata of a call, and what else may be said of a recording."""

    #: Unknown keys are not an error: other systems write theirs. See `ignored`.
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    id: str | None = None
    #: Whose side this file is, and how many seconds it starts later than the call.
    side: Role | None = None
    offset: float = 0.0
    started_at: AwareDatetime | None = None
    parties: tuple[Party, ...] = ()
    events: tuple[Event, ...] = ()
    files: tuple[SideFile, ...] = ()

    def metadata(self, named: Metadata) -> Metadata:
        """Return what is known: the sidecar's word, else that of the file name."""
        said = {k: getattr(self, k) for k in self.model_fields_set & set(Metadata.model_fields)}
        both = {**named.model_dump(exclude_defaults=True), **said}
        both["extra"] = {**named.extra, **self.extra}
        return Metadata.model_validate(both)


def sidecars_of(path: Path) -> tuple[Path, ...]:
    """Return the names that a recording's sidecar may have."""
    stem = path.with_suffix("").name
    names = (*(stem + suffix for suffix in SUFFIXES), path.name + ".json")
    return tuple(path.with_name(name) for name in names)


def read_sidecar(path: Path) -> Sidecar:
    """Read a sidecar.

    Keys that are none of ours are left out, since other systems put names and numbers of
    people there; their names are kept in ``extra["ignored"]``.

    Raises
    ------
    FormatError : no JSON, or a field of the wrong type; names all of them.
    OSError : the file cannot be read.
    """
    data = parse_file(path, read_text(path, limit=LIMIT))
    if not isinstance(data, dict):
        raise FormatError(
            f"{path}: holds a {type(data).__name__}, not an object with fields.",
            f"Mend it as docs/reference/{PAGE} describes.",
        )
    try:
        # As JSON, so that text may stand for times and roles but never for a number.
        sidecar = Sidecar.model_validate_json(json.dumps(data))
    except ValidationError as err:
        raise wrong_fields(Item(path, data), err, page=PAGE) from err
    ignored = sorted(set(data) - set(Sidecar.model_fields))
    if not ignored:
        return sidecar
    extra = {**sidecar.extra, "ignored": ", ".join(ignored)[:500]}
    return sidecar.model_copy(update={"extra": extra})
