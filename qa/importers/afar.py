"""What lies at an address, as a folder of this machine for as long as it is looked through.

Importers know files. So a folder is made that holds what they would read: transcripts and
metadata whole, of recordings no more than their beginning, and of those whose checksum is known
from an earlier search nothing at all. What is found in it is then told of by its address.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from qa import audio
from qa.addresses import Address, Listed, Place, called, room_for
from qa.audio.files import room_on
from qa.errors import FormatError, InputError, QaError
from qa.importers.base import Rejected
from qa.importers.checksums import Checksums, stamp_of
from qa.importers.recordings import LIMIT
from qa.importers.settling import Settling
from qa.importers.sidecar import sidecars_of
from qa.records import Conversation
from qa.settings import Settings

#: Bytes of a recording that tell what it is.
_BEGINNING = 1 << 16
#: What stands for a recording that is known.
_STAND_IN = b"RIFF\0\0\0\0WAVE"
#: What begins transcripts that name their recordings, which are then read with them.
_NAMES_RECORDINGS = b'"vcon"'
_PREFIX = "afar-"
#: Seconds after which a folder is taken for one that a killed process left.
_LEFT_S = 2 * 86_400.0
#: Bytes that a name may have.
_NAME = 255


class Afar:
    """A folder that stands for what lies at an address.

    Parameters
    ----------
    address : a thing, what many begin with, or a pattern of names.
    folder : an empty one.
    """

    def __init__(self, address: Address, folder: Path, settings: Settings, sums: Checksums) -> None:
        self._address = address
        self._settings = settings
        self._sums = sums
        self.folder = folder
        #: What is to be looked through.
        self.paths: Sequence[Path] = [folder]
        self._place = Place(address)
        #: By their names in the folder.
        self._things: dict[Path, Listed] = {}
        self._known: dict[Path, str] = {}
        self._stand_in: Path | None = None

    def close(self) -> None:
        """Let the server go."""
        self._place.close()

    def fill(self, settling: Settling | None) -> Iterator[Rejected]:
        """Fill the folder; yield what cannot be looked at, and why.

        Raises
        ------
        Away : the server does not answer, or not any more.
        InputError : nothing is there, or we may not look.
        DiskFull : no room.
        """
        folders: dict[Path, list[Path]] = {}
        listed = self._place.listed()
        alone = self._address.is_pattern() or [t.address for t in listed] == [self._address]
        for thing in [*listed, *(self._metadata(listed) if alone else ())]:
            path, wrong = self._named(thing)
            if wrong is not None:
                yield Rejected(str(thing.address), wrong)
            elif path is not None and path not in self._things:
                self._things[path] = thing
                folders.setdefault(path.parent, []).append(path)
        if alone:
            ours = {t.address for t in listed}
            self.paths = [p for p, t in self._things.items() if t.address in ours]
        if settling is not None:
            settling.afar |= {self.key(p): _look(t) for p, t in self._things.items()}
        with ThreadPoolExecutor(self._address.kind.at_once) as pool:
            for folder, paths in folders.items():
                if settling is not None and settling.knows(map(self.key, paths)):
                    continue  # nothing is new there
                with room_on(self.folder):
                    folder.mkdir(parents=True, exist_ok=True)
                    yield from self._fill(paths, pool)

    def _metadata(self, listed: Sequence[Listed]) -> Iterator[Listed]:
        """Yield what tells of recordings that were named without the folder they lie in."""
        folders: dict[str, Address] = {}
        wanted: set[str] = set()
        for thing in listed:
            path = thing.address.path
            if PurePosixPath(path).suffix.lower() in audio.AUDIO_SUFFIXES:
                folders.setdefault(path.rpartition("/")[0], thing.address)
                wanted.update(map(str, sidecars_of(Path(path))))
        for address in folders.values():
            yield from (t for t in self._place.beside(address) if t.address.path in wanted)

    def _named(self, thing: Listed) -> tuple[Path | None, InputError | None]:
        """Return what a thing is called in the folder; None for what is hidden or has no name."""
        parts = thing.address.path.split("/")
        begin = self._begin()
        own = parts[begin:]
        odd = any(p in {"", ".", ".."} or "\0" in p or len(_bytes(p)) > _NAME for p in own)
        path = self.folder.joinpath(*own) if not odd else None
        if path is None or any(p in self._things for p in path.parents):
            return None, InputError(
                f"{thing.address}: a name that no file can have.",
                "Give it another: parts between '/' that are neither empty nor '..', at most "
                f"{_NAME} bytes each, and none that is both a recording and a folder.",
            )
        return (None, None) if any(p.startswith(".") for p in own) else (path, None)

    def _begin(self) -> int:
        """Return how many parts of all paths are of the folder itself."""
        fixed = self._address.path.split("/")[:-1]
        plain = 0
        for part in fixed:
            if self._address.at(part).is_pattern():
                break
            plain += 1
        return plain

    def _fill(self, paths: Sequence[Path], pool: ThreadPoolExecutor) -> Iterator[Rejected]:
        """Fill one folder; texts first, since they may name recordings."""
        sounds = [p for p in paths if p.suffix.lower() in audio.AUDIO_SUFFIXES]
        others = [p for p in paths if p.suffix.lower() not in audio.AUDIO_SUFFIXES]
        yield from self._read(others, pool, whole=False)
        whole = any(_names_recordings(p) for p in others)
        known = {} if whole else {p: self._sums.of_thing(self._things[p]) for p in sounds}
        for path, checksum in known.items():
            if checksum is not None:
                self._known[path] = checksum
                self._stand_in_for(path)
        yield from self._read([p for p in sounds if not known.get(p)], pool, whole=whole)

    def _read(
        self, paths: Sequence[Path], pool: ThreadPoolExecutor, *, whole: bool
    ) -> Iterator[Rejected]:
        def one(path: Path) -> str | InputError:
            try:
                return self._copy(path, whole=whole)
            except InputError as err:
                return err

        for path, came in zip(paths, pool.map(one, paths), strict=True):
            if isinstance(came, InputError):
                path.unlink(missing_ok=True)
                yield Rejected(str(self._things[path].address), came)
            else:
                self._known[path] = came

    def _copy(self, path: Path, *, whole: bool) -> str:
        """Copy of a thing what importers read, and read all of it for its checksum."""
        thing = self._things[path]
        name_says = path.suffix.lower() in audio.AUDIO_SUFFIXES
        seen, come, sound = hashlib.sha256(), 0, name_says
        room_for(
            0 if sound and not whole else thing.size,
            self.folder,
            least_free_mb=self._settings.least_free_mb,
        )
        with path.open("wb") as out:
            for block in self._place.blocks(thing):
                if not come:
                    out.write(block)
                    out.flush()
                    kind = audio.sniff(path)
                    sound = name_says or bool(kind)
                    if kind and not whole:
                        out.truncate(_BEGINNING)
                elif whole or not sound:
                    out.write(block)
                come += len(block)
                seen.update(block)
                if come > LIMIT and (whole or not sound):
                    raise FormatError(f"{thing.address}: more than {LIMIT:,} bytes.", "Split it.")
        if come != thing.size or self._changed(thing):
            raise InputError(
                f"{thing.address}: it became another while it was read.",
                "Run the same again once nothing writes it any more.",
            )
        return f"sha256:{seen.hexdigest()}"

    def _changed(self, thing: Listed) -> bool:
        """Say whether a thing is another by now, where that could go unnoticed."""
        if thing.settled:
            return False
        now = self._place.look(thing.address)
        return (now.size, now.mark) != (thing.size, thing.mark)

    def _stand_in_for(self, path: Path) -> None:
        """Let a known recording be there without a byte of it: a name more of the same file."""
        if self._stand_in is not None:
            with suppress(OSError):  # a file has so many names at most
                os.link(self._stand_in, path)
                return
        path.write_bytes(_STAND_IN)
        self._stand_in = path

    def checksum(self, path: Path) -> str:
        """Return the checksum of what lies at the address, as `Checksums.of` does of a file."""
        known = self._known.get(path)
        if known is None:
            return audio.checksum(path)
        self._sums.note_thing(self._things[path], known)
        return known

    def told(self, found: Conversation | Rejected) -> Conversation | Rejected:
        """Tell of what was found in the folder by its address."""
        if isinstance(found, Rejected):
            called(found.error, self._names())
            return replace(found, source=self._said(found.source))
        sources = tuple(
            s if s.content is not None else s.model_copy(update={"uri": self._said(s.uri)})
            for s in found.audio
        )
        return found.model_copy(update={"source": self._said(found.source), "audio": sources})

    def called(self, err: QaError) -> QaError:
        """Let an error speak of the address instead of the folder."""
        return called(err, self._names())

    def _names(self) -> dict[str, str]:
        lead = str(self._address.at("/".join(self._address.path.split("/")[: self._begin()])))
        below = lead if lead.endswith("/") else f"{lead}/"
        return {f"{self.folder}/": below, str(self.folder): str(self._address)}

    def _said(self, text: str) -> str:
        for here, there in self._names().items():
            if text.startswith(here):
                return there + text.removeprefix(here)
        return text

    def key(self, path: Path) -> Path:
        """Return what a watch knows a thing by, whatever the folder is called today."""
        return Path(self._said(str(path)))


class Seen:
    """What a watch has seen of an address: `Settling`, asked by names in the folder."""

    def __init__(self, settling: Settling, afar: Afar) -> None:
        self._settling, self._afar = settling, afar

    def ready(self, paths: Sequence[Path]) -> bool:
        """Say whether things that belong together are to be taken."""
        return self._settling.ready([self._afar.key(path) for path in paths])

    def take(self, paths: Sequence[Path]) -> bool:
        """Note that things were read."""
        return self._settling.take([self._afar.key(path) for path in paths])


@contextmanager
def made(address: Address, settings: Settings, sums: Checksums) -> Iterator[Afar]:
    """Give an address a folder, gone afterwards.

    Raises
    ------
    Away, InputError, MissingExtra : as `Place`.
    """
    above = settings.data / "scratch" if settings.data.is_dir() else Path(tempfile.gettempdir())
    above.mkdir(exist_ok=True, mode=0o700)
    _sweep(above)
    with (
        tempfile.TemporaryDirectory(dir=above, prefix=_PREFIX) as name,
        closing(Afar(address, Path(name).absolute(), settings, sums)) as there,
    ):
        yield there


def _sweep(above: Path) -> None:
    """Remove what killed processes left: it holds what was said."""
    for left in above.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _LEFT_S:
                shutil.rmtree(left)


def _look(thing: Listed) -> tuple[int, int]:
    return thing.size, stamp_of(thing)


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _names_recordings(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _NAMES_RECORDINGS in file.read(_BEGINNING)
    except OSError:  # it could not be read, and was told of
        return False
