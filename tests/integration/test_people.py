"""Accounts, tokens and the roster, kept on pages and by the API as at the command line."""

import re
from html import unescape

import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient

from qa.access import Grant, Right, UserRole
from qa.access.passwords import Passwords
from qa.api import create_app
from qa.store import open_store

V1 = "/api/v1"
PAGE = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin"}
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
ROSTER = "id,name,extension,team,project,from,to\ndana,Dana,,north,,,\n"
TWICE = ROSTER + "dana,Dana,,south,,2026-02-01,\n"


@pytest.fixture
def server(settings):
    """A server with cheap passwords, for as many browsers as a test wants."""
    app = create_app(settings.model_copy(update={"requests_per_second": 0}))
    app.state.passwords = CHEAP
    with TestClient(app, base_url="http://127.0.0.1"):
        yield app


@pytest.fixture
def root(server):
    """The browser of an administrator."""
    return logged_in(server, "root", [Grant(UserRole.ADMINISTRATOR)])


def logged_in(server, name, grants, **more):
    made = server.state.store.accounts.add(name, grants=grants, who="test", **more)
    secret = server.state.store.sessions.begin(made)
    browser = TestClient(server, base_url="http://127.0.0.1", headers=PAGE)
    browser.cookies.set("qa_session", secret)
    return browser


def bearer(server, account, *rights):
    """Return the headers of a program that asks with a new token."""
    found = server.state.store.accounts.get(account)
    from datetime import timedelta

    secret, _ = server.state.store.sessions.add_token(
        found, label="", scopes=rights, lasts=timedelta(days=1), who="test"
    )
    return {"authorization": f"Bearer {secret}"}


def shown_once(html):
    found = re.search(r'<code class="secret">([^<]+)</code>', html)
    return unescape(found[1]) if found else None


def said(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def can_log_in(server, name, password):
    browser = TestClient(server, base_url="http://127.0.0.1", headers=PAGE)
    given = {"name": name, "password": password}
    return browser.post("/login", data=given, follow_redirects=False).status_code == 303


# --- accounts ----------------------------------------------------------------------------


def test_the_first_account_is_made_on_a_page_and_closes_the_door(server):
    browser = TestClient(server, base_url="http://127.0.0.1", headers=PAGE)
    assert "Nobody has an account yet" in said(browser.get("/people"))
    refused = browser.post("/people", data={"name": "rita", "role": "agent", "agent_id": "7"})
    assert refused.status_code == 422
    assert "Nobody would be administrator." in said(refused)
    made = browser.post("/people", data={"name": "root", "role": "administrator"})
    password = shown_once(made.text)
    assert browser.get("/people").url.path == "/login"
    assert can_log_in(server, "root", password)
    assert not can_log_in(server, "root", password + "x")


def test_an_account_is_made_with_a_role_for_teams_in_projects(server, root):
    given = {"name": "Rita", "role": "reviewer", "teams": "north, south", "projects": "retail"}
    made = root.post("/people", data=given)
    assert can_log_in(server, "rita", shown_once(made.text))
    assert "Reviewer: team north, project retail" in said(made)
    # Shown with that answer, and nowhere else.
    assert shown_once(root.get("/people/accounts/rita").text) is None
    assert server.state.store.accounts.get("rita").grants == (
        Grant(UserRole.REVIEWER, team="north", project="retail"),
        Grant(UserRole.REVIEWER, team="south", project="retail"),
    )
    assert "rita" in said(root.get("/people"))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"name": "root", "role": "auditor"}, "'root' has an account."),
        ({"name": "rita smith", "role": "auditor"}, "cannot be a name to log in with"),
        ({"name": "rita", "role": "reviewer"}, "not clear for which conversations"),
        ({"name": "rita", "role": "reviewer", "everywhere": "true", "teams": "x"}, "not clear"),
        ({"name": "rita", "role": "agent"}, "not said which agent this is"),
        ({"name": "rita", "role": "king"}, "No role named 'king'."),
        ({"name": "rita"}, "No role named ''."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(server, root, given, why):
    answer = root.post("/people", data=given)
    assert answer.status_code == 422
    assert why in said(answer)
    assert f'name="name" value="{given["name"]}"' in answer.text
    assert len(server.state.store.accounts.all()) == 1


def test_a_name_is_shown_as_text(server, root):
    answer = root.post("/people", data={"name": "<b>rita</b>", "role": "auditor"})
    assert "<b>rita" not in answer.text
    assert "&lt;b&gt;rita" in answer.text


def test_a_lost_password_is_replaced_and_its_browsers_are_logged_out(server, root):
    rita = logged_in(server, "rita", [Grant(UserRole.AUDITOR)], password=CHEAP.hash("old"))
    assert rita.get("/account").url.path == "/account"
    answer = root.post("/people/accounts/rita/password")
    assert can_log_in(server, "rita", shown_once(answer.text))
    assert not can_log_in(server, "rita", "old")
    assert rita.get("/account").url.path == "/login"


def test_roles_are_given_and_taken_away_and_count_at_the_next_click(server, root):
    rita = logged_in(server, "rita", [Grant(UserRole.TRAINER)])
    assert rita.get("/figures").status_code == 403
    at = "/people/accounts/rita/roles"
    root.post(at, data={"role": "supervisor", "teams": "north"})
    assert rita.get("/figures").status_code == 200
    # An agent of whom nobody said which: told, with the form as it was.
    assert "not said which agent" in said(root.post(at, data={"role": "agent"}))
    root.post(at, data={"role": "agent", "agent_id": "dana"})
    assert server.state.store.accounts.get("rita").agent_id == "dana"
    supervisor = Grant(UserRole.SUPERVISOR, team="north")
    held = server.state.store.accounts.get("rita").grants
    place = held.index(supervisor)
    # Somebody else changed them meanwhile: what was meant is no longer there.
    root.post(f"{at}/remove", data={"place": place, "grant": "auditor"})
    assert supervisor in server.state.store.accounts.get("rita").grants
    root.post(f"{at}/remove", data={"place": place, "grant": str(supervisor)})
    assert rita.get("/figures").status_code == 403


def test_an_account_is_locked_and_opened_again_but_never_the_last_administrator(server, root):
    rita = logged_in(server, "rita", [Grant(UserRole.AUDITOR)])
    token = bearer(server, "rita", Right.LIST)
    root.post("/people/accounts/rita/lock")
    assert rita.get("/account").url.path == "/login"
    assert rita.get(f"{V1}/conversations", headers=token).status_code == 401
    assert "locked" in said(root.get("/people"))
    root.post("/people/accounts/rita/unlock")
    assert rita.get(f"{V1}/conversations", headers=token).status_code == 200
    refused = root.post("/people/accounts/root/lock")
    assert "Nobody would be administrator." in said(refused)
    assert root.get("/people").status_code == 200


def test_accounts_are_kept_by_the_api_too(server, root):
    given = {"name": "rita", "roles": ["supervisor"], "teams": ["north"]}
    made = root.post(f"{V1}/accounts", json=given)
    assert made.status_code == 201
    assert made.json()["account"]["roles"] == ["supervisor of team north"]
    assert can_log_in(server, "rita", made.json()["password"])
    assert root.post(f"{V1}/accounts", json=given).status_code == 422
    more = {"roles": ["agent"], "agent_id": "7", "more": True}
    changed = root.put(f"{V1}/accounts/rita/roles", json=more).json()
    assert changed["roles"] == ["agent", "supervisor of team north"]
    assert root.put(f"{V1}/accounts/rita/lock").status_code == 204
    assert root.get(f"{V1}/accounts/rita").json()["disabled_at"]
    assert root.delete(f"{V1}/accounts/rita/lock").status_code == 204
    chosen = {"password": "lamp river ochre tin"}
    assert root.put(f"{V1}/accounts/rita/password", json=chosen).json() == {"password": None}
    assert can_log_in(server, "rita", chosen["password"])
    easy = root.put(f"{V1}/accounts/rita/password", json={"password": "password1234"})
    assert (easy.status_code, "first that would be guessed" in easy.text) == (422, True)
    assert [a["name"] for a in root.get(f"{V1}/accounts").json()["items"]] == ["rita", "root"]
    assert "argon2" not in root.get(f"{V1}/accounts").text
    program = {"name": "nightly", "roles": ["service"], "everywhere": True}
    assert root.post(f"{V1}/accounts", json=program).json()["password"] is None


# --- tokens ------------------------------------------------------------------------------


def test_a_token_of_one_s_own_is_shown_once_works_and_is_taken_back(server, root):
    rita = logged_in(server, "rita", [Grant(UserRole.REVIEWER)])
    made = rita.post("/account/tokens", data={"scope": ["list"], "days": "7", "label": "my sheet"})
    secret = shown_once(made.text)
    headers = {"authorization": f"Bearer {secret}"}
    program = TestClient(server, base_url="http://127.0.0.1", headers=headers)
    assert program.get(f"{V1}/conversations").status_code == 200
    assert program.get(f"{V1}/scorecards").status_code == 403  # not among its scopes
    page = rita.get("/account")
    assert "my sheet" in said(page)
    assert secret not in page.text
    (token,) = rita.get(f"{V1}/tokens").json()["items"]
    rita.post(f"/account/tokens/{token['id']}/revoke")
    assert program.get(f"{V1}/conversations").status_code == 401
    assert "revoked" in said(rita.get("/account"))


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"scope": ["users"]}, "You lack here: users."),
        ({}, "A token needs a scope"),
        ({"scope": ["nonsense"]}, "A token needs a scope"),
        ({"scope": ["list"], "days": "9999"}, "days"),
    ],
)
def test_a_token_has_no_more_rights_than_its_owner_and_no_endless_life(server, root, given, why):
    rita = logged_in(server, "rita", [Grant(UserRole.REVIEWER)])
    answer = rita.post("/account/tokens", data=given)
    assert answer.status_code == 422
    assert why in said(answer)
    assert server.state.store.sessions.tokens() == ()


def test_a_token_makes_no_token_that_may_do_more_than_itself(server, root):
    narrow = bearer(server, "root", Right.TOKENS, Right.LIST)
    ask = TestClient(server, base_url="http://127.0.0.1", headers=narrow)
    assert ask.post(f"{V1}/tokens", json={"scopes": ["users"]}).status_code == 422
    assert ask.post(f"{V1}/tokens", json={"scopes": ["list"]}).status_code == 201


def test_tokens_of_others_are_an_administrator_s_business(server, root):
    rita = logged_in(server, "rita", [Grant(UserRole.REVIEWER)])
    server.state.store.accounts.add("nightly", grants=[Grant(UserRole.SERVICE)], who="test")
    at = "/people/accounts/nightly"
    secret = shown_once(root.post(f"{at}/tokens", data={"scope": ["list"], "label": "x"}).text)
    (token,) = root.get(f"{V1}/tokens?account=nightly").json()["items"]
    # Others learn nothing of it, and cannot touch it.
    assert rita.get(f"{V1}/tokens?account=nightly").status_code == 403
    other = {"scopes": ["list"], "account": "nightly"}
    assert rita.post(f"{V1}/tokens", json=other).status_code == 403
    assert rita.delete(f"{V1}/tokens/{token['id']}").status_code == 404
    assert rita.post(f"/account/tokens/{token['id']}/revoke").status_code == 404
    headers = {"authorization": f"Bearer {secret}"}
    program = TestClient(server, base_url="http://127.0.0.1", headers=headers)
    assert program.get(f"{V1}/conversations").status_code == 200
    root.post(f"{at}/tokens/{token['id']}/revoke")
    assert program.get(f"{V1}/conversations").status_code == 401


# --- the roster --------------------------------------------------------------------------


def upload(browser, text, how="page"):
    file = {"file": ("agents.csv", text.encode(), "text/csv")}
    if how == "page":
        return browser.post("/people/roster", files=file)
    return browser.put(f"{V1}/roster", files=file)


def test_a_roster_is_uploaded_and_says_what_it_could_not_join(server, root):
    answer = upload(root, ROSTER)
    assert answer.status_code == 200
    # Dana's three are hers; Ion, who has three too, is not in it.
    assert "1 entry was taken. 3 conversations are joined to a person. 3 are not." in said(answer)
    assert "ion Ion Not in the roster on that day 3" in said(answer)
    assert server.state.store.list().items[0].team in {None, "north"}
    check = root.get(f"{V1}/roster/check").json()
    assert [(u["agent_id"], u["why"]) for u in check["unjoined"]] == [("ion", "unknown")]


def test_days_that_overlap_are_named_on_the_page_and_by_the_api(server, root):
    answer = upload(root, TWICE)
    named = "id dana: Dana (dana), north, ... to ... and Dana (dana), south, 2026-02-01 to ..."
    assert named in said(answer)
    assert "dana Dana Several people could be meant 3" in said(answer)
    taken = upload(root, TWICE, "api").json()
    assert (taken["entries"], taken["joined"], taken["overlapping"]) == (2, 0, [named])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,name\n7,\n,Ion\n", ["agents.csv:2: 'name' is empty.", "agents.csv:3: 'id' is empty."]),
        ("id,name,from\n7,Dana,31.01.2026\n", ["'from' is '31.01.2026', which is no day"]),
        ("name;team\nDana;north\n", ["the head line is 'name;team'"]),
        ("id,name\n", ["agents.csv names nobody."]),
        ("id,name\n7,<script>x</script>,\n", ["more or fewer fields than the head"]),
    ],
)
def test_of_a_file_that_cannot_be_used_every_line_is_named_and_nothing_taken(root, text, why):
    upload(root, ROSTER)
    for how in ("page", "api"):
        answer = upload(root, text, how)
        assert answer.status_code == 422
        assert [one for one in why if one not in said(answer)] == []
    assert len(root.get(f"{V1}/roster").json()["items"]) == 1


def test_a_file_that_is_no_text_or_none_at_all_is_told(root):
    file = {"file": ("agents.csv", b"id,name\n7,\xc4\xee\xed\n", "text/csv")}
    assert "cannot be read as UTF-8 text" in said(root.post("/people/roster", files=file))
    assert "No file was sent." in said(root.post("/people/roster", data={"x": "y"}))


def test_a_long_roster_is_searched(root):
    lines = "".join(f"a{n},Agent {n},,team-{n % 3},,,\n" for n in range(500))
    page = said(upload(root, "id,name,extension,team,project,from,to\n" + lines))
    assert "and 300 more" in page
    found = said(root.get("/people/roster?q=agent+4 99"))
    assert "a499" not in found
    assert "a499 Agent 499 team-1" in said(root.get("/people/roster?q=AGENT 499"))


def test_who_keeps_no_accounts_sees_nothing_of_this(server, settings, root):
    logged_in(server, "rita", [Grant(UserRole.SUPERVISOR)])
    with open_store(settings) as store:
        secret = store.sessions.begin(store.accounts.get("rita"))
    browser = TestClient(server, base_url="http://127.0.0.1", headers=PAGE)
    browser.cookies.set("qa_session", secret)
    assert 'href="/people"' not in browser.get("/inbox").text
    for path in ("/people", "/people/roster", "/people/accounts/root"):
        assert browser.get(path).status_code == 403
