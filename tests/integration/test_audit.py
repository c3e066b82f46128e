"""The audit log through both doors: what each request and command leaves, and who may read it."""

import json
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import count, pairwise

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import update
from starlette.testclient import TestClient

from qa.access import Grant, Right, UserRole
from qa.api import create_app
from qa.records import Verdict
from qa.store import database, open_store
from qa.store.acts import Act, Kind
from qa.store.desk.candidates import Wanted
from qa.store.finishing import TURNS
from qa.store.tables import ConversationRow

ROOT, DANA = "root", "dana"
ITEM = {"scorecard": "front-desk", "item": "sorry"}
API_ITEM = "/api/v1/conversations/{id}/assessments/{scorecard}/items/{item}/override"


@pytest.fixture(scope="module")
def desk(seeding, tmp_path_factory):
    """A small call centre with an administrator and an agent, who ask by tokens."""
    with opened(seeding, tmp_path_factory.mktemp("audit")) as ask:
        yield ask


@contextmanager
def opened(seeding, folder):
    settings = seeding.settings_for(folder)
    settings = settings.model_copy(update={"requests_per_second": 0})
    seeding.seed(settings)
    headers = {}
    with open_store(settings) as store:
        with database.writing(store._engine) as session:
            session.execute(update(ConversationRow).values(team="north"))
        for name in ("refund", "quarrel"):
            store.release_to_agents(name, who="boss")
        store.override("refund", "front-desk", "sorry", Verdict.FAIL, "", "rita")
        people = {
            ROOT: Grant(UserRole.ADMINISTRATOR),
            DANA: Grant(UserRole.AGENT),
            "aud": Grant(UserRole.AUDITOR),
        }
        for name, grant in people.items():
            made = store.accounts.add(name, grants=[grant], agent_id="dana", who="boss")
            rights = {r for r in Right if store.sessions.who(store.sessions.begin(made)).may(r)}
            secret, _ = store.sessions.add_token(
                made, label="", scopes=rights, lasts=timedelta(days=1), who="boss"
            )
            headers[name] = {"authorization": f"Bearer {secret}"}
        dana = store.sessions.bearer(headers[DANA]["authorization"].split()[1])
        scope = dana.scope(Right.SECOND_LOOK)
        store.own.let_sound("refund", allowed=True, who=DANA, scope=scope)
        found = store.moments.search(Wanted(item="farewell", language="en")).items
        moment = next(one for one in found if one.conversation == "refund")
        made = store.collections.create("mine", owner=ROOT)
        number = store.collections.add(made, moment, owner=ROOT)
        link, share = store.collections.share(made, owner=ROOT, who=ROOT)
    named = {
        "id": "refund", "scorecard": "front-desk", "item": "sorry", "format": "jsonl",
        "number": "0", "agent": "dana", "team": "north", "project": "retail", "turn": "4",
        "ref": moment.ref, "collection": made, "moment": str(number), "share": share.id,
        "link": link, "account": "dana", "token": "none", "recording": "refund-0.wav",
    }  # fmt: skip
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:

        def ask(who, route, *, query="", on=None, **given):
            method, _, path = route.partition(" ")
            about = named | {"id": "front-desk"} if "/scorecards/{id}" in path else named
            about = about | (on or {})
            address = re.sub(r"\{(\w+)\}", lambda m: about[m[1]], path) + query
            return client.request(
                method, address, headers=headers[who], follow_redirects=False, **given
            )

        ask.named, ask.client, ask.store = named, client, client.app.state.store
        ask.settings, ask.headers = settings, headers
        yield ask


def routes(client):
    return {
        f"{method} {found.path}"
        for found in iter_route_contexts(client.app.routes)
        for method in getattr(found, "methods", None) or ()
    }


def since(store, seq):
    return [row for row in store.audit.rows() if row.seq > seq]


def last(store):
    head = store.audit.head()
    return head.seq if head else 0


# --- what is read, heard, searched, exported -------------------------------------------------

CONVERSATION = (Kind.CONVERSATION, "refund")
#: Which row each route that only reads leaves: act, kind, and whose id stands in the address.
READING = {
    "GET /conversations/{id}": (Act.SEEN, *CONVERSATION),
    "GET /conversations/{id}/parts/{number}": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/assessments": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/remarks": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/reviews": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/blind": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/second-looks": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/peaks": (Act.SEEN, *CONVERSATION),
    "GET /api/v1/conversations/{id}/audio": (Act.HEARD, *CONVERSATION),
    "GET /api/v1/second-looks": (Act.SEEN, Kind.NONE, ""),
    "GET /search": (Act.SEARCHED, Kind.NONE, ""),
    "GET /api/v1/search": (Act.SEARCHED, Kind.NONE, ""),
    "GET /examples": (Act.SEARCHED, Kind.NONE, ""),
    "GET /api/v1/examples": (Act.SEARCHED, Kind.NONE, ""),
    "GET /api/v1/examples/{ref}/audio": (Act.HEARD, Kind.CONVERSATION, None),
    "GET /collections/{collection}": (Act.SEEN, Kind.COLLECTION, "{collection}"),
    "GET /api/v1/collections/{collection}": (Act.SEEN, Kind.COLLECTION, "{collection}"),
    "GET /api/v1/collections/{collection}/archive": (
        Act.EXPORTED, Kind.COLLECTION, "{collection}",
    ),
    "GET /api/v1/collections/{collection}/moments/{moment}/audio": (
        Act.HEARD, Kind.COLLECTION, "{collection}",
    ),
    "GET /shared/{link}": (Act.SEEN, Kind.COLLECTION, "{share}"),
    "GET /api/v1/shared/{link}": (Act.SEEN, Kind.COLLECTION, "{share}"),
    "GET /api/v1/shared/{link}/moments/{moment}/audio": (Act.HEARD, Kind.COLLECTION, "{share}"),
    "GET /figures": (Act.FIGURES, Kind.NONE, ""),
    "GET /figures/fairness": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/figures/fairness": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/agents/{agent}/file": (Act.EXPORTED, Kind.AGENT, "dana"),
    "GET /figures/agents/{agent}": (Act.FIGURES, Kind.AGENT, "dana"),
    "GET /figures/teams/{team}": (Act.FIGURES, Kind.TEAM, "north"),
    "GET /figures/projects/{project}": (Act.FIGURES, Kind.PROJECT, "retail"),
    "GET /figures/conversations": (Act.FIGURES, Kind.NONE, ""),
    "GET /agreement": (Act.FIGURES, Kind.NONE, ""),
    "GET /agreement/cases": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/figures": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/figures/agents/{agent}": (Act.FIGURES, Kind.AGENT, "dana"),
    "GET /api/v1/figures/teams/{team}": (Act.FIGURES, Kind.TEAM, "north"),
    "GET /api/v1/figures/projects/{project}": (Act.FIGURES, Kind.PROJECT, "retail"),
    "GET /api/v1/figures/conversations": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/agreement": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/agreement/cases": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/exports/{format}": (Act.EXPORTED, Kind.NONE, ""),
    "GET /audit": (Act.AUDITED, Kind.NONE, ""),
    "GET /api/v1/audit": (Act.AUDITED, Kind.NONE, ""),
    "GET /api/v1/audit/head": (Act.AUDITED, Kind.NONE, ""),
    # Where a reason was given lately; without one it is a form.
    "GET /conversations/{id}/original": (Act.ORIGINAL, *CONVERSATION),
    "GET /api/v1/conversations/{id}/original": (Act.ORIGINAL, *CONVERSATION),
    "GET /api/v1/conversations/{id}/original/{recording}": (Act.ORIGINAL, *CONVERSATION),
    # As the agent: their own results, and a moment that somebody did well.
    "GET /mine": (Act.SEEN, Kind.NONE, ""),
    "GET /api/v1/mine": (Act.SEEN, Kind.NONE, ""),
    "GET /api/v1/mine/figures": (Act.FIGURES, Kind.NONE, ""),
    "GET /api/v1/conversations/{id}/good-example": (Act.SEEN, Kind.CONVERSATION, None),
    "GET /api/v1/conversations/{id}/good-example/audio": (Act.HEARD, Kind.CONVERSATION, None),
}  # fmt: skip
#: What shows nothing that was said and nobody's figures: lists, counts, forms, the service.
SHOWS_NOTHING = {
    "GET /", "GET /inbox", "GET /api/v1/inbox", "GET /upload", "GET /upload/progress",
    "GET /samples", "GET /api/v1/samples", "GET /conversations", "GET /api/v1/conversations",
    "GET /api/v1/counts", "GET /api/v1/status", "GET /api/v1/metrics", "GET /drafts",
    "GET /scorecards", "GET /scorecards/{scorecard}", "GET /api/v1/scorecards",
    "GET /api/v1/scorecards/{id}", "GET /api/v1/me", "GET /api/v1/openapi.json",
    "GET /api/v1/health", "GET /api/v1/ready", "GET /collections", "GET /api/v1/collections",
    "GET /api/v1/collections/{collection}/shares", "GET /people",
    "GET /people/accounts/{account}", "GET /people/roster", "GET /api/v1/accounts",
    "GET /api/v1/accounts/{account}", "GET /api/v1/tokens", "GET /api/v1/roster",
    "GET /api/v1/roster/check", "GET /account", "GET /login", "GET /login/sso",
    "GET /login/sso/back", "GET /api/v1/retention", "GET /api/v1/holds",
    "GET /retention",
}  # fmt: skip
ASKED = {
    "GET /search": "?q=charged", "GET /api/v1/search": "?q=charged",
    "GET /examples": "?item=greeting", "GET /api/v1/examples": "?item=greeting",
    "GET /upload/progress": "?id=refund",
    "GET /api/v1/conversations/{id}/good-example": "?scorecard=front-desk&item=sorry",
    "GET /api/v1/conversations/{id}/good-example/audio": "?scorecard=front-desk&item=sorry",
}  # fmt: skip


def test_every_route_that_reads_is_known_here(desk):
    found = {route for route in routes(desk.client) if route.startswith("GET ")}
    assert found == READING.keys() | SHOWS_NOTHING
    described = desk(ROOT, "GET /api/v1/openapi.json").json()["paths"]
    assert {f"GET {path}" for path, verbs in described.items() if "get" in verbs} <= found


@pytest.fixture
def forgetful(desk, monkeypatch):
    """Every look counts, as after an hour."""
    from qa.store import audit

    monkeypatch.setattr(audit, "ONE_LOOK", timedelta(seconds=-1))
    return desk


@pytest.mark.parametrize("route", sorted(READING))
def test_what_is_read_or_heard_leaves_one_row(forgetful, route):
    desk, (act, kind, thing) = forgetful, READING[route]
    who = DANA if "/mine" in route or "good-example" in route else ROOT
    if "/original" in route:
        desk.store.vault.put("original", "refund-0", RECORDING, suffix=".wav")
        desk.store.originals.open("refund", who=ROOT, reason="complaint 7")
    before = last(desk.store)
    answer = desk(who, route, query=ASKED.get(route, ""))
    assert answer.status_code == 200, answer.text
    (row,) = since(desk.store, before)
    assert (row.who, row.act, row.kind) == (who, act, kind)
    if thing is not None:
        assert row.object == thing.format(**desk.named)
    else:
        assert row.object in {"refund", "quarrel", "order-chat"}


def test_what_shows_nothing_leaves_no_row(desk):
    before = last(desk.store)
    for route in sorted(SHOWS_NOTHING):
        desk(ROOT, route, query=ASKED.get(route, ""))
    assert desk(ROOT, "GET /search").status_code == 200  # the empty form
    assert since(desk.store, before) == []


def test_what_was_refused_or_is_not_there_was_not_seen(desk):
    before = last(desk.store)
    for who, route, status in (
        (DANA, "GET /audit", 403),
        (DANA, "GET /api/v1/exports/{format}", 403),
        (ROOT, "GET /api/v1/conversations/nothing", 404),
        (ROOT, "GET /api/v1/search?limit=0", 422),
        (ROOT, f"GET /api/v1/audit?before={2**64}", 422),
    ):
        assert desk(who, route).status_code == status
    assert since(desk.store, before) == []


def test_a_player_that_asks_for_many_pieces_leaves_one_row(desk):
    before = last(desk.store)
    for _ in range(3):
        desk("aud", "GET /api/v1/conversations/{id}/audio")
        desk("aud", "GET /conversations/{id}")
    assert sorted(row.act for row in since(desk.store, before)) == [Act.HEARD, Act.SEEN]


def test_nothing_is_answered_that_cannot_be_written_down(desk, monkeypatch):
    from qa.errors import DiskFull

    def full(*_, **__):
        raise DiskFull("The disk of the database is full.", "Free some space.")

    monkeypatch.setattr(desk.store.audit, "looked", full)
    answer = desk(ROOT, "GET /api/v1/conversations/{id}")
    assert answer.status_code >= 500
    assert "charged twice" not in answer.text


# --- what is changed -------------------------------------------------------------------------

CONV, PAGE = "/api/v1/conversations/{id}", "/conversations/{id}"
CHAT = {"messages": [{"party": "agent", "text": "Hello."}, {"party": "customer", "text": "Hi."}]}
SHEET = {"scorecard": "front-desk", "item": "farewell", "verdict": "fail"}
ROSTER = "id,name,extension,team,project,from,to\ndana,Dana,,north,retail,,\n"
#: What leaves no row, and why.
LEAVES_NONE = {
    "PUT /api/v1/conversations/{id}/presence": "says that a page which was seen is still open",
    "POST /language": "a browser's own",
    "POST /account/password": "needs a session: test_people.py; journaled as set_password is",
    "POST /logout": "below",
    "POST /logout/everywhere": "below",
    "POST /login": "below",
    "PUT /api/v1/conversations/{id}/blind": "needs a draw; journaled, see test_reviewing.py",
    "POST /conversations/{id}/blind": "needs a draw; journaled, see test_reviewing.py",
}


def chat(word):
    """A file that nobody sent before."""
    said = {"messages": [*CHAT["messages"], {"party": "agent", "text": word}]}
    return {"file": (f"{word}.json", json.dumps(said).encode())}


def steps(seeding):
    """Everything that may be changed, in an order in which each changes something."""
    quarrel, order = {"id": "quarrel"}, {"id": "order-chat"}
    yield DANA, f"POST {CONV}/second-looks", {"json": ITEM | {"comment": "I did."}}, "look"
    yield DANA, f"POST {PAGE}/second-look", {
        "data": ITEM | {"item": "anything_else", "comment": "I did."}
    }, None  # fmt: skip
    yield ROOT, "POST /api/v1/second-looks/{number}/answer", {
        "json": {"answer": "You did."}, "on": "look",
    }, None  # fmt: skip
    yield ROOT, f"POST {PAGE}/second-look/answer", {
        "data": {"number": 2, "answer": "You did."}
    }, None  # fmt: skip
    yield DANA, f"PUT {CONV}/acknowledged", {}, None
    yield ROOT, f"PUT {CONV}/release", {"on": order}, None
    yield DANA, f"POST {PAGE}/acknowledge", {"data": {}, "on": order}, None
    yield DANA, f"DELETE {CONV}/sound-consent", {}, None
    yield DANA, f"PUT {CONV}/sound-consent", {}, None
    yield DANA, f"POST {PAGE}/sound", {"data": {"allowed": "false"}}, None
    yield ROOT, "POST /inbox/assign", {"data": {"conversation": "refund", "reviewer": "root"}}, None
    yield ROOT, "POST /api/v1/assignments", {
        "json": {"conversations": ["quarrel"], "reviewer": "root"}
    }, None  # fmt: skip
    for route, how in (("POST /search/caller", "data"), ("POST /api/v1/lookup", "json")):
        yield ROOT, route, {how: {"caller": "+12025550143"}}, None
    yield ROOT, "POST /upload", {"files": chat("one")}, None
    yield ROOT, "POST /api/v1/conversations", {"files": chat("two")}, None
    yield ROOT, f"PUT {CONV}/review", {}, None
    yield ROOT, f"DELETE {CONV}/review", {}, None
    yield ROOT, f"POST {PAGE}/finish", {"data": {}, "on": order}, None
    yield ROOT, f"POST {PAGE}/reopen", {"data": {}, "on": order}, None
    yield ROOT, f"PUT {API_ITEM.replace(CONV, CONV)}", {"json": {"verdict": "pass"}}, None
    yield ROOT, f"DELETE {API_ITEM}", {}, None
    yield ROOT, f"POST {PAGE}/override", {"data": SHEET}, None
    yield ROOT, f"POST {PAGE}/undo", {"data": SHEET}, None
    yield ROOT, f"POST {CONV}/assessments/{{scorecard}}/agree", {}, None
    yield ROOT, f"POST {PAGE}/agree", {"data": {"scorecard": "front-desk"}, "on": quarrel}, None
    yield ROOT, f"POST {CONV}/comments", {"json": {"text": "Well done."}}, "comment"
    yield ROOT, f"DELETE {CONV}/comments/{{number}}", {"on": "comment"}, None
    yield ROOT, f"POST {PAGE}/comment", {"data": {"text": "Well done."}}, None
    yield ROOT, f"POST {PAGE}/comment/remove", {"data": {"number": 2}}, None
    yield ROOT, f"PUT {CONV}/stars/{{turn}}", {"json": {}}, None
    yield ROOT, f"DELETE {CONV}/stars/{{turn}}", {}, None
    yield ROOT, f"POST {PAGE}/star", {"data": {"place": "5"}}, None
    yield ROOT, f"POST {PAGE}/star/remove", {"data": {"turn": 4}}, None
    yield from correcting(seeding.CARD)
    yield from collecting()
    yield from keeping()


def correcting(card):
    yield ROOT, f"DELETE {CONV}/release", {}, None
    yield ROOT, f"POST {PAGE}/release", {"data": {}}, None
    yield ROOT, f"POST {PAGE}/take-back", {"data": {}}, None
    yield ROOT, f"PUT {CONV}/language", {"json": {"language": "en"}}, None
    yield ROOT, f"POST {PAGE}/language", {"data": {"language": "en"}}, None
    yield ROOT, f"POST {CONV}/score", {}, None
    yield ROOT, f"POST {PAGE}/score", {"data": {}}, None
    yield ROOT, f"POST {CONV}/roles/swap", {}, None
    yield ROOT, f"POST {PAGE}/roles/swap", {}, None
    yield ROOT, f"POST {CONV}/original", {"json": {"reason": "complaint 7"}}, None
    yield ROOT, f"POST {PAGE}/original", {"data": {"reason": "complaint 7"}}, None
    yield ROOT, "POST /api/v1/drafts", {"json": {"yaml": card}}, None
    yield ROOT, "POST /drafts", {"data": {"yaml": card}}, None
    yield ROOT, "POST /api/v1/drafts/publish", {"json": {"yaml": card}}, None
    yield ROOT, "POST /api/v1/samples", {"json": {"per_agent": 1}}, None
    yield ROOT, "POST /samples", {"data": {"per_agent": "1"}}, None


def collecting():
    mine = "/api/v1/collections/{collection}"
    yield ROOT, "POST /api/v1/collections", {"json": {"name": "one"}}, None
    yield ROOT, "POST /collections", {"data": {"name": "two"}}, None
    yield ROOT, f"PATCH {mine}", {"json": {"note": "for new people"}}, None
    yield ROOT, f"POST {mine}/moments", {"json": {"conversation": "quarrel"}}, "moment"
    yield ROOT, f"PATCH {mine}/moments/{{moment}}", {"json": {"note": "so"}, "on": "moment"}, None
    yield ROOT, f"DELETE {mine}/moments/{{moment}}", {"on": "moment"}, None
    yield ROOT, "POST /examples/{ref}/collect", {"data": {"name": "three"}}, None
    yield ROOT, f"POST {PAGE}/moments", {"data": {"name": "four", "first": 0, "last": 1}}, None
    yield ROOT, "POST /collections/{collection}/moments/{moment}", {
        "data": {"do": "note", "note": "so"}
    }, None  # fmt: skip
    yield ROOT, "POST /collections/{collection}/shares", {"data": {"days": 3}}, None
    yield ROOT, f"POST {mine}/shares", {"json": {"days": 3}}, "share"
    yield ROOT, f"DELETE {mine}/shares/{{share}}", {"on": "share"}, None
    yield ROOT, "POST /collections/{collection}/shares/{share}/withdraw", {}, None
    yield ROOT, "POST /collections/{collection}", {"data": {"name": "five"}}, None
    yield ROOT, f"DELETE {mine}", {}, None


def keeping():
    at, page = "/api/v1/accounts", "/people/accounts/{account}"
    rights = {"role": "reviewer", "everywhere": "true"}
    yield ROOT, f"POST {at}", {"json": {"name": "eve", "roles": ["auditor"]}}, None
    yield ROOT, "POST /people", {"data": {"name": "max"} | rights}, None
    eve = {"account": "eve"}
    yield ROOT, f"PUT {at}/{{account}}/roles", {"json": {"roles": ["auditor"]}, "on": eve}, None
    yield ROOT, f"PUT {at}/{{account}}/password", {"json": {}, "on": eve}, None
    yield ROOT, f"PUT {at}/{{account}}/lock", {"on": eve}, None
    yield ROOT, f"DELETE {at}/{{account}}/lock", {"on": eve}, None
    yield ROOT, f"POST {page}/roles", {"data": rights, "on": eve}, None
    yield (
        ROOT,
        f"POST {page}/roles/remove",
        {"data": {"place": 0, "grant": "auditor"}, "on": eve},
        None,
    )
    yield ROOT, f"POST {page}/password", {"on": eve}, None
    yield ROOT, f"POST {page}/lock", {"on": eve}, None
    yield ROOT, f"POST {page}/unlock", {"on": eve}, None
    yield ROOT, f"POST {page}/tokens", {"data": {"scope": "list"}, "on": eve}, "token of eve"
    yield ROOT, f"POST {page}/tokens/{{token}}/revoke", {"on": "token of eve"}, None
    yield ROOT, "PUT /api/v1/roster", {"files": {"file": ("r.csv", ROSTER)}}, None
    yield ROOT, "POST /people/roster", {"files": {"file": ("r.csv", ROSTER)}}, None
    yield ROOT, "POST /api/v1/tokens", {"json": {"scopes": ["list"]}}, "token of root"
    yield ROOT, "DELETE /api/v1/tokens/{token}", {"on": "token of root"}, None
    yield ROOT, "POST /account/tokens", {"data": {"scope": "list"}}, "token of root"
    yield ROOT, "POST /account/tokens/{token}/revoke", {"on": "token of root"}, None
    held = {"conversations": ["quarrel"], "reason": "court"}
    yield ROOT, "POST /api/v1/holds", {"json": held}, None
    yield ROOT, "DELETE /api/v1/holds/{hold}", {"on": {"hold": "1"}}, None
    form = {"data": {"conversation": "refund", "reason": "court"}}
    yield ROOT, "POST /retention/holds", form, None
    yield ROOT, "POST /retention/holds/{hold}/end", {"on": {"hold": "2"}}, None
    gone = {"reference": "nobody", "dry_run": False}
    yield ROOT, "POST /api/v1/erasures", {"json": gone}, None


def remembered(ask, name, answer):
    """What a later step names that this one made."""
    if name.startswith("token"):
        made = ask.store.sessions.tokens(ask.store.accounts.get(name.split()[-1]).id)
        return {"token": max(made, key=lambda t: t.made_at).id} | (
            {"account": "eve"} if name.endswith("eve") else {}
        )
    said = answer.json()
    key = {"look": "number", "comment": "number", "moment": "moment", "share": "share"}[name]
    return {key: str(said.get("number") or said.get("moment") or said.get("id"))}


def test_every_change_leaves_a_row_of_who_made_it(seeding, tmp_path, monkeypatch):
    from qa.store import audit

    monkeypatch.setattr(audit, "ONE_LOOK", timedelta(seconds=-1))
    done, kept, wrong = set(), {}, []
    with opened(seeding, tmp_path) as ask:
        for who, route, given, name in steps(seeding):
            on = given.get("on")
            before = last(ask.store)
            answer = ask(who, route, **given | {"on": kept[on] if isinstance(on, str) else on})
            rows = since(ask.store, before)
            if answer.status_code >= 400 or {row.who for row in rows} != {who}:
                wrong.append((route, answer.status_code, rows, answer.text[:300]))
            elif name:
                kept[name] = remembered(ask, name, answer)
            done.add(route)
        assert [w[0] for w in wrong] == [], wrong
        assert done == {r for r in routes(ask.client) if not r.startswith("GET")} - set(LEAVES_NONE)
        assert ask.store.audit.verify().fault == ""
        whole = str(list(ask.store.audit.rows()))
        for text in ("+12025550143", "12025550143", "charged twice", "Well done", "I did."):
            assert text not in whole


def test_who_comes_and_goes_at_the_door_is_written_down(settings):
    from qa.access.passwords import Passwords

    with open_store(settings) as store:
        kept = Passwords().hash("lamp river ochre tin")
        store.accounts.add(
            "root", grants=[Grant(UserRole.ADMINISTRATOR)], who="boss", password=kept
        )
        before = last(store)
    browser = {"sec-fetch-site": "same-origin", "accept": "text/html"}
    with TestClient(create_app(settings), base_url="http://127.0.0.1", headers=browser) as client:
        for password in ("wrong", "lamp river ochre tin"):
            client.post("/login", data={"name": "root", "password": password})
        client.post("/logout")
        rows = since(client.app.state.store, before)
    assert [(row.who, row.act) for row in rows] == [
        ("", Act.REFUSED), ("root", Act.LOGGED_IN), ("root", Act.LOGGED_OUT),
    ]  # fmt: skip
    assert "lamp" not in str(rows)


# --- what was redacted -----------------------------------------------------------------------

#: A test card, as it was said.
RECORDING = bytes(range(256)) * 1024
SAID = "It is 4111 1111 1111 1111 and the name is on it."
#: Hours after now, another for each test: what one was allowed, the next is not.
LATER = count(2)
REASON = {"reason": "Complaint 7, legal department"}


@pytest.fixture
def spoken(desk, monkeypatch):
    """The desk, with a card's number in the vault that the store knows redacted."""
    turns = [
        turn.model_copy(update={"text": SAID, "words": ()}) if "CARD" in turn.text else turn
        for turn in desk.store.raw_turns("refund")
    ]
    desk.store.vault.put("turns", "refund", TURNS.dump_json(tuple(turns)), suffix=".json")
    now = [desk.store._now() + timedelta(hours=next(LATER))]
    monkeypatch.setattr(desk.store.originals, "_now", lambda: now[0])
    monkeypatch.setattr(desk.store.audit, "_now", lambda: now[0])
    monkeypatch.setattr(desk.store, "_now", lambda: now[0])
    desk.later = lambda **given: now.__setitem__(0, now[0] + timedelta(**given))
    return desk


@pytest.mark.parametrize(
    "path", ["/conversations/{id}/original", "/api/v1/conversations/{id}/original"]
)
def test_what_was_redacted_is_read_with_a_reason_for_a_quarter_of_an_hour(spoken, path):
    desk, page = spoken, not path.startswith("/api")
    sent = {"data": REASON} if page else {"json": REASON}
    before = last(desk.store)
    first = desk(ROOT, f"GET {path}")
    assert first.status_code == (200 if page else 422)
    assert "4111" not in first.text
    assert since(desk.store, before) == []
    assert desk(ROOT, f"POST {path}", **sent).status_code == (303 if page else 200)
    shown = desk(ROOT, f"GET {path}")
    assert SAID in shown.text
    assert shown.headers["cache-control"] == "no-store"
    rows = since(desk.store, before)
    assert {(row.who, row.act, row.object) for row in rows} == {(ROOT, Act.ORIGINAL, "refund")}
    assert rows[0].detail["reason"] == REASON["reason"]
    # Hashes and times are full of digits.
    assert "4111" not in str([r.model_dump(exclude={"at", "hash", "previous"}) for r in rows])
    desk.later(minutes=14)
    assert SAID in desk(ROOT, f"GET {path}").text
    desk.later(minutes=2)
    # Reading on is no reason to read on.
    assert SAID not in desk(ROOT, f"GET {path}").text
    assert SAID not in desk(ROOT, "GET /conversations/{id}").text


def test_the_recording_as_it_came_is_heard_with_a_reason_and_kept_by_nobody(spoken):
    desk, route = spoken, "GET /api/v1/conversations/{id}/original/{recording}"
    desk.store.vault.put("original", "refund-0", RECORDING, suffix=".wav")
    before = last(desk.store)
    assert desk(ROOT, route).status_code == 422
    assert since(desk.store, before) == []
    opened = desk(ROOT, "POST /api/v1/conversations/{id}/original", json=REASON).json()
    assert opened["recordings"] == ["/api/v1/conversations/refund/original/refund-0.wav"]
    page = desk(ROOT, "GET /conversations/{id}/original").text
    assert f'src="{opened["recordings"][0]}"' in page
    assert "The recording as it came: nothing is silenced." in page
    before = last(desk.store)

    def part(span):
        address = opened["recordings"][0]
        given = {**desk.headers[ROOT], "range": span}
        return desk.client.get(address, headers=given)

    whole = desk(ROOT, route)
    assert (whole.content, whole.headers["cache-control"]) == (RECORDING, "no-store")
    assert whole.headers["content-type"] == "audio/wav"
    piece = part("bytes=70000-140000")
    assert (piece.status_code, piece.content) == (206, RECORDING[70000:140001])
    assert piece.headers["content-range"] == f"bytes 70000-140000/{len(RECORDING)}"
    assert part("bytes=-5").content == RECORDING[-5:]
    assert part(f"bytes={len(RECORDING)}-").status_code == 416
    # It lies sealed, and a player's pieces are one listening.
    copy = next(p for p in desk.settings.vault_folder.rglob("refund-0*"))
    assert RECORDING[:256] not in copy.read_bytes()
    (row,) = since(desk.store, before)
    assert (row.who, row.act, row.object, row.detail) == (
        ROOT,
        Act.ORIGINAL,
        "refund",
        {"heard": 0},
    )
    assert desk("aud", route).status_code == 403
    assert desk(ROOT, route, on={"recording": "refund-1.wav"}).status_code == 404
    desk.later(minutes=2)
    part("bytes=0-1")
    assert len(since(desk.store, before)) == 2
    desk.later(minutes=14)
    assert desk(ROOT, route).status_code == 422
    desk(ROOT, "POST /api/v1/conversations/{id}/original", json=REASON)
    desk.store.vault.drop("original", "refund-0")
    assert desk(ROOT, route).status_code == 404


def test_a_reason_opens_one_conversation_for_one_person(spoken):
    desk = spoken
    desk(ROOT, "POST /conversations/{id}/original", data=REASON)
    other = desk(ROOT, "GET /api/v1/conversations/quarrel/original")
    assert other.status_code == 422
    for who in ("aud", DANA):
        for verb in ("GET", "POST"):
            answer = desk(who, f"{verb} /api/v1/conversations/{{id}}/original")
            assert answer.status_code == 403
            assert "4111" not in answer.text
    assert "/original" not in desk("aud", "GET /conversations/{id}").text
    assert '/conversations/refund/original"' in desk(ROOT, "GET /conversations/{id}").text


@pytest.mark.parametrize("reason", ["", "  ", "x", "x" * 301])
def test_a_reason_is_neither_empty_nor_a_story(spoken, reason):
    before = last(spoken.store)
    answer = spoken(ROOT, "POST /api/v1/conversations/{id}/original", json={"reason": reason})
    assert answer.status_code == 422
    assert since(spoken.store, before) == []


# --- the command line ------------------------------------------------------------------------


def test_commands_leave_rows_of_whoever_sits_at_the_machine(qa, settings):
    import getpass

    for command in (
        ["show", "refund"], ["show", "refund"], ["search", "charged"], ["agreement"],
        ["report", "project", "retail", "--since", "2026-02-20"], ["export", "jsonl"], ["examples", "--item", "sorry"],
        ["list"], ["audit", "list"], ["roster", "join"],
        ["scorecard", "diff", "front-desk", "front-desk"],
    ):  # fmt: skip
        qa(*command)
    with open_store(settings) as store:
        rows = [(row.act, row.kind, row.object) for row in store.audit.rows()]
        assert {row.who for row in store.audit.rows()} == {getpass.getuser()}
    assert rows == [
        (Act.SEEN, *CONVERSATION), (Act.SEARCHED, Kind.NONE, ""), (Act.FIGURES, Kind.NONE, ""),
        (Act.FIGURES, Kind.PROJECT, "retail"), (Act.EXPORTED, Kind.NONE, ""),
        (Act.AUDITED, Kind.NONE, ""), (Act.CHANGED, Kind.NONE, ""), (Act.SEEN, Kind.NONE, ""),
    ]  # fmt: skip


def test_an_export_says_how_much_and_what_it_was_limited_to(desk):
    before = last(desk.store)
    desk(ROOT, "GET /api/v1/exports/{format}", query="?what=findings&project=retail")
    (row,) = since(desk.store, before)
    assert row.detail == {
        "conversations": 6, "format": "jsonl", "of": "findings", "project": "retail",
    }  # fmt: skip


def test_the_log_is_listed_exported_and_checked_by_command(qa, settings, tmp_path):
    for name in ("refund", "quarrel"):
        qa("show", name)
    kept = qa("audit", "head").stdout.strip()
    assert re.fullmatch(r"2:[0-9a-f]{64}", kept)
    listed = json.loads(qa("audit", "list", "--object", "refund", "--json").stdout)
    assert [(row["act"], row["object"]) for row in listed["items"]] == [("seen", "refund")]
    assert "conversation refund" in qa("audit", "list", "--act", "seen").stdout
    lines = qa("audit", "export").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [row["seq"] for row in rows] == [1, 2, 3, 4]
    assert all(b["previous"] == a["hash"] for a, b in pairwise(rows))
    assert "rows are as they were written" in qa("audit", "verify", "--from", kept).stdout
    with open_store(settings) as store, store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_delete")
        connection.exec_driver_sql("DELETE FROM audit WHERE seq > 1")
    qa("audit", "verify")
    said = qa("audit", "verify", "--from", kept, code=1)
    assert "row 2 is missing" in said.output
    assert json.loads(qa("audit", "verify", "--from", kept, "--json", code=1).stdout)["fault"]


def test_the_page_shows_filters_and_leads_to_what_it_speaks_of(forgetful):
    desk = forgetful
    desk("aud", "GET /conversations/{id}")
    shown = desk("aud", "GET /audit", query="?who=aud&act=seen").text
    assert '<a href="/conversations/refund">refund</a>' in shown
    assert "saw" in shown
    assert "charged twice" not in shown
    assert str(desk.store.audit.page(limit=2).items[1].seq) in shown
    none = desk("aud", "GET /audit", query="?object=nothing").text
    assert "No row fits" in none
    paged = desk("aud", "GET /audit", query="?limit=1&who=aud").text
    assert "before=" in paged
    twin = desk("aud", "GET /api/v1/audit", query="?limit=2").json()
    assert [row["seq"] for row in twin["items"]] == [twin["next"] + 1, twin["next"]]
