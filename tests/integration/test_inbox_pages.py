"""The inbox and draws as pages and as API: what they show, and that both do the same."""

import re

import pytest

from qa.store import database
from qa.store.tables import ConversationRow


def test_the_inbox_says_why_in_words(browser_like):
    text = browser_like.get("/inbox").text
    assert "Confirm or dismiss: no insult" in text
    assert "Failed: calls/broken.wav: not audio." in text


def test_its_counts_are_its_lists_in_the_api(client):
    groups = client.get("/api/v1/inbox").json()["groups"]
    assert [(g["group"], g["count"], len(g["items"])) for g in groups] == [
        ("critical", 1, 1), ("human", 1, 1), ("sample", 0, 0),
    ]  # fmt: skip


def test_a_draw_hides_the_verdicts_everywhere_lists_could_tell_them(browser_like):
    drawn = browser_like.post(
        "/samples", data={"per_agent": "9", "blind": "true"}, follow_redirects=False
    )
    assert drawn.headers["location"] == "/samples#d1"
    assert "0 of 3" in browser_like.get("/samples").text
    for path in ("/inbox", "/conversations"):
        page = re.sub(r"<(?:nav|form class=.filters).*?</(?:nav|form)>", "", browser_like.get(
            path).text, flags=re.DOTALL)  # fmt: skip
        row = next(r for r in page.split("<tr>") if "quarrel.wav" in r)
        assert "blind" in row
        assert "no insult" not in row
        assert "alarm" not in row
    listed = browser_like.get("/api/v1/conversations?status=critical_suspected")
    assert listed.json()["items"] == []


def test_a_form_gives_what_is_chosen_and_leads_back(browser_like):
    form = {"conversation": ["quarrel", "broken"], "reviewer": "local", "next": "/inbox?given=mine"}
    me = browser_like.get("/api/v1/me").json()["name"]
    answer = browser_like.post(
        "/inbox/assign", data=form | {"reviewer": me}, follow_redirects=False
    )
    assert answer.headers["location"] == "/inbox?given=mine"
    groups = browser_like.get("/api/v1/inbox?given=mine").json()["groups"]
    assert [g["count"] for g in groups] == [1, 1, 0]
    assert all(t["reviewer"] == me for g in groups for t in g["items"])
    browser_like.post("/inbox/assign", data={"conversation": "quarrel", "reviewer": ""})
    groups = browser_like.get("/api/v1/inbox?given=nobody").json()["groups"]
    assert [g["count"] for g in groups] == [1, 0, 0]


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/inbox", "/inboxes"])
def test_it_leads_nowhere_else(browser_like, elsewhere):
    answer = browser_like.post("/inbox/assign", data={"next": elsewhere}, follow_redirects=False)
    assert answer.headers["location"] == "/inbox"


def test_nobody_is_given_what_they_may_not_review(client):
    given = {"conversations": ["quarrel"], "reviewer": "nobody-here"}
    assert client.post("/api/v1/assignments", json=given).status_code == 404
    assert client.post("/api/v1/assignments", json=given | {"conversations": []}).status_code == 422


def test_a_group_goes_on_page_by_page(client, settings):
    with database.writing(client.app.state.store._engine) as session:
        for one in ("refund", "order-chat", "voicemail"):
            session.get(ConversationRow, one).state = "failed"
    found, after = [], ""
    for _ in range(4):
        query = f"?group=human&limit=1{after}"
        (group,) = client.get(f"/api/v1/inbox{query}").json()["groups"]
        assert group["count"] == 4
        found += [t["summary"]["id"] for t in group["items"]]
        after = f"&after={group['next']}"
    assert found == ["broken", "voicemail", "order-chat", "refund"]
    assert group["next"] is None
