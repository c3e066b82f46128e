"""Looks through files and folders for conversations."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from qa import plugins
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
from qa.records import Conversation
from qa.settings import Settings

log = logging.getLogger(__name__)


def find(
    paths: Sequence[Path], settings: Settings, *, format: str = "auto"
) -> Iterator[Conversation | Rejected]:
    """Yield the conversations in files and folders, in the order of their names.

    Folders are searched to any depth; hidden files are left out. The content decides what a
    file is. The same content under two names comes twice, with the same id: the store
    registers the first.

    Parameters
    ----------
    format : name of one format, or "auto" for all of them.

    Raises
    ------
    UsageError : a path that does not exist, or nothing in them that could be a conversation.
    UnknownName : no format of that name.
    """
    known = plugins.names(FORMATS, GROUP) if format == "auto" else [format]
    parts = {name: plugins.load("format", name, FORMATS, GROUP)(settings) for name in known}
    missing = [str(path) for path in paths if not os.path.lexists(path)]
    if missing:
        raise UsageError(f"No such file or folder: {', '.join(missing)}.", "Check the name.")
    return _Search(paths, parts, forced=format != "auto").run()


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
            rest = [] if came else [p for p in claim.paths if p in self._files.named]
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

    def _claims(self) -> Iterator[Claim]:
        """Yield the groups in order of their first file; each is looked at when its turn comes."""
        rest = dict.fromkeys(p for p in self._files.paths if p.is_file() or p.is_symlink())
        claims: list[Claim] = []
        for importer in self._groups.values():
            for claim in importer.claim(Files(tuple(rest), self._files.named)):
                claims.append(claim)
                for path in claim.paths:
                    rest.pop(path, None)
        taken = {path for claim in claims for path in claim.paths}
        alone = (p for p in self._files.paths if p not in taken)
        claims += [Claim((p,), lambda p=p: self._alone(p)) for p in alone]  # type: ignore[misc]
        yield from sorted(claims, key=lambda claim: claim.paths[0])

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
        f"{path}: neither a recording nor a conversation in a known format.",
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
            here = (Path(folder, name) for name in sorted(names) if not name.startswith("."))
            # Pipes and sockets would wait for ever; a link that leads nowhere is told of.
            found.update({p: None for p in here if p.is_file() or p.is_symlink()})
    once = {Path(os.path.abspath(p)): p for p in reversed(found)}  # noqa: PTH100  # keeps links
    return Files(tuple(sorted(once.values())), frozenset(named)), trouble


def _read(claim: Claim) -> Iterator[Conversation | Rejected]:
    """Read a group; what is wrong with it is its own affair, the rest goes on."""
    try:
        yield from claim.read()
    except QaError as err:
        yield Rejected(str(claim.paths[0]), err)
    except OSError as err:
        reason = f"{claim.paths[0]}: cannot be read ({(err.strerror or 'unknown').lower()})."
        yield Rejected(str(claim.paths[0]), InputError(reason, "Check the file's rights."))
