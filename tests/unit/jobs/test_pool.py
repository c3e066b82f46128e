"""The processes that do the work, each by itself."""

from __future__ import annotations

from contextlib import contextmanager

from qa.jobs.pool import Child, ready
from qa.settings import Settings
from qa.store import open_store
from qa.testing import make_chat


@contextmanager
def started(settings):
    child = Child(settings, pipeline="qa.pipeline:Pipeline")
    yield child
    child.stop()


def test_a_process_outlives_a_database_that_is_away_when_it_starts(tmp_path):
    settings = Settings(data=tmp_path)
    with open_store(settings) as store:
        store.register(make_chat([("agent", "Hello."), ("customer", "Hi.")], id="chat"), [])
        jobs = store.claim_some("w", lease_s=600, most=1)
    file, away = tmp_path / "qa.db", tmp_path / "away"
    file.rename(away)
    file.write_bytes(b"no database " * 100)
    with started(settings) as child:
        child.give(jobs)
        assert ready([child], 60) == [child]
        (refused,) = child.take()
        assert (refused.id, refused.state) == ("chat", "failed")
        assert "database" in refused.reason
        away.replace(file)
        child.give(jobs)
        assert ready([child], 60) == [child]
        (done,) = child.take()
        assert (done.id, done.state) == ("chat", "done")
