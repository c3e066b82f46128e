"""Score this now: what is uploaded is judged first, and its owner can see how far it is."""

import json

import pytest
from sqlmodel import select

from qa.api.uploading import LARGEST, plain_name
from qa.jobs.local import work
from qa.store import database
from qa.store.tables import ConversationRow

CHAT = {
    "messages": [
        {"party": "agent", "text": "Hello, how can I help?"},
        {"party": "customer", "text": "Where is my order?"},
        {"party": "agent", "text": "On its way. Anything else? Goodbye."},
    ],
}


def sent(text=None, name="chat.json"):
    return {"file": (name, text if text is not None else json.dumps(CHAT).encode())}


def row(client, one):
    with database.reading(client.app.state.store._engine) as session:
        return session.exec(select(ConversationRow).where(ConversationRow.id == one)).one()


def test_an_uploaded_chat_goes_before_what_waits_and_is_judged(browser_like, settings):
    answer = browser_like.post(
        "/upload", files=sent(), data={"agent": "dana"}, follow_redirects=False
    )
    place = answer.headers["location"]
    one = place.partition("id=")[2]
    assert (row(browser_like, one).rank, row(browser_like, one).agent_id) == (0, "dana")
    assert row(browser_like, one).source == "upload/chat.json"
    waiting = browser_like.get(place).text
    assert "1 conversation is not done yet" in waiting
    assert 'http-equiv="refresh"' in waiting
    assert "qa work" in waiting
    work(settings, workers=1, only=[one])
    done = browser_like.get(place).text
    assert "All is done" in done
    assert 'http-equiv="refresh"' not in done


def test_the_api_takes_the_same_and_known_content_is_taken_once(client):
    first = client.post("/api/v1/conversations", files=sent())
    assert first.status_code == 202
    (made,) = first.json()["conversations"]
    assert client.get(made["status"]).json()["summary"]["state"] == "waiting"
    again = client.post("/api/v1/conversations", files=sent(name="other.json"))
    assert again.json()["conversations"] == [made]


def test_a_recording_is_kept_in_the_vault(client, settings):
    import wave
    from io import BytesIO

    import numpy as np

    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        tone = np.sin(np.arange(32000) / 20) * 8000
        file.writeframes(tone.astype("<i2").tobytes())
    made = client.post("/api/v1/conversations", files=sent(out.getvalue(), "q 1.wav")).json()
    (one,) = made["conversations"]
    kept = client.app.state.store.conversation(one["conversation"])
    assert all(source.uri.startswith("vault:") for source in kept.audio)
    assert not list(settings.data.glob("vault/.scratch-*"))


@pytest.mark.parametrize(
    ("files", "data", "says"),
    [
        ({}, {"agent": "x"}, "No file"),
        (sent(b""), {}, "empty|nothing|conversation"),
        (sent(b"\x00\x01\x02 no format", "a.bin"), {}, "."),
        (sent(), {"scorecard": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_is_kept(client, files, data, says):
    import re

    before = client.get("/api/v1/counts").json()
    answer = client.post("/api/v1/conversations", files=files or None, data=data)
    assert 400 <= answer.status_code < 500
    assert re.search(says, answer.text)
    assert "scratch" not in answer.text
    assert client.get("/api/v1/counts").json() == before


def test_nothing_is_read_of_what_is_too_large(client):
    answer = client.post(
        "/api/v1/conversations",
        content=b"x",
        headers={
            "content-length": str(LARGEST * 2),
            "content-type": "multipart/form-data; boundary=x",
        },
    )
    assert answer.status_code == 413


def test_content_of_others_is_not_told_of(client, seeding):
    from qa.access import Grant, UserRole

    store = client.app.state.store
    client.post("/api/v1/conversations", files=sent())
    root = store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
    assert root
    made = store.accounts.add("sue", grants=[Grant(UserRole.SUPERVISOR, team="n")], who="test")
    headers = {
        "cookie": f"qa_session={store.sessions.begin(made)}",
        "sec-fetch-site": "same-origin",
    }
    answer = client.post("/api/v1/conversations", files=sent(), headers=headers)
    assert answer.status_code == 422
    assert "may not see" in answer.text
    other = json.dumps({**CHAT, "id": "z"}).encode()
    answer = client.post("/api/v1/conversations", files=sent(other), headers=headers)
    (one,) = answer.json()["conversations"]
    assert row(client, one["conversation"]).team == "n"
    assert client.get(one["status"], headers=headers).status_code == 200
    page = client.get(f"/upload/progress?id={one['conversation']}&id=refund", headers=headers)
    assert ("chat.json" in page.text, "refund.wav" in page.text) == (True, False)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("call 1.wav", "call 1.wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\calls\\a.wav", "a.wav"),
        (".hidden", "hidden"),
        ("a\nb<script>.wav", "a_b_script_.wav"),
        ("...", "upload"),
        ("x" * 300 + ".wav", "x" * 120 + ".wav"),
    ],
)
def test_a_name_tells_nothing_but_itself(given, plain):
    assert plain_name(given) == plain
