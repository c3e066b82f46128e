"""Search and lookup as pages, API and commands; what is typed is shown nowhere it should not."""

import json

import pytest

from qa.records import Metadata
from qa.testing import make_call, make_chat

NUMBER = "+12025550143"


@pytest.fixture
def called(client):
    """A call of somebody whose number is known, and one of somebody else's."""
    store = client.app.state.store
    for name, number in (("theirs", "001 (202) 555-0143"), ("others", "+12025550144")):
        call = make_call(id=name, uri=f"{name}.wav", metadata=Metadata(ticket=f"K-{name}"))
        store.register(call.model_copy(update={"caller": number}), ["front-desk"])
    return store


def test_what_was_found_is_marked_and_leads_to_its_turn(browser_like):
    page = browser_like.get("/search", params={"q": "charges"}).text
    assert "<mark>charged</mark> twice" in page
    assert 'href="/conversations/refund#t1"' in page
    assert "quarrel" not in page


def test_the_page_shows_what_was_typed_and_said_as_text(browser_like):
    store = browser_like.app.state.store
    from qa.records import Heard
    from qa.testing import make_safe, make_turns

    lines = [("customer", "<script>alert(1)</script> hello")]
    store.register(make_chat(lines, id="evil"), [])
    safe = make_safe(lines, id="evil", language="en")
    store.save_heard("evil", Heard(turns=make_turns(lines), safe=safe, provenance=()))
    page = browser_like.get("/search", params={"q": '<b>"alert" hello'}).text
    assert "&lt;b&gt;" in page
    page = browser_like.get("/search", params={"q": "alert hello"}).text
    assert "&lt;script&gt;<mark>alert</mark>(1)" in page
    assert "<script>alert" not in page


def test_the_api_and_the_command_find_the_same(client, qa):
    found = client.get("/api/v1/search", params={"q": "заказы"}).json()["items"]
    assert [f["summary"]["id"] for f in found] == ["order-chat"]
    assert (
        json.loads(qa("search", "заказы", "--json").stdout)["items"][0]["hits"]
        == (found[0]["hits"])
    )
    assert client.get("/api/v1/search").status_code == 422
    said = qa("search", "charge", "card").stdout
    assert said.startswith("refund  refund.wav  2026-03-01 09:30\n  customer 00:05: ")
    assert "I was [charged] twice" in said


def test_a_caller_is_found_in_any_spelling_and_shown_in_none(called, browser_like):
    page = browser_like.post("/search/caller", data={"caller": " 1-202-555-0143 "})
    assert "others.wav" not in page.text
    page = browser_like.post("/search/caller", data={"caller": NUMBER})
    assert "theirs.wav" in page.text
    assert "5550143" not in page.text
    found = browser_like.post("/api/v1/lookup", json={"caller": NUMBER})
    assert [c["id"] for c in found.json()["items"]] == ["theirs"]
    assert "caller" not in found.text
    refused = browser_like.post("/api/v1/lookup", json={"caller": "x"})
    assert refused.status_code == 422


def test_a_callers_number_is_in_no_table(called, settings):
    kept = b"".join(path.read_bytes() for path in settings.data.glob("qa.db*"))
    assert b"theirs.wav" in kept
    for spelled in (b"5550143", b"555-0143"):
        assert spelled not in kept


def test_commands_look_up_by_caller_and_ticket(called, qa):
    from typer.testing import CliRunner

    from qa.cli.app import app

    def ids(text):
        return [c["id"] for c in json.loads(text)["items"]]

    assert ids(qa("list", "--caller", NUMBER, "--json").stdout) == ["theirs"]
    assert ids(qa("list", "--ticket", "K-others", "--json").stdout) == ["others"]
    asked = CliRunner().invoke(app, ["list", "--caller", "-", "--json"], input=f"{NUMBER}\n")
    assert ids(asked.stdout) == ["theirs"]
    assert NUMBER not in asked.output
    assert "neither a number" in qa("list", "--caller", "x", code=2).output


def test_a_recorders_name_tells_whose_call_it_is(client, settings, tmp_path):
    from qa.importers import find

    file = tmp_path / "q-600-2025550143-20261103-164502-1793724302.118.txt"
    file.write_text("Agent: Hello.\nCustomer: Hello.\n", encoding="utf-8")
    audio = tmp_path / "out-2025550143-600-20261103-164502-1793724302.119.wav"
    from qa.importers.names import caller_of

    assert caller_of(file) == caller_of(audio) == "2025550143"
    assert [c.caller for c in find([file], settings)] == [None]  # a text has no recorder's name
