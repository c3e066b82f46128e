"""Who gets in, and how: log-in, sessions, tokens, and the machine without accounts."""

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
SECRET = "lamp river ochre tin"
PAGE = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin"}
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
KEPT = CHEAP.hash(SECRET)
OVERRIDE = {"scorecard": "front-desk", "item": "anything_else", "verdict": "pass", "party": ""}


@pytest.fixture
def people(settings):
    """An administrator, a reviewer of retail, and a trainer."""
    with open_store(settings) as store:
        add = store.accounts.add
        add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test", password=KEPT)
        add("rita", grants=[Grant(UserRole.REVIEWER, project="retail")], who="root", password=KEPT)
        add("theo", grants=[Grant(UserRole.TRAINER)], who="root", password=KEPT)


@pytest.fixture
def desk(settings, people):
    """A browser that is not logged in."""
    app = create_app(settings)
    app.state.passwords = CHEAP
    with TestClient(app, base_url="http://127.0.0.1", follow_redirects=False) as made:
        made.headers.update(PAGE)
        yield made


def log_in(desk, name="rita", password=SECRET, **more):
    return desk.post("/login", data={"name": name, "password": password, **more})


def with_session(desk, secret):
    """Ask for the first page with a session of before."""
    desk.cookies.clear()
    return desk.get("/", headers={"cookie": f"qa_session={secret}"})


def hidden(html):
    """Return what the forms of a page carry along, those of its frame left out."""
    html = html.partition("<main")[2].partition("</main>")[0]
    return {
        unescape(name): unescape(value)
        for name, value in re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', html)
    }


# --- without accounts --------------------------------------------------------------------


def test_while_nobody_has_an_account_this_machine_is_its_administrator_and_pages_say_so(client):
    page = client.get("/", headers=PAGE)
    assert "whoever sits at this machine is its administrator" in page.text
    me = client.get(f"{V1}/me").json()
    assert me["roles"] == ["administrator"]
    assert "users" in me["rights"]


def test_with_the_first_account_the_door_closes_at_once(client, settings):
    assert client.get(f"{V1}/counts").status_code == 200
    with open_store(settings) as store:
        store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
    assert client.get(f"{V1}/counts").status_code == 401


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "via"])
def test_who_comes_through_a_proxy_does_not_sit_at_this_machine(client, header):
    assert client.get(f"{V1}/counts", headers={header: "192.0.2.1"}).status_code == 401


# --- logging in --------------------------------------------------------------------------


def test_who_is_not_logged_in_is_led_to_the_door_and_then_to_where_they_wanted(desk):
    wanted = "/conversations?project=retail&limit=2"
    sent = desk.get(wanted)
    assert sent.status_code == 303
    door = desk.get(sent.headers["location"])
    assert hidden(door.text) == {"next": wanted}
    back = log_in(desk, next=wanted)
    assert (back.status_code, back.headers["location"]) == (303, wanted)
    assert desk.get(wanted).status_code == 200


def test_the_session_is_a_cookie_that_no_script_reads_and_no_site_sends(desk):
    set_cookie = log_in(desk).headers["set-cookie"]
    assert re.match(r"qa_session=[\w-]{43}; ", set_cookie)
    for word in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=43200"):
        assert word in set_cookie
    assert "Secure" not in set_cookie  # this machine's own, by http


def test_by_tls_the_cookie_is_bound_to_this_host_and_never_sent_in_clear(settings, people):
    url = "https://qa.example.org"
    app = create_app(settings.model_copy(update={"public_url": url}))
    app.state.passwords = CHEAP
    with TestClient(app, base_url=url, follow_redirects=False) as desk:
        answer = log_in(desk)
        assert answer.headers["set-cookie"].startswith("__Host-qa=")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert desk.get(f"{V1}/me").json()["name"] == "rita"
        assert desk.get(f"{V1}/me", headers={"host": "evil.example"}).status_code == 421


@pytest.mark.parametrize(("name", "password"), [("rita", "mistyped"), ("nobody", SECRET), ("", "")])
def test_a_wrong_name_and_a_wrong_password_look_the_same(desk, name, password):
    answer = log_in(desk, name, password)
    assert answer.status_code in {401, 422}
    assert "set-cookie" not in answer.headers
    if name:
        assert "Name or password is wrong." in answer.text
        assert password not in answer.text


@pytest.mark.parametrize(
    "where", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:0", "/a\nb"]
)
def test_log_in_leads_to_no_other_site(desk, where):
    assert log_in(desk, next=where).headers["location"] == "/"


def test_logging_in_again_takes_a_new_session_and_ends_the_old_one(desk):
    log_in(desk)
    old = desk.cookies["qa_session"]
    log_in(desk)
    assert desk.cookies["qa_session"] != old
    assert with_session(desk, old).status_code == 303


def test_logging_out_ends_the_session_itself_not_only_the_cookie(desk):
    log_in(desk)
    old = desk.cookies["qa_session"]
    assert desk.post("/logout").headers["location"] == "/login"
    assert "qa_session" not in desk.cookies
    assert with_session(desk, old).status_code == 303


def test_logging_out_everywhere_ends_the_other_browser_s_session_too(desk):
    log_in(desk)
    other = desk.cookies["qa_session"]
    desk.cookies.clear()
    log_in(desk)
    desk.post("/logout/everywhere")
    assert with_session(desk, other).status_code == 303


def test_after_five_wrong_passwords_even_the_right_one_waits(desk):
    for _ in range(5):
        assert log_in(desk, password="wrong").status_code == 401
    answer = log_in(desk)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 15
    assert "Too many attempts" in answer.text
    assert log_in(desk, "root").status_code == 303


def test_the_door_answers_in_the_language_of_the_browser(desk):
    desk.headers["accept-language"] = "ru"
    assert "Ваш сеанс закончился." in desk.post("/conversations/refund/agree").text
    assert "<title>Войти" in desk.get("/login").text
    for _ in range(5):
        assert "Неверное имя или пароль." in log_in(desk, password="wrong").text
    waits = log_in(desk)
    assert re.search(r"Слишком много неудачных попыток\. Подождите \d+ с", waits.text)
    assert "Too many" not in waits.text


def test_a_new_password_needs_the_old_one_and_logs_out_elsewhere(desk):
    log_in(desk)
    other = desk.cookies["qa_session"]
    wrong = desk.post("/account/password", data={"password": "x", "new": "four words of mine"})
    assert wrong.status_code == 422
    short = desk.post("/account/password", data={"password": SECRET, "new": "short"})
    assert "characters" in short.text
    done = desk.post("/account/password", data={"password": SECRET, "new": "four words of mine"})
    assert done.status_code == 303
    assert desk.get("/account").status_code == 200
    assert with_session(desk, other).status_code == 303
    assert log_in(desk, password="four words of mine").status_code == 303


# --- nothing typed is lost ---------------------------------------------------------------


def test_a_comment_written_while_the_session_ended_is_sent_after_logging_in_again(desk, settings):
    path = "/conversations/refund/override"
    log_in(desk)
    desk.cookies.clear()
    comment = 'She "asked" <b>twice</b> & waited.\nЕщё строка.'
    stopped = desk.post(path, data=OVERRIDE | {"comment": comment, "at": "i3"})
    assert stopped.status_code == 401
    assert "What you wrote is kept" in stopped.text
    assert "<b>twice" not in stopped.text
    carried = hidden(stopped.text)
    assert carried["next"] == path

    wrong = log_in(desk, password="wrong", **carried)
    assert hidden(wrong.text) == carried

    back = log_in(desk, **carried)
    assert back.status_code == 200
    assert f'action="{path}"' in back.text
    shown = re.search(r"<textarea[^>]*>(.*?)</textarea>", back.text, re.DOTALL)[1]
    assert unescape(shown) == comment
    with open_store(settings) as store:
        assert store.assessments("refund")[0].overrides == ()

    again = desk.post(path, data=hidden(back.text) | {"comment": unescape(shown)})
    assert (again.status_code, again.headers["location"]) == (303, "/conversations/refund#i3")
    with open_store(settings) as store:
        (kept,) = store.assessments("refund")[0].overrides
    assert (kept.comment, kept.who) == (comment, "rita")


# --- programs ----------------------------------------------------------------------------


def bearer(settings, name, *scopes):
    from datetime import timedelta

    with open_store(settings) as store:
        secret, _ = store.sessions.add_token(
            store.accounts.get(name), label="", scopes=scopes, lasts=timedelta(days=1), who="test"
        )
    return {"authorization": f"Bearer {secret}", "accept": "application/json"}


def test_a_program_works_by_a_token_within_its_scopes(desk, settings):
    token = bearer(settings, "rita", Right.LIST, Right.READ)
    del desk.headers["sec-fetch-site"]
    assert desk.get(f"{V1}/conversations", headers=token).status_code == 200
    refused = desk.put(
        f"{V1}/conversations/refund/assessments/front-desk/items/anything_else/override",
        json={"verdict": "pass"},
        headers=token,
    )
    assert refused.status_code == 403
    assert "override" in refused.json()["detail"]


@pytest.mark.parametrize(
    "value", ["Bearer qa_wrong", "Bearer ", "Basic cml0YTp4", "qa_x", "Bearer x"]
)
def test_a_token_that_is_not_taken_is_401_even_where_nobody_has_an_account(client, value):
    answer = client.get(f"{V1}/counts", headers={"authorization": value})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "urn:qa:problem:not-logged-in"
    assert "/login" in answer.json()["mend"]


def test_what_one_may_not_know_of_is_not_there_and_what_one_may_not_do_is_refused(desk, settings):
    with open_store(settings) as store:
        store.accounts.set_grants("rita", [Grant(UserRole.REVIEWER, "north")], who="root")
    log_in(desk)
    assert desk.get(f"{V1}/conversations/refund").status_code == 404
    assert desk.get(f"{V1}/conversations").json()["items"] == []
    desk.cookies.clear()
    log_in(desk, "theo")
    assert desk.get(f"{V1}/conversations/refund").status_code == 403
    assert desk.get(f"{V1}/scorecards").status_code == 200


def test_a_right_that_is_withdrawn_is_gone_with_the_next_request(desk, settings):
    log_in(desk)
    assert desk.get("/conversations/refund").status_code == 200
    with open_store(settings) as store:
        store.accounts.set_grants("rita", [Grant(UserRole.TRAINER)], who="root")
    comment = OVERRIDE | {"comment": "x"}
    assert desk.post("/conversations/refund/override", data=comment).status_code == 403


def test_a_browser_that_says_nothing_of_where_it_comes_from_changes_nothing(desk):
    log_in(desk)
    del desk.headers["sec-fetch-site"]
    assert desk.post("/logout").status_code == 403
    assert desk.post("/logout", headers={"origin": "http://127.0.0.1"}).status_code == 303


def test_who_asks_too_fast_is_told_to_wait_and_others_are_not(settings, people):
    slow = settings.model_copy(update={"requests_per_second": 0.5})
    fast, other = bearer(settings, "rita", Right.LIST), bearer(settings, "root", Right.LIST)
    with TestClient(create_app(slow), base_url="http://127.0.0.1") as client:
        answers = [client.get(f"{V1}/me", headers=fast) for _ in range(6)]
        assert [a.status_code for a in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert answers[-1].headers["content-type"] == "application/problem+json"
        assert client.get(f"{V1}/me", headers=other).status_code == 200


# --- every route says who may call it -----------------------------------------------------


def test_an_application_with_a_route_that_declares_no_right_is_not_built(settings):
    from fastapi import APIRouter

    from qa.api.identity import check_routes

    app = create_app(settings)
    check_routes(app)
    bare = APIRouter()
    bare.add_api_route("/forgotten", lambda: "everything", methods=["GET"])
    app.include_router(bare)
    with pytest.raises(RuntimeError, match="/forgotten"):
        check_routes(app)
    app.state.store.close()


# --- the command line ----------------------------------------------------------------------


def test_accounts_are_made_and_changed_at_the_command_line(qa, settings):
    from typer.testing import CliRunner

    from qa.cli.app import app as command

    def with_password(*args):
        return CliRunner().invoke(command, args, input=f"{SECRET}\n")

    assert with_password("user", "add", "root", "--role", "administrator").exit_code == 0
    unclear = with_password("user", "add", "rita", "--role", "reviewer")
    assert unclear.exit_code == 2
    assert "--everywhere" in unclear.output
    made = with_password("user", "add", "rita", "--role", "reviewer", "--team", "north")
    assert "rita is reviewer of team north." in made.output
    qa("user", "roles", "rita", "--role", "trainer", "--everywhere", "--more")
    listed = qa("user", "list").output
    assert "reviewer of team north, trainer" in listed
    assert SECRET not in listed
    secret = qa("token", "create", "rita", "--scope", "read").stdout.strip()
    assert secret.startswith("qa_")
    assert secret not in qa("token", "list", "--json").output
    qa("user", "disable", "rita")
    qa("user", "disable", "root", code=2)
    with open_store(settings) as store:
        assert store.sessions.bearer(secret) is None
