"""A worker of many: fetches jobs, claims their conversations, and has processes do them."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

from qa.errors import MissingExtra, StoreError
from qa.jobs import retention
from qa.jobs.cluster import schema
from qa.jobs.cluster.desk import Desk, Tell
from qa.jobs.machine import cores
from qa.jobs.pace import GRACE_S
from qa.settings import Settings
from qa.store import Store, database, open_store
from qa.store.standing import SILENT_S
from qa.store.views import Load

PIPELINE = "qa.pipeline:Pipeline"
#: The queue of what keeps house: recovery and the order of what waits.
HOUSE = "house"
#: How often the engine has a worker look for what vanished workers left, and put in order
#: what waits (cron, the sixth field are seconds).
RECOVER = "* * * * * */15"
PLAN = "*/10 * * * *"
#: When one of the workers erases what the rules keep no longer (UTC).
RETAIN = "30 3 * * *"
#: Seconds between signs of life; without one for `SILENT_S` a worker counts as vanished.
HEARTBEAT_S = 5.0
#: Seconds between looks for jobs, where PostgreSQL's notifications get lost on the way.
LOOK_S = 5.0
#: Seconds between renewals of claims.
BEAT_S = 30.0


def serve(
    settings: Settings,
    *,
    queues: Mapping[Load, int],
    grace_s: float,
    until: datetime | None = None,
    tell: Tell | None = None,
    pipeline: str = PIPELINE,
) -> int:
    """Work until stopped by SIGTERM or Ctrl-C; return how many conversations were done.

    When it is stopped it begins nothing more, finishes what it is at within `grace_s`, and
    gives back the rest.

    Parameters
    ----------
    queues : how many conversations at once, by queue.
    until : stop by itself then; what goes on has no more time than a pool gives it.
    tell : called at the end of each conversation.
    pipeline : "module:class", built in each process with the settings.

    Raises
    ------
    MissingExtra : the engine is not installed.
    StoreError : no PostgreSQL, not upgraded, or it went away; what was begun is given back
        when the leases end.
    """
    if database.sqlite_file(database.address(settings)) is not None:
        raise StoreError(
            "Many machines cannot share a SQLite file.",
            "Name a PostgreSQL database in QA_DATABASE_URL, or use: qa work --follow",
        )
    grace_s = grace_s if until is None else min(grace_s, GRACE_S)
    threads = settings.threads or max(1, cores() // max(queues.get("speech", 1), 1))
    settings = settings.model_copy(update={"threads": threads})
    _quiet()
    with open_store(settings) as store:
        if not store.cluster(schema.is_ready):
            raise StoreError("The database has no queue for many machines.", "Run: qa db upgrade")
        workers = sum(queues.values())
        desk = Desk(store, settings, workers=workers, until=until, tell=tell, pipeline=pipeline)
        ended = "failed"
        try:
            asyncio.run(_serve(store, settings, desk, queues, grace_s=grace_s, until=until))
            ended = "done" if until is None or datetime.now(until.tzinfo) < until else "deadline"
        finally:
            with _deaf():
                desk.close(ended=ended)
        return desk.done


def build(settings: Settings, store: Store, desk: Desk) -> Any:
    """Return the engine's application with our tasks."""
    try:
        import procrastinate  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as err:
        raise MissingExtra("The engine for many machines (Procrastinate)", "cluster") from err
    url = database.address(settings).set(drivername="postgresql")
    connector = procrastinate.PsycopgConnector(
        conninfo=url.render_as_string(hide_password=False), min_size=2, max_size=16
    )
    app = procrastinate.App(connector=connector)

    @app.task(name=schema.TASK, pass_context=True)
    async def conversation(context: procrastinate.JobContext, id: str) -> str:
        return await desk.process(id, number=context.job.worker_id or 0)

    @app.periodic(cron=RECOVER)
    @app.task(name="qa.recover", queue=HOUSE, queueing_lock="qa.recover")
    async def recover(timestamp: int) -> None:  # noqa: ARG001 - the engine gives it
        await _recover(app, store)

    @app.periodic(cron=PLAN)
    @app.task(name="qa.plan", queue=HOUSE, queueing_lock="qa.plan")
    async def plan(timestamp: int) -> None:  # noqa: ARG001 - the engine gives it
        await asyncio.to_thread(store.nights.plan)

    @app.periodic(cron=RETAIN)
    @app.task(name="qa.retention", queue=HOUSE, queueing_lock="qa.retention")
    async def retain(timestamp: int) -> None:  # noqa: ARG001 - the engine gives it
        if settings.retention:
            await asyncio.to_thread(retention.run, store, who=HOUSE)

    return app


async def _recover(app: Any, store: Store) -> None:
    """Free what vanished workers held, and let it ring again; their jobs are thrown away."""
    manager = app.job_manager
    stalled = list(await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_S))
    alive = await asyncio.to_thread(
        store.cluster, lambda session: schema.living(session, silent_s=SILENT_S)
    )
    await asyncio.to_thread(store.recover, gone=_vanished(alive))
    from procrastinate.jobs import Status  # noqa: PLC0415 - an extra

    for job in stalled:
        with suppress(Exception):  # another worker was quicker
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
    # One that was fetched and not claimed yet, or whose job was lost in any other way.
    await asyncio.to_thread(store.cluster, schema.ring)


def _vanished(alive: frozenset[int]) -> Callable[[str], bool]:
    """Return what says whether a claim's worker is one of the engine's, and lives no more."""

    def gone(worker: str) -> bool:
        mark = worker.rpartition("/")[2]
        return mark.startswith("w") and mark[1:].isdigit() and int(mark[1:]) not in alive

    return gone


async def _serve(
    store: Store,
    settings: Settings,
    desk: Desk,
    queues: Mapping[Load, int],
    *,
    grace_s: float,
    until: datetime | None,
) -> None:
    app = build(settings, store, desk)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until is not None:
        left = (until - datetime.now(until.tzinfo)).total_seconds()
        loop.call_later(max(left, 0), stop.set)
    async with app.open_async():
        every: dict[str, int] = dict(queues.items())
        every[HOUSE] = 1
        workers = [
            asyncio.create_task(_worker(app, name, count, grace_s=grace_s))
            for name, count in every.items()
        ]
        beat = asyncio.create_task(_beat(desk))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait([*workers, beat, stopping], return_when=asyncio.FIRST_COMPLETED)
        ended = stop.is_set()
        await _end([*workers, beat, stopping])
        if not ended:
            raise StoreError(
                "The database went away, or the engine cannot work with it.",
                "Check that it runs; what was begun is free again within two minutes.",
            )


async def _worker(app: Any, queue: str, count: int, *, grace_s: float) -> None:
    await app.run_worker_async(
        queues=[queue],
        concurrency=count,
        name=queue,
        fetch_job_polling_interval=LOOK_S,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=SILENT_S,
        shutdown_graceful_timeout=grace_s,
        install_signal_handlers=False,
        # What came of a conversation stands in its row; a job that is done says nothing more.
        delete_jobs="always",
    )


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()  # a worker takes it as: begin nothing more, finish, end
    await asyncio.gather(*tasks, return_exceptions=True)


async def _beat(desk: Desk) -> None:
    while True:
        await asyncio.sleep(BEAT_S)
        with suppress(StoreError):  # the next one may come through; a lease is four beats long
            await asyncio.to_thread(desk.beat)


@contextmanager
def _deaf() -> Iterator[None]:
    """Let nobody end a worker that ends already: it would note nothing and tell no reason."""
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _quiet() -> None:
    """Let the engine's log say what happened to which job, never what an error held."""

    class Bare(logging.Formatter):
        def formatException(self, ei: Any) -> str:  # noqa: N802 - the library's name
            return f"({getattr(ei[0], '__name__', '')})"

    log = logging.getLogger("procrastinate")
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(Bare("%(levelname)s %(name)s: %(message)s"))
        handler.setLevel(logging.WARNING)
        log.addHandler(handler)
        log.propagate = False
