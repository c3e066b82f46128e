"""Several chats or mails that were claimed together: read and judged, then kept at once.

A chat takes milliseconds; to wait for the disk and the database after each would take
longer than all the rest. Nothing of them is kept before all are judged: a process that
ends in between leaves what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from qa.errors import StoreError
from qa.jobs.cards import card_in_use
from qa.jobs.one import CLOSED, Pipeline, process, stopped, unkept
from qa.jobs.report import Outcome
from qa.scoring import Scorecard
from qa.settings import Settings
from qa.store import Job, Judged, Store

#: Gives the card of an id that conversations are judged by.
Cards = Callable[[str], Scorecard]


def process_all(
    jobs: Sequence[Job], *, store: Store, pipeline: Callable[[], Pipeline], settings: Settings
) -> tuple[Outcome, ...]:
    """Do jobs and close their claims, whatever comes; the outcomes are in the same order.

    Parameters
    ----------
    jobs : one of any kind, or several written ones.
    pipeline : gives the process's pipeline, made at the first call.
    """
    if len(jobs) == 1:
        return (process(jobs[0], store=store, pipeline=pipeline, settings=settings),)
    try:
        return _process_all(jobs, store=store, pipeline=pipeline, settings=settings)
    except StoreError as err:
        return tuple(unkept(job, err) for job in jobs)


def _process_all(
    jobs: Sequence[Job], *, store: Store, pipeline: Callable[[], Pipeline], settings: Settings
) -> tuple[Outcome, ...]:
    cards = cache(lambda card: card_in_use(card, settings, store))
    judged: list[Judged] = []
    ended: dict[str, Outcome] = {}
    for job in jobs:
        try:
            judged.append(_judge(job, cards, store=store, pipeline=pipeline()))
        except StoreError:
            raise
        except Exception as err:  # noqa: BLE001 - the others go on whatever one does
            ended[job.id] = stopped(job, err, store=store)
    try:
        states = store.finish_all(judged)
    except StoreError:
        raise
    except Exception:  # noqa: BLE001 - said of the one that it is about
        # Nothing was kept. One of them cannot be: each by itself, and that one is found.
        for one in judged:
            ended[one.job.id] = process(one.job, store=store, pipeline=pipeline, settings=settings)
    else:
        for one in judged:
            state = CLOSED[states.get(one.job.id)]
            ended[one.job.id] = Outcome(id=one.job.id, source=one.job.source, state=state)
    return tuple(ended[job.id] for job in jobs)


def _judge(job: Job, cards: Cards, *, store: Store, pipeline: Pipeline) -> Judged:
    wanted = tuple(cards(card) for card in job.scorecards)
    heard = pipeline.listen(store.conversation(job.id)) if job.needs == "listen" else None
    safe = store.safe(job.id) if heard is None else heard.safe
    made = pipeline.judge(safe, wanted)
    return Judged.of(job, heard, wanted, made)
