"""The cache of stage results, kept within its bound while work goes on."""

from __future__ import annotations

from time import monotonic

from qa.cache import StageCache
from qa.sealing import keys_of
from qa.settings import Settings

#: Seconds between two looks of a run that goes on.
EVERY_S = 3600.0


class Tidy:
    """Trims the cache at the end of a run, and now and then where it has no end."""

    def __init__(self, settings: Settings) -> None:
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
        if self._most:
            self._stages.trim(most=self._most)
