"""Reviews through the API: versions, presence, being through, and blind verdicts."""

from datetime import UTC, datetime

import pytest

from qa.store import database, open_store
from qa.store.desk.tables import DrawnRow, DrawRow

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
