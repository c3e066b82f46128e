"""Agreement at all three doors: people, programs, and the command line."""

import json
import re
from html import unescape

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from qa.access import machine_user
from qa.api import create_app
from qa.cli.app import app
from qa.records import Verdict
from qa.store import open_store
from qa.store.desk.blind import Given
from qa.store.desk.draws import Occasion, Rule

#: Who asks while nobody has an account.
ME = machine_user().name


@pytest.fixture(scope="module")
def judged(seeding, tmp_path_factory):
    """24 chats of one agent, judged blind by who looks at the pages, and one by another too."""
    settings = seeding.settings_for(tmp_path_factory.mktemp("judged"))
    settings = settings.model_copy(update={"requests_per_second": 0})
    with open_store(settings) as store:
        seeding.weeks_of_chats(store)
        drawn = Occasion(who="test", reason="by chance", blind=True)
        store.draws.draw(Rule(per_agent=24), drawn, seed=1)
        for week in range(4):
            for number in range(6):
                judge_blind(store, f"dana-{week}-{number}", ME, sorry=Verdict.PASS)
        judge_blind(store, "dana-0-0", "oleg")
    return settings


def judge_blind(store, id, who, **differ):
    (made,) = store.assessments(id)
    said = {f.item: f.verdict for f in made.assessment.findings} | differ
    given = [
        Given(
            card="front-desk", party=made.assessment.party, item=item,
            verdict=Verdict.FAIL if verdict is Verdict.REVIEW else verdict,
        )
        for item, verdict in said.items()
    ]  # fmt: skip
    store.blind.save(id, given, who=who)


@pytest.fixture(scope="module")
def desk(judged):
    with TestClient(create_app(judged), base_url="http://127.0.0.1") as made:
        yield made


def shown(client, path, **headers):
    answer = client.get(path, headers={"accept": "text/html"} | headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_every_count_of_cases_leads_to_as_many(desk):
    html = shown(desk, "/agreement")
    found = re.findall(r'<a href="(/agreement/cases\?[^"]+)">(\d+)</a>', html)
    assert len(found) == 2  # of me with the machine, and with Oleg: on one item
    for href, n in found:
        listed = desk.get(f"/api/v1{unescape(href)}&limit=200").json()["items"]
        assert len(listed) == int(n) > 0
        assert {d["item"] for d in listed} == {"sorry"}
    assert "too few to tell" in html


def test_the_figures_are_those_of_the_page_and_the_command_line(desk, judged, monkeypatch):
    found = desk.get("/api/v1/agreement").json()["agreement"]
    assert (found["conversations"], found["reviewers"]) == (24, 2)
    greeting = next(i for i in found["items"] if i["item"] == "greeting")
    assert greeting["machine"]["agreed"]["share"] == 1
    assert greeting["humans"] == {**greeting["humans"], "n": 1}
    monkeypatch.setenv("QA_DATA", str(judged.data))
    printed = CliRunner().invoke(app, ["agreement", "--json"])
    assert json.loads(printed.stdout)["items"][0]["machine"]["n"] == greeting["machine"]["n"]
    table = CliRunner().invoke(app, ["agreement"]).stdout
    assert re.search(r"greeting +machine +25 +100 % \(87–100\)", table)
    assert re.search(r"greeting +humans +1 +too few to tell", table)


def test_cases_lead_to_conversations_page_by_page(desk):
    first = shown(desk, "/agreement/cases?item=sorry&limit=5")
    assert first.count('href="/conversations/') == 5
    following = unescape(re.search(r'href="([^"]+)" rel="next"', first)[1])
    second = shown(desk, following)
    names = [re.findall(r'href="/conversations/([^"]+)"', html) for html in (first, second)]
    assert not set(names[0]) & set(names[1])
    twin = unescape(re.search(r'href="(/api/v1/agreement/cases[^"]*)"', second)[1])
    listed = desk.get(twin).json()["items"]
    assert [d["conversation"]["id"] for d in listed] == names[1]
    assert {(d["who"], d["other_who"]) for d in listed} == {(ME, "")}


def test_it_speaks_russian_and_says_when_there_is_nothing(desk):
    html = shown(desk, "/agreement", **{"accept-language": "ru"})
    assert "Согласие" in html
    assert "1,00" in html or "0,9" in html  # a comma, as Russian has it
    assert "No verdict was given blind" in shown(
        desk, "/agreement?since=2000-01-01&until=2000-01-02"
    )


@pytest.mark.parametrize("wish", ["after=x", "between=dogs", "status=final", "limit=0"])
def test_what_cannot_be_asked_is_refused(desk, wish):
    answer = desk.get(f"/api/v1/agreement/cases?{wish}")
    assert answer.status_code == 422
    assert "detail" in answer.json() or "title" in answer.json()
