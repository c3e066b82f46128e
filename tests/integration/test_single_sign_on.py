"""Single sign-on: against a real provider in a process of its own, and against one that lies."""

import json
import re
import socket
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from starlette.testclient import TestClient

from qa.access import Grant, UserRole
from qa.api import create_app
from qa.store import open_store

PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin"}
CLIENT = "callcenter-qa"


def desk_for(settings, issuer):
    given = {
        "oidc_issuer": issuer,
        "oidc_client_id": CLIENT,
        "oidc_label": "Acme",
        "oidc_client_secret": "s",
    }
    app = create_app(type(settings)(**settings.model_dump() | given))
    return TestClient(app, base_url="http://127.0.0.1", follow_redirects=False, headers=PAGE)


@pytest.fixture
def people(settings):
    with open_store(settings) as store:
        admin = [Grant(UserRole.ADMINISTRATOR)]
        store.accounts.add("rita@example.org", grants=admin, who="test")


# --- a real provider ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider():
    """The address of a provider that runs in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--host", "localhost"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    issuer = f"http://localhost:{port}"
    try:
        for _ in range(300):
            try:
                httpx.get(f"{issuer}/jwks", timeout=1)
                break
            except httpx.HTTPError:
                assert process.poll() is None
                time.sleep(0.1)
        yield issuer
    finally:
        process.terminate()
        process.wait(10)


def at_the_provider(address, subject, **claims):
    """Log in there as somebody; return where the provider sends the browser."""
    issuer = address.partition("/oauth2")[0]
    if claims:
        httpx.put(f"{issuer}/users/{subject}", json=claims).raise_for_status()
    answer = httpx.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["location"])
    return f"{back.path}?{back.query}"


def test_who_the_provider_vouches_for_is_logged_in_and_led_on(settings, people, provider):
    with desk_for(settings, provider) as desk:
        door = desk.get("/login?next=/scorecards")
        leave = re.search(r'href="(/login/sso[^"]*)"', door.text)[1]
        away = desk.get(leave)
        asked = dict(parse_qsl(urlsplit(away.headers["location"]).query))
        assert asked["code_challenge_method"] == "S256"
        assert asked["redirect_uri"] == "http://127.0.0.1/login/sso/back"
        known = {"email": "rita@example.org", "email_verified": True}
        back = at_the_provider(away.headers["location"], "u-17", **known)
        arrived = desk.get(back)
        assert (arrived.status_code, arrived.headers["location"]) == (303, "/scorecards")
        assert desk.get("/api/v1/me").json()["name"] == "rita@example.org"

        # From now on the subject counts, whatever the address.
        desk.cookies.clear()
        httpx.put(f"{provider}/users/u-17", json={"email": "other@example.org"})
        back = at_the_provider(desk.get("/login/sso").headers["location"], "u-17")
        assert desk.get(back).status_code == 303

        # Used once, it is worth nothing: neither here nor at the provider.
        desk.cookies.clear()
        assert desk.get(back).status_code == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "rita@example.org"},
        {"email": "rita@example.org", "email_verified": False},
        {"email": "stranger@example.org", "email_verified": True},
    ],
)
def test_who_has_no_account_here_is_told_so(settings, people, provider, claims):
    with desk_for(settings, provider) as desk:
        away = desk.get("/login/sso").headers["location"]
        refused = desk.get(at_the_provider(away, f"u-{len(claims)}{claims['email'][:1]}", **claims))
        assert refused.status_code == 403
        assert "have no account here" in refused.text
        assert desk.get("/api/v1/me").status_code == 401


def test_a_log_in_that_another_browser_began_is_refused(settings, people, provider):
    with desk_for(settings, provider) as desk:
        known = {"email": "rita@example.org", "email_verified": True}
        away = desk.get("/login/sso").headers["location"]
        foreign = at_the_provider(away, "u-17", **known)
        desk.cookies.clear()
        assert desk.get(foreign).status_code == 403
        desk.get("/login/sso")
        assert desk.get(foreign).status_code == 403
        assert desk.get("/login/sso/back?error=access_denied&state=x").status_code == 403


# --- a provider that lies ------------------------------------------------------------------

GOOD, FOREIGN = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("ours", "foreign"))


class Liar(BaseHTTPRequestHandler):
    """Answers with whatever ID token a test wants."""

    def do_GET(self):
        issuer = self.server.issuer
        if self.path == "/jwks":
            self.server.keys_given += 1
            self._say(KeySet([GOOD]).as_dict(private=False))
        else:
            self._say(
                {
                    "issuer": self.server.calls_itself or issuer,
                    "authorization_endpoint": f"{issuer}/authorize",
                    "token_endpoint": f"{issuer}/token",
                    "jwks_uri": f"{issuer}/jwks",
                }
            )

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.server.asked = {k: v[0] for k, v in parse_qs(body).items()}
        self._say({"access_token": "x", "token_type": "Bearer", "id_token": self.server.token})

    def _say(self, value):
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def liar():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Liar)
    server.issuer, server.calls_itself = f"http://127.0.0.1:{server.server_port}", ""
    server.keys_given = 0
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def arrive(desk, liar, *, key=GOOD, alg="RS256", kid="ours", **changed):
    """Come back from the provider with an ID token that is changed in some way."""
    asked = dict(parse_qsl(urlsplit(desk.get("/login/sso").headers["location"]).query))
    now = int(time.time())
    claims = {
        "iss": liar.issuer, "aud": CLIENT, "sub": "u-1", "iat": now, "exp": now + 300,
        "nonce": asked["nonce"], "email": "rita@example.org", "email_verified": True,
    }  # fmt: skip
    claims = {k: v for k, v in (claims | changed).items() if v is not None}
    liar.token = jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])
    answer = desk.get(f"/login/sso/back?code=c&state={asked['state']}")
    challenge = create_s256_code_challenge(liar.asked["code_verifier"])
    assert challenge == asked["code_challenge"]
    return answer


def test_an_honest_answer_of_it_is_taken(settings, people, liar):
    with desk_for(settings, liar.issuer) as desk:
        assert arrive(desk, liar).status_code == 303


@pytest.mark.parametrize(
    "lie",
    [
        {"exp": 1_700_000_000, "iat": 1_699_999_000},
        {"nonce": "of another log-in"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": None},
        {"iss": "https://evil.example"},
        {"sub": None},
        {"key": FOREIGN},
        {"key": FOREIGN, "kid": "foreign"},
        {"iat": 4_000_000_000, "exp": 4_000_000_300},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    ],
    ids=" ".join,
)
def test_a_token_that_is_expired_forged_foreign_or_replayed_is_refused(settings, people, liar, lie):
    with desk_for(settings, liar.issuer) as desk:
        refused = arrive(desk, liar, **lie)
        assert refused.status_code == 403
        assert "cannot be believed" in refused.text
        assert desk.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("token", ["", "x.y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTEifQ."])
def test_a_token_without_a_signature_is_refused(settings, people, liar, token):
    with desk_for(settings, liar.issuer) as desk:
        state = dict(parse_qsl(urlsplit(desk.get("/login/sso").headers["location"]).query))["state"]
        liar.token = token
        assert desk.get(f"/login/sso/back?code=c&state={state}").status_code == 403


def test_keys_that_nobody_knows_do_not_make_us_ask_the_provider_each_time(settings, people, liar):
    now = 0.0
    with desk_for(settings, liar.issuer) as desk:
        desk.app.state.provider._clock = lambda: now
        for _ in range(3):
            assert arrive(desk, liar, key=FOREIGN, kid="foreign").status_code == 403
        assert liar.keys_given == 1
        now = 61.0  # a minute later the provider may have changed them
        for _ in range(3):
            assert arrive(desk, liar, key=FOREIGN, kid="foreign").status_code == 403
        assert liar.keys_given == 2
        assert arrive(desk, liar).status_code == 303


def test_a_provider_that_calls_itself_something_else_is_refused(settings, people, liar):
    liar.calls_itself = "https://evil.example"
    with desk_for(settings, liar.issuer) as desk:
        assert desk.get("/login/sso").status_code == 503


def test_while_the_provider_is_down_people_are_told_and_passwords_work(settings, people):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
        with desk_for(settings, nobody) as desk:
            answer = desk.get("/login/sso")
            assert answer.status_code == 503
            assert "log in with a password" in answer.text
            assert desk.get("/login").status_code == 200


def test_without_a_provider_nothing_is_offered(settings, people):
    with TestClient(create_app(settings), base_url="http://127.0.0.1", headers=PAGE) as desk:
        assert "/login/sso" not in desk.get("/login").text
        assert desk.get("/login/sso").status_code == 404
