"""Every route, every role, one's own and other people's conversations.

The requests are made from the routes of the application itself and compared with its
OpenAPI description, so no route is left out; what each needs is written down here once
more, so that a route that is opened wider than it was is noticed.
"""

import re

import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import update
from sqlmodel import col
from starlette.testclient import TestClient

from qa.access import Facts, Grant, Right, UserRole
from qa.api import create_app
from qa.store import database, open_store
from qa.store.desk.draws import Occasion, Rule
from qa.store.tables import ConversationRow, PartyRow

_OVERRIDE = "/api/v1/conversations/{id}/assessments/{scorecard}/items/{item}/override"
#: What every route needs: a right, "account" = any account, "open" = nothing.
NEEDS = {
    "GET /": "account",
    "GET /inbox": "override",
    "GET /api/v1/inbox": "override",
    "POST /inbox/assign": "assign",
    "POST /api/v1/assignments": "assign",
    "GET /search": "read",
    "GET /api/v1/search": "read",
    "POST /search/caller": "list",
    "POST /api/v1/lookup": "list",
    "GET /upload": "import",
    "POST /upload": "import",
    "GET /upload/progress": "list",
    "POST /api/v1/conversations": "import",
    "GET /samples": "sample",
    "POST /samples": "sample",
    "GET /api/v1/samples": "sample",
    "POST /api/v1/samples": "sample",
    "GET /conversations": "list",
    "GET /api/v1/conversations": "list",
    "GET /api/v1/counts": "list",
    "GET /api/v1/status": "metrics",
    "GET /api/v1/metrics": "metrics",
    "GET /api/v1/conversations/{id}": "read",
    "GET /api/v1/conversations/{id}/audio": "hear",
    "GET /api/v1/conversations/{id}/peaks": "hear",
    "GET /api/v1/conversations/{id}/assessments": "read",
    "POST /api/v1/conversations/{id}/roles/swap": "correct",
    "POST /api/v1/conversations/{id}/score": "correct",
    "PUT /api/v1/conversations/{id}/release": "release",
    "DELETE /api/v1/conversations/{id}/release": "release",
    "GET /api/v1/conversations/{id}/remarks": "read",
    "POST /api/v1/conversations/{id}/comments": "comment",
    "DELETE /api/v1/conversations/{id}/comments/{number}": "comment",
    "PUT /api/v1/conversations/{id}/stars/{turn}": "star",
    "DELETE /api/v1/conversations/{id}/stars/{turn}": "star",
    "PUT /api/v1/conversations/{id}/language": "correct",
    "GET /mine": "second_look",
    "POST /conversations/{id}/second-look": "second_look",
    "POST /conversations/{id}/second-look/answer": "answer",
    "POST /conversations/{id}/acknowledge": "second_look",
    "POST /conversations/{id}/sound": "second_look",
    "GET /api/v1/second-looks": "read",
    "GET /api/v1/conversations/{id}/second-looks": "read",
    "POST /api/v1/conversations/{id}/second-looks": "second_look",
    "POST /api/v1/second-looks/{number}/answer": "answer",
    "GET /api/v1/mine": "second_look",
    "GET /api/v1/mine/figures": "second_look",
    "PUT /api/v1/conversations/{id}/acknowledged": "second_look",
    "PUT /api/v1/conversations/{id}/sound-consent": "second_look",
    "DELETE /api/v1/conversations/{id}/sound-consent": "second_look",
    "GET /api/v1/conversations/{id}/good-example": "second_look",
    "GET /api/v1/conversations/{id}/good-example/audio": "second_look",
    "POST /conversations/{id}/finish": "override",
    "POST /conversations/{id}/reopen": "override",
    "POST /conversations/{id}/blind": "override",
    "POST /conversations/{id}/comment": "comment",
    "POST /conversations/{id}/comment/remove": "comment",
    "POST /conversations/{id}/star": "star",
    "POST /conversations/{id}/star/remove": "star",
    "POST /conversations/{id}/language": "correct",
    "POST /conversations/{id}/score": "correct",
    "POST /conversations/{id}/take-back": "release",
    f"PUT {_OVERRIDE}": "override",
    f"DELETE {_OVERRIDE}": "override",
    "POST /api/v1/conversations/{id}/assessments/{scorecard}/agree": "override",
    "PUT /api/v1/conversations/{id}/presence": "override",
    "GET /api/v1/conversations/{id}/reviews": "read",
    "PUT /api/v1/conversations/{id}/review": "override",
    "DELETE /api/v1/conversations/{id}/review": "override",
    "GET /api/v1/conversations/{id}/blind": "override",
    "PUT /api/v1/conversations/{id}/blind": "override",
    "GET /api/v1/exports/{format}": "export",
    "POST /api/v1/drafts": "publish",
    "POST /api/v1/drafts/publish": "publish",
    "GET /drafts": "publish",
    "POST /drafts": "publish",
    "GET /scorecards/{scorecard}": "cards",
    "GET /api/v1/figures": "figures",
    "GET /api/v1/figures/fairness": "figures",
    "GET /api/v1/figures/agents/{agent}": "figures",
    "GET /api/v1/figures/teams/{team}": "figures",
    "GET /api/v1/figures/projects/{project}": "figures",
    "GET /api/v1/figures/conversations": "figures",
    "GET /api/v1/agreement": "figures",
    "GET /api/v1/agreement/cases": "figures",
    "GET /agreement": "figures",
    "GET /agreement/cases": "figures",
    "GET /figures": "figures",
    "GET /figures/fairness": "figures",
    "GET /figures/agents/{agent}": "figures",
    "GET /figures/teams/{team}": "figures",
    "GET /figures/projects/{project}": "figures",
    "GET /figures/conversations": "figures",
    "GET /api/v1/scorecards": "cards",
    "GET /api/v1/scorecards/{id}": "cards",
    "GET /api/v1/me": "account",
    "GET /api/v1/openapi.json": "account",
    "GET /api/v1/health": "open",
    "GET /api/v1/ready": "open",
    "GET /conversations/{id}": "read",
    "GET /conversations/{id}/parts/{number}": "read",
    "POST /conversations/{id}/override": "override",
    "POST /conversations/{id}/agree": "override",
    "POST /conversations/{id}/undo": "override",
    "POST /conversations/{id}/roles/swap": "correct",
    "POST /conversations/{id}/release": "release",
    "GET /api/v1/examples": "examples",
    "GET /api/v1/examples/{ref}/audio": "examples",
    "GET /api/v1/collections": "collect",
    "POST /api/v1/collections": "collect",
    "GET /api/v1/collections/{collection}": "collect",
    "PATCH /api/v1/collections/{collection}": "collect",
    "DELETE /api/v1/collections/{collection}": "collect",
    "GET /api/v1/collections/{collection}/archive": "collect",
    "POST /api/v1/collections/{collection}/moments": "collect",
    "PATCH /api/v1/collections/{collection}/moments/{moment}": "collect",
    "DELETE /api/v1/collections/{collection}/moments/{moment}": "collect",
    "GET /api/v1/collections/{collection}/moments/{moment}/audio": "collect",
    "GET /api/v1/collections/{collection}/shares": "collect",
    "POST /api/v1/collections/{collection}/shares": "collect",
    "DELETE /api/v1/collections/{collection}/shares/{share}": "collect",
    "GET /api/v1/shared/{link}": "examples",
    "GET /api/v1/shared/{link}/moments/{moment}/audio": "examples",
    "GET /examples": "examples",
    "POST /examples/{ref}/collect": "collect",
    "POST /conversations/{id}/moments": "collect",
    "GET /collections": "collect",
    "POST /collections": "collect",
    "GET /collections/{collection}": "collect",
    "POST /collections/{collection}": "collect",
    "POST /collections/{collection}/moments/{moment}": "collect",
    "POST /collections/{collection}/shares": "collect",
    "POST /collections/{collection}/shares/{share}/withdraw": "collect",
    "GET /shared/{link}": "examples",
    "GET /people": "users",
    "POST /people": "users",
    "GET /people/accounts/{account}": "users",
    "POST /people/accounts/{account}/roles": "users",
    "POST /people/accounts/{account}/roles/remove": "users",
    "POST /people/accounts/{account}/password": "users",
    "POST /people/accounts/{account}/lock": "users",
    "POST /people/accounts/{account}/unlock": "users",
    "POST /people/accounts/{account}/tokens": "users",
    "POST /people/accounts/{account}/tokens/{token}/revoke": "users",
    "GET /people/roster": "users",
    "POST /people/roster": "users",
    "GET /api/v1/accounts": "users",
    "POST /api/v1/accounts": "users",
    "GET /api/v1/accounts/{account}": "users",
    "PUT /api/v1/accounts/{account}/roles": "users",
    "PUT /api/v1/accounts/{account}/password": "users",
    "PUT /api/v1/accounts/{account}/lock": "users",
    "DELETE /api/v1/accounts/{account}/lock": "users",
    "GET /api/v1/tokens": "account",
    "POST /api/v1/tokens": "tokens",
    "DELETE /api/v1/tokens/{token}": "account",
    "GET /conversations/{id}/original": "original",
    "POST /conversations/{id}/original": "original",
    "GET /api/v1/conversations/{id}/original": "original",
    "POST /api/v1/conversations/{id}/original": "original",
    "GET /api/v1/conversations/{id}/original/{recording}": "original",
    "GET /retention": "retention",
    "POST /retention/holds": "retention",
    "POST /retention/holds/{hold}/end": "retention",
    "GET /audit": "audit",
    "GET /api/v1/audit": "audit",
    "GET /api/v1/audit/head": "audit",
    "GET /api/v1/retention": "retention",
    "GET /api/v1/holds": "retention",
    "POST /api/v1/holds": "retention",
    "DELETE /api/v1/holds/{hold}": "retention",
    "POST /api/v1/erasures": "retention",
    "GET /api/v1/agents/{agent}/file": "agent_file",
    "GET /api/v1/roster": "users",
    "PUT /api/v1/roster": "users",
    "GET /api/v1/roster/check": "users",
    "POST /account/tokens": "tokens",
    "POST /account/tokens/{token}/revoke": "account",
    "GET /scorecards": "cards",
    "GET /account": "account",
    "POST /account/password": "account",
    "POST /logout": "account",
    "POST /logout/everywhere": "account",
    "GET /login": "open",
    "GET /login/sso": "open",
    "GET /login/sso/back": "open",
    "POST /login": "open",
    "POST /language": "open",
}
#: What the names in an address stand for.
NAMES = {
    "scorecard": "front-desk", "item": "anything_else", "format": "jsonl", "number": "0",
    "agent": "dana", "team": "north", "project": "retail",
    "ref": "0-0", "collection": "none", "moment": "0", "share": "none", "link": "none",
    "turn": "0", "account": "nobody", "token": "none", "hold": "0", "recording": "refund-0.wav",
}  # fmt: skip
#: What answers with many conversations, as text.
MANY = {
    "GET /conversations",
    "GET /inbox",
    "GET /api/v1/inbox",
    "GET /search",
    "GET /api/v1/search",
    "GET /api/v1/conversations",
    "GET /mine",
    "GET /api/v1/mine",
    "GET /api/v1/exports/{format}",
}
#: What is sent where something must be.
FORMS = {
    "POST /inbox/assign": {"conversation": "refund", "reviewer": "reviewer"},
    "POST /samples": {"per_agent": "1", "dry_run": "true"},
    "POST /search/caller": {"caller": "+12025550143"},
}
BODIES = {
    "POST /api/v1/assignments": {"conversations": ["refund"], "reviewer": "reviewer"},
    "POST /api/v1/samples": {"per_agent": 1, "dry_run": True},
    "POST /api/v1/lookup": {"caller": "+12025550143"},
    "POST /api/v1/holds": {"conversations": ["refund"], "reason": "court"},
    "POST /api/v1/erasures": {"reference": "nobody", "dry_run": True},
}
#: What is asked for where something must be.
ASKED = {"GET /api/v1/search": "?q=charged", "GET /search": "?q=charged",
         "GET /upload/progress": "?id=refund"}  # fmt: skip
#: What is about something that is not here, or is sent something that is not.
_OTHERS = re.compile(r"\{(account|collection|ref|link|hold)\}|POST /|PUT /api/v1/roster")
#: What is about one conversation without naming it in the address.
NAMED_WITHIN = {"POST /inbox/assign", "POST /api/v1/assignments"}
#: Where the conversation lies, for people of team north and project retail, agent "dana".
PLACES = {
    "own": Facts("north", "retail", frozenset({"dana"})),
    "own, released": Facts("north", "retail", frozenset({"dana"}), released=True),
    "other team": Facts("south", "retail", frozenset({"ion"}), released=True),
    "other project": Facts("north", "travel", frozenset({"ion"}), released=True),
    "nobody's": Facts(),
}
#: Who sees everything, and may change only what is theirs: seeing and doing part there.
BOTH = "auditor and reviewer"
OURS = {"team": "north", "project": "retail"}
WIDE = {UserRole.ADMINISTRATOR, UserRole.AUDITOR, UserRole.AGENT}


@pytest.fixture(scope="module")
def floor(seeding, tmp_path_factory):
    """A small call centre with somebody of each role, and how each of them asks."""
    from datetime import timedelta

    settings = seeding.settings_for(tmp_path_factory.mktemp("matrix"))
    settings = settings.model_copy(update={"requests_per_second": 0})
    seeding.seed(settings)
    headers = {None: {}}
    with open_store(settings) as store:
        # What was drawn stands in the inbox.
        drawn = Occasion(who="test", reason="by chance", blind=False)
        store.draws.draw(Rule(per_agent=99), drawn, seed=1)
        held = {role: [Grant(role, **({} if role in WIDE else OURS))] for role in UserRole}
        held[BOTH] = [Grant(UserRole.AUDITOR), Grant(UserRole.REVIEWER, **OURS)]
        for role, grants in held.items():
            made = store.accounts.add(
                role.replace(" ", "-"), grants=grants, agent_id="dana", who="test"
            )
            rights = {r for r in Right if store.sessions.who(store.sessions.begin(made)).may(r)}
            secret, _ = store.sessions.add_token(
                made, label="", scopes=rights, lasts=timedelta(days=1), who="test"
            )
            headers[role] = {"authorization": f"Bearer {secret}"}
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield client, headers


def routes(client):
    for found in iter_route_contexts(client.app.routes):
        for method in sorted(getattr(found, "methods", None) or ()):
            yield f"{method} {found.path}"


def put(client, facts):
    """Let the conversation lie there, whatever an allowed request did to it."""
    store = client.app.state.store
    with database.writing(store._engine) as session:
        session.execute(
            update(ConversationRow)
            .where(col(ConversationRow.id) == "refund")
            .values(
                team=facts.team,
                project=facts.project,
                agent_id=next(iter(facts.agents), None),
                released_at=store._now() if facts.released else None,
            )
        )
        session.execute(update(PartyRow).values(agent_id=next(iter(facts.agents), None)))


def ask(client, route, headers):
    method, _, path = route.partition(" ")
    about = "front-desk" if "/scorecards/{id}" in path else "refund"
    address = re.sub(r"\{(\w+)\}", lambda m: (NAMES | {"id": about})[m[1]], path)
    address += ASKED.get(route, "")
    sent = {"data": FORMS.get(route), "json": BODIES.get(route)}
    return client.request(method, address, headers=headers, follow_redirects=False, **sent)


def test_every_route_is_in_the_table_and_needs_what_it_says(floor):
    from qa.api.identity import AnyAccount, Open, Requires, declared

    client, headers = floor
    found = {}
    for route in iter_route_contexts(client.app.routes):
        for method in getattr(route, "methods", None) or ():
            (one,) = declared(route.original_route)
            need = {AnyAccount: "account", Open: "open"}.get(type(one))
            found[f"{method} {route.path}"] = need or (
                str(one.right) if isinstance(one, Requires) else None
            )
    assert found == NEEDS
    described = ask(client, "GET /api/v1/openapi.json", headers[UserRole.AGENT]).json()["paths"]
    listed = {f"{verb.upper()} {path}" for path, verbs in described.items() for verb in verbs}
    assert listed == {r for r in NEEDS if "/api/v1/" in r} - {"GET /api/v1/openapi.json"}


@pytest.mark.parametrize("shown", ["nothing", "a forged token", "a forged session"])
def test_who_is_not_known_gets_nowhere(floor, shown):
    client, _ = floor
    headers = {
        "nothing": {},
        "a forged token": {"authorization": "Bearer qa_forged"},
        "a forged session": {"cookie": "qa_session=forged", "sec-fetch-site": "same-origin"},
    }[shown]
    statuses = {route: ask(client, route, headers).status_code for route in routes(client)}
    closed = {route for route, status in statuses.items() if status == 401}
    # A log-in without a name is no log-in, and told so.
    assert {route: statuses[route] for route in statuses.keys() - closed} == {
        "GET /api/v1/health": 200, "GET /api/v1/ready": 200, "GET /login": 200, "POST /login": 422,
        "POST /language": 422, "GET /login/sso": 404, "GET /login/sso/back": 404,
    }  # fmt: skip


@pytest.mark.parametrize("role", [*UserRole, BOTH])
@pytest.mark.parametrize("place", list(PLACES))
def test_nothing_is_open_that_should_not_be(floor, place, role):
    client, headers = floor
    who = client.app.state.store.sessions.bearer(headers[role]["authorization"].split()[1])
    wrong = []
    put(client, PLACES[place])
    for route in [r for r in routes(client) if NEEDS[r] not in {"open", "account"}]:
        answer = ask(client, route, headers[role])
        if not as_decided(who, route, PLACES[place], answer):
            wrong.append((route, answer.status_code, answer.text[:80]))
        if "/release" in route or "/take-back" in route:
            put(client, PLACES[place])
    assert wrong == []


def as_decided(who, route, place, answer):
    """Whether an answer is what the decision says of that right and that conversation."""
    right, status = Right(NEEDS[route]), answer.status_code
    if not who.may(right):
        return status == 403
    sent = route in FORMS or route in BODIES
    if "{id}" not in route and not sent and _OTHERS.search(route):
        # Whose it is has tests of its own (test_examples.py, test_people.py); here there is none.
        return status in {404, 422}
    if ("{id}" not in route or "/scorecards/" in route) and route not in NAMED_WITHIN:
        return status in {200, 201} and shows_only_theirs(who, route, place, answer)
    if who.may(right, place):
        # Nothing to undo is no refusal.
        return status not in {401, 403, 404, 405} or (
            status == 404 and re.search("undo|remove", answer.text)
        )
    if who.may(Right.LIST, place):
        return status == 403
    return status == 404 and "dana" not in answer.text.lower()


def shows_only_theirs(who, route, place, answer):
    """Whether a list, a count or an export holds the conversation exactly if it may."""
    right = Right(NEEDS[route])
    if route in MANY:
        return ("refund" in answer.text) == who.may(right, place)
    if route.endswith("/counts"):
        others = 5 if who.scope(right).everything else 0
        return answer.json()["counts"]["total"] == others + who.may(right, place)
    return True
