"""All that is stored about one agent: nothing of theirs is left out, nothing of others let in."""

import csv
import io
import json
from datetime import UTC, date, datetime

import pytest
from sqlmodel import select
from stores import open_at

from qa.api.agent_export import TABLES, files
from qa.errors import NotFound
from qa.setting_parts import Redaction
from qa.store import database, tables
from qa.store import people_tables as people
from qa.store.acts import Act, Kind
from qa.store.agents.kept import AUDIT, NOTHING, OF_CONVERSATIONS, OF_THEMSELVES
from qa.store.audit_tables import AuditRow
from qa.store.catalogue import METADATA
from qa.store.desk import tables as desk
from qa.store.desk.draw_tables import DrawnRow, DrawRow, ReviewRow
from qa.store.erasing import tables as erasing
from qa.store.run_tables import RunRow
from qa.store.tables import Table
from qa.store.throttle import key_of

AT = datetime(2026, 11, 18, 12, tzinfo=UTC)
#: Stand in everything that is the one's or the other's.
MINE, THEIRS = "7seven", "8eight"
#: What is the customer's, or opens a door.
SECRET = "+12025550143"
NAMES = {MINE: "Danaseven", THEIRS: "Ioneight"}


def card(session):
    session.add(
        tables.ScorecardRow(hash="h", card="desk", version=1, source="id: desk", saved_at=AT)
    )
    session.flush()


def call(session, id, *agents):
    """Plant a call, with what is kept of it whoever takes part."""
    main = agents[0]
    session.add(
        tables.ConversationRow(
            id=id, channel="call", source=f"/calls/{SECRET}.wav", checksum=id, direction="inbound",
            details={"caller": SECRET}, state="done", needs="judge", load="text", at=AT,
            registered_at=AT, updated_at=AT, agent_id=main, agent_name=NAMES[main],
            caller_key="k", ticket=SECRET, released_by="boss", triage_reason=f"of {id}",
        )
    )  # fmt: skip
    session.flush()
    speech = [[f"agent-{a}", 0.0, 1.0, 0, None] for a in agents]
    events = [{"party": f"agent-{a}", "kind": "hold"} for a in agents]
    at = {"conversation": id}
    session.add_all([
        tables.HeardRow(**at, speech=speech, events=events, provenance=[], heard_at=AT),
        tables.WantRow(**at, card="desk", asked_at=AT),
        desk.AssignmentRow(**at, reviewer="rita", given_by="boss", at=AT),
        desk.CommentRow(**at, text=f"whole of {id}", who="rita", at=AT),
        erasing.ErasedRow(**at, what="audio", rule=f"rule of {id}", begun_at=AT),
        erasing.HoldRow(**at, reason=f"court: {SECRET}", who="boss", at=AT),
        tables.EventRow(**at, at=AT, kind="override", who="rita", detail={"of": id}),
        desk.SearchableRow(**at, part=0, said="word", forms="word"),
    ])  # fmt: skip
    for place, agent in enumerate(agents):
        part(session, id, place, agent)


def part(session, id, place, agent):
    """Plant what is kept of one agent's part of a call; the customer speaks after them."""
    party, turn = f"agent-{agent}", 2 * place
    at, whose = {"conversation": id}, {"conversation": id, "card": "desk", "party": party}
    other = NAMES[THEIRS if agent == MINE else MINE]
    session.add(tables.PartyRow(**at, place=turn, party=party, role="agent", role_confidence=1,
                                role_source="roster", name=NAMES[agent], person=agent))  # fmt: skip
    for number, (who, said) in enumerate(((party, agent), ("customer", f"Thank you, {agent}"))):
        session.add(
            tables.TurnRow(
                **at, place=turn + number, party=who, role="agent" if who == party else "customer",
                text=f"I ask {other}, says {said}.", words=[], overlap=0, language="en",
                language_confidence=1, confidence=1,
            )
        )  # fmt: skip
    session.flush()
    session.add(tables.RedactedRow(**at, place=turn, kind=f"CARD_{agent}", turn=turn))
    made = tables.AssessmentRow(
        **whose, card_version=1, card_hash="h", machine={"mode": agent}, standing={},
        status="final", total=80, provenance={}, made_at=AT,
    )  # fmt: skip
    session.add(made)
    review = ReviewRow(**whose, reviewer=f"rita-{agent}", blind=True, started_at=AT)
    session.add(review)
    session.flush()
    quotes = [{"turn": t, "quote": f"quote of {a}", "kind": "hit"} for t, a in _turns(id, agent)]
    session.add_all([
        tables.FindingRow(assessment=made.id, place=0, item="greets", section="s", ask="?",
                          verdict="pass", standing="pass", kind="earns", weight=1,
                          evidence=quotes, reason=f"said by {agent}", advice=""),
        tables.OverrideRow(**whose, item="greets", verdict="fail", comment=f"for {agent}",
                           who="rita", at=AT, basis="b"),
        desk.BlindRow(review=review.id, item="greets", verdict="fail", comment=agent,
                      machine="pass", card_hash="h"),
        desk.CommentRow(**at, turn=turn, text=f"to {agent}, not {other}", who="rita", at=AT),
        desk.StarRow(**at, turn=turn, who="rita", thanks=f"thanks {agent}", at=AT),
        desk.SecondLookRow(**whose, item="greets", asked_by=f"login-{agent}",
                           comment=f"why {agent}", asked_at=AT, verdict="fail"),
        desk.AcknowledgedRow(**at, agent=agent, at=AT),
        desk.SoundConsentRow(**at, agent=agent, at=AT),
    ])  # fmt: skip


def _turns(id, agent):
    """Return turns that are quoted, each with who speaks: colleagues' words are evidence, too."""
    mine = 2 if id == "shared" and agent == MINE else 0
    return [(mine, agent), *([(2 - mine, THEIRS if agent == MINE else MINE)] * (id == "shared"))]


def person(session, agent):
    """Plant what is kept of an agent whatever calls they had."""
    login = f"login-{agent}"
    collection, draw = (
        f"collection-{agent}",
        DrawRow(
            made_at=AT, who="boss", seed=1, rule={"agents": [MINE, THEIRS]}, reason=f"for {agent}"
        ),
    )
    session.add_all([
        people.AgentRow(agent_id=agent, name=NAMES[agent], valid_from=date(2026, 1, 1)),
        people.AccountRow(id=f"id-{agent}", name=login, password=SECRET, agent_id=agent,
                          made_at=AT),
        people.ThrottleRow(key=key_of("account", login), failures=3, last_at=AT),
        tables.PublishedRow(card=f"card-{agent}", version=1, hash="h", source=SECRET, who=login,
                            at=AT),
        desk.CollectionRow(id=collection, name=f"Best of {agent}", owner="tina", made_at=AT,
                           changed_at=AT),
        tables.EventRow(at=AT, kind="password set", who="boss", detail={"account": login}),
        draw,
    ])  # fmt: skip
    session.flush()
    session.add_all([
        people.MembershipRow(account=f"id-{agent}", role="agent", team=agent, project="*"),
        people.SessionRow(digest=f"{SECRET}{agent}", account=f"id-{agent}", made_at=AT, seen_at=AT),
        people.TokenRow(id=f"token-{agent}", digest=f"{SECRET}{agent}", account=f"id-{agent}",
                        label=agent, scopes=[], made_at=AT, expires_at=AT),
        desk.PresenceRow(conversation=f"own-{agent}", who=login, seen_at=AT),
        DrawnRow(draw=draw.id, conversation="shared", agent=agent, of=9),
        desk.MomentRow(collection=collection, place=0, conversation=f"own-{agent}", first=0,
                       last=1, note=f"by {agent}"),
        desk.ShareRow(digest=f"{SECRET}s{agent}", collection=collection, made_by=f"t-{agent}",
                      made_at=AT, expires_at=AT),
    ])  # fmt: skip


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        with database.writing(opened._engine) as session:
            card(session)
            session.add(RunRow(host="h", recipe="r", began_at=AT, seen_at=AT))
            session.add(erasing.TombstoneRow(digest="d", conversation="gone", at=AT))
            for agent in (MINE, THEIRS):
                call(session, f"own-{agent}", agent)
            call(session, "shared", THEIRS, MINE)
            for agent in (MINE, THEIRS):
                person(session, agent)
        for agent in (MINE, THEIRS):
            opened.audit.record("boss", Act.FIGURES, Kind.AGENT, agent)
            opened.audit.record("rita", Act.SEEN, Kind.CONVERSATION, f"own-{agent}")
            opened.audit.record(f"login-{agent}", Act.HEARD, Kind.CONVERSATION, "shared")
            opened.audit.record("boss", Act.CHANGED, Kind.ACCOUNT, f"login-{agent}")
            opened.audit.record(
                "root", Act.EXPORTED, detail={"of": f"figures of agent {agent}", "format": "xlsx"}
            )
        yield opened


def everything(store, agent):
    found = store.agents.of(agent)
    return {table: list(found.rows(table)) for table in found.tables}


def test_every_table_is_told_of_or_says_why_not():
    told = {row.__tablename__ for row in OF_THEMSELVES} | {k.name for k in OF_CONVERSATIONS}
    assert told | {AUDIT} | NOTHING.keys() == set(METADATA.tables)
    assert not (told | {AUDIT}) & NOTHING.keys()
    assert set(TABLES) == told | {AUDIT}


#: What is a colleague's or the customer's, and only mentions them.
NAMED_IN_PASSING = {
    "role": {"customer"},
    "party": {f"agent-{THEIRS}"},
    "text": {f"to {THEIRS}, not {NAMES[MINE]}"},
    "reason": {f"said by {THEIRS}", f"for {THEIRS}"},
}


def test_nothing_that_is_stored_about_them_is_left_out(store):
    """Every row of every table that has their mark anywhere is there."""
    found, seen = everything(store, MINE), 0
    with database.reading(store._engine) as session:
        for mapper in Table._sa_registry.mappers:
            row = mapper.class_
            keys = [column.name for column in row.__table__.primary_key.columns]
            there = {
                tuple(str(one.get(k)) for k in keys) for one in found.get(row.__tablename__, ())
            }
            for one in session.exec(select(row)).all():
                plain = one.model_dump(mode="json")
                if MINE not in json.dumps(plain) or row.__tablename__ in NOTHING:
                    continue
                if any(plain.get(k) in words for k, words in NAMED_IN_PASSING.items()):
                    continue
                known = tuple(str(plain[k]) for k in keys) in there
                assert known or {"digest", "key"} & set(keys), plain
                seen += 1
    assert seen > 40
    assert [table for table, rows in found.items() if not rows] == []
    assert {r["object"] for r in found[AUDIT]} == {
        MINE, f"own-{MINE}", "shared", f"login-{MINE}", ""
    }  # fmt: skip


def test_nothing_of_colleagues_customers_or_doors_is_in_it(store):
    said = json.dumps(everything(store, MINE))
    for word in (THEIRS, NAMES[THEIRS], SECRET):
        assert word not in said, said[max(said.find(word) - 200, 0) : said.find(word) + 50]
    assert NAMES[MINE] in said
    assert f"quote of {MINE}" in said
    assert "[NAME]" in said
    # Of a call that both took part in: what was said of the whole may be of either.
    assert "whole of shared" not in said
    assert f"whole of own-{MINE}" in said


def test_words_that_exports_hide_more_of_are_left_out(store, ready_database):
    rule = Redaction(leave=("PHONE",))  # of all conversations; exports leave nothing
    settings = ready_database.model_copy(update={"redaction": (rule,)})
    with open_at(settings, lambda: AT) as stricter:
        found = everything(stricter, MINE)
    words = {turn["text"] for turn in found["turn"]} | {f["reason"] for f in found["finding"]}
    quotes = {e["quote"] for finding in found["finding"] for e in finding["evidence"]}
    assert words == quotes == {"[LEFT OUT]"}


def test_files_for_people_and_programs(store):
    written = {}
    for name, piece in files(store.agents.of(MINE)):
        written[name] = written.get(name, b"") + piece
    page = written["index.html"].decode()
    assert NAMES[MINE] in page
    assert 'href="csv/finding.csv"' in page
    findings = json.loads(written["json/finding.json"])
    assert len(findings) == 2
    rows = list(csv.DictReader(io.StringIO(written["csv/finding.csv"].decode("utf-8-sig"))))
    assert [r["reason"] for r in rows] == [f["reason"] for f in findings]
    for href in page.split('href="')[1:]:
        assert href.split('"')[0] in written
    with pytest.raises(NotFound, match="of an agent 'nobody'"):
        store.agents.of("nobody")
    assert AuditRow.__tablename__ == AUDIT
