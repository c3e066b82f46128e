"""An agent's own results: read, asked about, acknowledged; and how others answer."""

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from qa.access import Grant, UserRole
from qa.api import create_app
from qa.records import Verdict
from qa.store import database, open_store
from qa.store.tables import ConversationRow

ITEM = {"scorecard": "front-desk", "item": "sorry"}
ASKED = ITEM | {"comment": "I said that I would put it right."}
SINCE = "2026-02-20"


@pytest.fixture
def desk(seeding, tmp_path):
    """A small call centre, and how its people ask: by name."""
    settings = seeding.settings_for(tmp_path)
    seeding.seed(settings)
    with open_store(settings) as store:
        with database.writing(store._engine) as session:
            session.execute(update(ConversationRow).values(team="north"))
        for name in ("refund", "quarrel"):
            store.release_to_agents(name, who="boss")
        # A reviewer saw the machine's verdict, and agrees with it.
        store.override("refund", "front-desk", "sorry", Verdict.FAIL, "Nothing said.", "rita")
        store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="boss")
        people = {
            "dana": (Grant(UserRole.AGENT), "dana"),
            "ion": (Grant(UserRole.AGENT), "ion"),
            "rita": (Grant(UserRole.REVIEWER, team="north"), None),
            "max": (Grant(UserRole.REVIEWER, team="north"), None),
            "south": (Grant(UserRole.REVIEWER, team="south"), None),
            "auditor": (Grant(UserRole.AUDITOR), None),
        }
        sessions = {
            name: store.sessions.begin(
                store.accounts.add(name, grants=[grant], agent_id=agent, who="boss")
            )
            for name, (grant, agent) in people.items()
        }
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:

        def by(name, method, address, *, seen="*", **given):
            client.cookies.set("qa_session", sessions[name])
            headers = {"sec-fetch-site": "same-origin", "if-match": seen}
            return client.request(method, address, headers=headers, follow_redirects=False, **given)

        by.store = client.app.state.store
        yield by


def asked(desk):
    made = desk("dana", "POST", "/api/v1/conversations/refund/second-looks", json=ASKED)
    assert made.status_code == 201, made.text
    return made.json()["number"]


def answered(desk, number, name="max", **given):
    given = {"answer": "You are right."} | given
    return desk(name, "POST", f"/api/v1/second-looks/{number}/answer", json=given)


def test_it_is_asked_for_answered_by_another_and_told(desk):
    number = asked(desk)
    assert answered(desk, number, "rita").status_code == 403
    assert answered(desk, number, "south").status_code == 404
    assert answered(desk, number, "auditor").status_code == 403
    assert answered(desk, number, "dana").status_code == 403
    waiting = {
        name: [x["item"] for x in desk(name, "GET", "/api/v1/second-looks?waiting=true").json()["items"]]
        for name in ("rita", "max", "south", "dana")
    }  # fmt: skip
    assert waiting == {"rita": [], "max": ["sorry"], "south": [], "dana": []}
    before = desk("dana", "GET", "/api/v1/conversations/refund/assessments").json()
    changed = answered(desk, number, verdict="pass")
    assert changed.json()["outcome"] == "changed"
    after = desk("dana", "GET", "/api/v1/conversations/refund/assessments").json()
    low = [x["items"][0]["score"]["low"] for x in (before, after)]
    assert low[0] < low[1]
    mine = desk("dana", "GET", "/api/v1/conversations/refund/second-looks").json()["items"]
    assert [(x["outcome"], x["answer"]) for x in mine] == [("changed", "You are right.")]
    counted = desk("auditor", "GET", "/api/v1/agreement").json()["second_looks"]
    assert counted == {"open": 0, "upheld": 0, "changed": 1}
    assert answered(desk, number).status_code == 422


def test_only_one_s_own_and_only_what_was_released(desk):
    for name, address, status in (
        ("ion", "refund", 404), ("dana", "order-chat", 404), ("rita", "refund", 403),
    ):  # fmt: skip
        sent = {"json": ASKED}
        made = desk(name, "POST", f"/api/v1/conversations/{address}/second-looks", **sent)
        assert made.status_code == status, (name, address, made.text)
    assert desk("ion", "GET", "/api/v1/second-looks").json()["items"] == []


@pytest.mark.parametrize(
    ("given", "says"), [({"comment": ""}, "comment"), ({"item": "nothing"}, "no item 'nothing'")]
)
def test_what_cannot_be_asked_is_told(desk, given, says):
    made = desk("dana", "POST", "/api/v1/conversations/refund/second-looks", json=ASKED | given)
    assert made.status_code in {404, 422}
    assert says in made.text


def test_an_answer_is_on_what_was_seen(desk):
    number = asked(desk)
    seen = desk("max", "GET", "/api/v1/conversations/refund").headers["etag"]
    desk.store.override("refund", "front-desk", "company", Verdict.PASS, "", "rita")
    address, sent = f"/api/v1/second-looks/{number}/answer", {"answer": "No."}
    assert desk("max", "POST", address, json=sent, seen=seen).status_code == 412
    assert desk.store.looks.about(number).outcome == ""
    seen = desk("max", "GET", "/api/v1/conversations/refund").headers["etag"]
    assert desk("max", "POST", address, json=sent, seen=seen).json()["outcome"] == "upheld"


def test_one_s_own_list_holds_what_was_released_and_what_was_said_of_it(desk):
    desk.store.remarks.star("refund", 4, who="rita", thanks="Kindly said.")
    (one,) = desk("dana", "GET", "/api/v1/mine").json()["items"]
    assert one["conversation"]["id"] == "refund"
    assert [s["thanks"] for s in one["own"]["stars"]] == ["Kindly said."]
    assert (one["own"]["acknowledged_at"], one["news"]) == (None, False)
    assert desk("dana", "PUT", "/api/v1/conversations/refund/acknowledged").status_code == 204
    answered(desk, asked(desk), verdict="pass")
    (one,) = desk("dana", "GET", "/api/v1/mine").json()["items"]
    assert one["news"]
    assert [(c["item"], c["verdict"]) for c in one["own"]["changed"]] == [("sorry", "pass")]
    desk.store.take_back_from_agents("refund", who="boss")
    assert desk("dana", "GET", "/api/v1/mine").json()["items"] == []


def test_one_s_own_figures_are_of_what_was_released_alone(desk):
    def average(name):
        found = desk(name, "GET", f"/api/v1/mine/figures?since={SINCE}&until=2026-03-31").json()
        return found["figures"]["whole"]["whole"]["conversations"]

    assert {name: average(name) for name in ("dana", "ion")} == {"dana": 1, "ion": 1}
    desk.store.release_to_agents("order-chat", who="boss")
    assert {name: average(name) for name in ("dana", "ion")} == {"dana": 2, "ion": 1}


def test_consent_is_given_and_taken_back(desk):
    address = "/api/v1/conversations/quarrel/sound-consent"
    assert desk("dana", "PUT", address).status_code == 404
    for method, sound in (("PUT", True), ("DELETE", False)):
        assert desk("ion", method, address).status_code == 204
        (one,) = desk("ion", "GET", "/api/v1/mine").json()["items"]
        assert one["own"]["sound"] is sound


# --- the good example beside what failed ----------------------------------------------------


def example(desk, name="dana", conversation="refund", item="sorry", more="", path=""):
    where = f"scorecard=front-desk&item={item}{more}"
    return desk(name, "GET", f"/api/v1/conversations/{conversation}/good-example{path}?{where}")


def test_what_failed_has_a_good_example_beside_it_without_names(desk):
    found = example(desk)
    said = " ".join(line["text"] for line in found.json()["said"])
    assert "Sorry" in said
    assert found.json()["verdict"] == "pass"
    assert found.json()["conversation"] is None
    assert "quarrel" not in found.text.replace(found.json()["ref"], "")
    assert not {"Ion", "ion"} & set(said.split())


def test_what_passed_or_is_another_s_has_none(desk):
    assert example(desk, item="greeting").status_code == 404
    assert example(desk, "ion").status_code == 404
    assert example(desk, "rita").status_code == 403


def test_it_is_heard_by_the_rule_of_all_examples(desk):
    """Something else is wrong in the same moment, so its agent has to let it be heard."""
    assert example(desk).json()["audio"] is not None
    desk.store.override("quarrel", "front-desk", "farewell", Verdict.FAIL, "Cold.", "rita")
    assert example(desk).json()["audio"] is None
    assert example(desk, path="/audio").status_code == 404
    desk("ion", "PUT", "/api/v1/conversations/quarrel/sound-consent")
    heard = desk("dana", "GET", example(desk).json()["audio"])
    assert (heard.status_code, heard.headers["content-type"]) == (200, "audio/mpeg")


def test_another_client_s_conversations_are_no_example(desk):
    with database.writing(desk.store._engine) as session:
        session.execute(
            update(ConversationRow).where(ConversationRow.id == "quarrel").values(project="travel")
        )
    assert example(desk).status_code == 404


# --- pages ---------------------------------------------------------------------------------


def sent(desk, name, path, **fields):
    """Send a form; return the page that it leads to."""
    answer = desk(name, "POST", f"/conversations/refund/{path}", data=fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def test_the_pages_show_whom_it_concerns_what_they_may_do(desk):
    at = {"scorecard": "front-desk", "party": "agent", "at": "a0i2"}
    for name, asks in (("dana", True), ("max", False)):
        text = desk(name, "GET", "/conversations/refund").text
        assert ("Ask for a second look" in text, "Your result" in text) == (asks, asks)
        assert ("Done well, by somebody" in text) is asks
    said = {"item": "sorry", "comment": "<b>I said it.</b>"}
    assert sent(desk, "dana", "second-look", **at, **said) == "/conversations/refund#a0i2"
    (look,) = desk.store.looks.all().items
    shown = {name: desk(name, "GET", "/conversations/refund").text for name in ("rita", "max")}
    assert all("&lt;b&gt;I said it.&lt;/b&gt;" in text for text in shown.values())
    assert ["second-look/answer" in text for text in shown.values()] == [False, True]
    answer = {"number": look.number, "at": "a0i2", "answer": "Not there."}
    assert sent(desk, "max", "second-look/answer", **answer) == "/conversations/refund#a0i2"
    assert desk.store.looks.about(look.number).outcome == "upheld"
    assert "Not there." in desk("dana", "GET", "/mine").text
    counted = desk("auditor", "GET", "/agreement").text
    assert "1 answered, of which 1 upheld and 0 changed; 0 open." in " ".join(counted.split())


def test_all_of_one_s_own_stands_on_one_page(desk):
    assert desk("dana", "GET", "/").headers["location"] == "/mine"
    desk.store.remarks.star("refund", 4, who="rita", thanks="Kindly said.")
    text = desk("dana", "GET", f"/mine?since={SINCE}&until=2026-03-31").text
    assert "refund.wav" in text
    assert "quarrel.wav" not in text
    assert "Kindly said." in text
    assert "/figures/conversations" not in text  # which agents may not open
    assert sent(desk, "dana", "acknowledge", mine="true") == "/mine"
    assert sent(desk, "dana", "sound", mine="true", allowed="true") == "/mine"
    text = desk("dana", "GET", "/mine").text
    assert "You read it on" in text
    assert "Let my voice be heard no more" in text
    assert sent(desk, "dana", "sound") == "/conversations/refund"
    assert "Let my voice be heard no more" not in desk("dana", "GET", "/mine").text


@pytest.mark.parametrize("verdict", ["maybe", "review"])
def test_an_answer_is_one_of_a_human_s_verdicts(desk, verdict):
    number = asked(desk)
    data = {"number": number, "answer": "So.", "verdict": verdict}
    assert (
        desk("max", "POST", "/conversations/refund/second-look/answer", data=data).status_code
        == 422
    )
    assert answered(desk, number, verdict=verdict).status_code == 422
