"""Who waited for whom, and whose figure it is."""

from datetime import UTC, datetime

import pytest

from qa.records import Channel, Event, EventKind, ItemKind, Metadata, Triage, Verdict
from qa.scoring import judge, load_scorecard
from qa.scoring.document import Document
from qa.scoring.measured import NotMeasurable
from qa.scoring.metrics import METRICS
from qa.scoring.parts import parts
from qa.settings import BusinessHours
from qa.testing import make_chat, make_safe
from qa.turns import message_turns, triage

BEGIN = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)  # a Monday, 10:30 in Bucharest


def event(kind, start, party=None):
    return Event(kind=EventKind(kind), start=start, party=party)


def chat(*lines, events=(), started=BEGIN):
    """Return a chat as it is judged, made of its messages as an import makes it."""
    found = make_chat(lines, metadata=Metadata(started_at=started))
    people, turns = message_turns(found)
    made = make_safe(lines, channel=Channel.CHAT, metadata=found.metadata, parties=people)
    written = [
        safe.model_copy(update={"start": t.start, "end": t.end, "words": ()})
        for safe, t in zip(made.turns, turns, strict=True)
    ]
    return made.model_copy(update={"turns": tuple(written), "events": tuple(events)})


def measured(name, safe, *, agent=0, hours=None):
    return METRICS[name](parts(Document(safe, hours=hours))[agent])


def value(name, safe, **more):
    found = measured(name, safe, **more)
    assert not isinstance(found, NotMeasurable), found
    return found.value


QUEUED = chat(
    ("customer", "Hello?", 0.0),
    ("bot", "You are number 4.", 5.0),
    ("system", "Dana joined.", 600.0),
    ("agent", "Hello, Dana here.", 640.0),
    ("customer", "My order.", 700.0),
    ("bot", "Articles about orders: ...", 702.0),
    ("agent", "One moment.", 730.0),
    ("customer", "Well?", 800.0),
    events=[event("assigned", 600.0, "agent"), event("closed", 900.0)],
)


@pytest.mark.parametrize(
    ("name", "expected", "turn", "start", "end"),
    [
        ("reply_seconds_first", 40, 3, 600, 640),
        ("reply_seconds_p50", 40, 3, 600, 640),
        ("reply_seconds_max", 40, 3, 600, 640),
        ("wait_seconds_max", 100, 7, 800, 900),  # never answered
        ("queue_seconds", 600, 0, 0, 600),
        ("handle_seconds", 300, 3, 600, 900),
        ("turns_agent", 2, 3, 640, 730),
        ("turns_customer", 3, 0, 0, 800),
        ("reopened", 0, None, None, None),
    ],
)
def test_figures_of_a_chat_and_where_they_are_seen(name, expected, turn, start, end):
    found = measured(name, QUEUED)
    assert found.value == pytest.approx(expected)
    if turn is None:
        assert found.evidence == ()
        return
    (shown,) = found.evidence
    assert (shown.turn, shown.start, shown.end) == (turn, start, end)


@pytest.mark.parametrize(
    ("lines", "events", "first"),
    [
        # Nobody says when the agent was assigned: the wait for a person begins with the bot's end.
        ([("customer", "Hi", 0.0), ("bot", "Hi", 2.0), ("agent", "Hi", 32.0)], [], 30),
        ([("customer", "Hi", 0.0), ("agent", "Hi", 32.0)], [], 32),
        # What the system writes changes nothing.
        ([("customer", "Hi", 0.0), ("system", "Hi", 2.0), ("agent", "Hi", 32.0)], [], 32),
        # Assigned after the customer wrote, before, and twice.
        ([("customer", "Hi", 0.0), ("agent", "Hi", 32.0)], [event("assigned", 12.0)], 20),
        ([("customer", "Hi", 10.0), ("agent", "Hi", 32.0)], [event("assigned", 2.0)], 22),
        (
            [("customer", "Hi", 0.0), ("agent", "Hi", 32.0)],
            [event("assigned", 5.0, "agent-2"), event("assigned", 20.0, "agent")],
            12,
        ),
    ],
)
def test_when_the_clock_of_the_first_reply_starts(lines, events, first):
    assert value("reply_seconds_first", chat(*lines, events=events)) == pytest.approx(first)


HANDED_ON = chat(
    ("customer", "Hi", 0.0),
    ("agent", "Hi, Dana here", 10.0),
    ("customer", "A refund please", 20.0),
    ("agent", "I hand you on", 50.0),
    ("customer", "All right", 60.0),
    ("agent-2", "Ion here", 460.0),
    ("customer", "Still a refund", 470.0),
    ("agent-2", "Done", 500.0),
    events=[
        event("assigned", 2.0, "agent"),
        event("transfer", 55.0, "agent"),
        event("assigned", 400.0, "agent-2"),
        event("reopened", 465.0),
        event("closed", 520.0),
    ],
)


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("reply_seconds_first", 8, 60),
        ("reply_seconds_max", 30, 60),
        ("wait_seconds_max", 340, 60),
        ("handle_seconds", 48, 120),
        ("turns_agent", 2, 2),
        ("reopened", 0, 1),
    ],
)
def test_a_transfer_gives_each_agent_their_own_figures(name, first, second):
    assert value(name, HANDED_ON, agent=0) == pytest.approx(first)
    assert value(name, HANDED_ON, agent=1) == pytest.approx(second)


def test_waiting_in_the_queue_belongs_to_no_agent():
    assert value("queue_seconds", HANDED_ON) == 2
    assert isinstance(measured("queue_seconds", HANDED_ON, agent=1), NotMeasurable)


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        (BEGIN, 0),
        (BEGIN.replace(hour=6, minute=59), 1),  # 08:59 in Bucharest
        (BEGIN.replace(hour=7, minute=0), 0),
        (BEGIN.replace(hour=15, minute=59), 0),
        (BEGIN.replace(hour=16, minute=0), 1),
        (BEGIN.replace(day=7), 1),  # a Saturday
        (BEGIN.replace(day=3), 1),  # a holiday
        (BEGIN.replace(month=7, hour=6), 0),  # summer time: 09:00
    ],
)
def test_after_hours_goes_by_the_clock_of_the_zone(started, expected):
    hours = BusinessHours(zone="Europe/Bucharest", holidays=("2026-03-03",))
    safe = chat(("customer", "Hi", 0.0), ("agent", "Hi", 9.0), started=started)
    assert value("after_hours", safe, hours=hours) == expected


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-02T21:59", False),
        ("2026-03-02T22:00", True),
        ("2026-03-03T05:59", True),
        ("2026-03-03T06:00", False),
        ("2026-03-07T05:00", True),  # Friday's night
        ("2026-03-08T05:00", False),
    ],
)
def test_hours_may_go_on_after_midnight(moment, is_open):
    hours = BusinessHours(zone="UTC", opens="22:00", closes="06:00")
    assert hours.open_at(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == is_open


def test_a_zone_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="no zone 'Bucharest'"):
        BusinessHours(zone="Bucharest")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("after_hours", "The settings name no business hours."),
        ("queue_seconds", "Nothing says when an agent was assigned."),
    ],
)
def test_what_is_not_known_is_not_measured(name, reason):
    safe = chat(("customer", "Hi", 0.0), ("agent", "Hi", 9.0))
    assert measured(name, safe) == NotMeasurable(reason)


# --- in a card -----------------------------------------------------------------------

CARD = """\
scorecard: chats
version: 1
languages: [en]
sections:
  - id: speed
    title: Speed
    items:
      - {id: queue, ask: In the queue?, metric: {queue_seconds: {at_most: 60}}}
      - {id: blamed, ask: In the queue?, weight: 3, metric: {queue_seconds: {at_most: 60}}}
      - {id: handled, ask: Handled?, metric: {handle_seconds: {at_most: 60}}}
      - {id: greeted, ask: Greeted?, any: [number, hello]}
"""


def test_the_teams_figure_is_shown_and_never_counts():
    (made,) = judge(QUEUED, load_scorecard(CARD, name="chats"))
    found = {f.item: f for f in made.findings}
    assert (found["queue"].verdict, found["queue"].kind) == (Verdict.FAIL, ItemKind.ADVICE)
    assert found["queue"].evidence[0].end == 600
    assert found["blamed"].verdict is Verdict.NOT_APPLICABLE
    assert "the team's figure" in found["blamed"].reason


def test_what_bots_and_the_system_write_satisfies_no_item():
    spoken = chat(
        ("customer", "Hi", 0.0), ("bot", "Hello", 1.0), ("system", "hello", 2.0),
        ("agent", "What is it?", 9.0),
    )  # fmt: skip
    (made,) = judge(spoken, load_scorecard(CARD, name="chats"))
    assert {f.item: f.verdict for f in made.findings}["greeted"] is Verdict.FAIL


def test_each_agent_is_judged_on_their_own_part():
    first, second = judge(HANDED_ON, load_scorecard(CARD, name="chats"))
    assert (first.party, second.party) == ("agent", "agent-2")
    handled = [{f.item: f.verdict for f in a.findings}["handled"] for a in (first, second)]
    assert handled == [Verdict.PASS, Verdict.FAIL]


@pytest.mark.parametrize("others", [[], [("bot", "Hi", 1.0)], [("system", "Hi", 1.0)]])
def test_a_chat_that_nobody_answered_is_the_teams_outcome(others):
    safe = chat(("customer", "Hello?", 0.0), *others)
    kind, _ = triage(safe)
    assert kind is Triage.UNANSWERED
    (made,) = judge(safe.model_copy(update={"triage": kind}), load_scorecard(CARD, name="chats"))
    assert (made.party, made.findings) == (None, ())
