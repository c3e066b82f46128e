"""What this machine has and what is missing, each with its mend."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from qa.errors import QaError

if TYPE_CHECKING:
    from qa.settings import Settings

#: Below this many bytes free, listening may fail midway.
_LITTLE_ROOM = 2_000_000_000
_OLDEST_PYTHON = (3, 11)
#: Package and what it is for; only machines that listen need them.
_SPEECH = {
    "av": "decoding audio",
    "onnxruntime": "finding speech",
    "silero-vad": "finding speech",
    "faster-whisper": "transcribing",
    "openai-whisper": "transcribing",
    "pyannote.audio": "separating speakers",
    "torch": "running models",
}


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "bad"]
    found: str
    #: What to do; empty when all is well.
    mend: str = ""

    @property
    def sign(self) -> str:
        """One character for a list."""
        return {"ok": "✓", "warn": "!", "bad": "✗"}[self.state]

    @property
    def style(self) -> str:
        """Colour for a terminal."""
        return {"ok": "green", "warn": "yellow", "bad": "red"}[self.state]

    def as_dict(self) -> dict[str, str]:
        """Return it as JSON-ready values."""
        return {k: str(v) for k, v in asdict(self).items()}


def examine() -> list[Check]:
    """Look at everything; what cannot be looked at is a finding as well."""
    from qa.settings import load_settings

    found = [_python()]
    try:
        settings = load_settings()
    except QaError as err:
        return [*found, Check("Settings", "bad", err.reason, err.mend)]
    for look in (_settings, _packages, _gpu, _models, _database, _folder, _disk, _cache):
        found.extend(_safely(look, settings))
    return found


def _safely(look: Callable[[Settings], Iterator[Check]], settings: Settings) -> Iterator[Check]:
    name = look.__name__.strip("_").capitalize()
    try:
        yield from look(settings)
    except QaError as err:
        yield Check(name, "bad", err.reason, err.mend)


def _python() -> Check:
    found = f"{sys.version.split()[0]} ({sys.executable})"
    if sys.version_info < _OLDEST_PYTHON:
        return Check("Python", "bad", found, "Install Python 3.11 or newer.")
    return Check("Python", "ok", found)


def _settings(_: Settings) -> Iterator[Check]:
    file = Path(os.environ.get("QA_CONFIG", "qa.toml"))
    sources = [f"{file.resolve()}"] if file.is_file() else []
    sources += sorted(n for n in os.environ if n.startswith("QA_") and n != "QA_CONFIG")
    yield Check("Settings", "ok", f"from {', '.join(sources) or 'the defaults'}")


def _packages(_: Settings) -> Iterator[Check]:
    have, missing = [], []
    for package, purpose in _SPEECH.items():
        try:
            have.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(f"{package} ({purpose})")
    if not have:
        yield Check(
            "Speech",
            "warn",
            "not installed: this machine reads, scores and serves, but does not listen",
            "To listen: pip install 'callcenter-qa[speech]'",
        )
    elif missing:
        yield Check(
            "Speech",
            "warn",
            f"{', '.join(have)}; missing: {', '.join(missing)}",
            "pip install 'callcenter-qa[speech]'",
        )
    else:
        yield Check("Speech", "ok", ", ".join(have))


def _gpu(settings: Settings) -> Iterator[Check]:
    # Asking the driver: asking torch would load it, for seconds.
    found = sorted(Path("/proc/driver/nvidia/gpus").glob("*"))
    if found:
        yield Check("GPU", "ok", f"{len(found)} NVIDIA")
    elif settings.device == "cuda":
        yield Check("GPU", "bad", "none, but QA_DEVICE is cuda", "Set QA_DEVICE to auto or cpu.")
    else:
        yield Check("GPU", "ok", "none: models run on the processor")


def _models(settings: Settings) -> Iterator[Check]:
    from qa import models

    for model in models.listing(settings):
        if not model.needed_for:
            continue
        purpose = ", ".join(model.needed_for)
        name = f"Model {model.name}"
        if model.state == "ready":
            yield Check(name, "ok", f"for {purpose}; {model.path}")
        elif model.state == "damaged":
            yield Check(name, "bad", model.reason, f"qa models pull {model.name}")
        else:
            yield Check(name, "warn", f"missing; for {purpose}", f"qa models pull {model.name}")


def _database(settings: Settings) -> Iterator[Check]:
    from qa.api import words
    from qa.store import open_store

    if settings.database.startswith("sqlite") and not _sqlite_file(settings).exists():
        yield Check("Database", "ok", "not there yet: made on first use")
        return
    with open_store(settings) as store:
        counts = store.counts()
    kind = settings.database.partition(":")[0].partition("+")[0]
    yield Check("Database", "ok", f"{kind}, {words.count(counts.total, 'conversation')}")


def _sqlite_file(settings: Settings) -> Path:
    return Path(settings.database.partition("///")[2])


def _folder(settings: Settings) -> Iterator[Check]:
    folder = settings.data
    if not folder.exists():
        yield Check("Data folder", "ok", f"{folder}: made on first use")
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Check("Data folder", "bad", f"{folder} cannot be written", f"chmod u+rwx {folder}")
        return
    for name in (settings.vault_folder, settings.cache_folder):
        if name.exists() and stat.S_IMODE(name.stat().st_mode) & 0o077:
            yield Check(
                "Data folder",
                "bad",
                f"{name} holds what was said in the clear, and others can read it",
                f"chmod 700 {name}",
            )
            return
    yield Check("Data folder", "ok", f"{folder} ({mode:o})")


def _disk(settings: Settings) -> Iterator[Check]:
    folder = settings.data
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    found = f"{free / 1e9:.1f} GB free"
    if free < _LITTLE_ROOM:
        yield Check("Disk", "warn", found, "Free some space, or set QA_DATA to another disk.")
    else:
        yield Check("Disk", "ok", found)


def _cache(settings: Settings) -> Iterator[Check]:
    from qa.cache import StageCache
    from qa.sealing import keys_of

    size = StageCache(settings.cache_folder, keys=keys_of(settings)).size()
    most = f"of {settings.cache_mb / 1e3:.1f} GB" if settings.cache_mb else "without a limit"
    yield Check("Cache", "ok", f"{size / 1e9:.1f} GB {most} (QA_CACHE_MB)")
