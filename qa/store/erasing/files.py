"""What lies outside the tables: the vault, results of stages, and recordings that are ours."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from qa.addresses import is_address, parse, removed
from qa.cache import StageCache
from qa.errors import Away, InputError, MissingExtra, NotFound, StoreError
from qa.records import AudioSource, Conversation
from qa.sealing import keys_of
from qa.settings import Settings
from qa.store.erasing.policies import What
from qa.store.erasing.rows import NOWHERE, Begun
from qa.store.vault import SCHEME, Kind, Vault, local_path

#: Recordings that a conversation has at most in the vault, where nothing says how many.
_MOST = 20
#: What follows a recording's own name, or its name without the ending, in the name of the file
#: that tells of it; as `qa.importers.sidecar` reads it.
_BESIDE = (".json", ".wav_metadata.json", ".wav_call_metadata.json")


@dataclass
class Removed:
    """What became of a conversation's files."""

    #: "playback", "turns", "recording"; each once.
    gone: list[str] = field(default_factory=list)
    #: Recordings that lie elsewhere and are not ours to delete: their addresses.
    outside: list[str] = field(default_factory=list)
    #: Addresses from which a recording of ours was deleted, or where none is any more.
    emptied: set[str] = field(default_factory=set)
    #: What could not be removed, and why; it is tried again.
    failed: list[str] = field(default_factory=list)


class Files:
    """Removes what was said and heard from disks.

    Parameters
    ----------
    settings : say which recordings are ours.
    """

    def __init__(self, vault: Vault, settings: Settings) -> None:
        self._vault = vault
        self._stages = StageCache(settings.cache_folder, keys=keys_of(settings))
        ours = [one.path for one in settings.sources if one.owned]
        self._owned = [path.resolve() for path in ours if isinstance(path, Path)]
        self._owned_places = [parse(path) for path in ours if isinstance(path, str)]

    def forget_nameless(self) -> None:
        """Remove results of stages of which nobody can say whose they are."""
        self._stages.forget_nameless()

    def remove(self, one: Begun) -> Removed:
        """Remove what is to be erased of a conversation; what failed of it is named."""
        made = Removed()
        try:
            payload = self._payload(one.id)
        except StoreError as err:  # damaged, or its key is not here
            payload = None
            made.outside.append(f"{one.id}: it is not known where its recording lies: {err.reason}")
        try:
            if What.AUDIO in one.kinds:
                self._remove_audio(one, payload, made)
            elif one.request:  # its copies went before; whoever asks is told of the rest
                self._remove_outside(payload, made)
            if What.UNREDACTED in one.kinds:
                self._drop("turns", one.id, made)
            heard = {What.AUDIO, What.UNREDACTED} & set(one.kinds)
            if heard and self._stages.forget([one.checksum]):
                made.gone.append("cache")
            self._settle(one, payload, made)
        except OSError as err:
            made.failed.append(f"{one.id}: {err.strerror or type(err).__name__}")
        except (StoreError, InputError, Away, MissingExtra) as err:
            made.failed.append(f"{one.id}: {err.reason}")
        return made

    def forget_played(self, id: str) -> None:
        """Remove what is played and drawn of a conversation."""
        self._vault.drop("playback", id)
        self._vault.drop("peaks", id)

    def forget_rejects(self, speaks: Callable[[str], bool]) -> int:
        """Remove items that could not be taken in and speak of somebody; return how many."""
        gone = 0
        for path in self._rejects():
            lines = path.read_text("utf-8").splitlines(keepends=True)
            kept = [line for line in lines if not speaks(line)]
            gone += len(lines) - len(kept)
            if not kept:
                path.unlink(missing_ok=True)
            elif len(kept) < len(lines):
                self._vault.put("rejects", path.stem, "".join(kept).encode(), suffix=path.suffix)
        return gone

    def forget_old_rejects(self, before: datetime) -> int:
        """Remove files of items that could not be taken in and that nobody touched since then."""
        old = [path for path in self._rejects() if path.stat().st_mtime < before.timestamp()]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def _rejects(self) -> list[Path]:
        return sorted((self._vault.folder / "rejects").glob("??/*.jsonl"))

    def left(self, one: Begun) -> Iterator[str]:
        """Yield what is still there of what was removed: nothing, unless something is wrong."""
        kinds: list[Kind] = []
        if What.AUDIO in one.kinds:
            kinds += ["playback", "peaks"]
            if any(self._vault.has("original", name) for name in _names(one.id, None)):
                yield "original"
        if What.UNREDACTED in one.kinds:
            kinds.append("turns")
            if self._stages.has(one.checksum):
                yield "cache"
            payload = self._payload(one.id)
            if payload is not None and _speaks(payload):
                yield "conversation"
        if one.whole or one.request:
            kinds.append("conversation")
        yield from (kind for kind in kinds if self._vault.has(kind, one.id))

    def _payload(self, id: str) -> Conversation | None:
        """Return the conversation as it came in; None where that is gone."""
        try:
            return Conversation.model_validate_json(self._vault.read("conversation", id))
        except NotFound:
            return None

    def _drop(self, kind: Kind, id: str, made: Removed) -> None:
        if self._vault.drop(kind, id):
            made.gone.append(kind)

    def _remove_audio(self, one: Begun, payload: Conversation | None, made: Removed) -> None:
        self._drop("playback", one.id, made)
        self._drop("peaks", one.id, made)
        for name in _names(one.id, payload):
            if self._vault.drop("original", name) and "original" not in made.gone:
                made.gone.append("original")
        self._remove_outside(payload, made)

    def _remove_outside(self, payload: Conversation | None, made: Removed) -> None:
        for source in payload.audio if payload else ():
            if source.uri.startswith(SCHEME):
                continue
            if local_path(source.uri) is None and is_address(source.uri):
                self._remove_afar(source, made)
            else:
                self._remove_recording(source, made)

    def _remove_afar(self, source: AudioSource, made: Removed) -> None:
        """Delete a recording at an address, if it is ours and still the same."""
        address = parse(source.uri)
        owner = next((place for place in self._owned_places if place.holds(address)), None)
        if owner is None:
            made.outside.append(source.uri)
            return
        name = address.path.rpartition("/")[2]
        others = [
            address.at(address.path.removesuffix(name) + other.name) for other in beside(Path(name))
        ]
        if removed(address, checksum=source.checksum, beside=others, within=owner):
            made.emptied.add(source.uri)
            made.gone.append("recording")
        else:
            made.outside.append(f"{source.uri} (another recording lies there now)")

    def _remove_recording(self, source: AudioSource, made: Removed) -> None:
        """Delete a recording where it lies, if it is ours and still the same."""
        path = local_path(source.uri)
        root = self._owner(path) if path is not None else None
        if path is None or root is None:
            if _lies(source.uri):
                made.outside.append(source.uri)
            return
        if not root.exists():
            raise FileNotFoundError(errno.ENOENT, f"{root} is not here: is it mounted?")
        if not path.is_file():
            return
        if _checksum(path) != source.checksum:
            made.outside.append(f"{source.uri} (another recording lies there now)")
            return
        path.unlink(missing_ok=True)
        for other in beside(path):
            other.unlink(missing_ok=True)
        made.gone.append("recording")

    def _owner(self, path: Path) -> Path | None:
        """Return the source that is ours and that a file belongs to."""
        real = path.resolve()
        ours = (owned for owned in self._owned if real == owned or real.is_relative_to(owned))
        return next(ours, None)

    def _settle(self, one: Begun, payload: Conversation | None, made: Removed) -> None:
        """Keep of what came in no more than where its recordings lie, and that while it is needed.

        Whoever asks later to be erased is told of recordings that only a person can delete.
        """
        silent = What.UNREDACTED in one.kinds or (payload is not None and not _speaks(payload))
        if one.whole or one.request or (What.UNREDACTED in one.kinds and payload is None):
            self._drop("conversation", one.id, made)
        elif payload is not None and silent:
            there = [s for s in payload.audio if s.uri not in made.emptied]
            places = [s for s in there if self._lies_there(s)]
            if not places:
                self._drop("conversation", one.id, made)
            elif What.UNREDACTED in one.kinds:
                bare = _bare(payload).model_dump_json().encode()
                self._vault.put("conversation", one.id, bare, suffix=".json")
                made.gone.append("words of the source")

    def _lies_there(self, source: AudioSource) -> bool:
        if source.uri.startswith(SCHEME):
            return self._vault.has("original", Path(source.uri.removeprefix(SCHEME)).stem)
        return _lies(source.uri)


def _lies(uri: str) -> bool:
    """Say whether a recording lies there still, as far as this machine can tell."""
    path = local_path(uri)
    return path is None or path.exists() or not path.parent.exists()


def beside(path: Path) -> tuple[Path, ...]:
    """Return the names that the file which tells of a recording may have."""
    stem = path.with_suffix("").name
    names = (*(stem + ending for ending in _BESIDE), path.name + ".json")
    return tuple(path.with_name(name) for name in names)


def _speaks(payload: Conversation) -> bool:
    """Say whether what came in holds more than where its recordings lie."""
    return payload != _bare(payload)


def _bare(payload: Conversation) -> Conversation:
    return Conversation(
        id=payload.id,
        channel=payload.channel,
        source=NOWHERE,
        checksum=payload.checksum,
        audio=payload.audio,
    )


def _names(id: str, payload: Conversation | None) -> Sequence[str]:
    """Return what a conversation's recordings in the vault may be called."""
    count = max(len(payload.audio) if payload else 0, _MOST)
    return [f"{id}-{number}" for number in range(count)]


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
