"""Figures at both doors: every number leads to its conversations, and nobody is ranked."""

import io
import json
import re
import zipfile
from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from qa.access import Grant, Right, UserRole
from qa.api import create_app
from qa.store import open_store

#: The weeks that the seeding fills.
SPAN = {"since": "2026-01-05", "until": "2026-02-01"}
AGENTS = ("Dana", "Ion", "Mara")


@pytest.fixture(scope="module")
def busy(seeding, tmp_path_factory):
    settings = seeding.settings_for(tmp_path_factory.mktemp("busy"))
    settings = settings.model_copy(update={"requests_per_second": 0})
    with open_store(settings) as store:
        seeding.weeks_of_chats(store)
    return settings


@pytest.fixture(scope="module")
def desk(busy):
    with TestClient(create_app(busy), base_url="http://127.0.0.1") as made:
        yield made


def shown(client, path, **query):
    answer = client.get(path, params=SPAN | query, headers={"accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def links(html):
    """Return the numbers of a page that lead to conversations, each with where."""
    found = re.findall(r'<a href="(/figures/conversations\?[^"]+)">(\d+)', html)
    return [(unescape(href), int(text)) for href, text in found]


def test_averages_come_with_how_many_and_how_sure(desk):
    found = desk.get("/api/v1/figures", params=SPAN | {"by": "agent"}).json()["figures"]
    assert [line["name"] for line in found["lines"]] == list(AGENTS)
    whole = found["whole"]["whole"]
    assert whole["conversations"] == 72
    assert whole["score"]["low"] < whole["score"]["mean"] < whole["score"]["high"]
    assert len(found["whole"]["weeks"]) == 4
    assert found["question"]["basis"] == "everything"
    assert found["question"]["card"] == "front-desk"


@pytest.mark.parametrize(
    "path",
    ["/figures", "/figures?by=agent", "/figures/agents/dana", "/figures/teams/north", "/figures/projects/retail"],
)  # fmt: skip
def test_every_count_on_a_page_is_as_long_as_its_list(desk, path):
    address, _, query = path.partition("?")
    given = dict(p.split("=") for p in query.split("&") if p)
    counted = links(shown(desk, address, **given))
    assert counted
    for href, n in counted:
        if "item_failed" in href or "show=scored" in href or "show=passed" in href:
            continue  # those lead by a share, not by a count
        listed = desk.get(f"/api/v1{href}&limit=200").json()["items"]
        assert len(listed) == n, href


def test_the_conversations_behind_a_number_are_listed_for_people_too(desk):
    href, n = next((h, n) for h, n in links(shown(desk, "/figures/agents/dana")) if "show=all" in h)
    html = desk.get(href, headers={"accept": "text/html"}).text
    assert html.count('href="/conversations/dana-') == n == 24
    assert "Agent: dana" in html


@pytest.mark.parametrize("by", ["agent", "team", "project"])
def test_lines_stand_by_name_and_cannot_be_ranked(desk, by):
    html = shown(desk, "/figures", by=by, sort="score")
    names = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)', html)
    assert names == sorted(names, key=str.casefold)
    assert not re.search(r'href="[^"]*sort=score', html)


def test_a_house_may_choose_ranks(busy):
    settings = busy.model_copy(update={"rankings": True})
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        html = shown(client, "/figures", by="agent", sort="score")
        means = [
            float(m) for m in re.findall(r"show=scored[^>]+>([\d.]+)</a>", html.partition("<tbody>")[2])
        ]  # fmt: skip
        assert means[:3] == sorted(means[:3], reverse=True)


def test_figures_of_the_bad_ones_alone_cannot_be_asked_for(desk):
    for wish in ({"status": "critical_suspected"}, {"max_score": 50}, {"failed_item": "sorry"}):
        assert desk.get("/api/v1/figures", params=SPAN | wish).status_code == 422
    html = shown(desk, "/figures")
    assert "All scored conversations" in html
    samples = shown(desk, "/figures", basis="samples")
    assert "Only conversations drawn by chance" in samples


def test_all_that_is_stored_about_an_agent_is_taken_out_and_written_down(desk):
    html = shown(desk, "/figures/agents/dana")
    href = re.search(r'href="(/api/v1/agents/dana/file)"', html)[1]
    with zipfile.ZipFile(io.BytesIO(desk.get(href).content)) as made:
        page = made.read("index.html").decode()
        findings = json.loads(made.read("json/finding.json"))
        assert made.testzip() is None
    assert page.count("<td>dana-") == 24
    assert len({f["assessment"] for f in findings}) == 24
    (row,) = [
        r for r in desk.get("/api/v1/audit?act=exported").json()["items"] if r["object"] == "dana"
    ]
    assert row["kind"] == "agent"
    assert desk.get("/api/v1/agents/nobody/file").status_code == 404


def test_a_page_says_its_data_and_that_there_is_none(desk):
    html = shown(desk, "/figures/agents/dana")
    twin = unescape(re.search(r'href="(/api/v1/figures/agents/dana[^"]*)"', html)[1])
    assert desk.get(twin).json()["figures"]["whole"]["whole"]["conversations"] == 24
    assert "Nothing was scored" in shown(desk, "/figures/agents/nobody")
    assert desk.get("/figures?since=2026-02-01&until=2026-01-01").status_code == 422


def test_fairness_says_in_words_what_its_figures_say(desk):
    found = desk.get("/api/v1/figures/fairness", params=SPAN | {"by": "agent"}).json()["fairness"]
    assert [g["name"] for g in found["groups"]] == list(AGENTS)
    assert found["n"] == 72
    assert found["question"]["basis"] == "everything"
    html = shown(desk, "/figures/fairness", by="agent")
    assert "No line is clearly apart from all others." in html
    assert html.count('class="stands at"') == html.count('class="before at"') == 3
    assert f"{100 * found['groups'][0]['rates']['failed']['share']:.0f} %" in html
    # Chats were typed: nothing was recognised, so nothing was understood badly.
    typed = shown(desk, "/figures/fairness")
    assert "Written, or not known how well understood" in typed
    assert "Too few conversations to say" in typed
    assert "Only conversations drawn by chance" in shown(desk, "/figures/fairness", basis="samples")
    assert "/figures/fairness?since=2026-01-05" in shown(desk, "/figures")
    assert desk.get("/figures/fairness?by=score").status_code == 422


def test_a_supervisor_sees_the_figures_of_their_team_alone(busy):
    with open_store(busy) as store:
        root = [Grant(UserRole.ADMINISTRATOR)]
        store.accounts.add("root", grants=root, agent_id=None, who="test")
        grants = [Grant(UserRole.SUPERVISOR, team="south")]
        made = store.accounts.add("boss", grants=grants, agent_id=None, who="test")
        secret, _ = store.sessions.add_token(
            made, label="", scopes={Right.FIGURES, Right.LIST}, lasts=timedelta(days=1), who="test"
        )
        wallboard = [Grant(UserRole.SERVICE)]
        made = store.accounts.add("wallboard", grants=wallboard, agent_id=None, who="test")
        figures_alone, _ = store.sessions.add_token(
            made, label="", scopes={Right.FIGURES}, lasts=timedelta(days=1), who="test"
        )
    with TestClient(create_app(busy), base_url="http://127.0.0.1") as client:
        client.headers["authorization"] = f"Bearer {figures_alone}"
        assert client.get("/api/v1/figures", params=SPAN | {"by": "agent"}).status_code == 403
        for path in ("figures/agents/dana", "figures/fairness", "agreement", "agreement/cases"):
            for door in ("", "/api/v1"):
                assert client.get(f"{door}/{path}", params=SPAN).status_code == 403
        assert client.get("/api/v1/figures?basis=samples").status_code == 422
        found = client.get("/api/v1/figures/teams/north", params=SPAN).json()
        # Two agents work there: nothing is told, and of nobody else's sums is it a part.
        assert found["figures"]["lines"] == found["items"]["items"] == []
        assert found["figures"]["whole"]["whole"]["score"] == {
            "n": 0, "mean": None, "low": None, "high": None
        }  # fmt: skip
        assert found["figures"]["left_out"]["small"] == 48
        assert not any(name in json.dumps(found) for name in (*AGENTS, '"dana"', '"ion"'))
        assert client.get("/api/v1/figures/conversations", params=SPAN).json()["items"] == []

        client.headers["authorization"] = f"Bearer {secret}"
        found = client.get("/api/v1/figures", params=SPAN | {"by": "agent"}).json()["figures"]
        assert [line["name"] for line in found["lines"]] == ["Mara"]
        assert found["whole"]["whole"]["conversations"] == 24
        other = client.get("/api/v1/figures/agents/dana", params=SPAN).json()["figures"]
        assert other["whole"]["whole"]["conversations"] == 0
        assert "Dana" not in shown(client, "/figures/agents/dana")
        behind = client.get("/api/v1/figures/conversations", params=SPAN | {"agent": "dana"})
        assert behind.json()["items"] == []
