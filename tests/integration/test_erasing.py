"""Erasing at the command line, in the pages and by the API: what goes, what stays, what is told."""

from __future__ import annotations

import json
import re
import threading
import time

import pytest
from loops import finished

from qa.store import open_store

RULES = [
    {"name": "sound", "audio_days": 0},
    {"name": "checked", "counted_from": "reviewed", "text_days": 0},
    {"name": "all", "text_days": 36525},
]


@pytest.fixture
def rules(monkeypatch, env):
    """Set rules; all conversations of the small call centre are old enough for them."""

    def set_rules(*given):
        monkeypatch.setenv("QA_RETENTION", json.dumps(given))

    return set_rules


def ids(qa):
    return [one["id"] for one in json.loads(qa("list", "--json").stdout)["items"]]


def test_without_rules_nothing_goes_and_that_is_said(qa):
    before = ids(qa)
    assert "No rule is set" in qa("retention", "run").stderr
    assert ids(qa) == before


def test_a_dry_run_says_by_which_rule_what_would_go_and_a_run_does_it_once(qa, rules):
    rules({"name": "old text", "channel": "call", "text_days": 0})
    would = qa("retention", "run", "--dry-run")
    assert "old text" in would.stdout
    assert "redacted text" in would.stdout
    planned = json.loads(qa("retention", "run", "--dry-run", "--json").stdout)
    done = json.loads(qa("retention", "run", "--json").stdout)
    assert done["erased"] == planned["erased"] > 0
    assert done["rules"] == planned["rules"]
    assert (done["failed"], done["scrubbed"]) == ({}, True)
    assert json.loads(qa("retention", "run", "--json").stdout)["erased"] == 0
    one = "refund"
    shown = json.loads(qa("show", one, "--json").stdout)
    assert shown["conversation"] is None
    assert shown["assessments"], "its scores stay"


def test_a_rule_that_cannot_be_used_is_a_wrong_call(qa, rules):
    rules({"name": "a", "text_days": "never"})
    assert "retention.0.text_days" in qa("retention", "run", code=2).stderr


def test_a_hold_is_added_listed_and_removed(qa, rules):
    rules({"name": "all", "text_days": 0})
    one = ids(qa)[0]
    qa("hold", "add", one, "--reason", "court")
    assert "court" in qa("hold", "list").stdout
    run = qa("retention", "run")
    assert f"1 are held: {one}" in run.stderr
    number = json.loads(qa("hold", "list", "--json").stdout)[0]["number"]
    qa("hold", "remove", number)
    assert "Nothing is held" in qa("hold", "list").stderr
    assert json.loads(qa("retention", "run", "--json").stdout)["erased"] == 1, "that one alone"
    assert "There is no hold" in qa("hold", "remove", number, code=1).stderr


def test_a_customer_is_erased_with_a_report_that_does_not_name_them(qa, settings, tmp_path):
    with open_store(settings) as store:
        from qa.records import Metadata
        from qa.testing import make_chat

        chat = make_chat(
            [("customer", "Hello.")], id="chat-k", metadata=Metadata(customer_ref="K-77")
        )
        store.register(chat, [])
    report = tmp_path / "report.json"
    tried = qa("erase", "--reference", "K-77", "--dry-run")
    assert "would be erased" in tried.stdout
    qa("erase", "--reference", "K-77", "--everything", "--report", report)
    (told,) = json.loads(report.read_text())["conversations"]
    assert (told["conversation"], told["ending"], told["whole"]) == ("chat-k", "erased", True)
    assert (told["outside"], told["left"]) == ([], [])
    assert set(told["kinds"]) == {"unredacted", "text", "scores"}
    assert "K-77" not in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600
    assert "chat-k" not in ids(qa)
    assert "No conversation of that customer" in qa("erase", "--reference", "K-77").stderr


def test_where_the_report_cannot_be_written_nothing_is_erased(qa, settings, tmp_path):
    from qa.records import Metadata
    from qa.testing import make_chat

    with open_store(settings) as store:
        meta = Metadata(customer_ref="K-78")
        store.register(make_chat([("customer", "Hi.")], id="chat-m", metadata=meta), [])
    report = tmp_path / "nowhere" / "report.json"
    refused = qa("erase", "--reference", "K-78", "--everything", "--report", report, code=1)
    assert str(report) in refused.stderr
    assert "chat-m" in ids(qa)


@pytest.mark.parametrize("given", [[], ["--email", "ana"], ["--phone", "12"]])
def test_nobody_is_erased_by_a_slip(qa, given):
    qa("erase", *given, code=2)


def test_what_was_erased_is_named_by_the_import_and_not_taken_in(qa, rules, folder):
    qa("import", folder / "a-chat.json")
    rules({"name": "a", "unredacted_days": 0, "text_days": 0, "scores_days": 0})
    qa("retention", "run")
    again = qa("import", folder / "a-chat.json")
    assert "1 that were erased here and are not taken in again" in again.stderr
    taken = json.loads(qa("import", folder / "a-chat.json", "--json").stdout)
    assert taken["conversations"] == []
    assert taken["erased"][0]["source"].endswith("a-chat.json")


def test_an_upload_of_what_was_erased_is_refused(qa, rules, client):
    content = json.dumps({"messages": [{"party": "customer", "text": "Hello there."}]}).encode()
    sent = {"file": ("chat.json", content)}
    client.post("/api/v1/conversations", files=sent)
    rules({"name": "a", "unredacted_days": 0, "text_days": 0, "scores_days": 0})
    qa("retention", "run")
    refused = client.post("/api/v1/conversations", files=sent)
    assert refused.status_code == 422
    assert "was erased here" in refused.text


# --- pages and API ---------------------------------------------------------------------------


def test_a_conversation_says_what_was_erased_and_its_scores_remain(qa, rules, browser_like):
    one = "refund"
    before = browser_like.get(f"/conversations/{one}")
    assert "The text was erased" not in before.text
    rules({"name": "old text", "text_days": 0}, {"name": "sound", "audio_days": 0})
    qa("retention", "run")
    page = browser_like.get(f"/conversations/{one}")
    assert page.status_code == 200
    assert "Text: erased on" in page.text
    assert "old text" in page.text
    assert "The text was erased." in page.text
    assert "Front desk" in page.text, "its scores stay"
    told = browser_like.get(f"/api/v1/conversations/{one}").json()
    assert told["conversation"] is None
    assert told["audio"] is None
    assert {k["what"] for k in told["kept"] if k["erased_at"]} == {"audio", "text"}
    for part in ("audio", "peaks"):
        assert browser_like.get(f"/api/v1/conversations/{one}/{part}").status_code == 404
    assert browser_like.get("/").status_code == 200
    assert browser_like.get("/?state=erased").status_code == 200


def test_a_page_says_until_when_the_rest_is_kept(qa, settings):
    from starlette.testclient import TestClient

    from qa.api import create_app
    from qa.setting_parts import Retention

    kept = settings.model_copy(update={"retention": (Retention(name="long", text_days=36525),)})
    one = ids(qa)[0]
    with TestClient(create_app(kept), base_url="http://127.0.0.1") as client:
        page = client.get(f"/conversations/{one}", headers={"accept": "text/html"})
    assert "Text until 21" in page.text
    assert "by the rule “long”" in page.text


@pytest.mark.parametrize("format", ["csv", "jsonl", "vcon", "vtt", "xlsx"])
def test_exports_take_what_is_left(qa, rules, tmp_path, format):
    rules({"name": "all", "audio_days": 0, "unredacted_days": 0, "text_days": 0})
    qa("retention", "run")
    qa("export", format, "--out", tmp_path / f"out.{format}")


@pytest.mark.parametrize("what", ["roles/swap", "score"])
def test_what_is_gone_cannot_be_changed_as_if_it_were_there(qa, rules, client, what):
    rules({"name": "all", "unredacted_days": 0, "text_days": 0})
    qa("retention", "run")
    assert client.post(f"/api/v1/conversations/refund/{what}").status_code == 404
    assert client.get("/api/v1/conversations/refund").json()["summary"]["state"] == "erased"
    assert client.get("/api/v1/conversations/refund/assessments").status_code == 200


def test_who_is_listening_while_it_is_erased_gets_an_end_and_never_an_error(qa, rules, client):
    """Pieces are asked for all the while; each is whole, or is not found."""
    store = client.app.state.store
    one = "refund"
    sound = bytes(range(256)) * 8_000
    store.vault.put("playback", one, sound, suffix=".mp3")
    codes, wrong, stop = [], [], threading.Event()

    def listen():
        at = 0
        while not stop.is_set():
            span = {"range": f"bytes={at}-{at + 99_999}"}
            answer = client.get(f"/api/v1/conversations/{one}/audio", headers=span)
            codes.append(answer.status_code)
            if answer.status_code == 206 and answer.content != sound[at : at + 100_000]:
                wrong.append(at)
            at = (at + 100_000) % 1_900_000

    listeners = [threading.Thread(target=listen) for _ in range(3)]
    for each in listeners:
        each.start()
    rules({"name": "sound", "audio_days": 0})
    time.sleep(0.3)
    qa("retention", "run")
    time.sleep(0.3)
    stop.set()
    for each in listeners:
        each.join()
    assert set(codes) == {206, 404}
    assert wrong == []


def test_a_sound_that_goes_before_it_is_sent_is_sent_to_its_end(client, settings):
    """The file is open before the answer begins: a name that is gone by then does no harm."""
    from qa.api.sound import SoundResponse
    from qa.errors import NotFound

    path = settings.data / "sound.mp3"
    path.write_bytes(b"sound")
    answer = SoundResponse(path)
    path.unlink()
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": "GET", "headers": [], "asgi": {"spec_version": "2.4"}}
    finished(answer(scope, None, send))
    assert sent[0]["status"] == 200
    assert b"".join(one.get("body", b"") for one in sent) == b"sound"
    with pytest.raises(NotFound, match="just erased"):
        SoundResponse(path)


def test_the_api_says_what_the_rules_would_erase_and_erases_a_customer(qa, settings):
    from starlette.testclient import TestClient

    from qa.api import create_app
    from qa.setting_parts import Retention

    ruled = settings.model_copy(update={"retention": (Retention(name="old", text_days=0),)})
    with TestClient(create_app(ruled), base_url="http://127.0.0.1") as client:
        told = client.get("/api/v1/retention").json()
        assert told["rules"][0]["name"] == "old"
        assert told["now"]["erased"] == 6
        made = client.post("/api/v1/holds", json={"conversations": ["refund"], "reason": "court"})
        assert made.status_code == 201
        (hold,) = made.json()["items"]
        assert client.get("/api/v1/retention").json()["now"]["held"] == ["refund"]
        assert client.delete(f"/api/v1/holds/{2**64}").status_code == 422
        assert client.delete(f"/api/v1/holds/{hold['number']}").status_code == 204
        assert client.get("/api/v1/holds").json() == {"items": []}
        page = {"accept": "text/html", "sec-fetch-site": "same-origin"}
        shown = client.get("/retention", headers=page).text
        assert ">old</th>" in shown
        assert "6 conversations would lose something" not in shown  # all would be looked at
        form = {"conversation": "refund", "reason": "claim 44"}
        assert client.post("/retention/holds", data=form, headers=page).status_code == 200
        shown = client.get("/retention?look=true", headers=page).text
        assert "5 conversations would lose something, 0 of them would go whole; 1 are held" in shown
        (hold,) = re.findall("/retention/holds/[0-9]+/end", shown)
        assert "claim 44" in shown
        assert "claim 44" not in client.post(hold, headers=page).text
        asked = {"phone": "+40 21 555 0143", "dry_run": False}
        answer = client.post("/api/v1/erasures", json=asked)
        assert answer.status_code == 200
        assert answer.json()["known_by"] == ["phone"]
        assert "0143" not in answer.text
        past = client.get("/retention", headers=page).text.partition("What went lately")[2]
        assert answer.json()["id"] in past
        assert client.post("/api/v1/erasures", json={"dry_run": True}).status_code == 422
        assert client.post("/api/v1/erasures", json={"reference": "a"}).status_code == 422
