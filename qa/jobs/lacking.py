"""What this machine cannot do, for how long that is remembered, and what waits because of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator

from qa.jobs.report import Held, Outcome
from qa.settings import Settings
from qa.store import Job, Store
from qa.store.views import Load

#: Seconds after which a machine that follows looks whether what it lacked is there now.
LOOK_AGAIN_S = 60.0
#: Seconds that a look at the disk counts for.
_DISK_S = 5.0
_EVERY: tuple[Load, ...] = ("text", "speech")


class Lacking:
    """What claims of a run were held back for."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # What this machine cannot do, why, and since when.
        self._loads: dict[Load, tuple[Outcome, float]] = {}
        # The same of single conversations, by id; others of their kind can be done.
        self._passed: dict[str, tuple[Load, Outcome, float]] = {}
        self._looked = float("-inf")

    def loads(self) -> list[Load]:
        """Return what may be claimed; nothing where the disk has too little room."""
        now = time.monotonic()
        if now - self._looked > _DISK_S:
            self._looked = now
            self._look_at_disk()
        lacks = {load for load, (_, since) in self._loads.items() if now - since < LOOK_AGAIN_S}
        return [load for load in _EVERY if load not in lacks]

    def skip(self) -> list[str]:
        """Return what is to be left for later."""
        now = time.monotonic()
        return [one for one, (_, _, since) in self._passed.items() if now - since < LOOK_AGAIN_S]

    def learn(self, job: Job, outcome: Outcome) -> None:
        """Take note of what this machine can do, and of what it cannot."""
        if outcome.state == "held" and outcome.needed_by_some:
            self._passed[job.id] = job.load, outcome, time.monotonic()
        elif outcome.state == "held":
            self._loads[job.load] = outcome, time.monotonic()
        elif outcome.state == "done":
            self._loads.pop(job.load, None)
            self._passed.pop(job.id, None)

    def _look_at_disk(self) -> None:
        """Begin nothing where results could find no room: half a night's work would be lost."""
        least = self._settings.least_free_mb
        try:
            free = shutil.disk_usage(self._settings.data).free // 10**6
        except OSError:  # whoever writes there says what is wrong
            return
        if free >= least:
            return
        full = Outcome(
            id="",
            source="",
            state="held",
            reason=f"{self._settings.data} has {free} MB left, less than {least} MB.",
            mend="Free some space, or lower QA_LEAST_FREE_MB; then: qa work",
        )
        for load in _EVERY:
            self._loads[load] = full, time.monotonic()

    def held(self, store: Store, only: Collection[str] | None) -> tuple[Held, ...]:
        """Return what waits because of it."""
        return tuple(one for one in self._held(store, only) if one.count)

    def _held(self, store: Store, only: Collection[str] | None) -> Iterator[Held]:
        for load, (why, _) in self._loads.items():
            count = store.waiting(only, loads=[load])
            yield Held(load=load, count=count, reason=why.reason, mend=why.mend)
        some: dict[tuple[Load, str, str], list[str]] = {}
        for one, (load, why, _) in self._passed.items():
            if load not in self._loads:  # counted there
                some.setdefault((load, why.reason, why.mend), []).append(one)
        for (load, reason, mend), ids in some.items():
            count = store.waiting(ids, loads=[load])
            yield Held(load=load, count=count, reason=reason, mend=mend)
