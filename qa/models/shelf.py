"""The model folder: one folder a model, each with a list of what it holds.

The list remembers size, time and sha256 of each file once it was found right, so
that opening a model costs a look and not a read of all its bytes. A file whose
size or time moved is read again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from qa.errors import ModelError
from qa.models.kinds import Conversion, File, Model
from qa.records import Record

_LIST = "manifest.json"


class Kept(Record):
    """One file as it lay when it was last found right."""

    path: str
    sha256: str
    size: int
    mtime_ns: int


class Manifest(Record):
    """What a model's folder holds."""

    model: str
    #: Where the files came from, in words.
    source: str
    #: For converted weights: sha256 of the weights they were made of.
    made_of: str = ""
    files: tuple[Kept, ...]


def folder_of(root: Path, model: Model) -> Path:
    """Return the folder of a model, whether it exists or not."""
    return root / model.name


def path_of(root: Path, model: Model) -> Path:
    """Return what an engine is given: the file, or the folder."""
    return folder_of(root, model) / model.entry


def present(root: Path, model: Model) -> bool:
    """Whether something of the model lies there; reads no weights."""
    return folder_of(root, model).is_dir()


def verify(
    root: Path, model: Model, *, catalogue: Mapping[str, Model], thorough: bool
) -> Manifest | None:
    """Return what the model's folder holds, or None where the model is not there.

    Parameters
    ----------
    thorough : read every byte, whatever the list says.

    Raises
    ------
    ModelError : a file is not the one that is pinned; names it, what was expected
        and what was found.
    """
    folder = folder_of(root, model)
    if not folder.is_dir():
        return None
    manifest = _read(folder / _LIST)
    if manifest is not None and _fits(manifest, model, catalogue):
        if not thorough and _unmoved(folder, manifest):
            return manifest
        pins = tuple(File(path=k.path, sha256=k.sha256, size=k.size) for k in manifest.files)
        try:
            return _adopt(folder, model, pins, source=manifest.source, made_of=manifest.made_of)
        except ModelError:
            _distrust(folder, manifest)
            raise
    return _recognise(folder, model)


def _recognise(folder: Path, model: Model) -> Manifest | None:
    """Find out which source's files somebody put here by hand."""
    wrong: ModelError | None = None
    for source in model.sources:
        if isinstance(source, Conversion):
            continue
        if not all((folder / file.path).is_file() for file in source.files):
            continue
        try:
            return _adopt(folder, model, source.files, source="local folder")
        except ModelError as err:
            wrong = wrong or err
    if wrong is not None:
        raise wrong
    return None


def _adopt(
    folder: Path, model: Model, files: tuple[File, ...], *, source: str, made_of: str = ""
) -> Manifest | None:
    if not all((folder / file.path).is_file() for file in files):
        return None
    for file in files:
        found = sha256_of(folder / file.path)
        if found != file.sha256:
            raise refused(f"{model.name}/{file.path}", expected=file.sha256, found=found)
    manifest = describe(folder, model, files, source=source, made_of=made_of)
    with suppress(OSError):  # a folder that may only be read is read again each time
        write_list(folder, manifest)
    return manifest


def _distrust(folder: Path, manifest: Manifest) -> None:
    """Have every file read again, even where size and time say that nothing moved."""
    if any(k.mtime_ns for k in manifest.files):
        files = tuple(k.model_copy(update={"mtime_ns": 0}) for k in manifest.files)
        with suppress(OSError):  # a folder that may only be read
            write_list(folder, manifest.model_copy(update={"files": files}))


def describe(
    folder: Path, model: Model, files: tuple[File, ...], *, source: str, made_of: str = ""
) -> Manifest:
    """Make the list of files that were just found right."""
    kept = []
    for file in files:
        stat = (folder / file.path).stat()
        kept.append(
            Kept(
                path=file.path,
                sha256=file.sha256,
                size=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
            )
        )
    return Manifest(model=model.name, source=source, made_of=made_of, files=tuple(kept))


def write_list(folder: Path, manifest: Manifest) -> None:
    """Write a folder's list, whole or not at all."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(manifest.model_dump_json(indent=1))
    Path(name).chmod(0o644)
    Path(name).replace(folder / _LIST)


def install(staged: Path, root: Path, model: Model, manifest: Manifest) -> None:
    """Move a complete folder into its place; nobody ever sees half of it."""
    write_list(staged, manifest)
    place = folder_of(root, model)
    old = staged.with_name(staged.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    staged.rename(place)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def locked(root: Path, *, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder for one writer; a second one is told and waits. Ends with the process."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def refused(what: str, *, expected: str, found: str) -> ModelError:
    """Return the error for a file that is not the pinned one."""
    return ModelError(
        f"{what} is not the file that is pinned: sha256 expected {expected}, found {found}.",
        "It was not used; 'qa models pull' fetches the right one.",
    )


def _read(path: Path) -> Manifest | None:
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):  # missing, or of another version: the files are read
        return None


def _fits(manifest: Manifest, model: Model, catalogue: Mapping[str, Model]) -> bool:
    if manifest.model != model.name:
        return False
    listed = {(k.path, k.sha256) for k in manifest.files}
    for source in model.sources:
        if isinstance(source, Conversion):
            weights = weight_pins(catalogue[source.model])
            if manifest.made_of in weights and {p for p, _ in listed} == {source.path}:
                return True
        elif listed == {(f.path, f.sha256) for f in source.files}:
            return True
    return False


def weight_pins(model: Model) -> set[str]:
    """Return the sha256 of the weights (the largest file) in each of the model's sources."""
    return {
        max(source.files, key=lambda f: f.size).sha256
        for source in model.sources
        if not isinstance(source, Conversion)
    }


def _unmoved(folder: Path, manifest: Manifest) -> bool:
    for kept in manifest.files:
        try:
            stat = (folder / kept.path).stat()
        except OSError:
            return False
        if (stat.st_size, stat.st_mtime_ns) != (kept.size, kept.mtime_ns):
            return False
    return True
