"""What a run writes down of itself: on which machine, with what, and how far it came."""

from __future__ import annotations

from datetime import datetime

from qa.jobs.tally import Tally
from qa.settings import Settings
from qa.store import Pace, Store, name_worker


class Book:
    """The row of one run, from its begin on.

    Parameters
    ----------
    workers : processes; runs with other engines or another number say nothing of this one.
    """

    def __init__(self, store: Store, settings: Settings, *, workers: int) -> None:
        self._store = store
        self._host = name_worker().partition("/")[0]
        self._recipe = "/".join(
            str(part)
            for part in (
                settings.profile,
                settings.transcriber,
                settings.diarizer,
                settings.device,
                f"{workers}x{settings.threads}",
            )
        )
        self._number: int | None = None

    def pace(self) -> Pace | None:
        """Return what earlier runs of this kind took on this machine; None = too little."""
        return self._store.nights.pace(self._host, self._recipe)

    def begin(self, *, until: datetime | None) -> None:
        """Write down that it begins."""
        self._number = self._store.nights.begin(self._host, self._recipe, until=until)

    def note(self, tally: Tally, *, waiting: int, ended: str = "") -> None:
        """Write down how far it is; nothing where it never began."""
        if self._number is not None:
            self._store.nights.note(self._number, tally.run(waiting=waiting), ended=ended)
