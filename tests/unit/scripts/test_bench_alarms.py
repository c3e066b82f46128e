"""The alarms benchmark reads three kinds of files and shows what it takes for an insult."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def bench():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield import_module("benches.alarms")
    finally:
        sys.path.pop(0)


@pytest.fixture
def folder(tmp_path):
    lines = [
        {"who": "agent", "text": "You are an idiot.", "labels": []},
        {"who": "customer", "text": "You are an idiot.", "labels": []},
        {"who": "agent", "text": "Are you departing from Paris?", "labels": []},
    ]
    (tmp_path / "turns.jsonl").write_text("\n".join(json.dumps(x) for x in lines))
    chat = {"convo_id": 1, "original": [["agent", "It is your own fault."], ["action", "idiot"]]}
    (tmp_path / "chats.json").write_text(json.dumps([chat]))
    (tmp_path / "again.json").write_text(json.dumps({"train": [chat]}))
    talks = tmp_path / "dialogues" / "rides"
    talks.mkdir(parents=True)
    events = [
        {"Agent": "Wizard", "Action": "utter", "Text": "It is not your fault."},
        {"Agent": "Wizard", "Action": "query", "Text": "idiot"},
    ]
    (talks / "1.json").write_text(json.dumps({"Events": events}))
    return tmp_path


def test_what_agents_say_is_searched_and_each_hit_listed(bench, folder, capsys):
    assert bench.main([str(folder), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["turns"] == 4
    assert [(h["family"], h["text"]) for h in said["hits"]] == [
        ("blame", "It is your own fault."),
        ("insult", "You are an idiot."),
    ]


def test_files_without_agents_are_refused(bench, tmp_path, capsys):
    (tmp_path / "turns.jsonl").write_text("")
    assert bench.main([str(tmp_path)]) == 2
    assert "No turns of agents" in capsys.readouterr().err
