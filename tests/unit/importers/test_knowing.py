"""What names of recordings and tables of other systems say; what does not fit is told, not guessed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa.errors import SettingsError
from qa.importers import Rejected, find
from qa.importers.knowing import names_say, notes
from qa.importers.patterns import read_name
from qa.records import Direction, EndedBy
from qa.settings import Join, NamePattern, Settings

FULL = "{direction}_{agent_id}_{queue}-{started_at:%Y%m%d-%H%M%S}"


def read(name, *patterns, zone="UTC", **more):
    return read_name(Path(name), [NamePattern(pattern=p, **more) for p in patterns], zone=zone)


def test_a_name_that_fits_says_all_its_fields():
    assert read(
        "rec/I_1042_billing-20260302-100000.wav", FULL, directions={"I": "inbound"}
    ).values == {
        "direction": Direction.INBOUND,
        "agent_id": "1042",
        "queue": "billing",
        "started_at": datetime(2026, 3, 2, 10, tzinfo=UTC),
    }


FITS = [
    ("{agent_id}-{*}", "7-anything-at all.wav", {"agent_id": "7"}),
    ("{started_at:%s}.{id}", "1772438400.17.wav", {"started_at": datetime(2026, 3, 2, 8, tzinfo=UTC), "id": "17"}),
    ("{project}/{queue}/{agent_id}", "/x/acme/billing/7.mp3", {"project": "acme", "queue": "billing", "agent_id": "7"}),
    ("{tags} ({language})", "mystery;vip (ro).wav", {"tags": ("mystery", "vip"), "language": "ro"}),
    ("{started_at:%d%m%y %H%M}", "020326 1000.wav", {"started_at": datetime(2026, 3, 2, 10, tzinfo=UTC)}),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "name", "values"), FITS)
def test_patterns(pattern, name, values):
    assert read(name, pattern).values == values


def test_the_first_pattern_that_fits_counts():
    assert read("a_7.wav", "{agent_id}-{queue}", "{*}_{agent_id}", "{agent_id}").values == {
        "agent_id": "7"
    }
    assert read("a.wav", "{agent_id}-{queue}") is None


def test_what_is_not_understood_is_named_and_the_rest_is_kept():
    found = read("sideways_7_x-20261302-100000.wav", FULL)
    assert found.values == {"agent_id": "7", "queue": "x"}
    assert found.strange == ("direction", "started_at")


def test_a_time_without_a_zone_is_not_guessed():
    assert read("20260302.wav", "{started_at:%Y%m%d}", zone="").strange == ("started_at",)
    zoned = read("20260302.wav", "{started_at:%Y%m%d}", zone="", time_zone="Europe/Bucharest")
    assert zoned.values["started_at"].isoformat() == "2026-03-02T00:00:00+02:00"


WRONG = [
    ("{agnt}", "no field named 'agnt'"),
    ("{agent_id}{agent_id}", "stands in it twice"),
    ("{agent_id", "not closed"),
    ("{agent_id:%Y}", "takes no format"),
    ("{started_at:%Q}", "'%Q' in a time"),
    ("", "or none"),
]


@pytest.mark.parametrize(("pattern", "reason"), WRONG)
def test_a_pattern_that_cannot_be_used_says_why(pattern, reason):
    with pytest.raises(SettingsError, match=reason):
        read("x.wav", pattern)


def test_presets():
    zoned = Settings(time_zone="Europe/Bucharest")
    values, note = names_say(Path("20260302-100000_5555550100-all.wav"), zoned)
    assert (values["started_at"].isoformat(), note) == ("2026-03-02T10:00:00+02:00", "")
    assert "5555550100" not in str(values)
    values, note = names_say(Path("q-700-5555550100-20260302-100000-1772438400.7.wav"), Settings())
    assert (values["direction"], values["queue"], note) == ("inbound", "700", "")
    assert names_say(Path("memo.wav"), Settings()) == ({}, "fits no pattern")


def test_asterisks_own_id_of_the_call_is_in_the_name(recording, found):
    recording("q-700-5555550100-20260302-100000-1772438400.7.wav")
    assert found()[0][0].external_id == "1772438400.7"


def test_names_that_fit_no_pattern_are_told_of(recording, tmp_path):
    recording("7-billing.wav")
    recording("memo.wav")
    settings = Settings(name_patterns=(NamePattern(pattern="{agent_id}-{queue}"),))
    first, second = find([tmp_path], settings)
    assert (first.metadata.agent_id, first.metadata.queue, notes(first)) == ("7", "billing", [])
    assert notes(second) == ["the name fits no pattern of QA_NAME_PATTERNS"]


# --- tables ----------------------------------------------------------------------------------

CDR = """uniqueid;calldate;agent;queue;dir;labels;csat;hangup;phone
call-1;2026-03-02 10:00:00;1042;billing;in;mystery;4,5;agent;5555550100
call-2;yesterday;1043;;sideways;;;;
call-3;;1;;;;;;
call-3;;2;;;;;;
"""
COLUMNS = {"started_at": "calldate", "agent_id": "Agent", "queue": "queue", "direction": "dir",
           "tags": "labels", "survey": "csat", "ended_by": "hangup"}  # fmt: skip


def chat(id, **metadata):
    return {"id": id, "messages": [{"party": "agent", "text": f"hi {id}"}], "metadata": metadata}


@pytest.fixture
def joined(data, tmp_path):
    """Import chats joined with a table."""

    def run(*chats, on="id", table=CDR, key="uniqueid", columns=COLUMNS):
        file = data("tables/cdr.txt", table)
        folder = tmp_path / "in"
        for n, one in enumerate(chats):
            data(f"in/{n}.json", one)
        join = Join(file=file, key=key, on=on, columns=columns, time_zone="Europe/Bucharest")
        return [c for c in find([folder], Settings(joins=(join,))) if not isinstance(c, Rejected)]

    return run


def test_a_row_says_what_is_not_known_yet(joined):
    (c,) = joined(chat("call-1", queue="sales", tags=["vip"]))
    m = c.metadata
    assert (m.agent_id, m.queue, m.direction, m.survey) == ("1042", "sales", Direction.INBOUND, 4.5)
    assert (m.tags, m.ended_by) == (("vip", "mystery"), EndedBy.AGENT)
    assert m.started_at.isoformat() == "2026-03-02T10:00:00+02:00"
    assert "5555550100" not in c.model_dump_json()
    assert notes(c) == []


UNJOINED = [
    ("call-9", "no row for it in cdr.txt", None),
    ("call-3", "rows that differ for it in cdr.txt", None),
    ("call-2", "not understood in cdr.txt: started_at, direction", "1043"),
]


@pytest.mark.parametrize(("id", "note", "agent"), UNJOINED)
def test_what_does_not_fit_is_noted_and_never_guessed(joined, id, note, agent):
    (c,) = joined(chat(id))
    assert notes(c) == [note]
    assert (c.metadata.agent_id, c.metadata.started_at) == (agent, None)


def test_a_row_may_be_found_by_the_files_name_or_the_ticket(joined):
    by_name = "file,id,agent\n/var/monitor/0.json,77,9\n"
    (c,) = joined(
        chat(None), on="name", table=by_name, key="file", columns={"id": "id", "agent_id": "agent"}
    )
    assert (c.external_id, c.metadata.agent_id) == ("77", "9")
    (c,) = joined(
        chat("x", ticket="T-1"),
        on="ticket",
        table="t,agent\nT-1,9\n",
        key="t",
        columns={"agent_id": "agent"},
    )
    assert c.metadata.agent_id == "9"


@pytest.mark.parametrize(("table", "columns", "reason"), [
    (CDR, {"agnt": "agent"}, "no field named 'agnt'"),
    (CDR, {"agent_id": "nobody"}, "has no column 'nobody'"),
    ("", {"agent_id": "agent"}, "has no column 'uniqueid'"),
])  # fmt: skip
def test_a_table_that_cannot_be_used_says_why(joined, table, columns, reason):
    with pytest.raises(SettingsError, match=reason):
        joined(chat("call-1"), table=table, columns=columns)
