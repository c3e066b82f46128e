"""Search of moments on both databases: which are found, in which order, and what is left out."""

from datetime import UTC, datetime

import pytest

from qa.access import EVERYTHING, Part, Scope
from qa.errors import NotFound, UsageError
from qa.records import Heard, Metadata, Party, Role, Verdict
from qa.scoring import judge, load_scorecard
from qa.store import Store, database
from qa.store.desk.candidates import Wanted
from qa.store.desk.draw_tables import DrawnRow, DrawRow
from qa.store.desk.tables import SoundConsentRow, StarRow
from qa.store.joining import Agent
from qa.store.tables import ConversationRow
from qa.testing import make_call, make_chat, make_safe, make_turns

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CARD = load_scorecard(
    """\
scorecard: desk
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {id: sorry, ask: Did the agent say sorry?, any: [sorry]}
      - {id: goodbye, ask: Goodbye?, where: {last_turns: 3}, any: [goodbye]}
      - {id: polite, ask: No insults?, critical: true, none: [idiot]}
""",
    name="desk",
)
LINES = [
    ("agent", "Acme Bank, Dana Miller speaking."),
    ("customer", "My name is Fred Park."),
    ("agent", "What can I do for you?"),
    ("customer", "I was charged twice."),
    ("agent", "Sorry about that, Fred."),
    ("customer", "It is fine, dana."),
    ("agent", "Anything else?"),
    ("customer", "No."),
    ("agent", "Goodbye from Dana's team."),
]
RUDE = [
    ("agent", "Hello."),
    ("customer", "Where is it?"),
    ("agent", "You idiot."),
    ("customer", "Excuse me?"),
    ("agent", "Goodbye."),
]


@pytest.fixture
def store(ready_database):
    engine = database.make_engine(database.address(ready_database))
    settings = ready_database.model_copy(update={"company": ("Acme Bank",)})
    with Store(engine, settings=settings, clock=lambda: AT) as opened:
        yield opened


def take(store, name, lines=LINES, *, chat=False, agent="Dana Miller", **given):
    """Take in a conversation and judge it."""
    meta = Metadata(started_at=AT, agent_id=f"id-{agent[:1]}", agent_name=agent, **given)
    if chat:
        made = make_chat(lines, id=name, metadata=meta)
    else:
        made = make_call(id=name, uri=f"{name}.wav", metadata=meta)
    store.register(made, ["desk"])
    parties = (
        Party(id="agent", role=Role.AGENT, name=agent, agent_id=meta.agent_id),
        Party(id="customer", role=Role.CUSTOMER),
    )
    safe = make_safe(
        lines, id=name, channel=made.channel, metadata=meta, parties=parties, language="en"
    )
    store.save_heard(name, Heard(turns=make_turns(lines), safe=safe, provenance=()))
    store.save_assessments(name, CARD, judge(safe, CARD))


def put(store, *rows):
    with database.writing(store._engine) as session:
        session.add_all(rows)


def found(store, scope=EVERYTHING, **wanted):
    page = store.moments.search(Wanted(**wanted), scope=scope)
    return [moment.conversation for moment in page.items]


def the_one(store, **wanted):
    (moment,) = store.moments.search(Wanted(**wanted)).items
    return moment


def test_a_moment_is_the_evidence_with_what_stands_around_it(store):
    take(store, "call")
    moment = the_one(store, item="sorry")
    assert (moment.first, moment.last) == (2, 6)
    assert [line.context for line in moment.said] == [True, True, False, True, True]
    said = moment.said[2]
    assert [said.text[a:b] for a, b in said.marks] == ["Sorry"]
    assert moment.said[0].start == 0
    assert moment.seconds == pytest.approx(moment.said[-1].end)
    less = store.moments.one(moment.ref, before=0, after=0)
    assert (less.first, less.last) == (4, 4)


def test_names_are_out_of_the_text_and_of_the_sound(store):
    take(store, "call")
    moment = the_one(store, item="sorry")
    said = " ".join(line.text for line in moment.said)
    assert "Sorry about that, [NAME]" in said
    assert "fine, [NAME]." in said
    assert [line.number for line in moment.said] == [0] * 5
    turns = store.safe("call").turns
    fred, dana = turns[4].words[-1], turns[5].words[-1]
    for start, end in ((fred.start, fred.end), (dana.start, dana.end)):
        assert any(a <= start and end <= b for a, b in moment.hush)
    whole = moment.model_dump_json()
    for name in ("Dana", "dana", "Miller", "Fred", "Park", "id-D"):
        assert name not in whole.replace("[NAME]", "")


def test_a_colleague_s_name_is_out_and_the_company_s_stays(store):
    known = [Agent(id="9", name="Ion Popa"), Agent(id="8", name="Will Smythe")]
    store.roster.replace(known, who="root")
    lines = [("agent", "Acme Bank. Ion, my colleague Popa, is sorry. Will you wait? Goodbye.")]
    take(store, "call", [*lines, ("customer", "Yes.")])
    assert the_one(store, item="sorry").said[0].text == (
        "Acme Bank. [NAME], my colleague [NAME], is sorry. Will you wait? Goodbye."
    )


#: What is wanted, and which of three conversations have it, the newest first.
FOUND = [
    ({"verdict": "pass", "item": "sorry"}, ["north"]),
    ({"verdict": "fail", "team": "south"}, ["south"]),
    ({"item": "goodbye", "project": "travel"}, ["chat"]),
    ({"item": "goodbye", "channel": "chat"}, ["chat"]),
    ({"item": "goodbye", "language": "ru"}, []),
    ({"item": "goodbye", "card": "other"}, []),
    ({"item": "goodbye", "text": "ANYTHING else"}, ["north"]),
    ({"item": "goodbye", "text": "charged twice"}, []),  # said, and not in that moment
    ({"text": "Fred"}, []),  # a name is left out, so it is not found either
    ({"item": "goodbye", "max_turns": 3}, ["chat", "south", "north"]),
    ({"item": "sorry", "verdict": "pass", "max_turns": 4}, []),
    ({"item": "sorry", "verdict": "pass", "min_seconds": 60}, []),
    ({"item": "sorry", "verdict": "pass", "max_seconds": 60}, ["north"]),
]


def test_what_is_found(store):
    take(store, "north", team="north", project="retail")
    take(store, "south", RUDE, team="south", project="retail")
    take(store, "chat", RUDE, chat=True, project="travel")
    assert [(wanted, found(store, **wanted)) for wanted, _ in FOUND] == FOUND


def test_only_what_somebody_may_see_is_found(store):
    take(store, "north", team="north")
    take(store, "south", team="south")
    north = Scope((Part(team="north"),))
    assert found(store, north, item="sorry") == ["north"]
    assert found(store, Scope(), item="sorry") == []
    assert [item for _, item, _ in store.moments.items(scope=north)] == [
        "sorry", "goodbye", "polite",
    ]  # fmt: skip
    assert store.moments.items(scope=Scope()) == ()
    ref = store.moments.search(Wanted(item="sorry", team="south")).items[0].ref
    with pytest.raises(NotFound):
        store.moments.one(ref, scope=north)


def test_starred_ones_come_first_then_those_that_a_human_confirmed_then_the_newest(store):
    for name in ("a", "b", "c", "d"):
        take(store, name)
    put(store, StarRow(conversation="a", turn=4, who="ann", at=AT))
    put(store, StarRow(conversation="d", turn=0, who="ann", at=AT))  # of something else
    store.override("b", "desk", "sorry", Verdict.PASS, "", "ann")
    assert found(store, item="sorry") == ["a", "b", "d", "c"]
    assert found(store, item="sorry", starred=True) == ["a"]
    first = store.moments.search(Wanted(item="sorry")).items
    assert [(m.starred, m.confirmed) for m in first] == [
        (True, False), (False, True), (False, False), (False, False),
    ]  # fmt: skip


def test_pages_follow_one_another_without_a_gap(store):
    for name in "abcde":
        take(store, name)
    put(store, StarRow(conversation="a", turn=4, who="ann", at=AT))
    store.override("b", "desk", "sorry", Verdict.PASS, "", "ann")
    seen, place = [], None
    while True:
        page = store.moments.search(Wanted(item="sorry"), after=place, limit=2)
        seen += [m.conversation for m in page.items]
        place = page.next
        if place is None:
            break
    assert seen == ["a", "b", "e", "d", "c"]
    for wrong in ({"after": "nowhere"}, {"limit": 0}):
        with pytest.raises(UsageError):
            store.moments.search(**wrong)


def test_a_suspicion_is_no_example_until_a_human_confirms_it(store):
    take(store, "call", RUDE)
    assert found(store, item="polite") == []
    store.override("call", "desk", "polite", Verdict.FAIL, "", "ann")
    moment = the_one(store, item="polite", verdict="fail")
    assert [moment.said[2].text[a:b] for a, b in moment.said[2].marks] == ["idiot"]
    assert moment.confirmed


def test_what_is_to_be_judged_blind_tells_no_verdict(store):
    take(store, "call")
    put(store, DrawRow(id=1, made_at=AT, who="ann", seed=1, rule={}, reason=""))
    put(store, DrawnRow(draw=1, conversation="call", of=1))
    assert found(store, item="sorry") == []


def test_a_bad_moment_is_heard_once_its_agent_lets_it_be(store):
    take(store, "call", RUDE)
    store.override("call", "desk", "polite", Verdict.FAIL, "", "ann")
    assert not the_one(store, item="polite").sound
    # Nor is it heard beside a good one.
    assert the_one(store, item="goodbye", verdict="pass", before=1).sound
    assert not the_one(store, item="goodbye", verdict="pass", before=2).sound
    put(store, SoundConsentRow(conversation="call", agent="somebody", at=AT))
    assert not the_one(store, item="polite").sound
    put(store, SoundConsentRow(conversation="call", agent="id-D", at=AT))
    assert the_one(store, item="polite").sound


def test_who_is_heard_in_it_has_to_agree_whoever_else_took_part(store):
    lines = [("agent", "Hello."), ("customer", "Hi."), ("agent-2", "You idiot. Goodbye.")]
    meta = Metadata(started_at=AT)
    parties = (
        Party(id="agent", role=Role.AGENT, name="Dana", agent_id="7", end=2.0),
        Party(id="agent-2", role=Role.AGENT, name="Ion", agent_id="8", start=2.0),
        Party(id="customer", role=Role.CUSTOMER),
    )
    store.register(make_call(id="call", metadata=meta), ["desk"])
    safe = make_safe(lines, id="call", metadata=meta, parties=parties)
    store.save_heard("call", Heard(turns=make_turns(lines), safe=safe, provenance=()))
    store.save_assessments("call", CARD, judge(safe, CARD))
    store.override("call", "desk", "polite", Verdict.FAIL, "", "ann", party="agent-2")
    put(store, SoundConsentRow(conversation="call", agent="8", at=AT))
    moment = the_one(store, item="polite", verdict="fail")
    assert [line.number for line in moment.said] == [1, 0, 2]
    assert not moment.sound  # Dana is heard, too
    assert store.moments.one(moment.ref, before=1, after=0).sound


def test_an_example_that_is_none_any_more_is_not_found(store):
    take(store, "call")
    ref = the_one(store, item="sorry").ref
    store.override("call", "desk", "sorry", Verdict.NOT_APPLICABLE, "", "ann")
    for name in (ref, "1-999", "x", "", "1" * 40 + "-1"):
        with pytest.raises(NotFound):
            store.moments.one(name)
    with pytest.raises(UsageError):
        store.moments.one(ref, before=6)


def test_no_moment_is_a_conversation_of_any_length(store):
    lines = [("agent", "Hello.")]
    for n in range(40):
        lines += [("customer", f"More {n}."), ("agent", "Sorry.")]
    take(store, "call", lines)
    moment = the_one(store, item="sorry", before=5, after=5)
    assert len(moment.said) <= 20
    with pytest.raises(UsageError):
        store.collections.stretch("call", 0, 40)


def good(store, *items, **more):
    shown = store.moments.good("desk", items, **more)
    return {item: moment.conversation for item, moment in shown.items()}


def test_one_good_moment_of_each_item_is_in_the_same_language_if_there_is_one(store):
    for name, language in (("english", "en"), ("russian", "ru"), ("newer", "en")):
        take(store, name)
        with database.writing(store._engine) as session:
            row = session.get(ConversationRow, name)
            row.language = language
            session.add(row)
    assert good(store, "sorry", "goodbye", language="ru") == {
        "sorry": "russian", "goodbye": "russian",
    }  # fmt: skip
    # In none of that language: the newest of all.
    assert good(store, "sorry", language="hu") == {"sorry": "newer"}
    put(store, StarRow(conversation="english", turn=4, who="rita", at=AT))
    assert good(store, "sorry", "nothing", language="en") == {"sorry": "english"}
    assert good(store, "sorry", scope=Scope((Part(team="south"),))) == {}


def test_a_good_moment_in_which_something_else_goes_wrong_is_the_last_resort(store):
    take(store, "rude", [*RUDE[:3], ("agent", "Sorry. Goodbye.")])
    store.override("rude", "desk", "polite", Verdict.FAIL, "", "rita")
    assert good(store, "sorry") == {"sorry": "rude"}
    take(store, "fine")
    take(store, "newest", [*RUDE[:3], ("agent", "Sorry. Goodbye.")])
    store.override("newest", "desk", "polite", Verdict.FAIL, "", "rita")
    assert good(store, "sorry") == {"sorry": "fine"}
