"""CSV: columns, rows that do not lie together, and what is wrong with them."""

import pytest

from qa.importers import Rejected, find
from qa.settings import Settings

HEAD = "conversation,channel,party,text,time,queue,tags,internal\n"


def test_a_chat_with_all_its_columns(data, found):
    data("a.csv", HEAD + 't-1,chat,Agent,"Hi, ""Ann"".",2026-03-02T10:00:40+02:00,billing,vip; late,\n'
         "t-1,,END_USER,Where?,1772438400,billing,,no\nt-1,,Agent,Again.,2026-03-02T10:01:00+02:00,,,yes\n")  # fmt: skip
    (c,), rejected = found()
    assert not rejected
    assert (c.external_id, c.metadata.queue, c.metadata.tags) == ("t-1", "billing", ("vip", "late"))
    assert [(m.party, m.text, m.at, m.internal) for m in c.messages] == [
        ("END_USER", "Where?", 0.0, False),
        ("Agent", 'Hi, "Ann".', 40.0, False),
        ("Agent", "Again.", 60.0, True),
    ]


def test_a_call_with_its_times(data, found):
    data(
        "a.tsv",
        "conversation\tchannel\tparty\ttext\tstart\tend\nc\tcall\tagent\tHi.\t0,5\t1.5\nc\tcall\tcustomer\tYes\t0:02\t\n",
    )
    (c,), _ = found()
    assert [(u.start, u.end) for u in c.transcript.utterances] == [(0.5, 1.5), (2.0, None)]


def test_the_last_role_that_a_row_gives_a_party_holds(data, found):
    data(
        "a.csv",
        "conversation,party,text,role\nt,Ann,Hi.,agent\nt,Bo,Hello.,\nt,Ann,Yes.,customer\n"
        "t,Ann,And?,\nt,Ann,Well.,agent\nt,Bo,So.,customer\nt,Bo,Bye.\n",
    )
    (c,), _ = found()
    assert [(p.id, str(p.role)) for p in c.parties] == [("Ann", "agent"), ("Bo", "customer")]


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 1, 3)])
def test_rows_may_lie_apart(data, found, order):
    rows = ["a,chat,agent,1,,,,", "a,chat,agent,2,,,,", "b,chat,agent,3,,,,", "b,chat,agent,4,,,,"]
    data("a.csv", HEAD + "\n".join(rows[i] for i in order))
    conversations, _ = found()
    assert sorted((c.external_id, [m.text for m in c.messages]) for c in conversations) == [
        ("a", ["1", "2"]),
        ("b", ["3", "4"]),
    ]


def test_columns_of_other_names_are_mapped(data, tmp_path):
    data("a.csv", "Case;Author;Body;Zeit\n7;Agent;Hallo;2026-03-02 10:00\n")
    columns = {"conversation": "case", "party": "Author", "text": "Body", "time": "Zeit"}
    (c,) = find([tmp_path], Settings(csv_columns=columns, time_zone="Europe/Berlin"))
    assert c.metadata.started_at.isoformat() == "2026-03-02T10:00:00+01:00"


def test_times_without_a_zone_count_and_give_no_start(data, found):
    data("a.csv", HEAD + "a,chat,agent,1,2026-03-02 10:00,,,\na,chat,agent,2,2026-03-02 10:05,,,\n")
    (c,), _ = found()
    assert [m.at for m in c.messages] == [0.0, 300.0]
    assert c.metadata.started_at is None
    assert "QA_TIME_ZONE" in c.metadata.extra["started_at"]


BAD = [
    (",chat,agent,x,,,,", "no conversation named"),
    ("a,fax,agent,x,,,,", "channel: not one of"),
    ("a,chat,agent,x,yesterday,,,", "does not fit the format (ValueError)"),
    ("a,chat,agent,x,,,,maybe", "does not fit the format (ValueError)"),
    ("a,chat,agent,x,,q1,,\na,chat,agent,y,,q2,,", "queue: not the same in all rows"),
    ("a,chat,agent,x,2026-03-02T10:00:00Z,,,\na,chat,agent,y,2026-03-02T10:00:00,,,", "some times have a zone"),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "reason"), BAD)
def test_a_wrong_row_costs_its_conversation_alone(data, tmp_path, rows, reason):
    data("a.csv", f"{HEAD}{rows}\nfine,chat,agent,x,,,,\n")
    found = list(find([tmp_path], Settings()))
    (reject,) = [f for f in found if isinstance(f, Rejected)]
    assert reason in reject.error.reason
    assert reject.raw
    assert [f.external_id for f in found if not isinstance(f, Rejected)] == ["fine"]
