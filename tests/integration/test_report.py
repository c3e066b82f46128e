"""``qa report``: the figures of the pages, in a terminal, as JSON, as a workbook; none names
an agent to a client."""

import json

import pytest
from openpyxl import load_workbook

from qa.store import open_store

SPAN = ("--since", "2026-01-05", "--until", "2026-02-01")
NAMES = ("Dana", "Ion", "Mara", "dana", "ion-", "mara")


@pytest.fixture
def weeks(seeding, settings):
    with open_store(settings) as store:
        seeding.weeks_of_chats(store)


def cells(path):
    book = load_workbook(path)
    return [c.value for sheet in book for row in sheet for c in row if c.value is not None]


def test_reports_say_what_pages_say(qa, weeks, client, tmp_path):
    found = json.loads(qa("report", "team", "north", *SPAN, "--json").stdout)
    page = client.get(
        "/api/v1/figures/teams/north", params={"since": "2026-01-05", "until": "2026-02-01"}
    ).json()["figures"]
    total = next(row for row in found["weeks"] if row["from"] == "All")
    assert total["average"] == pytest.approx(page["whole"]["whole"]["score"]["mean"], abs=0.05)
    assert total["conversations"] == 48
    assert [line["name"] for line in found["lines"]] == ["Dana", "Ion"]
    printed = qa("report", "team", "north", *SPAN).stdout
    assert "Everything that was scored, 2026-01-05 to 2026-02-01, scorecard front-desk." in printed
    assert "Dana" in printed
    path = tmp_path / "north.xlsx"
    qa("report", "team", "north", *SPAN, "--xlsx", path)
    held = cells(path)
    assert total["average"] in held
    assert {"Dana", "Ion", 48} <= set(held)
    assert "exists already" in qa("report", "team", "north", "--xlsx", path, code=2).output


def test_a_clients_report_names_no_agent(qa, weeks, tmp_path):
    path = tmp_path / "client.xlsx"
    printed = qa("report", "project", "retail", *SPAN, "--client", "--xlsx", path, "--json").stdout
    text = " ".join(map(str, cells(path)))
    for name in NAMES:
        assert name not in text
        assert name not in printed
    total = next(r for r in json.loads(printed)["weeks"] if r["from"] == "All")
    assert total["conversations"] == 48
    assert total["average"] is not None
    assert json.loads(printed)["lines"] == []


def test_what_one_or_two_agents_stand_behind_is_not_told_to_a_client(qa, weeks, settings):
    with open_store(settings) as store:  # Mara's last three weeks leave the project
        from sqlalchemy import update
        from sqlmodel import col

        from qa.store import database
        from qa.store.tables import ConversationRow

        with database.writing(store._engine) as session:
            mara = update(ConversationRow).where(
                col(ConversationRow.agent_id) == "mara", ~col(ConversationRow.id).like("mara-0-%")
            )
            session.execute(mara.values(project="travel"))
    found = json.loads(qa("report", "project", "retail", *SPAN, "--client", "--json").stdout)
    *by_week, whole = found["weeks"]
    assert [row["averaged"] for row in by_week] == [12, None, None, None]
    assert [row["conversations"] for row in by_week] == [12, 8, 8, 8]
    for row in by_week[1:]:
        assert row["average"] is None
        assert row["critical_fails_confirmed"] is None
    # The sum is of what is told: taking that away leaves nothing of the weeks that are not.
    assert (whole["averaged"], whole["average"]) == (12, by_week[0]["average"])
    assert all(row["judged"] <= 12 for row in found["items"])
    assert "fewer than 3 agents or 5 conversations" in found["basis"]


def test_fairness_is_reported_as_on_the_page(qa, weeks, tmp_path):
    path = tmp_path / "fair.xlsx"
    found = json.loads(
        qa("report", "fairness", "--by", "agent", *SPAN, "--json", "--xlsx", path).stdout
    )
    assert [g["name"] for g in found["groups"]] == ["Dana", "Ion", "Mara"]
    assert {"Dana", "Ion", "Mara", 24} <= set(cells(path))
    printed = qa("report", "fairness", "north", "--by", "language", *SPAN).stdout
    assert "No line is clearly apart from all others." in printed
    assert "48 conversations" in printed
    assert "Everything that was scored, 2026-01-05 to 2026-02-01" in printed
    assert "Did you mean" in qa("report", "fairness", "--by", "langage", code=2).output


def test_an_agents_file_is_written_and_a_wrong_call_is_told(qa, weeks, tmp_path):
    folder = tmp_path / "dana"
    assert "Begin with" in qa("agent", "export", "dana", "--out", folder).stderr
    assert "Dana" in (folder / "index.html").read_text("utf-8")
    assert "exists already" in qa("agent", "export", "dana", "--out", folder, code=2).output
    assert "of an agent 'x'" in qa("agent", "export", "x", "--out", tmp_path / "x", code=1).output
    assert [p.name for p in tmp_path.glob("*x*")] == []
    assert "for projects" in qa("report", "team", "north", "--client", code=2).output
    assert "Nothing of agent 'nobody'" in qa("report", "agent", "nobody", *SPAN, code=1).output
