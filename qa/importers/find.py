"""Looks through files and folders for conversations."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from qa import audio, plugins
from qa.errors import FormatError, InputError, QaError, UsageError
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
from qa.importers.head import read_head
from qa.importers.joining import with_recording
from qa.importers.knowing import Knowing
from qa.importers.links import leads_out
from qa.importers.unknown import why_none
from qa.records import Conversation
from qa.settings import Settings

log = logging.getLogger(__name__)
#: Endings that files of all kinds have; any other ending of a format says what the file is.
_COMMON = frozenset({".json", ".jsonl", ".ndjson", ".txt", ".text", ".log", ".md", ".csv", ".tsv"})


def find(
    paths: Sequence[Path], settings: Settings, *, format: str = "auto"
) -> Iterator[Conversation | Rejected]:
    """Yield the conversations in files and folders, in the order of their names.

    Folders are searched to any depth; hidden files are left out, and a link that leads out of
    what was given is named and not followed. The content decides what a file is. A transcript
    and a recording of the same name in one folder are one call. The same content under two
    names comes twice, with the same id: the store registers the first.

    Parameters
    ----------
    format : name of one format, or "auto" for all of them.

    Raises
    ------
    UsageError : a path that does not exist, or nothing in them that could be a conversation.
    SettingsError : patterns of names or tables to join that cannot be used.
    UnknownName : no format of that name.
    """
    known = plugins.names(FORMATS, GROUP) if format == "auto" else [format]
    parts = {name: plugins.load("format", name, FORMATS, GROUP)(settings) for name in known}
    missing = [str(path) for path in paths if not os.path.lexists(path)]
    if missing:
        raise UsageError(f"No such file or folder: {', '.join(missing)}.", "Check the name.")
    search = _Search(paths, parts, forced=format != "auto")
    return _told(search.run(), Knowing(settings))


def _told(
    found: Iterator[Conversation | Rejected], knowing: Knowing
) -> Iterator[Conversation | Rejected]:
    for one in found:
        yield one if isinstance(one, Rejected) else knowing.told(one)


class _Search:
    """One search.

    Parameters
    ----------
    forced : the user named the format: a file that they named as well is read as that.
    """

    def __init__(
        self, paths: Sequence[Path], parts: Mapping[str, Importer | Format], *, forced: bool
    ) -> None:
        self._paths = paths
        self._known = list(parts)
        self._groups = {n: p for n, p in parts.items() if isinstance(p, Importer)}
        self._formats = {n: p for n, p in parts.items() if isinstance(p, Format)}
        self._forced = forced
        self._files = Files(())

    def run(self) -> Iterator[Conversation | Rejected]:
        """Yield what is found."""
        self._files, found = _walk(self._paths)
        yield from found
        some, skipped = bool(found), 0
        for claim in self._claims():
            came = False
            for one in _read(claim):
                came = True
                yield one
            rest = [] if came else [p for p in claim.paths if self._missed(p)]
            for path in rest:
                yield Rejected(str(path), _no_format(path, self._known))
            some |= came or bool(rest)
            skipped += not came and not rest
        if not some:
            where = ", ".join(str(path) for path in self._paths) or "nothing"
            raise UsageError(
                f"No recordings and no chats in {where}"
                f" ({len(self._files.paths)} files looked at).",
                "Give a folder with recordings (WAV, MP3, ...), transcripts or chats;"
                f" formats: {', '.join(self._known)}.",
            )
        if skipped:
            log.info("%d files are neither recordings nor conversations; left out", skipped)

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
                claims += importer.claim(Files(tuple(rest), self._files.named))
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
            yield with_recording(found[0], sound)
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
        for folder, folders, names in os.walk(path, onerror=closed):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            here = [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
            linked = [p for p in (*here, *(Path(folder, f) for f in folders)) if p.is_symlink()]
            out = {p for p in linked if leads_out(p, paths)}
            trouble += [Rejected(str(p), _out(p)) for p in sorted(out)]
            # Pipes and sockets would wait for ever; a link that leads nowhere is told of.
            found.update(
                {p: None for p in here if p not in out and (p.is_file() or p.is_symlink())}
            )
    once = {Path(os.path.abspath(p)): p for p in reversed(found)}  # noqa: PTH100  # keeps links
    return Files(tuple(sorted(once.values())), frozenset(named)), trouble


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
