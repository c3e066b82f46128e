"""Looks through files and folders for conversations."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from qa import audio, plugins
from qa.addresses import Address
from qa.errors import Away, FormatError, InputError, QaError, UsageError
from qa.importers import afar
from qa.importers.base import (
    FORMATS,
    GROUP,
    Claim,
    Files,
    Format,
    Importer,
    Rejected,
    read_items,
)
from qa.importers.checksums import Checksums
from qa.importers.head import read_head
from qa.importers.joining import with_recording
from qa.importers.knowing import Knowing
from qa.importers.links import leads_out
from qa.importers.settling import Settling
from qa.importers.unknown import why_none
from qa.records import Conversation
from qa.settings import Settings

log = logging.getLogger(__name__)
#: Endings that files of all kinds have; any other ending of a format says what the file is.
_COMMON = frozenset({".json", ".jsonl", ".ndjson", ".txt", ".text", ".log", ".md", ".csv", ".tsv"})


def find(
    paths: Sequence[Path | Address],
    settings: Settings,
    *,
    format: str = "auto",
    settling: Settling | None = None,
) -> Iterator[Conversation | Rejected]:
    """Yield the conversations in files, folders and at addresses, in the order of their names.

    Folders are searched to any depth; hidden files are left out, and a link that leads out of
    what was given is named and not followed. The content decides what a file is. A transcript
    and a recording of the same name in one folder are one call. The same content under two
    names comes twice, with the same id: the store registers the first. An address that cannot
    be read is named as what could not be taken in, and the rest goes on.

    Parameters
    ----------
    format : name of one format, or "auto" for all of them.
    settling : leaves out what is not whole yet, and what it let through before; then it is
        no mistake that there is nothing.

    Raises
    ------
    UsageError : a path that does not exist, or nothing in them that could be a conversation.
    SettingsError : patterns of names or tables to join that cannot be used.
    UnknownName : no format of that name.
    """
    known = plugins.names(FORMATS, GROUP) if format == "auto" else [format]
    parts = {name: plugins.load("format", name, FORMATS, GROUP)(settings) for name in known}
    here = [path for path in paths if isinstance(path, Path)]
    missing = [str(path) for path in here if not os.path.lexists(path)]
    if missing:
        raise UsageError(f"No such file or folder: {', '.join(missing)}.", "Check the name.")
    knowing, sums = Knowing(settings), Checksums(settings)

    def searched(
        folders: Sequence[Path], checksum: Callable[[Path], str], seen: Ready | None
    ) -> Iterator[Conversation | Rejected]:
        search = _Search(folders, parts, forced=format != "auto", checksum=checksum)
        search.settling = seen
        for one in search.run():
            yield one if isinstance(one, Rejected) else knowing.told(one)

    searches = [searched(here, sums.of, settling)] if here or not paths else []
    searches += [
        _afar(address, settings, sums, settling, searched)
        for address in paths
        if not isinstance(address, Path)
    ]
    return _one_after_another(searches, sums)


def _one_after_another(
    searches: Sequence[Iterator[Conversation | Rejected]], sums: Checksums
) -> Iterator[Conversation | Rejected]:
    """Go through searches; that one finds nothing is a mistake where none finds any."""
    nothing: list[UsageError] = []
    with closing(sums):
        for search in searches:
            try:
                yield from search
            except UsageError as err:
                if len(searches) == 1:
                    raise
                nothing.append(err)
    if len(nothing) == len(searches):
        raise nothing[0]


def _afar(
    address: Address,
    settings: Settings,
    sums: Checksums,
    settling: Settling | None,
    searched: Callable[..., Iterator[Conversation | Rejected]],
) -> Iterator[Conversation | Rejected]:
    """Look through what lies at an address, by a folder that stands for it."""
    try:
        with afar.made(address, settings, sums) as there:
            trouble = False
            for wrong in there.fill(settling):
                trouble = True
                yield wrong
            seen = afar.Seen(settling, there) if settling is not None else None
            try:
                for one in searched(there.paths, there.checksum, seen):
                    yield there.told(one)
            except UsageError as err:
                if trouble:  # which was told of
                    return
                raise there.called(err) from err.__cause__
    except (Away, InputError) as err:
        yield Rejected(str(address), err)


class Ready(Protocol):
    """Says of files that belong together whether they are to be taken: `Settling`."""

    def ready(self, paths: Sequence[Path]) -> bool:
        """Say whether they are whole and not taken yet."""
        ...

    def take(self, paths: Sequence[Path]) -> bool:
        """Note that they were read; False when one of them changed meanwhile."""
        ...


class _Search:
    """One search.

    Attributes
    ----------
    settling : says which files are whole yet; None = all are taken for it.

    Parameters
    ----------
    forced : the user named the format: a file that they named as well is read as that.
    checksum : gives that of a file's bytes.
    """

    settling: Ready | None = None

    def __init__(
        self,
        paths: Sequence[Path],
        parts: Mapping[str, Importer | Format],
        *,
        forced: bool,
        checksum: Callable[[Path], str],
    ) -> None:
        self._paths = paths
        self._checksum = checksum
        self._known = list(parts)
        self._groups = {n: p for n, p in parts.items() if isinstance(p, Importer)}
        self._formats = {n: p for n, p in parts.items() if isinstance(p, Format)}
        self._forced = forced
        self._files = Files(())

    def run(self) -> Iterator[Conversation | Rejected]:
        """Yield what is found."""
        found, trouble = _walk(self._paths)
        self._files = replace(found, checksum=self._checksum)
        yield from trouble
        some, skipped = bool(trouble), 0
        for claim in self._claims():
            if self.settling is not None and not self.settling.ready(claim.paths):
                continue
            came = False
            for one in self._whole(claim):
                came = True
                yield one
            rest = [] if came else [p for p in claim.paths if self._missed(p)]
            for path in rest:
                yield Rejected(str(path), _no_format(path, self._known))
            some |= came or bool(rest)
            skipped += not came and not rest
        if not some and self.settling is None:
            where = ", ".join(str(path) for path in self._paths) or "nothing"
            raise UsageError(
                f"No recordings and no chats in {where}"
                f" ({len(self._files.paths)} files looked at).",
                "Give a folder with recordings (WAV, MP3, ...), transcripts or chats;"
                f" formats: {', '.join(self._known)}.",
            )
        if skipped:
            log.info("%d files are neither recordings nor conversations; left out", skipped)

    def _whole(self, claim: Claim) -> Iterator[Conversation | Rejected]:
        """Read a group; nothing comes of it where it changes while it is read."""
        if self.settling is None:
            yield from _read(claim)
            return
        found = list(_read(claim))
        if self.settling.take(claim.paths):
            yield from found

    def _missed(self, path: Path) -> bool:
        """Say whether somebody would miss a file that no format takes."""
        endings = {s for f in self._formats.values() for s in f.about.suffixes} - _COMMON
        return path in self._files.named or path.suffix.lower() in endings

    def _claims(self) -> Iterator[Claim]:
        """Yield the groups in order of their first file; each is looked at when its turn comes."""
        # A pipe would wait for ever, by a link as well; a link that leads nowhere is told of.
        rest = dict.fromkeys(p for p in self._files.paths if p.is_file() or not p.exists())
        claims = self._joined(list(rest))
        for importer in [None, *self._groups.values()]:
            if importer is not None:
                claims += importer.claim(replace(self._files, paths=tuple(rest)))
            for path in (p for claim in claims for p in claim.paths):
                rest.pop(path, None)
        taken = {path for claim in claims for path in claim.paths}
        alone = (p for p in self._files.paths if p not in taken)
        claims += [Claim((p,), partial(self._alone, p)) for p in alone]
        yield from sorted(claims, key=lambda claim: claim.paths[0])

    def _joined(self, paths: Sequence[Path]) -> list[Claim]:
        """Return the groups of a recording and what says its words, in one folder.

        Of several forms of the same transcript the first in the order of `FORMATS` is read.
        """
        sounds = {p for p in paths if p.suffix.lower() in audio.AUDIO_SUFFIXES}
        folders = {p.parent for p in sounds}
        of_sound: dict[Path, list[tuple[str, Path]]] = {}
        for path in paths:
            if path in sounds or path.parent not in folders or not path.is_file():
                continue
            name, names = self._brings(path)
            for sound in (path.with_name(n) for n in names):
                if sound in sounds:
                    of_sound.setdefault(sound, []).append((name, path))
                    break
        order = list(self._formats)
        claims = []
        for sound, forms in of_sound.items():
            forms.sort(key=lambda form: order.index(form[0]))
            name, first = forms[0]
            beside = [sound, *(path for _, path in forms[1:])]
            claims.append(Claim((first, *beside), partial(self._with_sound, name, first, sound)))
        return claims

    def _brings(self, path: Path) -> tuple[str, Sequence[str]]:
        """Return a file's format, and the names of recordings that may belong to it."""
        head = read_head(path)
        for name, known in self._formats.items():
            if known.fits(head):
                names = known.brings(head)
                return name, [n for n in names if "/" not in n and n not in {"", ".", ".."}]
        return "", ()

    def _with_sound(self, name: str, path: Path, sound: Path) -> Iterator[Conversation | Rejected]:
        found = list(read_items(self._formats[name], self._formats[name].items(path), name=name))
        if len(found) == 1 and not isinstance(found[0], Rejected):
            yield with_recording(found[0], sound, checksum=self._files.checksum)
        else:
            yield from found

    def _alone(self, path: Path) -> Iterator[Conversation | Rejected]:
        """Read a file that no group has, by the first format that it fits."""
        if not path.is_file():
            if path.is_symlink():
                path.stat()  # says why it leads nowhere
            return
        head = read_head(path)
        for name, known in self._formats.items():
            if known.fits(head) or (self._forced and path in self._files.named):
                yield from read_items(known, known.items(path), name=name)
                return


def _no_format(path: Path, known: Sequence[str]) -> InputError:
    if path.exists() and not path.is_file():
        return InputError(f"{path}: not a file.", "Give a file or a folder.")
    return FormatError(
        f"{path}: neither a recording nor a conversation in a known format{why_none(path)}.",
        f"Known formats: {', '.join(known)}; 'qa formats' describes them.",
    )


def _walk(paths: Sequence[Path]) -> tuple[Files, list[Rejected]]:
    found: dict[Path, None] = {}
    named = set()
    trouble: list[Rejected] = []

    def closed(err: OSError) -> None:
        reason = f"{err.filename}: the folder cannot be read ({(err.strerror or '').lower()})."
        mend = "Give the account that runs qa the right to read it."
        trouble.append(Rejected(str(err.filename), InputError(reason, mend)))

    for path in paths:
        if not path.is_dir():
            found[path] = None
            named.add(path)
            continue
        for entry in _entries(str(path), closed):
            here = Path(entry.path)
            if entry.is_symlink() and leads_out(here, paths):
                trouble.append(Rejected(str(here), _out(here)))
            # Pipes and sockets would wait for ever; a link that leads nowhere is told of.
            elif (
                not _leads_to_folder(entry)
                if entry.is_symlink()
                else entry.is_file(follow_symlinks=False)
            ):
                found[here] = None
    nameless = [path for path in found if not _has_name(path)]
    for path in nameless:
        del found[path]
        trouble.append(_nameless(path))
    once = {Path(os.path.abspath(p)): p for p in reversed(found)}  # noqa: PTH100  # keeps links
    trouble.sort(key=lambda one: one.source)
    return Files(tuple(sorted(once.values())), frozenset(named)), trouble


def _entries(top: str, closed: Callable[[OSError], None]) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder at any depth, and is not hidden; no link is followed.

    What the listing says of each is all that is asked: a share answers for each file slowly.
    """
    folders = [top]
    while folders:
        try:
            with os.scandir(folders.pop()) as listed:
                here = [entry for entry in listed if not entry.name.startswith(".")]
        except OSError as err:
            closed(err)
            continue
        yield from here
        folders += [entry.path for entry in here if entry.is_dir(follow_symlinks=False)]


def _has_name(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _nameless(path: Path) -> Rejected:
    """Reject a file whose name is no text: nothing that keeps or shows it could."""
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    reason = f"{shown}: its name, or a folder's above it, is not in UTF-8."
    return Rejected(shown, InputError(reason, "Rename it; convmv does it for many."))


def _leads_to_folder(link: os.DirEntry[str]) -> bool:
    try:
        return link.is_dir()
    except OSError:  # in a circle
        return False


def _out(path: Path) -> InputError:
    return InputError(
        f"{path}: a link that leads out of what was given to read; not followed.",
        "Give what it leads to by name, or put a copy in its place.",
    )


def _read(claim: Claim) -> Iterator[Conversation | Rejected]:
    """Read a group; what is wrong with it is its own affair, the rest goes on."""
    try:
        yield from claim.read()
    except QaError as err:
        yield Rejected(str(claim.paths[0]), err)
    except UnicodeDecodeError as err:
        reason = f"{claim.paths[0]}: not in {err.encoding}, which its beginning is in."
        mend = "Save it in UTF-8, or say which encoding it is in: QA_ENCODING."
        yield Rejected(str(claim.paths[0]), FormatError(reason, mend))
    except OSError as err:
        reason = f"{claim.paths[0]}: cannot be read ({(err.strerror or 'unknown').lower()})."
        yield Rejected(str(claim.paths[0]), InputError(reason, "Check the file's rights."))
