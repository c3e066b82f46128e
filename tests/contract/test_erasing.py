"""Erasing on both databases: by rules, in batches, whatever comes between; and never what is held."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from planted import CARD, SCORE, heard, plant_files, plant_remarks, quoting, stages
from sqlmodel import select
from stores import Clock, open_at

from qa.errors import NotFound, UsageError
from qa.records import (
    Assessment,
    Channel,
    Heard,
    Metadata,
    Provenance,
    Verdict,
)
from qa.setting_parts import Retention, Source
from qa.store import State, database, name_worker
from qa.store.acts import Act
from qa.store.audit import Asked
from qa.store.desk.tables import SearchableRow
from qa.store.erasing.policies import What
from qa.store.erasing.rows import Order
from qa.store.erasing.tables import ErasedRow, TombstoneRow
from qa.store.tables import HeardRow, TurnRow
from qa.store.views import Filter, Judged
from qa.testing import make_call, make_chat, make_safe, make_turns

START = datetime(2026, 11, 3, 16, 45, tzinfo=UTC)
CANARY = "heliotrope"
NUMBER = "4929 1122 3344 5566"
LINES = [("agent", "Hello, this is Dana."), ("customer", f"My {CANARY} broke, [CARD_NUMBER].")]
RAW = [(party, text.replace("[CARD_NUMBER]", NUMBER)) for party, text in LINES]
WHO = "dana"


@pytest.fixture
def clock():
    return Clock(START)


@pytest.fixture
def opened(ready_database, clock):
    """Open the store with other settings; all of them are closed at the end."""
    stores = []

    def open_with(**changes):
        settings = ready_database.model_copy(update=changes)
        stores.append(open_at(settings, clock, total=total))
        return stores[-1]

    yield open_with
    for store in stores:
        store.close()


def total(_source, _findings, _overrides):
    return SCORE


def rule(name="all", **more):
    return Retention(name=name, **more)


def scored(store, id="call-1", *, folder=None, register=True, **meta):
    """Take a call through everything, with all that is kept of one."""
    metadata = Metadata(agent_id="7", started_at=START, **meta)
    if folder is None:
        call = make_call(id=id, uri=f"{id}.wav", metadata=metadata)
    else:
        path = folder / f"{id}.wav"
        path.write_bytes(id.encode() * 100)
        call = make_call(id=id, uri=str(path), metadata=metadata)
        from qa.audio.files import checksum

        sources = (call.audio[0].model_copy(update={"checksum": checksum(path)}),)
        call = call.model_copy(update={"audio": sources})
    if register:
        store.register(call, ["support"])
    job = store.claim(name_worker(), lease_s=60, only=[id])
    store.save_heard(id, heard(call, RAW, LINES))
    plant_files(store, call, CANARY)
    store.vault.put("original", f"{id}-0", CANARY.encode())
    store.save_assessments(id, CARD, [quoting(id, CANARY)])
    store.finish(job)
    plant_remarks(store, id, CANARY)
    return call


def run(store):
    return {one.conversation: one for one in store.erasing.run(who=WHO)}


def kept(store, id, call):
    """Say in a word what is there."""
    vault = store.vault
    with database.reading(store._engine) as session:
        text = session.exec(select(TurnRow).where(TurnRow.conversation == id)).first()
    try:
        scores = store.assessments(id)
    except NotFound:
        scores = ()
    there = {
        "playback": vault.has("playback", id),
        "peaks": vault.has("peaks", id),
        "original": vault.has("original", f"{id}-0"),
        "turns": vault.has("turns", id),
        "source": vault.has("conversation", id),
        "cache": stages(store).has(call.checksum),
        "text": text is not None,
        "scores": bool(scores),
    }
    return {name for name, is_there in there.items() if is_there}


ALL = {"playback", "peaks", "original", "turns", "source", "cache", "text", "scores"}


@pytest.mark.parametrize(
    ("days", "left"),
    [
        ({"audio_days": 0}, ALL - {"playback", "peaks", "original", "cache"}),
        ({"unredacted_days": 0}, ALL - {"turns", "cache", "source"}),
        ({"text_days": 0}, ALL - {"text"}),
        ({"scores_days": 0}, ALL - {"scores"}),
        ({"audio_days": 0, "unredacted_days": 0}, {"text", "scores"}),
        ({"audio_days": 0, "unredacted_days": 0, "text_days": 0}, {"scores"}),
        ({"audio_days": 0, "unredacted_days": 0, "text_days": 0, "scores_days": 0}, set()),
    ],
)
def test_each_kind_of_content_goes_by_itself(opened, days, left):
    store = opened(retention=(rule(**days),))
    call = scored(store)
    (done,) = run(store).values()
    assert done.ending == "erased"
    assert set(done.kinds.values()) == {"all"}
    assert kept(store, "call-1", call) == left
    assert done.whole is (not left)
    assert run(store) == {}, "a second run finds nothing to do"


def test_nothing_goes_before_its_day_and_the_rule_is_told(opened, clock):
    store = opened(retention=(rule("sound", audio_days=30),))
    call = scored(store)
    (fate,) = store.erasing.fates("call-1")
    assert (fate.what, fate.rule, fate.until) == (What.AUDIO, "sound", START + timedelta(days=30))
    assert run(store) == {}
    clock.pass_time(days=29.9)
    assert list(store.erasing.planned()) == []
    clock.pass_time(days=0.1)
    (planned,) = store.erasing.planned()
    assert dict(planned.kinds) == {What.AUDIO: "sound"}
    assert kept(store, "call-1", call) == ALL, "planning changes nothing"
    assert set(run(store)) == {"call-1"}
    (fate,) = store.erasing.fates("call-1")
    assert (fate.erased_at, fate.until) == (clock.now, None)


def test_without_its_text_no_quote_is_left_and_the_verdicts_stay(opened):
    store = opened(retention=(rule(text_days=0),))
    scored(store)
    run(store)
    (reviewed,) = store.assessments("call-1")
    (finding,) = reviewed.assessment.findings
    assert (finding.verdict, finding.evidence, finding.reason) == (Verdict.FAIL, (), "")
    (over,) = reviewed.overrides
    assert (over.verdict, over.comment) == (Verdict.PASS, "")
    assert store.remarks.comments("call-1") == ()
    assert store.searching.search("broke").items == ()
    assert not store.heard("call-1")
    # All of them, and all calls, are counted by other queries.
    assert store.counts().seconds == store.counts(Filter(channel=Channel.CALL)).seconds
    with pytest.raises(NotFound):
        store.safe("call-1")


def test_what_was_erased_is_not_judged_or_heard_again(opened):
    store = opened(retention=(rule(text_days=0),))
    call = scored(store)
    run(store)
    assert store.want(None, ["other"]) == 0
    assert store.retry() == 0
    assert store.claim(name_worker(), lease_s=60) is None
    assert store.register(call, ["other"]) is False
    assert store.summary("call-1").state is State.ERASED
    assert not store.vault.has("turns", "call-1") or store.claim("x/1/2", lease_s=1) is None


def test_what_was_erased_whole_does_not_come_back(opened):
    store = opened(retention=(rule(audio_days=0, unredacted_days=0, text_days=0, scores_days=0),))
    call = scored(store)
    run(store)
    for taken in (store.register(call, ["support"]), store.register_all([(call, ["support"])])[0]):
        assert taken is False
    assert set(store.erasing.erased_before([call])) == {"call-1"}
    assert store.counts().total == 0
    assert not store.vault.has("conversation", "call-1")
    other = call.model_copy(update={"id": "call-2", "checksum": "sha256:other"})
    assert store.register(other, ["support"]) is True
    with database.reading(store._engine) as session:
        (stone,) = session.exec(select(TombstoneRow)).all()
    assert call.checksum.removeprefix("sha256:") not in stone.digest


def test_a_conversation_that_is_being_worked_on_comes_next_time(opened):
    store = opened(retention=(rule(unredacted_days=0, text_days=0),))
    call = scored(store)
    store.want(["call-1"], None)
    job = store.claim(name_worker(), lease_s=60)
    assert run(store)["call-1"].ending == "busy"
    assert kept(store, "call-1", call) == ALL
    store.finish(job)
    assert run(store)["call-1"].ending == "erased"


def test_a_worker_that_comes_after_the_erasing_brings_nothing_back(opened):
    """Its claim was lost long ago; it hears the call to its end all the same."""
    store = opened(retention=(rule(unredacted_days=0, text_days=0),))
    call = make_call(id="call-1", metadata=Metadata(started_at=START))
    store.register(call, ["support"])
    late = store.claim(name_worker(), lease_s=60)
    store.release(late.worker)
    assert run(store)["call-1"].ending == "erased"
    heard = Heard(turns=make_turns(RAW), safe=make_safe(LINES, id="call-1"), provenance=())
    with pytest.raises(NotFound, match="was erased"):
        store.save_heard("call-1", heard)
    made = Assessment(conversation="call-1", card=CARD.ref, party=None, findings=(),
                      score=total("", (), ()), provenance=Provenance(stage="judge", engine="t"))  # fmt: skip
    with pytest.raises(NotFound, match="was erased"):
        store.save_assessments("call-1", CARD, [made])
    assert store.finish_all([Judged(job=late, heard=heard, made=[(CARD, [made])])]) == {}
    store.vault.put("playback", "call-1", b"sound")
    store.erasing.forget_late("call-1")
    assert kept(store, "call-1", call) == set()


def test_roles_cannot_be_swapped_back_into_words_that_are_gone(opened):
    store = opened(retention=(rule(unredacted_days=0),))
    scored(store)
    raw = store.raw_turns("call-1")
    run(store)
    store.raw_turns = lambda _: raw  # read just before they went
    with pytest.raises(NotFound, match="before redaction"):
        store.swap_roles("call-1", who="rev")
    assert not store.vault.has("turns", "call-1")


def test_what_is_held_stays_by_rules_and_on_request_until_the_hold_ends(opened, clock):
    store = opened(retention=(rule(audio_days=0, text_days=0),))
    call = scored(store)
    (hold,) = store.erasing.hold(["call-1"], reason="a  claim at court", who=WHO)
    assert hold.reason == "a claim at court"
    assert run(store)["call-1"].ending == "held"
    order = Order(dict.fromkeys(What, ""), request="r-1")
    (asked,) = store.erasing.erase({"call-1": order}, who=WHO)
    assert asked.ending == "held"
    assert kept(store, "call-1", call) == ALL
    store.erasing.unhold([hold.number], who=WHO)
    assert store.erasing.holds() == ()
    assert len(store.erasing.holds(ended=True)) == 1
    assert run(store)["call-1"].ending == "erased"
    acts = [e.act for e in store.audit.rows(Asked(who=WHO))]
    assert acts == [Act.HELD, Act.HELD, Act.ERASED]


def test_a_hold_has_a_reason_and_a_conversation(opened):
    store = opened()
    scored(store)
    with pytest.raises(UsageError, match="reason"):
        store.erasing.hold(["call-1"], reason="  ", who=WHO)
    with pytest.raises(NotFound):
        store.erasing.hold(["call-1", "none"], reason="court", who=WHO)
    assert store.erasing.holds() == (), "all of them, or none"
    with pytest.raises(NotFound):
        store.erasing.unhold([7], who=WHO)


@pytest.mark.parametrize("where", ["begin", "files", "end"])
def test_a_run_that_was_killed_is_taken_up_and_leaves_no_half(opened, monkeypatch, where):
    store = opened(retention=(rule(audio_days=0, unredacted_days=0, text_days=0, scores_days=0),))
    call = scored(store)

    class Killed(BaseException):
        pass

    def killed(*_, **__):
        raise Killed

    from qa.store.erasing import core
    from qa.store.erasing.files import Files

    with monkeypatch.context() as patched:
        if where == "begin":  # after its transaction, before any file
            patched.setattr(Files, "remove", killed)
        elif where == "files":
            patched.setattr(Files, "_settle", killed)
        else:
            patched.setattr(core.rows, "end", killed)
        with pytest.raises(Killed):
            run(store)
    # Whoever reads meanwhile is told of nothing: neither of text nor of a score.
    assert not store.heard("call-1")
    assert store.assessments("call-1") == ()
    assert store.summary("call-1").state is State.ERASED
    (planned,) = store.erasing.planned()
    assert set(planned.kinds) == set(What)
    assert run(store)["call-1"].whole
    assert kept(store, "call-1", call) == set()
    assert [p for p in store.vault.folder.rglob("*") if p.is_file()] == []


def test_a_file_that_cannot_be_removed_is_named_and_tried_again(opened, monkeypatch):
    store = opened(retention=(rule(audio_days=0),))
    scored(store)
    real = store.vault.drop

    def refused(kind, id):
        if kind == "playback":
            raise PermissionError(13, "Permission denied")
        return real(kind, id)

    with monkeypatch.context() as patched:
        patched.setattr(store.vault, "drop", refused)
        done = run(store)["call-1"]
    assert done.ending == "failed"
    assert any("Permission denied" in one for one in done.left)
    assert run(store)["call-1"].ending == "erased"


@pytest.mark.parametrize("owned", [True, False])
def test_a_recording_in_place_goes_only_where_its_source_is_ours(opened, tmp_path, owned):
    folder = tmp_path / "monitor"
    folder.mkdir()
    store = opened(
        retention=(rule(audio_days=0, unredacted_days=0, text_days=0, scores_days=0),),
        sources=(Source(path=folder, owned=owned),),
    )
    scored(store, folder=folder)
    (folder / "call-1.json").write_text('{"customer_ref": "K-77"}')
    (folder / "call-2.wav").write_bytes(b"another one's")
    done = run(store)["call-1"]
    assert (folder / "call-1.wav").exists() is not owned
    assert (folder / "call-1.json").exists() is not owned
    assert (folder / "call-2.wav").exists()
    assert done.outside == (() if owned else (str(folder / "call-1.wav"),))


def test_a_source_that_is_not_mounted_here_is_named_and_tried_again(opened, tmp_path):
    folder = tmp_path / "monitor"
    folder.mkdir()
    store = opened(retention=(rule(audio_days=0),), sources=(Source(path=folder, owned=True),))
    scored(store, folder=folder)
    folder.rename(tmp_path / "away")
    done = run(store)["call-1"]
    assert done.ending == "failed"
    assert "is it mounted?" in done.left[0]
    (tmp_path / "away").rename(folder)
    assert run(store)["call-1"].ending == "erased"
    assert list(folder.iterdir()) == []


def test_another_recording_under_the_same_name_stays(opened, tmp_path):
    folder = tmp_path / "monitor"
    folder.mkdir()
    store = opened(retention=(rule(audio_days=0),), sources=(Source(path=folder, owned=True),))
    scored(store, folder=folder)
    (folder / "call-1.wav").write_bytes(b"the recorder wrote a new one")
    done = run(store)["call-1"]
    assert (folder / "call-1.wav").exists()
    assert "another recording" in done.outside[0]


def test_where_a_recording_lies_is_known_as_long_as_it_lies_there(opened, tmp_path, clock):
    """So that a person can be told to delete it when its customer asks."""
    store = opened(retention=(rule(unredacted_days=0, audio_days=1),))
    call = scored(store, folder=tmp_path)
    run(store)
    bare = store.conversation("call-1")
    assert [one.uri for one in bare.audio] == [call.audio[0].uri]
    assert bare.metadata == Metadata()
    assert CANARY not in bare.model_dump_json()
    clock.pass_time(days=1)
    assert run(store)["call-1"].outside == (call.audio[0].uri,)
    assert store.vault.has("conversation", "call-1")
    (asked,) = store.erasing.erase(
        {"call-1": Order(dict.fromkeys(set(What) - {What.SCORES}, ""), request="r-1")}, who=WHO
    )
    assert not store.vault.has("conversation", "call-1")
    assert asked.outside == (call.audio[0].uri,)


def test_what_never_was_heard_is_erased_too_and_waits_no_more(opened):
    store = opened(retention=(rule(unredacted_days=0),))
    store.register(make_chat([("customer", f"My {CANARY}.")], id="chat-1"), ["support"])
    assert run(store)["chat-1"].ending == "erased"
    assert not store.vault.has("conversation", "chat-1")
    assert store.claim(name_worker(), lease_s=60) is None
    assert store.summary("chat-1").state is State.ERASED


def test_after_review_the_text_goes_and_at_the_latest_when_another_rule_says(opened, clock):
    store = opened(
        retention=(
            rule("checked", counted_from="reviewed", text_days=0),
            rule("latest", text_days=90),
        )
    )
    scored(store)
    scored(store, "call-2")
    assert run(store) == {}
    store.reviewing.finish("call-1", who="rev")
    assert {name: dict(one.kinds) for name, one in run(store).items()} == {
        "call-1": {What.TEXT: "checked"}
    }
    clock.pass_time(days=90)
    assert dict(run(store)["call-2"].kinds) == {What.TEXT: "latest"}


def test_many_go_in_batches_and_a_stopped_run_goes_on(opened, monkeypatch):
    from qa.store.erasing import core

    monkeypatch.setattr(core, "AT_ONCE", 2)
    monkeypatch.setattr(core, "LOOKED_AT", 3)
    store = opened(retention=(rule(text_days=0),))
    names = [f"chat-{n}" for n in range(7)]
    for name in names:
        store.register(make_chat([("customer", f"{name} {CANARY}")], id=name), [])
    stopped = store.erasing.run(who=WHO)
    first = [next(stopped).conversation for _ in range(3)]
    stopped.close()
    with database.reading(store._engine) as session:
        begun = session.exec(select(ErasedRow.conversation)).all()
    assert begun == names[:3], "the batches of a page; the rest was not begun"
    rest = run(store)
    assert sorted({*first, *begun, *rest}) == names
    assert not set(begun) & set(rest)
    with database.reading(store._engine) as session:
        for table in (TurnRow, SearchableRow, HeardRow):
            assert session.exec(select(table)).first() is None
