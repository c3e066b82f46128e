"""What every answer says to browsers: of every route, of files, and of every kind of refusal."""

import re

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from qa.access import Grant, UserRole
from qa.api import create_app
from qa.api.bodies import LARGEST
from qa.api.security import HEADERS
from qa.settings import Settings
from qa.store import open_store

V1 = "/api/v1"
TLS = {"public_url": "https://qa.example.org"}


def assert_marked(answer, where):
    for name, value in HEADERS.items():
        assert answer.headers[name] == value, where
    policy = dict(
        each.strip().split(" ", 1) for each in answer.headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    # No script but files of ours: neither written into a page nor made from text.
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"], where
    # What people said is kept by no browser and no proxy.
    if not where.startswith("/static/"):
        kept = answer.headers["cache-control"]
        assert kept in {"no-store", "private, no-cache"} or kept.startswith("private"), where


def test_every_route_marks_its_answers(client):
    asked = 0
    for route in iter_route_contexts(client.app.routes):
        for method in sorted(getattr(route, "methods", None) or ()):
            about = "front-desk" if "/scorecards/{id}" in route.path else "refund"
            path = re.sub(r"\{id\}", about, route.path).replace("{format}", "csv")
            path = re.sub(r"\{\w+\}", "1", path)
            answer = client.request(method, path, follow_redirects=False)
            assert_marked(answer, f"{method} {path}")
            assert "server" not in answer.headers
            asked += 1
    assert asked > 150


@pytest.mark.parametrize(
    ("status", "method", "path", "sent"),
    [
        (404, "GET", "/no-such-page", {}),
        (405, "DELETE", f"{V1}/health", {}),
        (401, "GET", f"{V1}/me", {"headers": {"authorization": "Bearer qa_forged"}}),
        (403, "POST", "/logout", {"headers": {"sec-fetch-site": "cross-site"}}),
        (413, "POST", f"{V1}/lookup", {"content": bytes(LARGEST + 1)}),
        (413, "POST", f"{V1}/lookup", {"content": iter([bytes(LARGEST)] * 3)}),
        (421, "GET", "/", {"headers": {"host": "evil.example"}}),
        (422, "GET", f"{V1}/conversations?limit=many", {}),
    ],
)
def test_every_refusal_is_marked_and_is_a_problem(client, status, method, path, sent):
    answer = client.request(method, path, **sent)
    assert answer.status_code == status
    assert_marked(answer, path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_who_asks_too_fast_is_told_so_with_the_same_marks(settings):
    slow = settings.model_copy(update={"requests_per_second": 0.1})
    with TestClient(create_app(slow), base_url="http://127.0.0.1") as client:
        answers = [client.get(f"{V1}/health") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert_marked(answers[-1], V1)


def test_by_tls_browsers_come_back_by_tls_alone(settings, client):
    assert "strict-transport-security" not in client.get("/").headers
    with open_store(settings) as store:
        store.accounts.add("root", grants=[Grant(UserRole.ADMINISTRATOR)], who="test")
    with TestClient(
        create_app(Settings(**settings.model_dump() | TLS)), base_url="https://qa.example.org"
    ) as tls:
        for path in ("/login", "/no-such-page", "/static/icon.svg"):
            assert "max-age=31536000" in tls.get(path).headers["strict-transport-security"]


def test_no_page_has_scripts_or_styles_that_the_policy_would_not_let_run(browser_like):
    for path in ("/", "/conversations", "/conversations/refund", "/inbox", "/search?q=charged",
                 "/upload", "/samples", "/figures", "/examples", "/scorecards", "/people",
                 "/account", "/login"):  # fmt: skip
        page = browser_like.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page), path
        assert not re.search(r"<[^>]+\son\w+\s*=", page), path
        assert not re.search(r"javascript:|hx-on|hx-vals=.js:", page), path


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_error_in_any_kind_of_route_says_nothing_of_what_it_holds(
    settings, monkeypatch, caplog, capfd, method
):
    from qa.store.accounts import Accounts

    said = "4111 1111 1111 1111"

    def fail(*_, **__):
        raise RuntimeError(said)

    with TestClient(
        create_app(settings), base_url="http://127.0.0.1", raise_server_exceptions=False
    ) as client:
        monkeypatch.setattr(Accounts, "any", fail)
        for path in (f"{V1}/me", "/", "/conversations/refund", f"{V1}/exports/csv", "/account"):
            for accept in ("text/html", "application/json"):
                answer = client.request(method, path, headers={"accept": accept})
                assert answer.status_code in {405, 500}
                assert said not in answer.text
                assert "RuntimeError" not in answer.text
                assert_marked(answer, path)
    assert said not in caplog.text + "".join(capfd.readouterr())
    assert "unforeseen RuntimeError at" in caplog.text or method == "POST"
