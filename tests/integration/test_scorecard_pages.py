"""Scorecards for people: read one, try a draft on what is stored, publish it."""

import html

import pytest

from qa.store import open_store

PAGE = {"accept": "text/html"}


@pytest.fixture
def draft(settings):
    """The card in use, asking for one thing less, as the next version."""
    text = (settings.scorecards / "front-desk.yaml").read_text("utf-8")
    begin = text.index("      - id: anything_else")
    return (text[:begin] + text[text.index("      - id: farewell") :]).replace(
        "version: 3", "version: 4"
    )


def sent(client, text, act, **more):
    answer = client.post(
        "/drafts", data={"yaml": text, "act": act, **more}, headers=PAGE, follow_redirects=False
    )
    return answer, html.unescape(answer.text)


def test_a_card_reads_as_people_would_say_it(client):
    text = html.unescape(client.get("/scorecards/front-desk", headers=PAGE).text)
    assert "Did the agent greet the customer?" in text
    assert "what the agent says, in the first 2 turns" in text
    assert "channel: call" in text
    assert "30 % of the total" in text
    assert '<li lang="ru">здравствуйте</li>' in text
    assert "critical: zeroes the total" in text
    assert client.get("/scorecards/no-such", headers=PAGE).status_code == 422


def test_phrases_of_a_family_stand_folded_under_its_name(client):
    text = client.get("/scorecards/support-standard", headers=PAGE).text
    assert text.count('<details class="phrases">') > 5
    assert 'lang="hu"' in text


def test_mistakes_are_named_with_line_and_column(client, draft):
    wrong = draft.replace("weight: 2", "weigth: 2", 1)
    line = next(n for n, text in enumerate(wrong.splitlines(), 1) if "weigth" in text)
    answer, text = sent(client, wrong, "preview")
    assert answer.status_code == 422
    assert f"Line {line}, column" in text
    assert "weigth" in text
    told = client.post("/api/v1/drafts", json={"yaml": wrong}).json()
    assert told["card"] is None
    assert [m["line"] for m in told["mistakes"]] == [line]


def test_a_draft_is_tried_on_stored_conversations_and_nothing_is_kept(client, settings, draft):
    with open_store(settings) as store:
        before = [a.model_dump() for a in store.assessments("quarrel")]
    answer, text = sent(client, draft, "preview")
    assert answer.status_code == 200
    assert "Beside front-desk, version 3, which is in use." in text
    assert text.count('href="/conversations/') == 3
    assert "anything else: Pass →" in text
    tried = client.post("/api/v1/drafts", json={"yaml": draft, "conversations": 50}).json()
    assert tried["conversations"] == 3
    assert {c["conversation"] for c in tried["changes"]} == {"refund", "quarrel", "order-chat"}
    assert all(list(c["verdicts"]) == ["anything_else"] for c in tried["changes"])
    with open_store(settings) as store:
        assert [a.model_dump() for a in store.assessments("quarrel")] == before
        assert store.published() == ()


def test_publishing_asks_first_and_freezes(client, settings, draft):
    answer, _ = sent(client, draft, "publish")
    assert answer.status_code == 422
    answer, _ = sent(client, draft, "publish", sure="true")
    assert answer.headers["location"] == "/scorecards/front-desk?version=4"
    text = client.get("/scorecards/front-desk?version=4", headers=PAGE).text
    assert "whether anything else is needed" not in text
    assert "version 4</a>" in text
    other = draft.replace("pass_mark: 80", "pass_mark: 70")
    told = client.post("/api/v1/drafts/publish", json={"yaml": other})
    assert told.status_code == 422
    assert "Raise the version" in told.json()["mend"]
