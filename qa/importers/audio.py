"""Recordings: a file, or one for each side, with what names and sidecars say of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from qa import audio
from qa.errors import AudioError, FormatError, InputError
from qa.importers import names
from qa.importers.base import About, Claim, Files, Rejected, conversation_id, digest
from qa.importers.links import is_there, leads_out
from qa.importers.settling import is_being_written
from qa.importers.sidecar import JOIN_SUFFIX, PAGE, Sidecar, read_sidecar, sidecars_of
from qa.records import AudioSource, Channel, Conversation, Party, Role
from qa.settings import Settings

#: Gives the checksum of a file's bytes.
Checksum = Callable[[Path], str]


class AudioImporter:
    """Claims what is sound by its content, or says by its name that it should be."""

    about: ClassVar = About(
        title="Recordings",
        channels=(Channel.CALL,),
        roles="a channel or a file each, else told apart by voice",
        metadata="a sidecar in JSON, the file's name",
        audio=True,
        suffixes=tuple(sorted(audio.AUDIO_SUFFIXES)),
        note="Transcribed here.",
        page="recordings.md",
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def claim(self, files: Files) -> Sequence[Claim]:
        """Return a group for each call: its recording or its two sides, and its sidecars."""
        there = set(files.paths)
        claims = [
            _joined(path, files.checksum) for path in files.paths if path.name.endswith(JOIN_SUFFIX)
        ]
        taken = {p for claim in claims for p in claim.paths}
        sounds = [p for p in files.paths if p not in taken and _is_ours(p)]
        pairs = _pairs(sounds)
        for path in sounds:
            if path in pairs.values():
                continue
            other = pairs.get(path)
            group = (path,) if other is None else (path, other)
            beside = [s for p in group for s in sidecars_of(p) if s in there]
            if other is not None and (side := names.side_of(path)) is not None:
                beside += [s for s in sidecars_of(Path(f"{side.call}.wav")) if s in there]
            claims.append(Claim((*group, *beside), partial(_read, group, files.checksum)))
        return claims


def _is_ours(path: Path) -> bool:
    if path.suffix.lower() in audio.AUDIO_SUFFIXES:
        return True
    try:
        return bool(audio.sniff(path))
    except InputError:  # its name claims nothing, so nobody misses it
        return False


def _pairs(paths: Sequence[Path]) -> dict[Path, Path]:
    """Return the agent's (or sent) side -> the other side, of each call kept in two files."""
    sides: dict[tuple[Path, str], dict[str, Path]] = {}
    for path in paths:
        side = names.side_of(path)
        if side is not None:
            sides.setdefault((side.call, path.suffix.lower()), {})[side.mark] = path
    found = {}
    for marks in sides.values():
        if len(marks) == 2 and (pair := names.paired(*marks)):  # noqa: PLR2004
            found[marks[pair[0]]] = marks[pair[1]]
    return found


def _checked(path: Path) -> Path:
    """Return the path of a recording.

    Raises
    ------
    AudioError : it is none, whatever its name says.
    InputError : it cannot be read, is being written, or is no file but a pipe, which would
        wait for ever.
    """
    if is_there(path) and not path.is_file():
        raise InputError(f"{path}: not a file.", "Give the recording itself.")
    if is_being_written(path):
        raise InputError(
            f"{path}: a program is still writing it.",
            "Run the same again when the call is over; 'qa watch' waits by itself.",
        )
    if not audio.probe(path):
        with audio.open_audio(path):  # says what it is instead
            raise AudioError(f"{path}: no recording.", "Give the recording itself.")
    return path


def _sidecar(paths: Iterable[Path]) -> Sidecar:
    """Return the first sidecar that is there, an empty one where none is.

    Raises
    ------
    FormatError : it cannot be read, or is a link out of its folder.
    """
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return Sidecar()
    if leads_out(path, [path.parent]):
        raise FormatError(
            f"{path}: what is known of the call is a link out of its folder; not followed.",
            "Put a copy in its place.",
        )
    return read_sidecar(path)


def _read(group: Sequence[Path], checksum: Checksum) -> Iterator[Conversation | Rejected]:
    for path in group:
        _checked(path)
    if len(group) == 1:
        yield _one(group[0], _sidecar(sidecars_of(group[0])), checksum)
    else:
        yield _pair(group, checksum)


def _one(path: Path, said: Sidecar, checksum: Checksum) -> Conversation:
    own = checksum(path)
    source = AudioSource(uri=_uri(path), checksum=own, side=said.side)
    return _conversation(path, (source,), own, said, named=path)


def _pair(group: Sequence[Path], checksum: Checksum) -> Conversation:
    """Join two files whose names say that they are the sides of one call."""
    sides = [names.side_of(path) for path in group]
    stem = next(side.call for side in sides if side is not None)
    call = stem.with_name(stem.name + group[0].suffix)
    common = _sidecar(sidecars_of(call))
    own = [_sidecar(sidecars_of(path)) for path in group]
    said = Sidecar.model_validate(
        {k: getattr(s, k) for s in (*reversed(own), common) for k in s.model_fields_set}
    )
    direction = said.metadata(names.from_name(call)).direction
    sources = [
        AudioSource(
            uri=_uri(path),
            checksum=checksum(path),
            side=beside.side or names.role_of(side.mark if side else "", direction),
            offset=beside.offset,
        )
        for path, side, beside in zip(group, sides, own, strict=True)
    ]
    return _conversation(group[0], _ordered(sources), _together(sources), said, named=call)


def _joined(path: Path, checksum: Checksum) -> Claim:
    """Return the claim of a file that names the files of a call."""
    try:
        said = read_sidecar(path)
    except (FormatError, OSError) as err:
        return Claim((path,), partial(_raise, err))
    parts = [p for p in (_beside(path, f.file) for f in said.files) if _within(p, path)]
    return Claim((path, *parts), partial(_read_joined, path, said, checksum))


def _beside(path: Path, name: str) -> Path:
    """Return a file named in another, as walking the folder would name it."""
    return Path(os.path.normpath(path.parent / name))


def _within(file: Path, joining: Path) -> bool:
    folder = joining.parent
    return file.is_relative_to(folder) and not leads_out(file, [folder])


def _raise(err: Exception) -> Iterable[Conversation | Rejected]:
    raise err


def _read_joined(
    path: Path, said: Sidecar, checksum: Checksum
) -> Iterator[Conversation | Rejected]:
    if not said.files:
        raise FormatError(
            f"{path}: joins no files ('files' is missing or empty).",
            f"Name the files of the call, as docs/reference/{PAGE} describes.",
        )
    sources = []
    for part in said.files:
        file = _beside(path, part.file)
        if not _within(file, path):
            raise FormatError(
                f"{path}: 'files' names a file outside its folder.", "Put them side by side."
            )
        own = checksum(_checked(file))
        sources.append(
            AudioSource(uri=_uri(file), checksum=own, side=part.side, offset=part.offset)
        )
    yield _conversation(path, _ordered(sources), _together(sources), said, named=path)


def _ordered(sources: Sequence[AudioSource]) -> tuple[AudioSource, ...]:
    """Return the sides, the agent's first: that is the left channel of the call."""
    order = {Role.AGENT: 0, Role.BOT: 1, Role.CUSTOMER: 2}
    return tuple(sorted(sources, key=lambda s: order.get(s.side or Role.UNKNOWN, 3)))


def _together(sources: Sequence[AudioSource]) -> str:
    """Return one checksum for several files; their order and offsets are no content."""
    if len(sources) == 1:
        return sources[0].checksum
    return digest(sorted(source.checksum for source in sources))


def _conversation(
    path: Path, sources: tuple[AudioSource, ...], checksum: str, said: Sidecar, *, named: Path
) -> Conversation:
    sides = [s.side for s in sources if s.side in {Role.AGENT, Role.CUSTOMER, Role.BOT}]
    parties = said.parties or tuple(
        Party(id=role.value, role=role, role_source="metadata") for role in dict.fromkeys(sides)
    )
    return Conversation(
        id=conversation_id(checksum),
        channel=Channel.CALL,
        source=str(path),
        checksum=checksum,
        external_id=said.id,
        metadata=said.metadata(names.from_name(named)),
        parties=parties if len(sources) > 1 or said.parties else (),
        audio=sources,
        events=said.events,
    )


def _uri(path: Path) -> str:
    """Return the path as any process finds it, whatever folder it was started in."""
    return str(path.absolute())
