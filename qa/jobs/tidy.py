"""The cache of stage results, kept within its bound and free of what was erased."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from time import monotonic

from qa.cache import StageCache
from qa.errors import StoreError
from qa.sealing import keys_of
from qa.settings import Settings

#: Seconds between two looks of a run that goes on.
EVERY_S = 3600.0


class Tidy:
    """Trims the cache at the end of a run, and now and then where it has no end.

    Parameters
    ----------
    known : gives the checksums of conversations whose results may be kept: with many machines,
        each has a cache of its own, and another one erases. None = that is not looked at.
    """

    def __init__(
        self, settings: Settings, *, known: Callable[[], Collection[str]] | None = None
    ) -> None:
        self._known = known
        self._stages = StageCache(settings.cache_folder, keys=keys_of(settings))
        self._most = settings.cache_mb * 10**6
        self._looked = monotonic()

    def now_and_then(self) -> None:
        """Trim it where the last look was `EVERY_S` ago."""
        if monotonic() - self._looked >= EVERY_S:
            self.trim()

    def trim(self) -> None:
        """Trim it."""
        self._looked = monotonic()
        if self._known is not None:
            with suppress(StoreError):  # the database went away; the next look comes
                self._stages.keep_only(self._known())
        if self._most:
            self._stages.trim(most=self._most)
