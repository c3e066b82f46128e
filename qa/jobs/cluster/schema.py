"""The engine's tables, and the triggers that write a job wherever a conversation waits.

A trigger, since many doors let conversations wait (registration, a score asked for anew,
a retry, a claim that was given back): each of them is one transaction with its job, and none
of them has to know of it. It calls the function that the engine's own client calls; its
names carry versions, so a newer engine still answers to it. Another one takes the job away
where a conversation waits no more: a worker claims many written ones for one job.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from qa.errors import MissingExtra
from qa.settings import Settings
from qa.store import database

#: The name of the task that a job of a conversation is for.
TASK = "qa.conversation"
#: Places up to this many keep the order of ranks (`ConversationRow.rank`, `.place`).
MOST_PLACES = 100_000_000

#: Seconds ahead that a job is put off at the most, whatever the clock of a worker said.
_LONGEST_S = 600

_RING = f"""
CREATE OR REPLACE FUNCTION qa_ring_v1() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    due timestamptz := CASE WHEN NEW.retry_at <= now() + interval '{_LONGEST_S} seconds'
        THEN NEW.retry_at END;
BEGIN
    UPDATE procrastinate_jobs
    SET queue_name = NEW.load,
        priority = -(NEW.rank * {MOST_PLACES} + NEW.place),
        scheduled_at = due
    WHERE queueing_lock = NEW.id AND status = 'todo';
    IF NOT FOUND THEN
        PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
            NEW.load,
            '{TASK}',
            -(NEW.rank * {MOST_PLACES} + NEW.place),
            NULL,
            NEW.id,
            jsonb_build_object('id', NEW.id),
            due
        )]::procrastinate_job_to_defer_v1[]);
    END IF;
    RETURN NULL;
END;
$$;
DROP TRIGGER IF EXISTS qa_conversation_waits_v1 ON conversation;
CREATE TRIGGER qa_conversation_waits_v1
    AFTER INSERT OR UPDATE OF state, load, rank, place, retry_at ON conversation
    FOR EACH ROW WHEN (NEW.state = 'waiting')
    EXECUTE FUNCTION qa_ring_v1();
CREATE OR REPLACE FUNCTION qa_taken_v1() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM procrastinate_jobs WHERE queueing_lock = NEW.id AND status = 'todo';
    RETURN NULL;
END;
$$;
DROP TRIGGER IF EXISTS qa_conversation_taken_v1 ON conversation;
CREATE TRIGGER qa_conversation_taken_v1
    AFTER UPDATE OF state ON conversation
    FOR EACH ROW WHEN (OLD.state = 'waiting' AND NEW.state <> 'waiting')
    EXECUTE FUNCTION qa_taken_v1();
"""  # noqa: S608 - holds constants of this file alone
#: Lets what waits without a job ring; `{which}` narrows it.
_RING_AGAIN = """
UPDATE conversation SET state = state WHERE state = 'waiting' AND {which}
"""
_UNHEARD = """NOT EXISTS (SELECT 1 FROM procrastinate_jobs
    WHERE queueing_lock = conversation.id AND status = 'todo')"""


def upgrade(settings: Settings) -> bool:
    """Bring the engine's tables and the trigger to this program's version.

    Safe to run at any time and by several processes at once; the store has to be upgraded
    before. Does nothing on SQLite.

    Returns
    -------
    Whether this database is one that many machines can share.

    Raises
    ------
    MissingExtra : the engine is not installed.
    StoreError : the database does not answer.
    """
    url = database.address(settings)
    if database.sqlite_file(url) is not None:
        return False
    files = list(_migrations())
    engine = database.make_engine(url)
    try:
        with database.writing(engine) as session:
            connection = session.connection()
            lock = {"n": database.UPGRADE_LOCK}
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), lock)
            _bring_up(connection, files)
            _run(connection, _RING)
            connection.execute(text(_RING_AGAIN.format(which=_UNHEARD)))
    finally:
        engine.dispose()
    return True


def _bring_up(connection: Connection, files: list[Path]) -> None:
    """Apply what is new of the engine's schema; the version stands beside its table."""
    newest = files[-1].stem
    there = connection.execute(text("SELECT to_regclass('procrastinate_jobs')::text")).scalar()
    if there is None:
        from procrastinate.schema import SchemaManager  # noqa: PLC0415 - an extra

        _run(connection, SchemaManager.get_schema())
    else:
        found = connection.execute(
            text("SELECT obj_description('procrastinate_jobs'::regclass, 'pg_class')")
        ).scalar()
        known = str(found or "").rpartition(" ")[2]
        for file in files:
            if known and file.stem > known:
                _run(connection, file.read_text("utf-8"))
    _run(connection, f"COMMENT ON TABLE procrastinate_jobs IS 'schema of Procrastinate {newest}'")


def _run(connection: Connection, statements: str) -> None:
    # Several statements with per cent signs of their own: the driver sends them as they are.
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)


def _migrations() -> Iterator[Path]:
    try:
        from procrastinate.schema import migrations_path  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as err:
        raise MissingExtra("The engine for many machines (Procrastinate)", "cluster") from err
    yield from sorted(Path(migrations_path).glob("*.sql"))


def is_ready(session: Any) -> bool:
    """Say whether the engine's tables and the trigger are there."""
    query = text(
        "SELECT count(*) FROM pg_trigger WHERE tgname = 'qa_conversation_waits_v1' "
        "AND tgrelid = to_regclass('conversation')"
    )
    return bool(session.connection().execute(query).scalar())


def ring(session: Any, ids: Collection[str] | None = None) -> int:
    """Write a job for what waits without one; return for how many.

    Parameters
    ----------
    ids : None = all conversations.
    """
    which = _UNHEARD if ids is None else f"id = ANY(:ids) AND {_UNHEARD}"
    given = {} if ids is None else {"ids": list(ids)}
    return int(session.connection().execute(text(_RING_AGAIN.format(which=which)), given).rowcount)


def living(session: Any, *, silent_s: float) -> frozenset[int]:
    """Return the engine's numbers of workers that gave a sign of life lately."""
    query = text(
        "SELECT id FROM procrastinate_workers "
        "WHERE last_heartbeat >= now() - make_interval(secs => :silent)"
    )
    found = session.connection().execute(query, {"silent": silent_s})
    return frozenset(int(number) for (number,) in found)
