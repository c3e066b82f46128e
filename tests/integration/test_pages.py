"""The pages as a browser without JavaScript meets them: addresses, forms, redirects."""

import re
from html.parser import HTMLParser

import pytest


class Page(HTMLParser):
    """What a page holds: text, links, forms with their fields, ids."""

    def __init__(self, html):
        super().__init__()
        self.html, self.text, self.links, self.forms, self.ids = html, "", [], [], []
        self.labels, self.controls, self.nodes = set(), [], []
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.nodes.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given.get("href"))
        if tag == "form":
            self.forms.append({"action": given.get("action", ""), "fields": {}})
        if tag == "label":
            self.labels.add(given["for"])
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.controls.append(given)
        if tag == "input" and self.forms and given.get("type") == "hidden":
            self.forms[-1]["fields"][given["name"]] = given["value"]

    def handle_data(self, data):
        self.text += data

    def all(self, tag, **wanted):
        return [a for t, a in self.nodes if t == tag and wanted.items() <= a.items()]


def show(client, path, status=200):
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    return Page(answer.text)


def form(page, *, item, verb):
    """Return the first form of an item that leads to a verb."""
    return next(
        f
        for f in page.forms
        if f["action"].endswith(f"/{verb}") and f["fields"].get("item") == item
    )


def test_the_list_names_every_conversation_with_what_came_of_it(client):
    page = show(client, "/conversations")
    for name in ("refund.wav", "quarrel.wav", "order-chat.json", "voicemail.wav", "broken.wav"):
        assert name in page.text
    assert "Not scored: voicemail" in page.text
    assert "calls/broken.wav: not audio." in page.text
    assert "anything else" in page.text


def test_suspected_criticals_stand_above_everything(client):
    text = show(client, "/").text
    assert text.index("A critical fail is suspected") < text.index("quarrel.wav")
    assert text.index("quarrel.wav") < text.index("Needs a human")
    assert "Confirm or dismiss: no insult" in text


def test_a_filter_keeps_what_it_was_given_and_says_when_nothing_fits(client):
    page = show(client, "/conversations?agent=Nobody&channel=&state=&since=&max_score=")
    assert "No conversation fits" in page.text
    assert page.all("input", name="agent", value="Nobody")


def test_a_long_list_goes_on_and_keeps_its_filter(client):
    page = show(client, "/conversations?project=retail&limit=2")
    (older,) = [h for h in page.links if "after=" in (h or "")]
    assert "project=retail" in older
    assert "limit=2" in older
    assert "fresh.wav" not in show(client, older).text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/inbox?group=human",
        "/samples",
        "/conversations?state=done",
        "/conversations/refund",
        "/scorecards",
    ],
)
def test_every_page_has_its_data_as_json(client, path):
    page = show(client, path)
    twins = [h for h in page.links if (h or "").startswith("/api/v1/")]
    assert twins
    for twin in twins:
        if not twin.partition("#")[0].endswith("/audio"):
            assert client.get(twin).headers["content-type"] == "application/json", twin


def test_an_empty_store_says_what_to_do_first(seeding, tmp_path):
    from starlette.testclient import TestClient

    from qa.api import create_app

    app = create_app(seeding.settings_for(tmp_path))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert "qa run" in show(client, "/").text


def test_evidence_leads_to_its_second_even_without_a_script(client):
    page = show(client, "/conversations/refund")
    plays = [a for a in page.all("a") if "data-chip" in a]
    greeting = next(a for a in plays if a["data-kind"] == "hit")
    assert greeting["href"] == "/api/v1/conversations/refund/audio#t=0.00"
    window = [a for a in plays if a["data-kind"] == "window"]
    assert ("31.0", "6", "10") in [(a["data-play"], a["data-turn"], a["data-last"]) for a in window]
    assert "nearest:" in page.text


def test_every_link_within_the_page_leads_somewhere(client):
    page = show(client, "/conversations/refund")
    within = {h[1:] for h in page.links if h and h.startswith("#")}
    assert within
    assert within <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_the_words_of_a_quote_are_marked_for_its_chip(client):
    page = show(client, "/conversations/refund")
    chips = {a["data-chip"] for a in page.all("a") if "data-chip" in a}
    marked = {m for a in page.all("mark") for m in a["data-marks"].split()}
    assert marked
    assert marked <= chips
    assert ">Good morning</mark>" in page.html


def test_what_is_hidden_is_shown_as_hidden(client):
    assert 'title="Hidden: card number">[CARD_NUMBER]</span>' in show(
        client, "/conversations/refund"
    ).html.replace("\n", "")


def test_a_chat_has_no_player_and_is_shown_in_its_language(client):
    page = show(client, "/conversations/order-chat")
    assert not page.all("audio")
    assert page.all("p", lang="ru")


def test_a_verdict_is_given_with_a_form_and_both_stand_beside_each_other(client):
    page = show(client, "/conversations/refund")
    given = form(page, item="anything_else", verb="override")
    fields = given["fields"] | {"verdict": "pass", "comment": "In <b>other</b> words."}
    answer = client.post(given["action"], data=fields, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/conversations/refund#{fields['at']}"
    page = show(client, "/conversations/refund")
    assert 'aria-label="Score 60"' in page.html
    assert "Machine alone: 40" in page.text
    assert "decided anything_else: Pass" in page.text
    assert "scored anything_else: Fail" in page.text
    assert "In &lt;b&gt;other&lt;/b&gt; words." in page.html


def test_a_partial_verdict_is_a_share_in_percent(client):
    page = show(client, "/conversations/refund")
    given = form(page, item="anything_else", verb="override")
    client.post(given["action"], data=given["fields"] | {"verdict": "partial", "share": "25"})
    assert "Partly, 25 %" in show(client, "/conversations/refund").text


def test_agreeing_confirms_the_machine_s_own_verdict(client):
    page = show(client, "/conversations/quarrel")
    agree = form(page, item="no_insult", verb="override")
    assert agree["fields"]["verdict"] == "fail"
    assert "Confirm the critical fail" in page.text
    client.post(agree["action"], data=agree["fields"])
    page = show(client, "/conversations/quarrel")
    assert "Critical confirmed" in page.text
    assert 'aria-label="Score 0"' in page.html


def test_one_form_agrees_with_all_that_nobody_has_looked_at(client):
    page = show(client, "/conversations/refund")
    given = form(page, item="sorry", verb="override")
    client.post(given["action"], data=given["fields"] | {"verdict": "pass"})
    rest = next(f for f in show(client, "/conversations/refund").forms if "agree" in f["action"])
    client.post(rest["action"], data=rest["fields"])
    (found,) = client.get("/api/v1/conversations/refund/assessments").json()["items"]
    humans = {o["item"]: o["verdict"] for o in found["overrides"]}
    machine = {f["item"]: f["verdict"] for f in found["assessment"]["findings"]}
    assert humans == machine | {"sorry": "pass"}
    assert not [f for f in show(client, "/conversations/refund").forms if "agree" in f["action"]]


def test_a_script_is_answered_with_the_scores_alone(client):
    page = show(client, "/conversations/refund")
    given = form(page, item="sorry", verb="override")
    answer = client.post(
        given["action"], data=given["fields"], headers={"hx-request-type": "partial"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert Page(answer.text).all("div", id="cards")


def test_a_part_of_a_transcript_can_be_had_alone_and_an_unknown_one_is_not_there(client):
    part = show(client, "/conversations/refund/parts/0")
    assert part.all("ol", id="p0")
    assert "Good morning" in part.text
    show(client, "/conversations/refund/parts/7", status=404)


def test_a_verdict_is_undone_with_a_form(client):
    page = show(client, "/conversations/refund")
    agree = form(page, item="sorry", verb="override")
    client.post(agree["action"], data=agree["fields"])
    undo = form(show(client, "/conversations/refund"), item="sorry", verb="undo")
    client.post(undo["action"], data=undo["fields"])
    page = show(client, "/conversations/refund")
    assert "Machine alone" not in page.text
    assert "took back Fail on sorry" in page.text


def test_roles_are_swapped_with_a_form_and_the_page_says_what_it_waits_for(client):
    answer = client.post("/conversations/refund/roles/swap", follow_redirects=False)
    assert answer.status_code == 303
    page = show(client, "/conversations/refund")
    assert "waits to be scored" in page.text
    assert page.all("main", **{"data-pending": "/api/v1/conversations/refund"})


def test_a_shortened_address_leads_to_the_full_one(client):
    answer = client.get("/conversations/T-1", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/conversations/refund")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/conversations/nobody", 404, "nobody"),
        ("/no-such-page", 404, "Not Found"),
        ("/conversations?state=perhaps", 422, "state"),
    ],
)
def test_what_cannot_be_shown_is_explained_on_a_page(client, path, status, words):
    page = show(client, path, status)
    assert words in page.text
    assert "/" in page.links


def test_a_verdict_from_another_site_is_refused(client):
    page = show(client, "/conversations/refund")
    given = form(page, item="sorry", verb="override")
    answer = client.post(
        given["action"], data=given["fields"], headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert "Machine alone" not in show(client, "/conversations/refund").text


@pytest.mark.parametrize("path", ["/", "/conversations/refund", "/scorecards"])
def test_pages_can_be_used_without_seeing_them(client, path):
    """Every control has its label, every page its language, title, one heading and one main."""
    page = show(client, path)
    assert {c["id"] for c in page.controls} <= page.labels
    assert page.all("html", lang="en")
    assert len(page.all("h1")) == len(page.all("main")) == 1
    assert page.html.partition("</head>")[0].count("<title>") == 1
    assert page.all("a", href="#main")


def test_a_language_is_chosen_at_the_foot_and_remembered(client):
    page = show(client, "/?state=done")
    assert "Conversations" in page.text
    answer = client.post(
        "/language", data={"language": "ru", "next": "/?state=done"}, follow_redirects=False
    )
    assert answer.headers["location"] == "/?state=done"
    page = show(client, "/conversations/refund")
    assert page.all("html", lang="ru")
    assert "Текст разговора" in page.text
    assert "1 мар. 2026, 09:30" in page.text


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"]
)
def test_choosing_a_language_leads_nowhere_else(client, elsewhere):
    answer = client.post(
        "/language", data={"language": "xx", "next": elsewhere}, follow_redirects=False
    )
    assert answer.headers["location"] == "/"
    assert "set-cookie" not in answer.headers


def test_scorecards_are_shown_with_their_items(client):
    text = show(client, "/scorecards").text
    assert "Did the agent greet the customer?" in text
    assert "critical: zeroes the total" in text
