"""Conversations of odd sizes and with odd names: every page shows them, as text."""

import csv
import io
import re
from html import unescape
from urllib.parse import quote

import pytest

from qa.records import Party, Role
from qa.scoring import judge, load_scorecard
from qa.store import name_worker, open_store
from qa.testing import make_chat, make_safe

SCRIPT = "<script>alert('x')</script>"
ITEMS = 200
V1 = "/api/v1"


def card_of(items):
    """Return a card of so many items of one section."""
    lines = "".join(
        f"      - id: item_{n}\n        ask: Was word {n} said?\n        any: [word{n}]\n"
        for n in range(items)
    )
    text = (
        "scorecard: front-desk\nversion: 3\ntitle: Front desk\nlanguages: [en]\npass_mark: 80\n"
        f"sections:\n  - id: only\n    title: Only\n    weight: 100\n    items:\n{lines}"
    )
    return load_scorecard(text, name="front-desk")


def hear(seeding, settings, name, lines, *, card=None):
    """Do what a worker does; without a card nothing is found."""
    with open_store(settings) as store:
        taken = make_chat(lines, id=name, metadata=seeding._meta(8, "Dana"))
        store.register(taken, ["front-desk"])
        job = store.claim(name_worker(), lease_s=60, only=[name])
        safe = make_safe(lines, id=name, channel=taken.channel, metadata=taken.metadata)
        store.save_heard(name, seeding._heard(safe))
        if card is not None:
            store.save_assessments(name, card, judge(safe, card))
        store.finish(job)


def shown(client, path):
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200
    return answer.text


def test_a_card_of_200_items_is_shown_whole_and_each_can_be_decided(client, seeding, settings):
    hear(seeding, settings, "many", [("agent", "word7", 0.0)], card=card_of(ITEMS))
    page = shown(client, "/conversations/many")
    assert all(f"Was word {n} said?" in page for n in (0, 7, ITEMS - 1))
    ids = re.findall(r'id="(a0i\d+)"', page)
    assert len(set(ids)) == ITEMS
    given = {
        "scorecard": "front-desk", "item": f"item_{ITEMS - 1}", "verdict": "pass", "party": "agent",
    }  # fmt: skip
    site = {"sec-fetch-site": "same-origin"}
    answer = client.post("/conversations/many/override", data=given, headers=site)
    assert answer.status_code == 200
    with open_store(settings) as store:
        assert len(store.assessments("many")[0].overrides) == 1


def test_a_conversation_without_any_finding_is_read_and_says_that_there_is_no_score(
    client, seeding, settings
):
    hear(seeding, settings, "bare", [("agent", "Hello.", 0.0), ("customer", "Hi.", 5.0)])
    page = shown(client, "/conversations/bare")
    assert "There is no score." in page
    assert "Hello." in page
    assert "bare" in shown(client, "/conversations")
    assert client.get("/api/v1/conversations/bare/assessments").json() is not None


@pytest.mark.parametrize("said", ["Yes", "Да", "🙂", "-"])
def test_a_conversation_of_one_word_has_a_page(client, seeding, settings, said):
    hear(seeding, settings, "word", [("customer", said, 0.0)], card=seeding.card())
    page = unescape(shown(client, "/conversations/word"))
    assert said in page
    assert client.get("/api/v1/conversations/word").json()["conversation"]["turns"]


def hear_odd(seeding, settings, odd):
    """Take in a conversation whose names all are that text, past every importer."""
    parties = (
        Party(id="agent", role=Role.AGENT, name=odd, agent_id=odd),
        Party(id="customer", role=Role.CUSTOMER),
    )
    lines = [("agent", f"Hello {odd}", 0.0), ("customer", f'"><img src=x {odd}', 5.0)]
    with open_store(settings) as store:
        meta = seeding._meta(8, "Dana").model_copy(
            update={"agent_name": odd, "agent_id": odd, "team": odd, "queue": odd}
        )
        taken = make_chat(lines, id="nasty", metadata=meta)
        taken = taken.model_copy(update={"external_id": odd, "source": f"{odd}.json"})
        store.register(taken, ["front-desk"])
        job = store.claim(name_worker(), lease_s=60, only=["nasty"])
        safe = make_safe(lines, id="nasty", channel=taken.channel, metadata=meta, parties=parties)
        store.save_heard("nasty", seeding._heard(safe))
        store.save_assessments("nasty", seeding.card(), judge(safe, seeding.card()))
        store.finish(job)


def test_scripts_in_names_and_messages_are_text_on_every_page(client, seeding, settings):
    hear_odd(seeding, settings, SCRIPT)
    site = {"sec-fetch-site": "same-origin"}
    client.post("/conversations/nasty/comment", data={"place": "1", "text": SCRIPT}, headers=site)
    paths = ["/conversations/nasty", "/conversations", "/inbox", "/search?q=hello", "/figures",
             "/samples", "/examples", "/people/roster", "/upload/progress?id=nasty"]  # fmt: skip
    for path in paths:
        page = shown(client, path)
        assert "<script>alert" not in page, path
        assert "<img src=x" not in page, path
    assert unescape(shown(client, "/conversations/nasty")).count(SCRIPT) >= 4


@pytest.mark.parametrize("line", ["\r\nset-cookie: a=b\r\n\r\n", "\n", "=1+1\r\n", "\x1b[2J\x85"])
def test_a_name_of_several_lines_is_no_header_row_or_log_line(
    client, seeding, settings, caplog, line
):
    odd = f"{line}=HYPERLINK(1)"
    hear_odd(seeding, settings, odd)
    name = quote(odd, safe="")
    paths = [
        "/conversations/nasty", f"/conversations/{name}", f"/conversations?agent={name}",
        f"/figures/agents/{name}", f"/nowhere/{name}", f"/login?next=/{name}",
        f"{V1}/conversations/nasty", f"{V1}/conversations/{name}", f"{V1}/agents/{name}/file",
        f"{V1}/exports/xlsx", f"{V1}/figures/agents/{name}",
    ]  # fmt: skip
    for path in paths:
        answer = client.get(path, headers={"accept": "text/html"}, follow_redirects=False)
        assert answer.status_code < 500, path
        assert all(value.isprintable() for value in answer.headers.values()), path
        assert "a=b" not in answer.headers.get("set-cookie", ""), path
    assert all(record.getMessage().isprintable() for record in caplog.records)
    head, *rows = csv.reader(io.StringIO(client.get(f"{V1}/exports/csv").text, newline=""))
    assert len(rows) == len(client.get(f"{V1}/conversations?limit=100").json()["items"])
    assert {len(row) for row in rows} == {len(head)}
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "\r", "\n"))]
    assert any(f"'{odd}" in row for row in rows) is odd.startswith(("=", "\r", "\n"))
