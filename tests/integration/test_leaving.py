"""Kinds per queue: what is stored may be left as it was said, what leaves the house is not."""

import csv
import io
import json

import pytest

from tests.integration.conftest import CHAT

PHONE, MAIL = "555-010-9999", "anna.reed@example.com"
RULE = {"queue": "claims", "leave": ["PHONE", "EMAIL"], "exports_leave": ["EMAIL"]}


@pytest.fixture
def done(qa, tmp_path, monkeypatch):
    """The same chat in two queues, processed; `id` by queue."""
    monkeypatch.setenv("QA_REDACTION", json.dumps([RULE]))
    folder = tmp_path / "chats"
    folder.mkdir()
    for queue in ("claims", "sales"):
        chat = json.loads(json.dumps(CHAT)) | {"metadata": {"queue": queue}}
        greeting = f"Hello, how can I help? Is {PHONE} your number and {MAIL} your e-mail?"
        chat["messages"][0]["text"] = f"{greeting} This is {queue}."
        (folder / f"{queue}.json").write_text(json.dumps(chat), encoding="utf-8")
    qa("run", folder)
    listed = json.loads(qa("list", "--json").stdout)["items"]
    return {one["queue"]: one["id"] for one in listed}


def text_of(qa, id):
    return json.dumps(json.loads(qa("show", id, "--json").stdout), ensure_ascii=False)


def test_what_a_queue_leaves_is_stored_and_exported_only_where_the_export_leaves_it(qa, done):
    claims, sales = text_of(qa, done["claims"]), text_of(qa, done["sales"])
    assert PHONE in claims
    assert MAIL in claims
    assert PHONE not in sales
    assert MAIL not in sales
    for name in ("jsonl", "vcon"):
        out = qa("export", name, "--id", done["claims"]).stdout
        assert MAIL in out
        assert "[PHONE]" in out
        assert PHONE not in out
    # quotes hide as much as the text
    options = ["--what", "findings", "--id", done["claims"]]
    rows = list(csv.DictReader(io.StringIO(qa("export", "csv", *options).stdout, newline="")))
    quotes = " ".join(row["quote"] for row in rows)
    assert quotes
    assert PHONE not in quotes
