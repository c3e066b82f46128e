"""The commands over a real database, called as a shell calls them."""

import contextlib
import json
import re
import sqlite3
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from qa.settings import load_settings
from qa.store import open_store

# --- reading -------------------------------------------------------------------------------


def test_the_list_is_a_table_with_the_newest_first(qa):
    assert qa("list").stdout == snapshot("""\
Id          Conversation     Agent  Channel  Length         Score  Failed items                    State
fresh       fresh.wav        Ion    call          –             –                                  waiting
broken      broken.wav       Ion    call          –             –                                  failed
voicemail   voicemail.wav    Dana   call      00:01  not scorable                                  not scored: voicemail
order-chat  order-chat.json  Dana   chat      00:46            30  sorry, anything_else, farewell  scored
quarrel     quarrel.wav      Ion    call      00:16            99  no_insult (+1 to review)        critical suspected
refund      refund.wav       Dana   call      00:48            40  sorry, anything_else            scored
""")


def test_show_tells_every_verdict_with_its_evidence(qa):
    # Versions of engine and packs, and the hash, change with every release.
    shown = re.sub(r"judged by qa\.scoring .*", "judged by ...", qa("show", "refund").stdout)
    assert shown == snapshot("""\
refund.wav
refund · call · 00:48 · en · Dana · 2026-03-01 09:30 · done
  agent: agent (100% sure: metadata)
  customer: customer (100% sure: metadata)

front-desk version 3 · agent
  judged by ...
Score 40, final, failed, pass mark 80, weighted by section
  Opening  100
    ✓ pass           Did the agent greet the customer? (greeting, 1)
        00:01, turn 1, agent: "Good morning"  <- list: hello · "good morning"
    ✓ pass           Was the company named? (company, 1)
        00:01, turn 1, agent: "Acme Bank"  <- {company}
  Care  0
    ✗ fail           Did the agent say sorry for what went wrong? (sorry, 2)
        Not said; 6 turns of the agent searched.
        searched 00:01 to 00:48, turns 1 to 11  <- sorry; apologise
        advice: Say sorry before the first question.
    ✗ fail           Did the agent thank the customer for waiting? (thanks, 1)  [bonus]
        Not said; 6 turns of the agent searched.
        searched 00:01 to 00:48, turns 1 to 11  <- thank you for waiting
        nearest 50%: 00:20, turn 5, agent: "Thank you"  <- thank you for waiting
    ✓ pass           No insults (no_insult, 1)  [deducts]  [critical: zeroes the total]
        searched 00:01 to 00:48, turns 1 to 11  <- list: insult
  Closing  33.3
    ✗ fail           Did the agent ask whether anything else is needed? (anything_else, 2)
        Not said; 3 turns of the agent searched.
        searched 00:31 to 00:48, turns 7 to 11  <- (anything|something) else
        nearest 50%: 00:40, turn 9, agent: "anything"  <- (anything|something) else
        advice: Ask once, and wait for the answer.
    ✓ pass           Farewell or good wishes? (farewell, 1)
        00:47, turn 11, agent: "have a lovely day"  <- have a ... day
        00:48, turn 11, agent: "goodbye"  <- goodbye
""")


def test_show_names_what_judged_by_version_and_hash(qa):
    found = re.search(
        r"judged by qa\.scoring \d+, sha256:[0-9a-f]{12}, "
        r"table of what is misheard \d+, forms of words en simplemma [\d.]+, "
        r"likeness of words rapidfuzz [\d.]+, phrases en \d+\n",
        qa("show", "refund").stdout,
    )
    assert found


def test_show_prints_what_was_said_redacted(qa):
    out = qa("show", "T-1", "--transcript").stdout
    assert "00:15  Customer: It is [CARD_NUMBER] and the name is on it." in out


def test_what_was_overridden_shows_both_verdicts(qa, client):
    path = "/api/v1/conversations/refund/assessments/front-desk/items/sorry/override"
    client.put(path, json={"verdict": "not_applicable", "comment": "Nothing went wrong."})
    out = qa("show", "refund").stdout
    assert "Machine alone: 40" in out
    assert "machine: fail;" in out
    assert "Nothing went wrong." in out


@pytest.mark.parametrize(
    ("args", "ids"),
    [
        (["--channel", "chat"], ["order-chat"]),
        (["--review"], ["quarrel"]),
        (["--failed-item", "sorry", "--channel", "call"], ["refund"]),
        (["--since", "2026-03-05"], ["fresh", "broken"]),
        (["--until", "2026-03-01"], ["refund"]),
        (["--state", "waiting"], ["fresh"]),
        (["--agent", "Ion", "--status", "critical_suspected"], ["quarrel"]),
    ],
)
def test_the_list_is_narrowed(qa, args, ids):
    assert [i["id"] for i in json.loads(qa("list", "--json", *args).stdout)["items"]] == ids


def test_a_long_list_says_how_to_go_on(qa):
    first = qa("list", "--limit", "4")
    place = first.stderr.split("--after ")[1].strip()
    rest = json.loads(qa("list", "--after", place, "--json").stdout)
    assert [i["id"] for i in rest["items"]] == ["quarrel", "refund"]


def test_json_is_all_there_is_on_stdout(qa):
    whole = json.loads(qa("show", "refund", "--json").stdout)
    assert set(whole) == {"summary", "conversation", "assessments", "provenance"}
    assert whole["provenance"][0]["stage"] == "listen"
    assert whole["assessments"][0]["assessment"]["provenance"]["engine"]


def test_an_unknown_conversation_is_an_error_with_its_mend(qa):
    result = qa("show", "nobody", code=1)
    assert result.stdout == ""
    assert "qa list" in result.stderr


# --- taking in -----------------------------------------------------------------------------


def test_a_rehearsal_says_what_it_would_take_and_takes_nothing(qa, folder):
    before = json.loads(qa("list", "--json").stdout)
    result = qa("import", folder, "--dry-run", code=1)
    assert "chat" in result.stdout.splitlines()[1].split()
    assert "a-chat.json" in result.stdout
    assert json.loads(qa("list", "--json").stdout) == before


def test_importing_names_duplicates_and_rejects_with_reasons(qa, folder):
    result = qa("import", folder, "--json", code=1)
    told = json.loads(result.stdout)
    assert [c["known"] for c in told["conversations"]] == [False]
    assert told["duplicates"][0]["same_as"].endswith("a-chat.json")
    assert told["rejected"][0]["source"].endswith("notes.wav")
    assert told["rejected"][0]["mend"]
    assert "1 new, 1 duplicate, 1 rejected" in result.stderr
    again = json.loads(qa("import", folder, "--json", code=1).stdout)
    assert [c["known"] for c in again["conversations"]] == [True]


@pytest.mark.parametrize("name", ["nothing-here", "empty"])
def test_where_nothing_is_found_the_call_was_wrong(qa, tmp_path, name):
    (tmp_path / "empty").mkdir()
    result = qa("run", tmp_path / name, code=2)
    assert name in result.stderr


def test_an_unknown_card_is_refused_before_anything_is_taken_in(qa, folder):
    result = qa("run", folder, "--scorecard", "front-desc", code=2)
    assert "Did you mean 'front-desk'" in result.stderr
    assert len(json.loads(qa("list", "--json").stdout)["items"]) == 6


def test_formats_are_named_with_what_they_carry(qa):
    assert {"audio", "json", "webvtt"} <= {
        line.split()[0] for line in qa("formats").stdout.splitlines()
    }
    known = {f["name"]: f for f in json.loads(qa("formats", "--json").stdout)}
    assert known["json"]["times"] == "words"
    assert known["audio"]["audio"] is True


def test_a_recorder_that_died_is_told_at_once_and_in_the_morning(qa, folder, tmp_path, monkeypatch):
    began = datetime.now(UTC) - timedelta(hours=2)
    table = tmp_path / "cdr.csv"
    table.write_text(
        "id,began,said\n" + f"gone,{began:%Y-%m-%d %H:%M:%S},ANSWERED\n", encoding="utf-8"
    )
    join = {
        "file": str(table),
        "key": "id",
        "columns": {"started_at": "began"},
        "time_zone": "UTC",
        "recorded": {"said": "ANSWERED"},
    }
    monkeypatch.setenv("QA_JOINS", json.dumps([join]))
    imported = qa("import", folder / "a-chat.json")
    assert "1 of 1 calls in cdr.csv have no recording" in imported.stderr
    night = json.loads(qa("report", "night", "--json").stdout)
    assert "recordings-missing" in [alarm["kind"] for alarm in night["alarms"]]


def test_what_was_rejected_can_be_mended_and_imported_again(qa, tmp_path):
    good = {"messages": [{"party": "customer", "text": "Where is my parcel?", "at": 0}]}
    bad = {"messages": [{"party": "customer", "text": "My name is Zebedee.", "at": "soon"}]}
    file = tmp_path / "chats.jsonl"
    file.write_text("\n".join(json.dumps(c) for c in (good, bad, good | {"id": "3"})))

    first = qa("import", file, "--json", code=1)
    assert "Zebedee" not in first.stdout + first.stderr
    taken = json.loads(first.stdout)
    assert len(taken["conversations"]) == 2
    assert "line 2" in taken["rejected"][0]["reason"]

    rejects = Path(taken["rejects_file"])
    assert rejects.stat().st_mode & 0o077 == 0
    mended = tmp_path / "mended.jsonl"
    mended.write_text(rejects.read_text("utf-8").replace('"soon"', "5"))
    again = json.loads(qa("import", mended, "--json").stdout)
    assert [c["known"] for c in again["conversations"]] == [False]


def test_one_id_is_one_conversation(qa, tmp_path):
    def chat(text):
        return {"id": "t-7", "messages": [{"party": "customer", "text": text, "at": 0}]}

    here = tmp_path / "chats"
    here.mkdir()
    (here / "a.jsonl").write_text("\n".join(json.dumps(chat(t)) for t in ("Hi.", "Hello.")))
    (here / "b.json").write_text(json.dumps(chat("Hi there.")))
    taken = json.loads(qa("import", here, "--dry-run", "--json", code=1).stdout)
    assert [c["source"].rsplit("/", 1)[-1] for c in taken["conversations"]] == ["a.jsonl#1"]
    assert "its id stands already" in taken["rejected"][0]["reason"]
    assert taken["duplicates"][0]["source"].endswith("b.json")


def test_an_id_that_was_taken_in_before_with_other_content_is_told_and_nothing_is_lost(
    qa, tmp_path
):
    def export(name, *texts):
        messages = [{"party": "customer", "text": t, "at": n} for n, t in enumerate(texts)]
        (tmp_path / name).write_text(json.dumps({"id": "t-7", "messages": messages}))
        return json.loads(qa("import", tmp_path / name, "--json").stdout)

    assert export("monday.json", "Hi.")["same_own_id"] == []
    tuesday = export("tuesday.json", "Hi.", "Anybody there?")
    assert [c["known"] for c in tuesday["conversations"]] == [False]
    (told,) = tuesday["same_own_id"]
    assert (told["source"][-12:], told["as"][-11:]) == ("tuesday.json", "monday.json")
    assert export("tuesday.json", "Hi.", "Anybody there?")["same_own_id"] == []


def test_a_dry_run_shows_what_would_be_read(qa, tmp_path):
    file = tmp_path / "call.txt"
    file.write_text("[00:00] Agent: Acme, Dana.\n[00:03] Customer: Hello.\n[00:05] Agent: Yes?\n")
    result = qa("import", file, "--dry-run")
    head, row = result.stdout.splitlines()
    assert head.split()[:5] == ["Id", "Channel", "Turns", "Parties", "Started"]
    assert row.split()[1:] == ["call", "3", "agent,", "customer", str(file)]


# --- the machine ---------------------------------------------------------------------------


def test_a_card_with_mistakes_is_named_with_line_and_column(qa, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text(
        "scorecard: bad\nversion: 1\nsections:\n  - id: one\n    items:\n"
        "      - id: a\n        ask: Hello?\n        wieght: 2\n        any: [hello]\n",
        encoding="utf-8",
    )
    result = qa("scorecard", "check", bad, code=1)
    assert f"{bad}:8:" in result.stdout
    assert "wieght" in result.stdout
    told = json.loads(qa("scorecard", "check", bad, "--json", code=1).stdout)
    assert (told[0]["ok"], told[0]["mistakes"][0]["line"]) == (False, 8)


def test_a_card_without_mistakes_is_told_so(qa, settings):
    out = qa("scorecard", "check", settings.scorecards / "front-desk.yaml").stdout
    assert "front-desk version 3, 7 items, no mistakes" in out
    missing = qa("scorecard", "check", "nowhere.yaml", code=1).stdout
    assert missing == "nowhere.yaml: There is no such file.\n"


def test_a_card_that_probably_says_something_else_is_warned_of(qa, tmp_path):
    card = tmp_path / "light.yaml"
    card.write_text(
        "scorecard: light\nversion: 1\nsections:\n  - id: one\n    weight: 0\n    items:\n"
        "      - id: a\n        ask: Hello?\n        any: [hello there]\n",
        encoding="utf-8",
    )
    out = qa("scorecard", "check", card).stdout
    assert "no mistakes" in out
    assert "warning: the section 'one' weighs nothing" in out


def test_cards_are_listed(qa):
    ids = [c["id"] for c in json.loads(qa("scorecard", "list", "--json").stdout)]
    assert "front-desk" in ids
    assert "Front desk" in qa("scorecard", "list").stdout


def test_models_are_listed_with_what_needs_them(qa):
    found = json.loads(qa("models", "list", "--json").stdout)
    assert {m["state"] for m in found} == {"missing"}
    assert any(m["needed_for"] for m in found)
    assert "qa models pull" in qa("models", "check", code=1).stderr


def test_the_doctor_names_what_is_missing_with_its_mend(qa, settings):
    settings.vault_folder.chmod(0o700)
    checks = json.loads(qa("doctor", "--json").stdout)
    names = {c["name"].split()[0] for c in checks}
    assert {"Python", "Settings", "Speech", "GPU", "Model", "Database", "Data", "Disk"} <= names
    assert all(c["mend"] for c in checks if c["state"] != "ok")
    assert "6 conversations" in next(c["found"] for c in checks if c["name"] == "Database")


def test_the_doctor_sees_a_vault_that_others_can_read(qa, settings):
    settings.vault_folder.chmod(0o755)
    out = qa("doctor", code=1).stdout
    assert f"chmod 700 {settings.vault_folder}" in out


def test_the_doctor_helps_where_the_settings_are_wrong(qa, monkeypatch):
    monkeypatch.setenv("QA_PORT", "many")
    assert "port" in qa("doctor", code=1).stdout


def test_a_database_is_set_up_and_upgraded_by_one_command(qa, tmp_path, monkeypatch):
    monkeypatch.setenv("QA_DATA", str(tmp_path / "new"))
    assert "set up" in qa("db", "upgrade").stderr
    assert "up to date" in qa("db", "upgrade").stderr


def test_a_database_newer_than_the_program_is_refused(qa, settings):
    with contextlib.closing(sqlite3.connect(settings.data / "qa.db")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = 'm9999'")
    result = qa("list", code=1)
    assert "newer program" in result.stderr


@pytest.mark.parametrize(("options", "words"), [([], True), (["--transcribe"], False)])
def test_words_that_came_with_a_recording_are_kept_or_heard_again(qa, tmp_path, options, words):
    """Whose words are heard again waits for speech models, and keeps its recording."""
    folder = tmp_path / "given"
    folder.mkdir()
    with wave.open(str(folder / "call.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\x01\x02" * 800)
    said = "Agent: Hello.\nCustomer: Hi.\nAgent: Bye.\nCustomer: Bye.\n"
    (folder / "call.txt").write_text(said, encoding="utf-8")
    (folder / "alone.txt").write_text(f"{said}Agent: So long.\n", encoding="utf-8")
    rows = json.loads(qa("import", folder, *options, "--json").stdout)["conversations"]
    with open_store(load_settings()) as store:
        found = {Path(row["source"]).stem: store.conversation(row["id"]) for row in rows}
    assert {name: len(one.audio) for name, one in found.items()} == {"alone": 0, "call": 1}
    assert found["alone"].transcript is not None
    assert (found["call"].transcript is not None) is words
