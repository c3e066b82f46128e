"""Calls that the telephone system says were recorded are held against those that came in."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from qa.jobs import recorder
from qa.settings import Join, Settings
from qa.store import open_store
from qa.testing import make_call

#: This moment: the store says when a call came in by the same clock.
NOW = datetime.now(UTC)
COLUMNS = {"started_at": "calldate", "agent_id": "agent"}
ANSWERED = {"disposition": "ANSWERED"}


def row(key, *, hours_ago, said="ANSWERED"):
    began = NOW - timedelta(hours=hours_ago)
    return f"{key},{began:%Y-%m-%d %H:%M:%S},7,{said}\n"


@pytest.fixture
def looked(tmp_path):
    """Take in calls by (own id, file), then hold the table against them."""

    def look(*calls, rows, on="id", recorded=ANSWERED):
        file = tmp_path / "cdr.csv"
        file.write_text("uniqueid,calldate,agent,disposition\n" + "".join(rows), "utf-8")
        join = Join(
            file=file, key="uniqueid", on=on, columns=COLUMNS, time_zone="UTC", recorded=recorded
        )
        settings = Settings(data=tmp_path / "data", joins=(join,))
        with open_store(settings) as store:
            for n, (own, source) in enumerate(calls):
                call = make_call(id=f"c{n}", uri=source)
                store.register(call.model_copy(update={"external_id": own, "source": source}), ())
            return [
                (one.table, one.calls, one.missing)
                for one in recorder.look(store, settings, now=NOW)
            ]

    return look


def test_those_that_did_not_come_in_are_counted(looked):
    rows = [row(f"call-{n}", hours_ago=n) for n in (2, 3, 4)]
    assert looked(("call-3", "/rec/a.wav"), rows=rows) == [("cdr.csv", 3, 2)]


LEFT_OUT = [
    row("nobody-answered", hours_ago=2, said="NO ANSWER"),
    row("goes-on", hours_ago=0.5),
    row("of-the-day-before", hours_ago=25),
    "no-time,yesterday,7,ANSWERED\n",
]


@pytest.mark.parametrize("line", LEFT_OUT, ids=lambda line: line.partition(",")[0])
def test_those_that_have_no_recording_yet_or_never_are_not(looked, line):
    assert looked(rows=[line, row("call-2", hours_ago=2)]) == [("cdr.csv", 1, 1)]


def test_a_call_with_two_rows_is_one(looked):
    rows = [row("call-2", hours_ago=2), row("call-2", hours_ago=2.1)]
    assert looked(rows=rows) == [("cdr.csv", 1, 1)]


def test_by_the_names_of_files_of_both_sides_too(looked):
    rows = [row(f"/var/monitor/{n}.wav", hours_ago=2) for n in ("x", "y", "z")]
    here = [(None, "/rec/x.wav"), (None, "/rec/y-in.wav")]
    assert looked(*here, rows=rows, on="name") == [("cdr.csv", 3, 1)]


def test_a_table_that_does_not_say_what_was_recorded_is_left_alone(looked):
    assert looked(rows=[row("call-2", hours_ago=2)], recorded={}) == []


@pytest.mark.parametrize(
    "wrong", [{"columns": {"agent_id": "agent"}}, {"on": "ticket"}], ids=["no time", "no file"]
)
def test_what_cannot_be_held_against_recordings_is_refused(tmp_path, wrong):
    given = {"file": tmp_path, "key": "k", "columns": COLUMNS, "recorded": ANSWERED, **wrong}
    with pytest.raises(ValidationError, match="recorded needs a column for started_at"):
        Join(**given)
