"""Reviews through the API: versions, presence, being through, and blind verdicts."""

import re
from datetime import UTC, datetime

import pytest

from qa.store import database, open_store
from qa.store.desk.draw_tables import DrawnRow, DrawRow

REFUND = "/api/v1/conversations/refund"
GREETING = f"{REFUND}/assessments/front-desk/items/greeting/override"
FAIL = {"verdict": "fail"}


@pytest.fixture
def drawn(settings):
    """Let the refund be drawn to be judged blind."""
    with open_store(settings) as store, database.writing(store._engine) as session:
        now = datetime(2026, 3, 9, tzinfo=UTC)
        row = DrawRow(made_at=now, who="boss", seed=1, rule={}, reason="1 of 3")
        session.add(row)
        session.flush()
        session.add(DrawnRow(draw=row.id, conversation="refund", of=3))


def test_a_program_changes_only_what_it_has_read(client):
    etag = client.get(REFUND).headers["etag"]
    assert client.get(f"{REFUND}/assessments").headers["etag"] == etag
    done = client.put(GREETING, json=FAIL, headers={"if-match": etag})
    assert done.status_code == 200
    assert done.headers["etag"] == client.get(REFUND).headers["etag"] != etag
    stale = client.put(GREETING, json={"verdict": "pass"}, headers={"if-match": etag})
    assert stale.status_code == 412
    assert stale.json()["type"] == "urn:qa:problem:stale"
    assert "(override)" in stale.json()["detail"]
    assert "ETag" in stale.json()["mend"]
    for given in ({}, {"if-match": "*"}, {"if-match": f"W/{done.headers['etag']}"}):
        again = client.put(GREETING, json=FAIL, headers=given)
        assert again.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", GREETING),
        ("POST", f"{REFUND}/assessments/front-desk/agree"),
        ("PUT", f"{REFUND}/review"),
        ("DELETE", f"{REFUND}/review"),
        ("PUT", f"{REFUND}/release"),
        ("POST", f"{REFUND}/roles/swap"),
    ],
)
def test_every_change_can_be_refused_when_it_is_late(client, method, path):
    client.put(GREETING, json=FAIL)
    assert client.request(method, path, headers={"if-match": '"0.1"'}).status_code == 412
    assert client.request(method, path).is_success


def test_presence_says_who_else_and_which_version_is_the_last(client):
    here = client.put(f"{REFUND}/presence").json()
    assert here["others"] == []
    assert f'"{here["version"]}"' == client.get(REFUND).headers["etag"]


def test_being_through_leads_to_the_next(client):
    assert client.put(f"{REFUND}/review").json()["next"] == "order-chat"
    (review,) = client.get(f"{REFUND}/reviews").json()["items"]
    assert (review["card"], review["blind"]) == ("front-desk", False)


def test_blind_verdicts_come_first_and_then_the_machine_s(client, drawn):
    sheet = client.get(f"{REFUND}/blind").json()
    assert sheet["hidden"]
    (card,) = sheet["items"]
    assert card["card"]["id"] == "front-desk"
    assert client.get(f"{REFUND}/assessments").json()["items"] == []
    assert client.get(REFUND).json()["summary"]["scores"] == []
    exported = client.get("/api/v1/exports/jsonl").text.splitlines()
    (line,) = [one for one in exported if "refund" in one]
    assert "greeting" not in line
    assert client.put(GREETING, json=FAIL).status_code == 422
    assert client.post(f"{REFUND}/assessments/front-desk/agree").status_code == 422
    items = [
        {"scorecard": "front-desk", "party": card["party"], "item": i["item"], "verdict": "pass"}
        for i in card["items"]
    ]
    short = client.put(f"{REFUND}/blind", json={"items": items[1:]})
    assert short.status_code == 422
    assert "missing on: greeting" in short.json()["detail"]
    assert client.put(f"{REFUND}/blind", json={"items": items}).status_code == 204
    (found,) = client.get(f"{REFUND}/assessments").json()["items"]
    assert {o["verdict"] for o in found["overrides"]} == {"pass"}
    assert {f["verdict"] for f in found["assessment"]["findings"]} >= {"pass", "fail"}


# --- the page --------------------------------------------------------------------------------

PAGE = "/conversations/refund"


def seen_on(page):
    return re.search(r'name="seen" value="([^"]+)"', page.text)[1]


def test_being_through_leads_to_the_next_and_can_be_taken_back(client):
    page = client.get(PAGE)
    done = client.post(f"{PAGE}/finish", data={"seen": seen_on(page)}, follow_redirects=False)
    assert done.status_code == 303
    assert done.headers["location"].startswith("/")
    assert done.headers["location"] != PAGE
    assert "Reviewed by" in client.get(PAGE).text
    client.post(f"{PAGE}/reopen", data={"seen": ""})
    assert "I am through" in client.get(PAGE).text


def test_a_form_of_an_old_page_changes_nothing_and_says_who_was_quicker(client):
    before = seen_on(client.get(PAGE))
    client.put(GREETING, json=FAIL)
    late = client.post(f"{PAGE}/finish", data={"seen": before})
    assert late.status_code == 412
    assert "changed conversation refund meanwhile" in late.text
    assert "Reviewed by" not in client.get(PAGE).text


def test_comments_and_stars_stand_under_their_turn_as_text(client):
    client.post(f"{PAGE}/comment", data={"place": "1", "text": "<b>calm</b> & clear"})
    client.post(f"{PAGE}/star", data={"place": "1", "text": "Thank you!"})
    client.post(f"{PAGE}/comment", data={"place": "", "text": "of the whole"})
    page = client.get(PAGE).text
    assert "&lt;b&gt;calm&lt;/b&gt; &amp; clear" in page
    assert "<b>calm" not in page
    remarks = client.get(f"{REFUND}/remarks").json()
    assert [(c["turn"], c["text"]) for c in remarks["comments"]] == [
        (None, "of the whole"),
        (0, "<b>calm</b> & clear"),
    ]
    assert [(s["turn"], s["thanks"]) for s in remarks["stars"]] == [(0, "Thank you!")]
    for comment in remarks["comments"]:
        client.post(f"{PAGE}/comment/remove", data={"number": comment["number"]})
    client.post(f"{PAGE}/star/remove", data={"turn": 0})
    left = client.get(f"{REFUND}/remarks").json()
    assert (left["comments"], left["stars"]) == ([], [])


def test_a_corrected_language_has_it_judged_again(client):
    client.post(f"{PAGE}/language", data={"language": "ro", "seen": ""})
    found = client.get(REFUND).json()["summary"]
    assert (found["language"], found["state"], found["needs"]) == ("ro", "waiting", "judge")
    assert "put the language right" in client.get(PAGE).text


def test_a_page_that_is_judged_blind_shows_no_verdict_until_ones_own_are_saved(client, drawn):
    page = client.get(PAGE)
    assert "Your own verdicts first" in page.text
    assert "data-chip" not in page.text
    assert "/agree" not in page.text.replace("/agreement", "")
    fields = set(re.findall(r'name="(verdict-\d+-\d+)"', page.text))
    missing = client.post(f"{PAGE}/blind", data={"seen": seen_on(page), min(fields): "pass"})
    assert missing.status_code == 422
    assert "A verdict is missing" in missing.text
    given = dict.fromkeys(fields, "pass") | {"seen": seen_on(page)}
    after = client.post(f"{PAGE}/blind", data=given)
    assert after.status_code == 200
    assert "Your own verdicts first" not in after.text
    assert "Machine" in after.text
    assert all(r["blind"] for r in client.get(f"{REFUND}/reviews").json()["items"])
