"""Keeping house: the cache in its bound and free of what was erased, no halves in the vault."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from time import monotonic, time

from qa.cache import StageCache
from qa.errors import StoreError
from qa.sealing import keys_of
from qa.settings import Settings
from qa.store import Vault

#: Seconds between two looks of a run that goes on.
EVERY_S = 3600.0
#: Seconds between two looks through the whole vault, and after which what is half-written there
#: is nobody's any more.
SWEEP_S, LEFT_S = 86400.0, 3600.0


class Tidy:
    """Keeps house at the end of a run, and now and then where it has no end.

    Parameters
    ----------
    known : gives the checksums of conversations whose results may be kept: with many machines,
        each has a cache of its own, and another one erases. None = that is not looked at.
    """

    def __init__(
        self,
        settings: Settings,
        vault: Vault,
        *,
        known: Callable[[], Collection[str]] | None = None,
    ) -> None:
        self._vault, self._known = vault, known
        self._swept = settings.data / ".swept"
        self._stages = StageCache(settings.cache_folder, keys=keys_of(settings))
        self._most = settings.cache_mb * 10**6
        self._looked = monotonic()

    def now_and_then(self) -> None:
        """Do it where the last look was `EVERY_S` ago."""
        if monotonic() - self._looked >= EVERY_S:
            self.trim()

    def trim(self) -> None:
        """Trim the cache, and once a day take away what is half-written."""
        self._looked = monotonic()
        if self._known is not None:
            with suppress(StoreError):  # the database went away; the next look comes
                self._stages.keep_only(self._known())
        if self._most:
            self._stages.trim(most=self._most)
        with suppress(OSError):  # a full disk, which others tell of
            if _age_s(self._swept) > SWEEP_S:
                self._swept.touch()
                self._vault.sweep(older_s=LEFT_S)


def _age_s(mark: Path) -> float:
    """Return how long ago something was noted by a file, in seconds."""
    try:
        return abs(time() - mark.stat().st_mtime)
    except FileNotFoundError:
        return float("inf")
