"""The script benchmark makes a card of templates, and finds what was done and what was not."""

import json
import sys
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
REPLIES = {
    "hello": "Welcome to the garden shop!",
    "ask_plant": "Which plant are you looking for?",
    "ask_pot": "Which pot are you looking for?",
    "tell_price": "The price is {price:d} crowns.",
    "tell_advice": "Our gardener says: {advice:s}.",
    "shop_bye": "Thank you and goodbye.",
    "bye": "Thank you and  goodbye.",
}
SAID = [
    ("Wizard", "hello", "Welcome to the garden shop!"),
    ("User", "", "Hello, I need a fern."),
    ("Wizard", "ask_plant", "Which plant are you looking for?"),
    ("Wizard", "custom", "Lovely weather."),
    ("Wizard", "tell_price", "The price is 12 crowns."),
    ("Wizard", "goodbye_1", "Thank you and goodbye."),
]


@pytest.fixture(scope="module")
def benches():
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        yield import_module("benches.script"), import_module("benches._script")
    finally:
        sys.path.pop(0)


@pytest.fixture
def folder(tmp_path):
    task, talks = tmp_path / "tasks" / "plants", tmp_path / "dialogues" / "plants"
    task.mkdir(parents=True)
    talks.mkdir(parents=True)
    (task / "plants.json").write_text(json.dumps({"task": "plants", "replies": REPLIES}))
    (task / "responses.json").write_text(json.dumps(REPLIES))
    events = [
        {
            "Agent": who,
            "Action": "utter" if not label else "pick_suggestion",
            "ActionLabel": label,
            "Text": text,
        }
        for who, label, text in SAID
    ]
    (talks / "1.json").write_text(json.dumps({"Events": events}))
    return tmp_path


def test_steps_of_equal_text_are_one_and_slots_are_known(benches, folder):
    script = benches[1].read_script(folder / "tasks" / "plants" / "plants.json")
    assert "bye" not in script.steps
    assert script.labels["bye"] == "shop_bye"
    assert script.free == {"tell_advice"}
    assert script.step("goodbye_1", "Thank you and goodbye.") == "shop_bye"
    assert script.step("custom", "Thank you and goodbye.") == ""
    assert benches[1].read_script(folder / "tasks" / "plants" / "responses.json") is None


def test_what_two_steps_share_tells_neither(benches, folder):
    script = benches[1].read_script(folder / "tasks" / "plants" / "plants.json")
    items = {item.ask: item.check.root for _, item in script.card().items}
    assert "Which plant" in items["ask_plant"]
    assert not {"you looking", "looking for"} & set(items["ask_plant"])
    assert not set(items["ask_plant"]) & set(items["ask_pot"])


def test_without_errors_everything_is_found(benches, folder, capsys):
    assert benches[0].main([str(folder / "tasks"), "--wer", "0", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["script"]["0.00"]
    assert rows["dialogues"] == 1
    for name in ("steps", "with_slots", "missing", "order"):
        assert rows[name]["f1"] == 1.0, name
    assert rows["steps"]["n"] == 4


def test_a_folder_without_scripts_is_refused(benches, tmp_path, capsys):
    assert benches[0].main([str(tmp_path)]) == 2
    assert "tasks/TASK/TASK.json" in capsys.readouterr().err
