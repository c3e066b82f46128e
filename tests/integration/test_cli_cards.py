"""Cards are tested, compared and published from the command line, over a real database."""

import json

import pytest

CARD = """\
scorecard: front-desk
version: {version}
title: Front desk
languages: [en, ru]
pass_mark: 80
sections:
  - id: opening
    title: Opening
    items:
      - id: greeting
        ask: Did the agent greet the customer?
        any: [{greeting}]
        examples:
          - {{text: Hello there., expect: pass}}
          - {{text: See you soon., expect: fail}}
      - id: no_insult
        ask: No insults
        critical: true
        none: [stupid]
"""


@pytest.fixture
def card(tmp_path):
    def write(version=4, greeting="hello", name="card.yaml"):
        path = tmp_path / name
        path.write_text(CARD.format(version=version, greeting=greeting), "utf-8")
        return path

    return write


def test_a_card_is_tried_on_its_own_examples(qa, card):
    done = qa("scorecard", "test", card())
    assert "greeting         2      1.000   1.000" in done.stdout
    assert "Without examples: no_insult." in done.stderr
    told = json.loads(qa("scorecard", "test", card(), "--json").stdout)
    assert (told["scorecard"], told["items"]["greeting"]["f1"]) == ("front-desk", 1)


def test_an_example_that_comes_to_something_else_is_named(qa, card):
    done = qa("scorecard", "test", card(greeting="welcome"), code=1)
    assert "greeting: expected pass, got fail: Hello there." in done.stdout


def test_nothing_to_test_is_a_wrong_call(qa):
    assert "Name a scorecard" in qa("scorecard", "test", code=2).stderr


LABELLED = [
    {"who": "agent", "text": "Hello, how can I help?", "labels": ["greeting"], "turn": 1},
    {"who": "agent", "text": "Your parcel is blue.", "labels": ["farewell"]},
    {"who": "agent", "text": "Goodbye.", "labels": ["farewell"]},
    {"who": "customer", "text": "Hello.", "labels": []},
]


def test_families_are_tried_on_labelled_turns(qa, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(map(json.dumps, LABELLED)), "utf-8")
    told = json.loads(qa("scorecard", "test", "--labels", path, "--json").stdout)
    assert told["families"]["farewell"] == {"precision": 1, "recall": 0.5, "f1": 0.6667, "n": 2}
    assert told["macro_f1"] == pytest.approx((1 + 2 / 3) / 2, abs=1e-4)
    assert told["unlabelled"]["apology"] == {"found": 0, "turns": 3}
    out = qa("scorecard", "test", "--labels", path).stdout
    assert "Macro F1 of 2 labelled families: 0.833" in out
    assert "farewell: expected hit, got none: Your parcel is blue." in out


def test_a_line_that_is_no_labelled_turn_is_named(qa, tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text('{"who": "agent", "text": "a", "labels": []}\n{"who": "bot"}\n', "utf-8")
    assert f"{path}:2: who:" in qa("scorecard", "test", "--labels", path, code=2).stderr
    assert "cannot be read" in qa("scorecard", "test", "--labels", tmp_path / "no", code=2).stderr


def test_two_cards_are_compared_on_what_was_judged(qa, card):
    told = json.loads(qa("scorecard", "diff", "front-desk@3", card(), "--json").stdout)
    assert (told["old"]["version"], told["new"]["version"]) == (3, 4)
    assert (told["conversations"], told["days"]) == (4, 4)
    changed = {c["conversation"]: c for c in told["changes"]}
    assert changed["refund"]["old"]["total"] == 40
    assert changed["refund"]["verdicts"]["greeting"] == {"old": "pass", "new": "fail"}
    assert told["reviews"] == {"old": 1, "new": 1, "more": 0, "more_a_night": 0}
    out = qa("scorecard", "diff", "front-desk", card()).stdout
    assert "front-desk 3 > front-desk 4: 3 of 4 conversations change." in out
    assert "For a human: 1 before, 1 after (+0.0 a night)." in out


def test_more_reviews_are_counted(qa, card, tmp_path):
    asks = (
        card().read_text("utf-8").replace("any: [hello]", "human: true").split("        examples")
    )
    open_card = tmp_path / "asks.yaml"
    open_card.write_text(
        asks[0] + "      - id: no_insult" + asks[1].split("- id: no_insult")[1], "utf-8"
    )
    told = json.loads(qa("scorecard", "diff", "front-desk", open_card, "--json").stdout)
    assert told["reviews"] == {"old": 1, "new": 3, "more": 2, "more_a_night": 0.5}


def test_comparing_keeps_nothing(qa, card):
    before = qa("list").stdout
    qa("scorecard", "diff", "front-desk", card())
    assert qa("list").stdout == before


def test_the_same_card_changes_nothing(qa):
    assert "0 of 4 conversations" in qa("scorecard", "diff", "front-desk", "front-desk@3").stdout


def test_a_version_that_never_was_is_named(qa):
    error = qa("scorecard", "diff", "front-desk@2", "front-desk", code=1).stderr
    assert "Version 2 of 'front-desk' was neither published nor used" in error


def test_a_published_version_never_changes(qa, card):
    assert "front-desk version 4 is published" in qa("scorecard", "publish", card()).stdout
    first = json.loads(qa("scorecard", "list", "--published", "--json").stdout)
    qa("scorecard", "publish", card())
    assert json.loads(qa("scorecard", "list", "--published", "--json").stdout) == first
    error = qa("scorecard", "publish", card(greeting="welcome"), code=2).stderr
    assert "says something else" in error
    assert "Raise the version: write 'version: 5'" in error
    told = json.loads(qa("scorecard", "publish", card(5, "welcome"), "--json").stdout)
    assert (told["version"], bool(told["who"])) == (5, True)
    assert "front-desk        5" in qa("scorecard", "list", "--published").stdout


def test_what_is_judged_is_judged_by_the_newest_published_version(qa, card):
    qa("scorecard", "publish", card(4))
    qa("score", "refund")
    shown = json.loads(qa("show", "refund", "--json").stdout)
    assert shown["assessments"][0]["assessment"]["card"]["version"] == 4


def test_an_example_needs_no_new_version(qa, card):
    path = card()
    qa("scorecard", "publish", path)
    path.write_text(path.read_text("utf-8").replace("See you soon.", "So long."), "utf-8")
    qa("scorecard", "publish", path)
