"""A morning's report reaches people: by mail, by webhook, and says so where it does not."""

from __future__ import annotations

import json
import socketserver
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from qa.errors import SettingsError
from qa.jobs import telling
from qa.settings import Recipient, Settings
from qa.store.morning import Alarm, Low, Morning
from qa.store.standing import Failed

QUIET = Morning(
    since=datetime(2026, 3, 9, 6, tzinfo=UTC),
    until=datetime(2026, 3, 10, 6, tzinfo=UTC),
    team="",
    calls=40,
    texts=2,
    scored=39,
    seconds=9000.0,
    failed=1,
    reasons=(Failed(reason="the file is empty.", count=1),),
    waiting=3,
    passed_over=2,
    criticals=("c-1",),
    humans=4,
    lowest=(Low(conversation="c-2", agent="Dana", card="tiny", total=12.5),),
    alarms=(),
)
LOUD = QUIET.model_copy(update={"alarms": (Alarm(kind="volume", text="1 came in."),)})


@pytest.fixture
def mail_server():
    """A mail server that takes everything, and what it was given."""
    taken: list[str] = []

    class Session(socketserver.StreamRequestHandler):
        def handle(self):
            self.wfile.write(b"220 here\r\n")
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    lines = iter(self.rfile.readline, b".\r\n")
                    taken.append(b"".join(lines).decode())
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
                if word == b"QUIT":
                    return

    with socketserver.TCPServer(("127.0.0.1", 0), Session) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1], taken
        server.shutdown()
        thread.join()


@pytest.fixture
def webhook():
    taken: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            taken.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(500 if self.path.startswith("/broken") else 204)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", taken
        server.shutdown()
        thread.join()


def settings(port: int = 25) -> Settings:
    return Settings(
        public_url="https://qa.example.org/",
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_tls=False,
        smtp_from="qa@example.org",
    )


def test_it_reads_as_text_with_links_and_the_alarms_first():
    text = telling.as_text(LOUD, settings())
    assert text.splitlines()[2] == "! 1 came in."
    assert "Came in: 40 calls, 2 chats and mails." in text
    assert "Wait: 3, 2 of them left over by a deadline." in text
    assert "https://qa.example.org/conversations/c-1" in text
    assert "12.5  Dana, tiny: https://qa.example.org/conversations/c-2" in text
    assert "/conversations/" not in telling.as_text(LOUD, Settings())


def test_a_mail_holds_the_text_and_says_in_its_subject_that_something_is_wrong(mail_server):
    port, taken = mail_server
    recipient = Recipient(mail="boss@example.org")
    assert telling.tell(QUIET, recipient, settings(port))
    assert telling.tell(LOUD, recipient, settings(port))
    quiet, loud = taken
    assert "To: boss@example.org" in quiet
    assert ("ALARM" in quiet, "Subject: ALARM:" in loud) == (False, True)
    assert "Need a human: 1 suspected critical, 4 others." in quiet


def test_a_webhook_is_sent_the_same_as_json(webhook):
    address, taken = webhook
    assert telling.tell(QUIET, Recipient(webhook=f"{address}/night"), settings())
    assert (taken[0]["scored"], taken[0]["lowest"][0]["total"]) == (39, 12.5)
    assert taken[0]["text"] == telling.as_text(QUIET, settings())


def test_who_wants_alarms_alone_is_left_in_peace_on_other_mornings(webhook):
    address, taken = webhook
    calm = Recipient(webhook=address, alarms_only=True)
    assert not telling.tell(QUIET, calm, settings())
    assert taken == []
    assert telling.tell(LOUD, calm, settings())


def test_what_does_not_take_it_is_named_without_its_secrets(webhook):
    address, _ = webhook
    with pytest.raises(telling.NotTold) as refused:
        telling.tell(QUIET, Recipient(webhook=f"{address}/broken?token=lamp"), settings())
    assert "127.0.0.1" in str(refused.value)
    assert "lamp" not in str(refused.value)
    with pytest.raises(telling.NotTold, match="did not take the report for boss"):
        telling.tell(QUIET, Recipient(mail="boss@example.org"), settings(1))
    with pytest.raises(SettingsError, match="no mail server"):
        telling.tell(QUIET, Recipient(mail="boss@example.org"), Settings())
