"""What the store promises, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import inspect, text
from stores import open_at

from qa.errors import (
    DatabaseTooNew,
    DiskFull,
    InputError,
    ModelError,
    NotFound,
    QaError,
    StoreError,
    UnknownName,
    UsageError,
)
from qa.records import (
    Assessment,
    CardRef,
    Channel,
    Direction,
    Evidence,
    EvidenceKind,
    Finding,
    Heard,
    Metadata,
    Provenance,
    RedactedSpan,
    Score,
    ScoreStatus,
    Triage,
    Verdict,
)
from qa.store import (
    Filter,
    Judged,
    State,
    Store,
    database,
    name_worker,
    open_store,
    results,
    streaming,
    upgrade,
)
from qa.store.catalogue import METADATA
from qa.store.migrations import REVISIONS
from qa.testing import make_call, make_chat, make_safe, make_turns

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "4111 1111 1111 1111"
LINES = [("agent", "Hello, how can I help?"), ("customer", "My card is [CARD_NUMBER]")]


class Clock:
    """Time that passes when a test says so, and a microsecond at each look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Card:
    """As much of a scorecard as the store looks at."""

    ref: CardRef
    source: str


def card(id: str = "support", version: int = 1) -> Card:
    return Card(
        ref=CardRef(id=id, version=version, hash=f"sha256:{id}-{version}"),
        source=f"id: {id}\nversion: {version}\n",
    )


def total(source, findings, overrides):
    """Share of items passed: the real arithmetic is scoring's, and tested there."""
    assert source.startswith("id: ")
    verdicts = {f.item: f.verdict for f in findings} | {o.item: o.verdict for o in overrides}
    passed = [v for v in verdicts.values() if v is Verdict.PASS]
    share = 100 * len(passed) / len(verdicts)
    return Score(status=ScoreStatus.FINAL, mode="items", total=share, passed=share >= 80)


def finding(item: str, verdict: Verdict, quote: str = "") -> Finding:
    hits = (
        Evidence(kind=EvidenceKind.HIT, turn=0, char_start=0, char_end=len(quote), quote=quote),
    )
    return Finding(
        item=item,
        section="service",
        ask=f"Did the agent do {item}?",
        verdict=verdict,
        value={Verdict.PASS: 1.0, Verdict.FAIL: 0.0}.get(verdict),
        evidence=hits if quote else (),
    )


def assessment(id: str, *findings: Finding, made_by: Card | None = None, party="agent"):
    made_by = made_by or card()
    return Assessment(
        conversation=id,
        card=made_by.ref,
        party=party,
        findings=findings,
        score=total(made_by.source, findings, ()),
        provenance=Provenance(stage="judge", engine="test"),
    )


def heard(id: str, **options) -> Heard:
    raw = make_turns([(p, t.replace("[CARD_NUMBER]", SECRET)) for p, t in LINES])
    safe = make_safe(LINES, id=id, **options)
    span = RedactedSpan(kind="CARD_NUMBER", turn=1, start=2.9, end=4.1)
    return Heard(
        turns=raw,
        safe=safe.model_copy(update={"redacted": (span,)}),
        provenance=(Provenance(stage="transcribe", engine="fake"),),
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(ready_database, clock):
    with open_at(ready_database, clock, total=total) as opened:
        yield opened


def scored(store: Store, call, *findings: Finding) -> str:
    """Take a call through everything, as a worker does."""
    store.register(call, ["support"])
    job = store.claim(name_worker(), lease_s=60, only=[call.id])
    store.save_heard(call.id, heard(call.id, metadata=call.metadata))
    store.save_assessments(call.id, card(), [assessment(call.id, *findings)])
    assert store.finish(job) is State.DONE
    return call.id


# --- schema ----------------------------------------------------------------------------


def test_migrations_make_exactly_the_models_tables(empty_database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    assert upgrade(empty_database) == ""
    engine = database.make_engine(database.address(empty_database))
    with engine.connect() as connection:
        opts = {"compare_type": True, "include_object": _is_modelled}
        context = MigrationContext.configure(connection, opts=opts)
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def _is_modelled(_thing, name, *_):
    """Whether models tell of it: each database indexes words in its own way."""
    return not (name or "").startswith(("spoken", "ix_searchable_"))


def test_an_upgrade_may_be_run_again(ready_database):
    assert upgrade(ready_database) == REVISIONS[-1]
    open_store(ready_database).close()


def test_a_database_of_a_newer_program_is_refused_and_left_alone(ready_database):
    _set_revision(ready_database, "9999")
    for attempt in (open_store, upgrade):
        with pytest.raises(DatabaseTooNew, match="9999") as refused:
            attempt(ready_database)
        assert "Install" in refused.value.mend


@pytest.mark.postgres
def test_a_server_database_is_set_up_only_when_asked_to(empty_postgres):
    with pytest.raises(StoreError, match="not set up") as refused:
        open_store(empty_postgres)
    assert refused.value.mend == "Run: qa db upgrade"


@pytest.mark.postgres
def test_many_machines_may_upgrade_at_once(empty_postgres):
    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(upgrade, [empty_postgres] * 4))) == 4
    open_store(empty_postgres).close()


def _set_revision(settings, revision: str) -> None:
    engine = database.make_engine(database.address(settings))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
    engine.dispose()


# --- coming in -------------------------------------------------------------------------


def test_the_same_content_twice_is_one_conversation_and_new_wants_are_added(store):
    call = make_call()
    assert store.register(call, ["support"]) is True
    assert store.register(call.model_copy(update={"source": "copy.wav"}), ["sales"]) is False
    assert store.counts().total == 1
    assert store.summary(call.id).wanted == ("sales", "support")


def test_an_id_of_other_content_is_refused(store):
    store.register(make_call(uri="a.wav"), [])
    with pytest.raises(InputError, match="belongs to other content"):
        store.register(make_call(uri="b.wav"), [])


def test_many_are_taken_in_at_once_as_one_by_one(store):
    known = make_chat(LINES, id="known")
    store.register(known, ["support"])
    new, other = make_chat([("agent", "Hi")], id="new"), make_call(id="other")
    taken = make_chat([("agent", "Something else")], id="known")
    came = store.register_all(
        [(new, ["support", "sales", "support"]), (known, ["sales"]), (new, ["late"]), (taken, []),
         (other, [])]
    )  # fmt: skip
    assert came[:3] == [True, False, False]
    assert isinstance(came[3], InputError)
    assert came[4] is True
    wanted = {s.id: set(s.wanted) for s in store.list().items}
    assert wanted == {
        "new": {"support", "sales", "late"}, "known": {"support", "sales"}, "other": set(),
    }  # fmt: skip
    assert [store.conversation(c.id) for c in (new, known, other)] == [new, known, other]
    assert store.claim(name_worker(), lease_s=60, loads=["text"]).id == "known"


def test_of_many_nothing_is_kept_where_one_finds_no_room(store, monkeypatch):
    def full(*_, **__):
        raise DiskFull("No room left.")

    chats = [(make_chat([("agent", str(n))], id=f"c{n}"), []) for n in range(20)]
    with monkeypatch.context() as patch:
        patch.setattr("qa.store.taking.results.insert_all", full)
        with pytest.raises(DiskFull):
            store.register_all(chats)
    assert store.list().items == ()
    assert not [c for c, _ in chats if store.vault.has("conversation", c.id)]
    assert store.register_all(chats) == [True] * 20


def test_a_conversation_comes_back_as_it_was_found(store):
    chat = make_chat([("customer", f"it is {SECRET}"), ("agent", "thanks")])
    store.register(chat, [])
    assert store.conversation(chat.id) == chat


def test_an_unheard_recording_that_moved_is_read_from_its_new_place(store):
    call = make_call()
    store.register(call, ["support"])
    store.fail(store.claim("w", lease_s=60), InputError("gone", "bring it back"))
    moved = call.model_copy(update={"source": "new/call-1.wav"})
    assert store.register(moved, ["support"]) is False
    assert store.conversation(call.id).source == "new/call-1.wav"
    assert store.summary(call.id).state is State.WAITING


def test_what_was_heard_comes_back_equal(store):
    call = make_call()
    store.register(call, [])
    made = heard(call.id)
    assert not store.heard(call.id)
    with pytest.raises(NotFound, match="not been heard"):
        store.safe(call.id)
    store.save_heard(call.id, made)
    store.save_heard(call.id, made)  # as after a crash
    assert store.heard(call.id)
    assert store.safe(call.id) == made.safe
    assert store.raw_turns(call.id) == made.turns


def test_a_conversation_is_read_in_outline_and_its_words_where_they_are_wanted(store):
    call = make_call()
    store.register(call, [])
    made = heard(call.id)
    store.save_heard(call.id, made)
    bare = tuple(turn.model_copy(update={"words": ()}) for turn in made.safe.turns)
    assert store.outline(call.id) == made.safe.model_copy(update={"turns": bare})
    assert store.turns(call.id, 1, 1) == made.safe.turns[1:2]
    assert store.turns(call.id, 0, 99) == made.safe.turns


def test_chat_messages_without_times_come_back_equal(store):
    chat = make_chat(LINES, seconds_between=None)
    store.register(chat, [])
    made = heard(chat.id, channel=Channel.CHAT, timed=False, triage=Triage.UNANSWERED)
    store.save_heard(chat.id, made)
    assert store.safe(chat.id) == made.safe


def test_no_table_holds_what_was_redacted(store, ready_database):
    chat = make_chat([("customer", f"it is {SECRET}")])
    store.register(chat, ["support"])
    store.save_heard(chat.id, heard(chat.id))
    quoted = finding("greeting", Verdict.PASS, "Hello")
    store.save_assessments(chat.id, card(), [assessment(chat.id, quoted)])
    engine = database.make_engine(database.address(ready_database))
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        rows = [
            str(row) for t in tables for row in connection.execute(text(f'SELECT * FROM "{t}"'))
        ]
    engine.dispose()
    assert any("[CARD_NUMBER]" in row for row in rows)
    assert not any("4111" in row for row in rows)


def test_a_text_that_no_database_keeps_is_refused_and_changes_nothing(store):
    call = make_call()
    store.register(call, [])
    made = heard(call.id)
    broken = made.safe.turns[0].model_copy(update={"text": "a\x00b", "words": ()})
    with pytest.raises(InputError, match="NUL"):
        store.save_heard(
            call.id,
            made.model_copy(update={"safe": made.safe.model_copy(update={"turns": (broken,)})}),
        )
    assert not store.heard(call.id)


# --- the queue ---------------------------------------------------------------------------


def test_a_conversation_is_claimed_once(store):
    store.register(make_call(), ["support"])
    job = store.claim("one", lease_s=60)
    assert (job.needs, job.attempt, job.scorecards) == ("listen", 1, ("support",))
    assert store.claim("two", lease_s=60) is None
    assert store.summary(job.id).state is State.WORKING


def chats(store: Store, *ids: str) -> None:
    for name in ids:
        store.register(make_chat([("agent", "Hello."), ("customer", name)], id=name), ["support"])


def test_chats_are_claimed_together_and_calls_alone(store):
    store.register(make_call(id="call-1"), ["support"])
    store.register(make_call(id="call-2"), [])
    chats(store, "chat-1", "chat-2", "chat-3")
    store.want(["chat-2"], ["other"])

    def claimed(**options) -> list[str]:
        return [job.id for job in store.claim_some("w", lease_s=60, **options)]

    some = store.claim_some("w", lease_s=60, most=2)
    assert [(job.id, job.scorecards) for job in some] == [
        ("chat-1", ("support",)),
        ("chat-2", ("other", "support")),
    ]
    assert claimed(most=8) == ["chat-3"]
    assert claimed(most=8) == ["call-1"]
    assert claimed(most=8) == ["call-2"]
    assert claimed(most=8) == []


def test_with_a_chat_that_is_asked_for_come_others_that_are_next_but_with_a_call_none(store):
    chats(store, "chat-1", "chat-2", "chat-3", "chat-4")
    store.register(make_call(id="call-1", uri="call-1.wav"), ["support"])

    def claimed(one: str, most: int) -> list[str]:
        jobs = store.claim_some("w", lease_s=60, most=most, only=[one], with_others=True)
        return [job.id for job in jobs]

    assert claimed("chat-3", most=3) == ["chat-3", "chat-1", "chat-2"]
    assert claimed("chat-3", most=3) == []  # it waits no more, so none comes with it
    assert claimed("call-1", most=3) == ["call-1"]
    assert store.waiting() == 1


def test_a_chat_that_was_tried_before_is_claimed_alone(store, clock):
    """So a process that dies of one of several takes the others along once at most."""
    chats(store, "chat-1", "chat-2", "chat-3")
    assert len(store.claim_some("w", lease_s=60, most=2)) == 2
    clock.pass_seconds(61)
    claimed = [[job.id for job in store.claim_some("other", lease_s=60, most=8)] for _ in range(3)]
    assert claimed == [["chat-1"], ["chat-2"], ["chat-3"]]


def test_many_claims_of_some_at_once_give_each_conversation_to_one_worker(store):
    names = sorted(f"chat-{n}" for n in range(24))
    chats(store, *names)

    def work(worker: str) -> list[str]:
        taken = []
        while jobs := store.claim_some(worker, lease_s=60, most=3):
            taken += [job.id for job in jobs]
            store.finish_all([Judged(job=job, heard=heard(job.id), made=[]) for job in jobs])
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [each for ids in pool.map(work, "abcd") for each in ids]
    assert sorted(taken) == names


def test_what_came_of_some_is_kept_as_one_by_one(store):
    chats(store, "chat-1", "chat-2", "chat-3")
    first = store.claim("w", lease_s=60)
    made = assessment("chat-1", finding("greeting", Verdict.PASS, "Hello."))
    store.save_heard("chat-1", heard("chat-1"))
    store.save_assessments("chat-1", card(), [made])
    store.finish(first)
    jobs = store.claim_some("w", lease_s=60, most=8)
    states = store.finish_all(
        [
            Judged(
                job=job,
                heard=heard(job.id),
                made=[(card(), [assessment(job.id, *made.findings)])],
            )
            for job in jobs
        ]
    )
    assert states == {"chat-2": State.DONE, "chat-3": State.DONE}
    one, *others = (store.safe(f"chat-{n}") for n in (1, 2, 3))
    assert [o.model_copy(update={"id": one.id}) for o in others] == [one, one]
    assert store.raw_turns("chat-3") == store.raw_turns("chat-1")
    for name in ("chat-2", "chat-3"):
        (reviewed,) = store.assessments(name)
        assert reviewed.assessment == made.model_copy(update={"conversation": name})


def test_of_some_those_that_another_has_by_now_are_not_kept(store, clock):
    chats(store, "chat-1", "chat-2")
    jobs = store.claim_some("slow", lease_s=60, most=2)
    clock.pass_seconds(61)
    theirs = store.claim("quick", lease_s=60, only=["chat-1"])
    states = store.finish_all([Judged(job=job, heard=heard(job.id), made=[]) for job in jobs])
    assert states == {}
    assert not store.heard("chat-1")
    assert store.finish(theirs) is not None


def test_humans_verdicts_outlive_a_re_score_of_some(store):
    for n in (1, 2):
        scored(store, make_chat(LINES, id=f"chat-{n}"), finding("greeting", Verdict.FAIL))
    store.override("chat-1", "support", "greeting", Verdict.PASS, "heard it", "ann")
    store.want(None, None)
    jobs = store.claim_some("w", lease_s=60, most=8)
    assert [job.needs for job in jobs] == ["judge", "judge"]
    again = [(card(), [assessment(job.id, finding("greeting", Verdict.FAIL))]) for job in jobs]
    store.finish_all(
        [Judged(job=job, heard=None, made=[each]) for job, each in zip(jobs, again, strict=True)]
    )
    standing = {n: store.assessments(f"chat-{n}")[0].score.total for n in (1, 2)}
    assert standing == {1: 100, 2: 0}


def test_many_claims_at_once_give_each_conversation_to_one_worker(store):
    for n in range(12):
        store.register(make_call(id=f"call-{n}"), ["support"])

    def work(worker: str) -> list[str]:
        taken = []
        while job := store.claim(worker, lease_s=60):
            taken.append(job.id)
        return taken

    with ThreadPoolExecutor(4) as pool:
        taken = [each for ids in pool.map(work, "abcd") for each in ids]
    assert sorted(taken) == sorted(f"call-{n}" for n in range(12))


def test_what_costs_little_comes_first_then_the_order_of_arrival(store):
    store.register(make_call(id="call-b"), ["support"])
    store.register(make_call(id="call-a"), ["support"])
    store.register(make_chat(LINES, id="chat-z"), ["support"])
    order = [store.claim("w", lease_s=60).id for _ in range(3)]
    assert order == ["chat-z", "call-b", "call-a"]


def test_a_worker_without_models_is_given_text_alone(store):
    store.register(make_call(), ["support"])
    assert store.claim("w", lease_s=60, loads=["text"]) is None
    store.save_heard("call-1", heard("call-1"))  # heard before: to judge it takes no model
    job = store.claim("w", lease_s=60, loads=["text"])
    assert (job.needs, job.load) == ("judge", "text")


def test_claims_keep_to_the_ids_they_were_given_however_many(store):
    store.register(make_call(id="call-1"), ["support"])
    store.register(make_call(id="call-2"), ["support"])
    many = [f"other-{n}" for n in range(40_000)]
    assert store.claim("w", lease_s=60, only=many) is None
    assert store.claim("w", lease_s=60, only=[*many, "call-2"]).id == "call-2"
    assert (store.waiting(["call-1"]), store.waiting(many)) == (1, 0)


def test_what_is_to_be_left_for_later_is_not_claimed(store):
    for n in (1, 2):
        store.register(make_call(id=f"call-{n}"), ["support"])
    assert store.claim("w", lease_s=60, skip=["call-1"]).id == "call-2"
    assert store.next_due(skip=["call-1"]) is None
    assert store.claim("w", lease_s=60).id == "call-1"


def test_a_lease_that_ran_out_is_given_to_another_and_counts_an_attempt(store, clock):
    store.register(make_call(), ["support"])
    first = store.claim("elsewhere", lease_s=60)
    clock.pass_seconds(30)
    assert store.renew([first], lease_s=60) == {first.id}
    clock.pass_seconds(45)
    assert store.claim("other", lease_s=60) is None
    clock.pass_seconds(30)
    second = store.claim("other", lease_s=60)
    assert second.attempt == 2
    # The first one was only slow; what it reports now is about a claim it lost.
    assert store.renew([first], lease_s=60) == set()
    assert store.finish(first) is None
    assert store.fail(first, InputError("late", "")) is None
    assert store.finish(second) is State.DONE


def test_a_recording_that_takes_its_worker_down_every_time_fails(store, clock):
    store.register(make_call(), ["support"])
    for _ in range(2):
        assert store.claim("elsewhere", lease_s=60)
        clock.pass_seconds(61)
    assert store.claim("elsewhere", lease_s=60) is None
    summary = store.summary("call-1")
    assert summary.state is State.FAILED
    assert "attempt 2" in summary.error_reason
    assert "--retry failed" in summary.error_mend


def test_bad_input_fails_at_once_and_says_why(store):
    store.register(make_call(), ["support"])
    job = store.claim("w", lease_s=60)
    assert store.fail(job, InputError("It is empty.", "Record it again.")) is State.FAILED
    summary = store.summary(job.id)
    assert (summary.error_reason, summary.error_mend) == ("It is empty.", "Record it again.")
    assert store.claim("w", lease_s=60) is None


def test_other_failures_are_tried_again_later(store, clock):
    store.register(make_call(), ["support"])
    assert store.fail(store.claim("w", lease_s=60), QaError("Odd.", "")) is State.WAITING
    assert store.claim("w", lease_s=60) is None
    assert store.next_due() > clock.now
    clock.pass_seconds(5)
    second = store.claim("w", lease_s=60)
    assert second.attempt == 2
    assert store.fail(second, QaError("Odd.", "")) is State.FAILED
    assert store.next_due() is None


def test_a_clock_that_is_set_back_holds_nothing_up_and_has_nothing_judged_twice(store, clock):
    store.register(make_call(), ["support"])
    store.fail(store.claim("w", lease_s=60), QaError("Odd.", ""))
    clock.pass_seconds(-3600)  # all that was asked for, and put off, lies in the future now
    job = store.claim("w", lease_s=60)
    assert job is not None
    assert store.finish(job) is State.DONE
    assert store.claim("w", lease_s=60) is None


def test_what_is_asked_for_anew_is_judged_again_though_the_clock_was_set_back(store, clock):
    store.register(make_call(), ["support"])
    job = store.claim("w", lease_s=60)
    clock.pass_seconds(-3600)
    assert store.want([job.id], None) == 1
    assert store.finish(job) is State.WAITING
    assert store.claim("w", lease_s=60).scorecards == ("support",)


def test_failed_conversations_come_back_by_a_retry_alone(store):
    for n in (1, 2):
        store.register(make_call(id=f"call-{n}"), ["support"])
        store.fail(store.claim("w", lease_s=60), InputError("Bad.", ""))
    assert store.want(None, None) == 0
    assert store.retry(["call-2"]) == 1
    job = store.claim("w", lease_s=60)
    assert (job.id, job.attempt) == ("call-2", 1)
    store.finish(job)
    assert store.summary("call-2").error_reason == ""
    assert store.retry() == 1


def test_a_machine_that_cannot_do_it_gives_it_back_without_an_attempt(store):
    store.register(make_call(), ["support"])
    job = store.claim("w", lease_s=60)
    assert store.hold(job, ModelError("No weights.", "Run: qa models pull")) is True
    summary = store.summary(job.id)
    assert (summary.state, summary.attempts) == (State.WAITING, 0)
    assert summary.error_mend == "Run: qa models pull"


def test_an_interrupted_worker_gives_all_back_without_an_attempt(store):
    for n in (1, 2):
        store.register(make_call(id=f"call-{n}"), ["support"])
        store.claim("mine" if n == 1 else "other", lease_s=60)
    assert store.release("mine") == 1
    assert store.summary("call-1").state is State.WAITING
    assert store.claim("other", lease_s=60).attempt == 1
    assert store.summary("call-2").state is State.WORKING


def test_a_triaged_conversation_is_counted_and_not_done(store):
    store.register(make_call(), ["support"])
    job = store.claim("w", lease_s=60)
    store.save_heard(job.id, heard(job.id, triage=Triage.VOICEMAIL))
    store.save_assessments(job.id, card(), [])
    assert store.finish(job) is State.TRIAGED
    counts = store.counts()
    assert (counts.triaged, counts.states) == ({Triage.VOICEMAIL: 1}, {State.TRIAGED: 1})


# --- scoring again -----------------------------------------------------------------------


def test_scoring_again_judges_and_does_not_listen(store):
    call = scored(store, make_call(), finding("greeting", Verdict.PASS))
    assert store.claim("w", lease_s=60) is None
    assert store.want([call], None) == 1
    job = store.claim("w", lease_s=60)
    assert (job.needs, job.load, job.scorecards) == ("judge", "text", ("support",))


def test_a_further_card_is_wanted_beside_those_done(store):
    call = scored(store, make_call(), finding("greeting", Verdict.PASS))
    unheard = make_call(id="call-2")
    store.register(unheard, ["support"])
    assert store.want(None, ["sales"]) == 2
    assert store.summary(call).wanted == ("sales",)
    assert store.summary("call-2").wanted == ("sales", "support")
    with pytest.raises(NotFound):
        store.want(["nobody"], ["sales"])


def test_what_was_asked_for_meanwhile_still_waits(store):
    store.register(make_call(), ["support"])
    job = store.claim("w", lease_s=60)
    store.save_heard(job.id, heard(job.id))
    store.want([job.id], ["support", "sales"])
    assert store.finish(job) is State.WAITING
    again = store.claim("w", lease_s=60)
    assert (again.needs, again.scorecards) == ("judge", ("sales", "support"))


def test_a_new_version_replaces_the_score_and_keeps_the_old_card(store):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    newer = card(version=2)
    store.save_assessments(
        call, newer, [assessment(call, finding("greeting", Verdict.PASS), made_by=newer)]
    )
    (now,) = store.assessments(call)
    assert (now.assessment.card.version, now.score.total) == (2, 100)
    assert "version: 1" in store.card_source(card().ref.hash)


def test_two_processes_may_use_a_new_card_for_the_first_time_at_once(store):
    for name in ("call-1", "call-2"):
        store.register(make_call(id=name), ["support"])
        store.save_heard(name, heard(name))
    made = assessment("call-2", finding("greeting", Verdict.PASS))
    with ThreadPoolExecutor(1) as other:
        with database.writing(store._engine) as session:
            results.freeze(session, card(), now=START)
            # It sees no card yet, and waits for who came first.
            saved = other.submit(store.save_assessments, "call-2", card(), [made])
            with pytest.raises(TimeoutError):
                saved.result(0.5)
        saved.result(30)
    assert len(store.assessments("call-2")) == 1


def test_an_assessment_comes_back_equal(store):
    made = assessment(
        "call-1", finding("greeting", Verdict.PASS, "Hello"), finding("close", Verdict.REVIEW)
    )
    store.register(make_call(), [])
    store.save_assessments("call-1", card(), [made])
    (found,) = store.assessments("call-1")
    assert found.assessment == made
    assert (found.overrides, found.history, found.score) == ((), (), made.score)


# --- humans' verdicts ----------------------------------------------------------------------


def test_a_humans_verdict_stands_beside_the_machines(store):
    call = scored(
        store, make_call(), finding("greeting", Verdict.FAIL), finding("close", Verdict.PASS)
    )
    now = store.override(call, "support", "greeting", Verdict.PASS, "She did.", "ann")
    assert (now.score.total, now.assessment.score.total) == (100, 50)
    assert now.assessment.findings[0].verdict is Verdict.FAIL
    assert now.standing(now.assessment.findings[0]) is Verdict.PASS
    assert [(e.action, e.who, e.verdict) for e in now.history] == [
        ("scored", "", Verdict.FAIL),
        ("override", "ann", Verdict.PASS),
    ]
    assert store.assessments(call) == (now,)
    assert store.summary(call).scores[0].total == 100
    assert store.summary(call).scores[0].failed == ()


def test_a_second_verdict_replaces_the_first_and_both_are_remembered(store):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    store.override(call, "support", "greeting", Verdict.PASS, "", "ann")
    now = store.override(call, "support", "greeting", Verdict.NOT_APPLICABLE, "dropped", "bob")
    assert [o.who for o in now.overrides] == ["bob"]
    assert [e.who for e in now.history] == ["", "ann", "bob"]


def test_undo_brings_the_machines_verdict_back(store):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    store.override(call, "support", "greeting", Verdict.PASS, "", "ann")
    now = store.undo_override(call, "support", "greeting", "bob")
    assert (now.overrides, now.score.total) == ((), 0)
    assert [(e.action, e.who) for e in now.history][1:] == [("override", "ann"), ("undo", "bob")]
    with pytest.raises(NotFound, match="nothing to undo"):
        store.undo_override(call, "support", "greeting", "bob")
    assert [(e.kind, e.who) for e in store.log(call)] == [("override", "ann"), ("undo", "bob")]


@pytest.mark.parametrize(
    ("now_said", "again"),
    [
        pytest.param(finding("greeting", Verdict.FAIL, "Hello"), False, id="same quote"),
        pytest.param(finding("greeting", Verdict.FAIL, "Hi"), True, id="other quote"),
        pytest.param(finding("greeting", Verdict.PASS, "Hello"), True, id="other verdict"),
    ],
)
def test_a_humans_verdict_outlives_a_re_score(store, now_said, again):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL, "Hello"))
    store.override(call, "support", "greeting", Verdict.PASS, "", "ann")
    newer = card(version=2)
    store.save_assessments(call, newer, [assessment(call, now_said, made_by=newer)])
    (now,) = store.assessments(call)
    assert (now.score.total, now.overrides[0].confirm_again) == (100, again)
    assert [p.id for p in store.list(Filter(needs_review=True)).items] == ([call] if again else [])
    confirmed = store.override(call, "support", "greeting", Verdict.PASS, "", "ann")
    assert confirmed.overrides[0].confirm_again is False


def test_a_humans_verdict_counts_for_the_agent_it_is_about(store):
    store.register(make_call(), [])
    both = [
        assessment("call-1", finding("greeting", Verdict.FAIL), party=p)
        for p in ("agent", "agent-2")
    ]
    store.save_assessments("call-1", card(), both)
    with pytest.raises(UsageError, match="several agents") as asked:
        store.override("call-1", "support", "greeting", Verdict.PASS, "", "ann")
    assert "agent-2" in asked.value.mend
    store.override("call-1", "support", "greeting", Verdict.PASS, "", "ann", party="agent-2")
    assert {r.assessment.party: r.score.total for r in store.assessments("call-1")} == {
        "agent": 0,
        "agent-2": 100,
    }


@pytest.mark.parametrize(
    ("item", "verdict", "value", "error"),
    [
        ("greting", Verdict.PASS, None, UnknownName),
        ("greeting", Verdict.REVIEW, None, UsageError),
        ("greeting", Verdict.PARTIAL, None, UsageError),
        ("greeting", Verdict.PARTIAL, 1.5, UsageError),
        ("greeting", Verdict.FAIL, 1.0, UsageError),
    ],
)
def test_a_verdict_that_makes_no_sense_is_refused(store, item, verdict, value, error):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    with pytest.raises(error):
        store.override(call, "support", item, verdict, "", "ann", value=value)
    assert store.assessments(call)[0].history == ()


def test_a_verdict_without_a_score_is_refused(store):
    store.register(make_call(), [])
    with pytest.raises(NotFound, match="no score by 'support'"):
        store.override("call-1", "support", "greeting", Verdict.PASS, "", "ann")
    with pytest.raises(NotFound, match="no conversation"):
        store.override("nobody", "support", "greeting", Verdict.PASS, "", "ann")


# --- roles and the journal -------------------------------------------------------------


def test_roles_turned_round_are_kept_and_judged_again(store):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    heard_before = store.safe(call)
    assert store.swap_roles(call, who="ann") == 1
    assert [t.party for t in store.safe(call).turns] == ["customer", "agent"]
    assert [t.party for t in store.raw_turns(call)] == ["customer", "agent"]
    assert [s.speaker for s in store.safe(call).speech] == ["customer", "agent"]
    assert SECRET in store.raw_turns(call)[1].text
    job = store.claim("w", lease_s=60)
    assert (job.needs, job.scorecards) == ("judge", ("support",))
    store.finish(job)
    store.swap_roles(call, who="ann")
    assert store.safe(call).turns == heard_before.turns
    assert [(e.kind, e.who) for e in store.log(call)] == [("roles swapped", "ann")] * 2


def test_only_what_was_heard_can_be_turned_round(store):
    with pytest.raises(NotFound):
        store.swap_roles("nobody", who="ann")
    store.register(make_call(), [])
    with pytest.raises(NotFound):
        store.swap_roles("call-1", who="ann")


def test_a_look_into_the_vault_is_written_down(store):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    with store.vault.open("turns", call, who="ann", reason="complaint 7") as found:
        assert SECRET.encode() in found.read()
    (entry,) = store.log(call)
    assert (entry.kind, entry.who, entry.detail["reason"]) == ("vault opened", "ann", "complaint 7")


# --- lists -------------------------------------------------------------------------------


def fill(store: Store) -> None:
    for n in range(7):
        meta = Metadata(
            direction=Direction.INBOUND if n % 2 else Direction.OUTBOUND,
            queue="loans" if n < 3 else "cards",
            project="bank",
            agent_id=f"a{n % 2}",
            agent_name="Ann" if n % 2 else "Bob",
            # Two of them begin at the very same moment.
            started_at=START - timedelta(days=max(n, 1)),
        )
        verdict = Verdict.FAIL if n < 2 else Verdict.PASS
        scored(store, make_call(id=f"call-{n}", metadata=meta), finding("greeting", verdict))
    store.register(make_chat(LINES, id="chat-1"), ["support"])


def test_pages_follow_one_another_without_gap_or_repeat(store):
    fill(store)
    pages, after = [], None
    while True:
        page = store.list(after=after, limit=3)
        pages.append([item.id for item in page.items])
        if page.next is None:
            break
        after = page.next
        # What arrives meanwhile is newer, and does not move what is still to come.
        store.register(make_chat([("agent", str(len(pages)))], id=f"late-{len(pages)}"), [])
    assert pages == [
        ["chat-1", "call-1", "call-0"],
        ["call-2", "call-3", "call-4"],
        ["call-5", "call-6"],
    ]


@pytest.mark.parametrize(
    ("filter", "expected"),
    [
        (Filter(state=State.WAITING), {"chat-1"}),
        (Filter(channel=Channel.CHAT), {"chat-1"}),
        (Filter(queue="loans"), {"call-0", "call-1", "call-2"}),
        (Filter(project="shop"), set()),
        (Filter(agent="a1", queue="loans"), {"call-1"}),
        (Filter(agent="Bob", queue="loans"), {"call-0", "call-2"}),
        (Filter(failed_item="greeting"), {"call-0", "call-1"}),
        (Filter(failed_item="greeting", card="sales"), set()),
        (Filter(max_score=50), {"call-0", "call-1"}),
        (Filter(min_score=50, queue="loans"), {"call-2"}),
        (
            Filter(status=ScoreStatus.FINAL, since=START - timedelta(days=2)),
            {"call-0", "call-1", "call-2"},
        ),
        (Filter(until=START - timedelta(days=5)), {"call-6"}),
        (Filter(ids=("call-4", "call-9")), {"call-4"}),
    ],
)
def test_filters(store, filter, expected):
    fill(store)
    assert {item.id for item in store.list(filter).items} == expected
    assert store.counts(filter).total == len(expected)


def test_lists_follow_the_verdict_that_stands(store):
    call = scored(store, make_call(), finding("greeting", Verdict.FAIL))
    store.override(call, "support", "greeting", Verdict.PASS, "", "ann")
    assert store.list(Filter(failed_item="greeting")).items == ()
    assert [i.id for i in store.list(Filter(min_score=100)).items] == [call]


def test_counts_say_where_everything_stands(store):
    fill(store)
    counts = store.counts()
    assert counts.states == {State.DONE: 7, State.WAITING: 1}
    assert counts.statuses == {ScoreStatus.FINAL: 7}
    assert counts.seconds == pytest.approx(7 * store.summary("call-1").duration)
    # Of all of them indexes tell it, of some their rows: the same.
    assert store.counts(Filter(since=datetime(2000, 1, 1, tzinfo=UTC))) == counts


@pytest.mark.parametrize("depth", ["summary", "findings", "all"])
def test_everything_is_read_page_by_page_as_it_stands_one_by_one(store, depth, monkeypatch):
    fill(store)
    store.override("call-1", "support", "greeting", Verdict.PASS, "", "ann")
    monkeypatch.setitem(streaming.PAGE, depth, 3)
    ids = []
    for kept in store.each(depth=depth):
        one = kept.summary.id
        ids.append(one)
        assert kept.summary == store.summary(one)
        assert kept.metadata == store.conversation(one).metadata
        alone = store.assessments(one) if depth != "summary" else ()
        assert [(a.assessment, a.overrides, a.made_at) for a in kept.assessments] == [
            (a.assessment, a.overrides, a.made_at) for a in alone
        ]
        heard = depth == "all" and store.heard(one)
        assert kept.conversation == (store.safe(one) if heard else None)
    assert ids == ["chat-1", *(f"call-{n}" for n in (1, 0, 2, 3, 4, 5, 6))]


def test_what_is_read_page_by_page_follows_the_filter(store, monkeypatch):
    fill(store)
    monkeypatch.setitem(streaming.PAGE, "summary", 1)
    assert [k.summary.id for k in store.each(Filter(queue="loans"))] == [
        "call-1", "call-0", "call-2",
    ]  # fmt: skip
    assert list(store.each(Filter(queue="none"))) == []


@pytest.mark.parametrize("after", ["", "x", "bm9uc2Vuc2U", "WzEsMl0"])
def test_a_place_that_no_page_gave_is_refused(store, after):
    with pytest.raises(UsageError, match="no place in a list"):
        store.list(after=after)


def test_people_may_type_the_beginning_of_an_id_or_their_own(store):
    store.register(make_call(id="ab12"), [])
    store.register(make_call(id="ab34").model_copy(update={"external_id": "CRM-7"}), [])
    assert store.resolve("ab12") == store.resolve("ab1") == "ab12"
    assert store.resolve("CRM-7") == "ab34"
    with pytest.raises(UsageError, match="several") as asked:
        store.resolve("ab")
    assert "ab12, ab34" in asked.value.mend
    for nothing in ("zz", "", "a_", "%"):
        with pytest.raises((NotFound, UsageError)):
            store.resolve(nothing)
    with pytest.raises(NotFound):
        store.resolve("%")


# --- trouble -------------------------------------------------------------------------------


def test_a_database_that_does_not_answer_says_so_without_a_password(tmp_path):
    from qa.settings import Settings

    gone = Settings(
        data=tmp_path, database_url="postgresql://qa:secret@127.0.0.1:1/qa?connect_timeout=2"
    )
    with pytest.raises(StoreError, match="does not answer") as refused:
        open_store(gone)
    assert refused.value.passing
    assert "secret" not in str(refused.value)


def test_errors_of_the_database_never_quote_a_conversation(store):
    store.register(make_call(), [])
    made = heard("call-1")
    twice = made.safe.model_copy(update={"turns": (made.safe.turns[1],) * 2})
    with pytest.raises(Exception, match=r"(?i)unique") as refused:
        store.save_heard("call-1", made.model_copy(update={"safe": twice}))
    assert "My card" not in str(refused.value)


# --- where the work stands ---------------------------------------------------------------


def test_where_the_work_stands(store, clock):
    for n in range(3):
        store.register(make_call(id=f"call-{n}", uri=f"call-{n}.wav"), ["support"])
    scored(store, make_call(id="call-heard", uri="heard.wav"), finding("greeting", Verdict.PASS))
    clock.pass_seconds(90)
    job = store.claim(name_worker(), lease_s=60, only=["call-0"])
    store.fail(
        store.claim(name_worker(), lease_s=60, only=["call-1"]),
        InputError("call-1.wav: the file is empty (0 bytes).", "Copy it again."),
    )

    found = store.standing()

    speech = next(queue for queue in found.queues if queue.load == "speech")
    assert (speech.waiting, speech.later, speech.working) == (1, 0, 1)
    assert (found.at - speech.oldest).total_seconds() == pytest.approx(90, abs=1)
    (worker,) = found.workers
    assert (worker.name, worker.jobs, worker.stuck) == (job.worker, 1, False)
    assert (found.last_hour, found.last_day) == (1, 1)
    assert [(f.reason, f.count) for f in found.failed] == [("the file is empty (0 bytes).", 1)]

    clock.pass_seconds(3000)
    assert store.standing().workers[0].stuck  # its lease has run out
    clock.pass_seconds(7200)
    assert (store.standing().last_hour, store.standing().last_day) == (0, 1)
