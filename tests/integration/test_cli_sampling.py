"""`qa sample` over a real database, as a shell and a timer call it."""

import json

import pytest
from inline_snapshot import snapshot


def test_a_draw_says_how_many_of_whom_and_from_how_many(qa):
    made = qa("sample", "--per-agent", 1, "--seed", 7)
    assert made.stdout == snapshot("""\
Agent  Name  Drawn  Of
dana   Dana      1   2
ion    Ion       1   1
""")
    assert made.stderr == snapshot("2 conversations drawn, as draw 1 with seed 7.\n")


def test_a_dry_run_draws_nothing_and_its_seed_draws_the_same(qa):
    tried = json.loads(qa("sample", "--per-agent", 1, "--dry-run", "--json").stdout)
    made = qa("sample", "--per-agent", 1, "--seed", tried["seed"], "--json")
    assert tried["number"] is None
    assert json.loads(made.stdout)["picked"] == tried["picked"]
    again = json.loads(qa("sample", "--per-agent", 9, "--json").stdout)
    assert not {p["conversation"] for p in again["picked"]} & {
        p["conversation"] for p in tried["picked"]
    }


def test_a_schedule_draws_once_however_often_the_timer_calls(qa, monkeypatch):
    monkeypatch.setenv(
        "QA_SAMPLES", json.dumps([{"name": "weekly", "per_agent": 2, "last_days": 366}])
    )
    first = json.loads(qa("sample", "--due", "--json").stdout)
    second = json.loads(qa("sample", "--due", "--json").stdout)
    assert first[0]["drawn"]["number"] == 1
    assert second == [first[0] | {"drawn": None}]
    assert f"weekly: drawn for {first[0]['period']} before." in qa("sample", "--due").stderr


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "how many"),
        (["--due"], "No schedule is set"),
        (["--due", "--per-agent", 1], "schedules alone"),
        (["--per-agent", 1, "--since", "yesterday"], "not a day or a moment"),
        (["--per-agent", 1, "--channel", "fax"], "did you mean|known"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_its_mend(qa, args, says):
    import re

    assert re.search(says, qa("sample", *args, code=2).output, re.IGNORECASE)


def test_two_schedules_of_one_name_are_refused(qa, monkeypatch):
    monkeypatch.setenv("QA_SAMPLES", json.dumps([{"name": "a"}, {"name": "a"}]))
    assert "same name" in qa("sample", "--due", code=2).output
