"""Looks through files and folders for conversations."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from qa import plugins
from qa.errors import FormatError, InputError, QaError, UsageError
from qa.importers.base import FORMATS, GROUP, Claim, Files, Importer, Rejected
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
    importers = [plugins.load("format", name, FORMATS, GROUP)(settings) for name in known]
    missing = [str(path) for path in paths if not os.path.lexists(path)]
    if missing:
        raise UsageError(f"No such file or folder: {', '.join(missing)}.", "Check the name.")
    return _find(paths, importers, known)


def _find(
    paths: Sequence[Path], importers: Sequence[Importer], known: Sequence[str]
) -> Iterator[Conversation | Rejected]:
    files, found = _walk(paths)
    yield from found
    some = bool(found)
    claims, rest = _claims(files, importers)
    for claim in claims:
        came = False
        for conversation in _read(claim):
            came = True
            yield conversation
        if not came:
            rest.update(claim.paths)
        some |= came
    for path in sorted(rest & files.named):
        some = True
        yield Rejected(str(path), _no_format(path, known))
    if not some:
        where = ", ".join(str(path) for path in paths) or "nothing"
        raise UsageError(
            f"No recordings and no chats in {where} ({len(files.paths)} files looked at).",
            f"Give a folder with recordings (WAV, MP3, ...) or chats; formats: {', '.join(known)}.",
        )
    if skipped := len(rest - files.named):
        log.info("%d files are neither recordings nor chats; left out", skipped)


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


def _claims(files: Files, importers: Sequence[Importer]) -> tuple[list[Claim], set[Path]]:
    """Return the groups in order of their first file, and the files that nobody claims."""
    rest = dict.fromkeys(p for p in files.paths if p.is_file() or p.is_symlink())
    odd = set(files.paths) - set(rest)
    claims: list[Claim] = []
    for importer in importers:
        for claim in importer.claim(Files(tuple(rest), files.named)):
            claims.append(claim)
            for path in claim.paths:
                rest.pop(path, None)
    return sorted(claims, key=lambda claim: claim.paths[0]), {*rest, *odd}


def _read(claim: Claim) -> Iterator[Conversation | Rejected]:
    """Read a group; what is wrong with it is its own affair, the rest goes on."""
    try:
        yield from claim.read()
    except QaError as err:
        yield Rejected(str(claim.paths[0]), err)
    except OSError as err:
        reason = f"{claim.paths[0]}: cannot be read ({(err.strerror or 'unknown').lower()})."
        yield Rejected(str(claim.paths[0]), InputError(reason, "Check the file's rights."))
