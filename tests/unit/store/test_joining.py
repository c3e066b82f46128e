"""Who a recording is about: by id, extension or name, and never by a guess."""

from datetime import date

import pytest

from qa.errors import FormatError
from qa.store.joining import Agent, Joined, join, overlaps
from qa.store.roster_csv import read_roster

DANA = Agent(id="7", name="Dana Ionescu", extension="600", team="north")
DANA_SOUTH = DANA.model_copy(update={"team": "south", "valid_from": date(2026, 6, 1)})
DANA_NORTH = DANA.model_copy(update={"valid_to": date(2026, 5, 31)})
ION = Agent(id="8", name="Ion Rusu", extension="601", team="north")
NAMESAKE = Agent(id="9", name="Dana  IONESCU", team="south")
#: Whose id is Dana's extension.
CLASH = Agent(id="600", name="Vera Popa")
DAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("roster", "agent_id", "name", "how", "who"),
    [
        # joined
        ([DANA, ION], "7", None, Joined.AGENT_ID, "7"),
        ([DANA, ION], "600", None, Joined.EXTENSION, "7"),
        ([DANA, ION], None, "dana ionescu ", Joined.NAME, "7"),
        ([DANA, ION], "ext-99", "Ion Rusu", Joined.NAME, "8"),
        ([DANA, ION], "7", "D. Ionescu", Joined.AGENT_ID, "7"),
        ([DANA, NAMESAKE], "7", "Dana Ionescu", Joined.AGENT_ID, "7"),
        ([DANA, CLASH], "600", "Vera Popa", Joined.AGENT_ID, "600"),
        # nobody
        ([DANA], None, None, Joined.UNNAMED, None),
        ([DANA], "99", None, Joined.UNKNOWN, None),
        ([DANA], None, "Dana", Joined.UNKNOWN, None),
        ([DANA_SOUTH], "7", None, Joined.UNKNOWN, None),
        # several
        ([DANA, NAMESAKE], None, "Dana Ionescu", Joined.AMBIGUOUS, None),
        ([DANA, CLASH], "600", None, Joined.AMBIGUOUS, None),
        ([DANA, ION], "7", "Ion Rusu", Joined.AMBIGUOUS, None),
        ([DANA, DANA_NORTH], "7", None, Joined.AMBIGUOUS, None),
    ],
)  # fmt: skip
def test_a_recording_is_joined_to_the_one_person_it_can_mean(roster, agent_id, name, how, who):
    found = join(roster, agent_id=agent_id, agent_name=name, day=DAY)
    assert (found.how, found.agent and found.agent.id) == (how, who)


@pytest.mark.parametrize(
    ("day", "team"), [("2026-05-31", "north"), ("2026-06-01", "south"), ("2030-01-01", "south")]
)
def test_the_entry_of_the_day_counts(day, team):
    roster = [DANA_NORTH, DANA_SOUTH]
    found = join(roster, agent_id="7", agent_name=None, day=date.fromisoformat(day))
    assert found.agent.team == team
    assert overlaps(roster) == ()


def test_entries_that_could_both_be_meant_are_named():
    said = overlaps([DANA_SOUTH, DANA, ION.model_copy(update={"extension": "600"})])
    assert said == (
        "id 7: Dana Ionescu (7), south, 2026-06-01 to ... and Dana Ionescu (7), north, ... to ...",
        "extension 600: Dana Ionescu (7), south, 2026-06-01 to ... and Ion Rusu (8), north, ... to ...",
        "extension 600: Dana Ionescu (7), north, ... to ... and Ion Rusu (8), north, ... to ...",
    )


# --- the file --------------------------------------------------------------------------


def write(tmp_path, text):
    path = tmp_path / "agents.csv"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "id,name,extension,team,project,from,to\n7,Dana Ionescu,600,north,,,\n",
        "\ufeffID; Name ;extension;team\r\n7;Dana Ionescu;600;north\r\n",
        'name,id,team,extension\n"Dana Ionescu", 7 ,north,600\n',
    ],
)
def test_a_roster_is_read_as_spreadsheets_write_it(tmp_path, text):
    assert read_roster(write(tmp_path, text)) == (DANA,)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["head line"]),
        ("id,name\n", ["nobody"]),
        ("id,name,colour\n1,x,red\n", ["head line", "extension"]),
        ("id,name\n,Dana\n8,\n", [":2: 'id' is empty", ":3: 'name' is empty"]),
        ("id,name,from\n1,x,31.12.2026\n", [":2:", "'from' is '31.12.2026'", "2026-01-31"]),
        ("id,name,from,to\n1,x,2026-02-01,2026-01-01\n", [":2:", "comes after"]),
        ("id,name\n1,x,y\n", [":2:", "more or fewer fields"]),
    ],
)
def test_every_line_that_cannot_be_used_is_named_and_nothing_is_taken(tmp_path, text, words):
    with pytest.raises(FormatError) as refused:
        read_roster(write(tmp_path, text))
    for word in words:
        assert word in str(refused.value)
