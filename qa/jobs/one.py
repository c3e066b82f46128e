"""One claimed conversation, from listening to its scores. The same for every kind of worker."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock
from typing import Protocol

from qa.errors import DiskFull, MissingExtra, ModelError, NeededBySome, QaError, StoreError
from qa.jobs.cards import card_in_use
from qa.jobs.fetching import fetched
from qa.jobs.report import Ending, Outcome
from qa.records import Assessment, Channel, Conversation, Heard, Opener, SafeConversation
from qa.scoring import Scorecard
from qa.settings import Settings
from qa.store import Job, Judged, State, Store

#: What a claim came to, by the state that closing it left the conversation in.
CLOSED: Mapping[State | None, Ending] = {
    None: "lost",
    State.DONE: "done",
    State.TRIAGED: "triaged",
    State.FAILED: "failed",
    # To be tried once more, or asked for again meanwhile.
    State.WAITING: "again",
}


class Pipeline(Protocol):
    """What work needs of `qa.pipeline.Pipeline`."""

    def listen(
        self,
        conversation: Conversation,
        *,
        playback: Path | None = None,
        opener: Opener | None = None,
    ) -> Heard:
        """Hear a call, or read a chat."""
        ...

    def judge(self, safe: SafeConversation, cards: tuple[Scorecard, ...]) -> tuple[Assessment, ...]:
        """Judge a conversation by each card."""
        ...


def process(
    job: Job, *, store: Store, pipeline: Callable[[], Pipeline], settings: Settings
) -> Outcome:
    """Do a job and close its claim, whatever comes.

    Parameters
    ----------
    pipeline : gives the process's pipeline, made at the first call.
    """
    try:
        return _process(job, store=store, pipeline=pipeline, settings=settings)
    except StoreError as err:
        return unkept(job, err)


def _process(
    job: Job, *, store: Store, pipeline: Callable[[], Pipeline], settings: Settings
) -> Outcome:
    heard: Heard | None = None
    try:
        # A card with a mistake is found before minutes are spent on listening.
        cards = tuple(card_in_use(card, settings, store) for card in job.scorecards)
        if job.needs == "listen":
            heard = _listen(job, store=store, pipeline=pipeline(), settings=settings)
        safe = store.safe(job.id) if heard is None else heard.safe
        try:
            made = pipeline().judge(safe, cards)
        except Exception:
            if heard is not None:
                store.save_heard(job.id, heard)  # it is not heard again for a judge's mistake
            raise
        # All of it is kept, and the claim closed, in one transaction.
        state = store.finish_all([Judged.of(job, heard, cards, made)]).get(job.id)
    except Exception as err:  # noqa: BLE001 - the batch goes on whatever one recording does
        if heard is not None:
            store.erasing.forget_late(job.id)
        return stopped(job, err, store=store)
    if state is None and heard is not None:
        store.erasing.forget_late(job.id)
    seconds = (safe.duration or 0.0) if heard and job.channel is Channel.CALL else 0.0
    return Outcome(id=job.id, source=job.source, state=CLOSED[state], seconds=seconds)


def unkept(job: Job, error: StoreError) -> Outcome:
    """Say of a job that not even its failure could be written down; its claim is still there.

    Where a full disk is why, whoever handed the job out gives it back (`Unkept`); else it ends
    by its lease.
    """
    state: Ending = "held" if isinstance(error, DiskFull) else "failed"
    return outcome(job, state, error).model_copy(update={"unkept": True})


class Unkept:
    """Claims that no full disk let close, to be given back once there is room."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: list[Job] = []
        self._lock = Lock()

    def add(self, job: Job, outcome: Outcome) -> None:
        """Take note of what came of a claim."""
        if outcome.unkept and outcome.state == "held":
            with self._lock:
                self._jobs.append(job)

    def give_back(self) -> None:
        """Give back what can be; no attempt is counted. May be called from several threads."""
        with self._lock:
            jobs, self._jobs = self._jobs, []
        try:
            if jobs:
                self._store.give_back(jobs)
        except StoreError:  # the next time there may be room
            with self._lock:
                self._jobs += jobs


def stopped(job: Job, error: Exception, *, store: Store) -> Outcome:
    """Close a claim by what came in the way of its work."""
    if isinstance(error, (ModelError, MissingExtra, DiskFull)):
        # Not the recording's fault: it waits until the machine can do it.
        held = store.hold(job, error)
        return outcome(job, "held" if held else "lost", error)
    known = error if isinstance(error, QaError) else unexpected(error)
    return failed(job, known, store=store)


def failed(job: Job, error: QaError, *, store: Store) -> Outcome:
    """Close a claim whose work failed."""
    return outcome(job, CLOSED[store.fail(job, error)], error)


def outcome(job: Job, state: Ending, error: QaError) -> Outcome:
    """Say how a claim ended, and why."""
    return Outcome(
        id=job.id,
        source=job.source,
        state=state,
        reason=error.reason,
        mend=error.mend,
        needed_by_some=isinstance(error, NeededBySome),
    )


def _listen(job: Job, *, store: Store, pipeline: Pipeline, settings: Settings) -> Heard:
    from qa.audio import PEAKS_SUFFIX, PLAYBACK_SUFFIX  # noqa: PLC0415 - the parent decodes nothing

    conversation = store.conversation(job.id)
    with store.vault.scratch() as folder:
        playback = folder / f"playback{PLAYBACK_SUFFIX}"
        with fetched(conversation, folder, settings) as here:
            heard = pipeline.listen(here, playback=playback, opener=store.vault.recording)
        if playback.exists():
            store.vault.put("playback", job.id, playback)
        peaks = playback.with_suffix(PEAKS_SUFFIX)
        if peaks.exists():
            store.vault.put("peaks", job.id, peaks)
    return heard


def hangs(limit_s: float) -> QaError:
    """Return what is said of a recording that a process is at for too long."""
    return QaError(
        f"Its process was at it for {limit_s / 60:.0f} minutes, the most for its length, "
        "without an end.",
        "Listen to what is special about it; then: qa work --retry failed",
    )


def unexpected(error: Exception) -> QaError:
    """Return what is kept of a mistake of the program: where it happened, not what it said.

    The message of an exception may quote what it stumbled over.
    """
    frames = traceback.extract_tb(error.__traceback__)
    home = str(Path(__file__).parents[1])
    own = [f for f in frames if f.filename.startswith(home)]
    last = (own or list(frames))[-1:]
    where = f" in {Path(last[0].filename).name}, line {last[0].lineno}" if last else ""
    return QaError(
        f"A mistake of the program: {type(error).__name__}{where}.",
        "Please report it with this line; it holds nothing of the conversation.",
    )
