"""What somebody is shown of one conversation, and which buttons, by role: its page and the API.

The call was transferred: Dana began it and forgot to say sorry, Ion insulted the customer.
"""

import re
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from qa.access import Grant, Right, UserRole
from qa.api import create_app
from qa.records import Party, Role
from qa.store import open_store

LINES = [
    ("agent", "Good morning, Acme Bank.", 1.0),
    ("customer", "My parcel never came.", 4.0),
    ("agent-2", "Do not be stupid, it did.", 8.0),
    ("customer", "Excuse me?", 12.0),
]
PARTIES = (
    Party(id="agent", role=Role.AGENT, name="Dana", agent_id="dana", end=6.0),
    Party(id="agent-2", role=Role.AGENT, name="Ion", agent_id="ion", start=6.0),
    Party(id="customer", role=Role.CUSTOMER),
)
AGENTS = {"dana": ("agent", "Dana"), "ion": ("agent-2", "Ion")}


@pytest.fixture(scope="module")
def desk(seeding, tmp_path_factory):
    """A call centre with one transferred call, and how somebody of each kind asks."""
    settings = seeding.settings_for(tmp_path_factory.mktemp("seeing"))
    settings = settings.model_copy(update={"requests_per_second": 0})
    headers = {}
    with open_store(settings) as store:
        seeding.transfer(store, "transferred", LINES, PARTIES)
        store.release_to_agents("transferred", who="test")
        people = {role: [Grant(role)] for role in UserRole if role is not UserRole.AGENT}
        people |= {agent: [Grant(UserRole.AGENT)] for agent in AGENTS}
        people["elsewhere"] = [Grant(UserRole.AUDITOR), Grant(UserRole.SUPERVISOR, team="south")]
        for name, grants in people.items():
            own = name if name in AGENTS else None
            made = store.accounts.add(str(name), grants=grants, agent_id=own, who="test")
            rights = {r for r in Right if store.sessions.who(store.sessions.begin(made)).may(r)}
            secret, _ = store.sessions.add_token(
                made, label="", scopes=rights, lasts=timedelta(days=1), who="test"
            )
            headers[name] = {"authorization": f"Bearer {secret}"}
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield lambda who, path: client.get(path, headers=headers[who])


@pytest.mark.parametrize("agent", AGENTS)
def test_the_api_tells_an_agent_of_a_transferred_call_what_concerns_them(desk, agent):
    party, name = AGENTS[agent]
    (other,) = {name for _, name in AGENTS.values()} - {name}
    judged = desk(agent, "/api/v1/conversations/transferred/assessments")
    assert [a["assessment"]["party"] for a in judged.json()["items"]] == [party]
    read = desk(agent, "/api/v1/conversations/transferred")
    (listed,) = desk(agent, "/api/v1/conversations").json()["items"]
    assert [s["party"] for s in listed["scores"]] == [party]
    assert read.json()["summary"] == listed
    for answer in (judged.text, read.text, str(listed)):
        assert other not in answer
        assert not re.search(rf"\b{other.lower()}\b", answer)
    assert name in read.text
    statuses = desk(agent, "/api/v1/counts").json()["counts"]["statuses"]
    assert sum(statuses.values()) == 1


@pytest.mark.parametrize("agent", AGENTS)
def test_the_pages_tell_an_agent_of_a_transferred_call_what_concerns_them(desk, agent):
    page = desk(agent, "/conversations/transferred").text
    (other,) = {name for _, name in AGENTS.values()} - {AGENTS[agent][1]}
    assert len(re.findall(r'class="card"', page)) == 1
    assert other not in page
    # The insult was Ion's: its place on the time line and in the transcript is told to him alone.
    assert ("suspected" in page) == (agent == "ion")
    rows = desk(agent, "/").text
    assert len(re.findall(r'class="badge', rows)) == 1
    assert other not in rows


def test_a_filter_tells_an_agent_nothing_of_the_other(desk):
    for condition in ("failed_item=no_insult", "status=critical_suspected", "agent=Ion"):
        path = f"/api/v1/conversations?{condition}"
        assert desk("dana", path).json()["items"] == []
        assert len(desk("ion", path).json()["items"]) == 1


def test_who_reviews_sees_both(desk):
    judged = desk(UserRole.REVIEWER, "/api/v1/conversations/transferred/assessments").json()
    assert [a["assessment"]["party"] for a in judged["items"]] == ["agent", "agent-2"]
    page = desk(UserRole.REVIEWER, "/conversations/transferred").text
    assert len(re.findall(r'class="card"', page)) == 2
    assert "Dana" in page
    assert "Ion" in page


#: Who is offered what on the conversation's page; everybody else is offered nothing.
JUDGES = {"override", "agree", "roles/swap", "finish", "language", "score"}
REVIEWS = JUDGES | {"comment", "comment/remove", "star", "star/remove"}
OFFERED = {
    UserRole.ADMINISTRATOR: REVIEWS | {"take-back"},
    UserRole.SUPERVISOR: REVIEWS | {"take-back"},
    UserRole.REVIEWER: REVIEWS,
    UserRole.SERVICE: JUDGES,
}
#: Whom it is about answers to their own result.
OWN = {"acknowledge", "sound", "second-look"}


@pytest.mark.parametrize("who", [*OFFERED, UserRole.AUDITOR, "dana", "ion", "elsewhere"])
def test_a_page_offers_what_may_be_done_to_that_conversation(desk, who):
    page = desk(who, "/conversations/transferred")
    assert page.status_code == 200
    forms = set(re.findall(r'action="/conversations/transferred/([^"]+)"', page.text))
    assert forms == (OWN if who in AGENTS else OFFERED.get(who, set()))
    confirms = who in OFFERED and who != UserRole.SERVICE
    assert ("Confirm the critical fail" in page.text) == confirms
    assert ("A critical item is decided by a supervisor" in page.text) == (who == UserRole.SERVICE)
    # Nor is anybody asked in the inbox for what they may not decide.
    assert ("Confirm or dismiss" in desk(who, "/").text) == confirms
