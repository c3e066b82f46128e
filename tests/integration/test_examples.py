"""Examples and collections through both doors: what trainers get, and what they do not."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from qa.access import Grant, Right, UserRole
from qa.audio import decode
from qa.records import AudioSource, Verdict
from qa.store import database, open_store
from qa.store.desk.tables import ShareRow, SoundConsentRow, StarRow
from qa.store.tables import ConversationRow

AT = datetime(2026, 3, 1, tzinfo=UTC)
#: What nobody may learn from an example: names, ids, and where it comes from.
PLANTED = ("Dana", "dana", "refund", "quarrel", "T-1", "retail.wav")


@pytest.fixture
def store(settings):
    with open_store(settings) as opened:
        yield opened


@pytest.fixture
def people(store):
    """How a trainer of each team, a reviewer and a supervisor ask."""
    grants = {
        "root": Grant(UserRole.ADMINISTRATOR),
        "trainer": Grant(UserRole.TRAINER, team="north"),
        "other": Grant(UserRole.TRAINER, team="south"),
        "reviewer": Grant(UserRole.REVIEWER, team="north"),
        "boss": Grant(UserRole.SUPERVISOR, team="north"),
        "agent": Grant(UserRole.AGENT),
    }
    with database.writing(store._engine) as session:
        session.execute(update(ConversationRow).values(team="north"))
    headers = {}
    for name, grant in grants.items():
        made = store.accounts.add(name, grants=[grant], agent_id="dana", who="test")
        rights = {r for r in Right if store.sessions.who(store.sessions.begin(made)).may(r)}
        lasts = timedelta(days=1)
        secret, _ = store.sessions.add_token(made, label="", scopes=rights, lasts=lasts, who="test")
        headers[name] = {"authorization": f"Bearer {secret}"}
    return headers


def examples(client, who, **query):
    answer = client.get("/api/v1/examples", params=query, headers=who)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def collection(client, who, *items, name="Openings"):
    """Make a collection of the first example of each of some items; its address."""
    made = client.post("/api/v1/collections", json={"name": name}, headers=who).json()
    at = f"/api/v1/collections/{made['id']}"
    for query in items:
        ref = examples(client, who, **query)[0]["ref"]
        added = client.post(f"{at}/moments", json={"example": ref}, headers=who)
        assert added.status_code == 201, added.text
    return at


def files(client, at, who):
    answer = client.get(f"{at}/archive", headers=who)
    assert answer.headers["content-type"] == "application/zip"
    return zipfile.ZipFile(io.BytesIO(answer.content))


GOOD = {"item": "greeting", "verdict": "pass", "text": "Good morning"}


def test_a_trainer_finds_hears_and_reads_and_learns_nobody_s_name(client, people):
    who = people["trainer"]
    found = client.get("/api/v1/examples?limit=50", headers=who)
    assert len(found.json()["items"]) > 5
    page = client.get("/examples?limit=50", headers=who | {"accept": "text/html"})
    assert page.status_code == 200
    for text in (found.text, page.text):
        said = re.sub(r"/static/\S+", "", text)
        assert [name for name in PLANTED if name in said] == []
        assert "[NAME] speaking" in re.sub(r"</?span[^>]*>", "", said)
    (first, *_) = examples(client, who, **GOOD)
    assert first["conversation"] is None
    sound = client.get(first["audio"], headers=who)
    assert sound.headers["content-type"] == "audio/mpeg"
    part = client.get(first["audio"], headers=who | {"range": "bytes=100-299"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 100-299/{len(sound.content)}"
    assert part.content == sound.content[100:300]
    for asked, status in (("bytes=-5", 206), ("bytes=9999999-", 416), ("lines=1-2", 200)):
        assert client.get(first["audio"], headers=who | {"range": asked}).status_code == status


def test_a_trainer_s_work_begins_with_the_search(client, people):
    answer = client.get("/", headers=people["trainer"])
    assert answer.url.path == "/examples"


def test_a_trainer_gets_nowhere_near_the_whole_conversation(client, people):
    who = people["trainer"]
    at = collection(client, who)
    for address in ("/conversations/refund", "/api/v1/conversations/refund", "/samples"):
        assert client.get(address, headers=who).status_code in {403, 404}
    whole = {"conversation": "refund", "first": 0, "last": 5}
    assert client.post(f"{at}/moments", json=whole, headers=who).status_code in {403, 404}
    form = {"first": 0, "last": 5, "name": "Mine"}
    answer = client.post("/conversations/refund/moments", data=form, headers=who)
    assert answer.status_code == 403


def test_who_may_read_a_conversation_is_led_to_it_and_takes_any_turns(client, people):
    who = people["boss"]
    (first, *_) = examples(client, who, **GOOD)
    assert first["conversation"] == "refund"
    form = {"first": 1, "last": 3, "name": "Two charges", "note": "Hear the number."}
    answer = client.post("/conversations/refund/moments", data=form, headers=who)
    assert "Hear the number." in answer.text
    assert "Two charges" in answer.text
    assert "[CARD_NUMBER]" in answer.text
    # Nobody knows whether it is a good one, so it is read and not heard...
    assert "<audio" not in answer.text
    # ... until somebody stars it.
    with database.writing(client.app.state.store._engine) as session:
        session.add(StarRow(conversation="refund", turn=2, who="boss", at=AT))
    assert "<audio" in client.get(answer.url, headers=who).text


def test_other_teams_moments_are_neither_found_nor_collected(client, people):
    ref = examples(client, people["trainer"], **GOOD)[0]["ref"]
    who = people["other"]
    assert examples(client, who) == []
    assert "greeting" not in client.get("/examples", headers=who).text
    at = collection(client, who)
    assert client.post(f"{at}/moments", json={"example": ref}, headers=who).status_code == 404
    assert client.get(f"/api/v1/examples/{ref}/audio", headers=who).status_code == 404


def test_a_bad_moment_is_read_and_heard_only_once_its_agent_lets_it_be(client, people, store):
    who = people["trainer"]
    assert examples(client, who, item="no_insult", verdict="fail") == []  # suspected only
    store.override("quarrel", "front-desk", "no_insult", Verdict.FAIL, "", "boss")
    (bad,) = examples(client, who, item="no_insult", verdict="fail")
    address = f"/api/v1/examples/{bad['ref']}/audio"
    assert bad["audio"] is None
    assert client.get(address, headers=who).status_code == 404
    at = collection(client, who, {"item": "no_insult", "verdict": "fail"})
    assert files(client, at, who).namelist() == ["index.html", "moments/01.vtt"]
    with database.writing(store._engine) as session:
        session.add(SoundConsentRow(conversation="quarrel", agent="ion", at=AT))
    assert client.get(address, headers=who).status_code == 200
    assert "moments/01.mp3" in files(client, at, who).namelist()


def test_a_good_example_that_became_a_bad_one_is_silent_in_collections_too(client, people, store):
    who = people["trainer"]
    at = collection(client, who, GOOD)
    (kept,) = client.get(at, headers=who).json()["moments"]
    assert client.get(kept["moment"]["audio"], headers=who).status_code == 200
    for name in ("refund", "quarrel"):
        store.override(name, "front-desk", "greeting", Verdict.FAIL, "", "boss")
    (now,) = client.get(at, headers=who).json()["moments"]
    assert (now["moment"]["verdict"], now["moment"]["audio"]) == ("fail", None)
    assert client.get(kept["moment"]["audio"], headers=who).status_code == 404


def heard(content, tmp_path):
    path = tmp_path / "heard.mp3"
    path.write_bytes(content)
    audio, _ = decode([AudioSource(uri=str(path), checksum="")], scratch=tmp_path / "scratch")
    return audio.samples.max(axis=0)


def test_the_sound_is_the_redacted_one_with_names_silent(client, people, store, tmp_path):
    """A name is said in the first turn, and a card's number from 15 to 17 s on."""
    who = people["trainer"]
    found = examples(client, who, before=0, after=3, **GOOD)
    moment = next(m for m in found if "[NAME]" in m["said"][0]["text"])
    sound = heard(client.get(moment["audio"], headers=who).content, tmp_path)
    turn = store.safe("refund").turns[0]
    name = next(w for w in turn.words if "Dana" in w.text)
    start = turn.start

    def loudness(a, b):
        return np.abs(sound[round((a - start) * 16000) : round((b - start) * 16000)]).max()

    assert loudness(name.start, name.end) < 0.02
    assert loudness(turn.words[0].start, turn.words[1].end) > 0.05
    assert loudness(15.0, 17.0) < 0.02
    # Erase what was derived, and there is nothing to hear: the original is never used.
    store.vault.drop("playback", "refund")
    assert client.get(moment["audio"], headers=who).status_code == 404


def test_collections_are_kept_in_order_with_notes(client, people):
    who = people["trainer"]
    at = collection(client, who, GOOD, {"item": "farewell"}, {"item": "company"})
    ids = [m["id"] for m in client.get(at, headers=who).json()["moments"]]
    client.patch(f"{at}/moments/{ids[2]}", json={"place": 0, "note": "First"}, headers=who)
    page = at.removeprefix("/api/v1")
    client.post(f"{page}/moments/{ids[0]}", data={"do": "down"}, headers=who)
    client.post(f"{page}/moments/{ids[1]}", data={"do": "up"}, headers=who)
    client.post(f"{page}/moments/{ids[1]}", data={"do": "note", "note": "Hm"}, headers=who)
    client.patch(at, json={"note": "For Monday"}, headers=who)
    found = client.get(at, headers=who).json()
    assert found["note"] == "For Monday"
    assert [(m["id"], m["note"]) for m in found["moments"]] == [
        (ids[1], "Hm"), (ids[2], "First"), (ids[0], ""),
    ]  # fmt: skip
    client.delete(f"{at}/moments/{ids[2]}", headers=who)
    client.post(f"{page}/moments/{ids[0]}", data={"do": "remove"}, headers=who)
    assert len(client.get(at, headers=who).json()["moments"]) == 1
    # The same once more is not there twice.
    ref = examples(client, who, item="farewell")[0]["ref"]
    client.post(f"{at}/moments", json={"example": ref}, headers=who)
    assert len(client.get(at, headers=who).json()["moments"]) == 1
    client.delete(at, headers=who)
    assert client.get(at, headers=who).status_code == 404


def test_a_collection_is_its_owner_s(client, people):
    at = collection(client, people["trainer"], GOOD)
    who = people["boss"]
    page = at.removeprefix("/api/v1")
    for method, address in (
        ("GET", at), ("GET", page), ("DELETE", at), ("GET", f"{at}/archive"),
        ("GET", f"{at}/shares"),
    ):  # fmt: skip
        assert client.request(method, address, headers=who).status_code == 404
    assert client.post(f"{at}/shares", json={}, headers=who).status_code == 404
    assert client.post(page, data={"name": "x", "do": "delete"}, headers=who).status_code == 404
    assert client.get(at, headers=people["trainer"]).status_code == 200


def test_a_link_opens_a_collection_until_it_ends_and_gives_no_rights(client, people, store):
    at = collection(client, people["trainer"], GOOD)
    answer = client.post(f"{at}/shares", json={"days": 7}, headers=people["trainer"])
    link = answer.json()["link"]
    assert (
        link.removeprefix("/shared/")
        not in client.get(f"{at}/shares", headers=people["trainer"]).text
    )
    with database.reading(store._engine) as session:
        kept = session.exec(select(ShareRow)).one()
        assert link.removeprefix("/shared/") not in repr(kept)
    for who, status in (("reviewer", 200), ("boss", 200), ("agent", 403)):
        assert client.get(link, headers=people[who]).status_code == status
    shared = client.get(f"/api/v1{link}", headers=people["reviewer"]).json()
    (moment,) = shared["moments"]
    assert client.get(moment["moment"]["audio"], headers=people["reviewer"]).status_code == 200
    # Whose rights do not reach there sees that there is something, and nothing of it.
    hidden = client.get(f"/api/v1{link}", headers=people["other"]).json()
    assert (hidden["moments"], hidden["hidden"]) == ([], 1)
    assert client.get(moment["moment"]["audio"], headers=people["other"]).status_code == 404
    assert client.get(link, headers={"cookie": ""}, follow_redirects=False).status_code in {
        303,
        401,
    }
    share = client.get(f"{at}/shares", headers=people["trainer"]).json()["items"][0]["id"]
    client.delete(f"{at}/shares/{share}", headers=people["trainer"])
    assert client.get(link, headers=people["reviewer"]).status_code == 404
    assert client.get("/shared/none", headers=people["reviewer"]).status_code == 404


def test_a_link_that_has_run_out_leads_nowhere(client, people, store):
    at = collection(client, people["trainer"], GOOD)
    link = client.post(f"{at}/shares", json={"days": 1}, headers=people["trainer"]).json()["link"]
    with database.writing(store._engine) as session:
        session.execute(update(ShareRow).values(expires_at=AT))
    assert client.get(link, headers=people["reviewer"]).status_code == 404


def test_a_collection_as_a_file_names_nobody_and_fetches_nothing(client, people, tmp_path):
    who = people["trainer"]
    at = collection(client, who, GOOD, {"item": "farewell", "text": "lovely"}, {"channel": "chat"})
    client.patch(at, json={"note": "<script>alert(1)</script>"}, headers=who)
    packed = files(client, at, who)
    assert packed.testzip() is None
    assert packed.namelist() == [
        "index.html", "moments/01.vtt", "moments/01.mp3", "moments/02.vtt", "moments/02.mp3",
        "moments/03.vtt",
    ]  # fmt: skip
    page = packed.read("index.html").decode()
    texts = [page, *(packed.read(n).decode() for n in packed.namelist() if n.endswith(".vtt"))]
    for text in (*texts, *packed.namelist()):
        assert [name for name in (*PLANTED, "trainer", "Ion") if name in text] == []
    assert "<script>alert" not in page
    assert re.findall(r"https?:|//\w", page) == []
    assert texts[1].startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert "<v.agent Agent>" in texts[1]
    first = packed.read("moments/01.mp3")
    assert heard(first, tmp_path).max() > 0.05


def test_what_is_erased_leaves_collections(client, people, store):
    who = people["trainer"]
    at = collection(client, who, {"item": "farewell", "text": "lovely"})
    assert len(client.get(at, headers=who).json()["moments"]) == 1
    with database.writing(store._engine) as session:
        session.execute(delete(ConversationRow).where(col(ConversationRow.id) == "refund"))
    found = client.get(at, headers=who).json()
    assert (found["moments"], found["hidden"]) == ([], 0)


def test_notes_and_names_are_shown_as_text(client, people):
    who = people["trainer"]
    at = collection(client, who, GOOD, name="<b>x</b>")
    evil = "<img src=x onerror=alert(1)>"
    client.patch(at, json={"note": evil}, headers=who)
    for address in (at.removeprefix("/api/v1"), "/collections", "/examples"):
        text = client.get(address, headers=who | {"accept": "text/html"}).text
        assert "<b>x" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    "form", [{"name": ""}, {"name": " "}, {"collection": "none"}, {"name": "x" * 201}]
)
def test_a_moment_needs_a_collection(client, people, form):
    who = people["trainer"]
    ref = examples(client, who, **GOOD)[0]["ref"]
    answer = client.post(f"/examples/{ref}/collect", data=form, headers=who)
    assert answer.status_code in {404, 422}


def test_the_command_line_finds_collects_and_packs(qa, tmp_path):
    found = json.loads(qa("examples", "--item", "greeting", "--verdict", "pass", "--json").stdout)
    assert found["items"]
    assert "dana" not in json.dumps(found).lower()
    out = tmp_path / "greetings.zip"
    qa("examples", "--item", "greeting", "--verdict", "pass", "--channel", "call",
       "--collection", "Greetings", "--zip", out)  # fmt: skip
    names = zipfile.ZipFile(out).namelist()
    assert names[0] == "index.html"
    assert "moments/02.mp3" in names
    assert "Greetings" in qa("collections").stdout
    (listed,) = json.loads(qa("collections", "--json").stdout)["items"]
    assert listed["moments"] == len([n for n in names if n.endswith(".vtt")])
    again = tmp_path / "again.zip"
    qa("collections", "Greetings", "--zip", again)
    assert again.read_bytes() == out.read_bytes()
    assert "exists" in qa("collections", "Greetings", "--zip", again, code=2).output
    qa("collections", "Nothing", "--zip", tmp_path / "x.zip", code=2)
    assert (
        "Agent: Good morning, Acme Bank, [NAME] speaking."
        in qa("examples", "--text", "Good morning").stdout
    )
