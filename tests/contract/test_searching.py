"""Search on both databases: the same found, in four languages, and nothing that is not theirs."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select
from stores import open_at

from qa.access import Grant, Part, Principal, Right, Scope, UserRole
from qa.errors import UsageError
from qa.records import Heard, Metadata
from qa.scoring import judge, load_scorecard
from qa.store import Filter, database
from qa.store.desk.draws import Occasion, Rule
from qa.store.desk.tables import SearchableRow
from qa.testing import make_chat, make_safe, make_turns

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
CARD = load_scorecard(
    """\
scorecard: desk
version: 1
languages: [en]
sections:
  - id: all
    items:
      - {id: refund, ask: Refund?, any: [refunded]}
""",
    name="desk",
)
SAID = {
    "en": ("en", "Your order was refunded twice; we're sorry for the café bill."),
    "ru": ("ru", "Здравствуйте, ваши заказы отправлены ещё вчера, чёрный чемодан."),
    "ro": ("ro", "Bună ziua, comenzile dumneavoastră au fost trimise în ţară."),
    "hu": ("hu", "Jó napot, a rendeléseket tegnap küldtük, örömmel."),
    "card": ("en", "My card is [CARD_NUMBER], thank you."),
}


@pytest.fixture
def store(ready_database):
    with open_at(ready_database, lambda: AT) as opened:
        yield opened


def chat(store, id, *said, language="en", day=0, **more):
    lines = [("agent" if n % 2 == 0 else "customer", text) for n, text in enumerate(said)]
    meta = Metadata(started_at=AT + timedelta(days=day), agent_id="7", **more)
    store.register(make_chat(lines, id=id, metadata=meta), ["desk"])
    safe = make_safe(lines, id=id, metadata=meta, language=language)
    store.save_heard(id, Heard(turns=make_turns(lines), safe=safe, provenance=()))
    return safe


def found(store, typed, **options):
    return [f.summary.id for f in store.searching.search(typed, **options).items]


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        # as written, whatever case and diacritics
        ("refunded", ["en"]),
        ("CAFE", ["en"]),
        ("café", ["en"]),
        ("buna", ["ro"]),
        ("BUNĂ", ["ro"]),
        ("tara", ["ro"]),
        ("țară", ["ro"]),
        ("oromm*", ["hu"]),
        ("чемодан", ["ru"]),
        ("черный", ["ru"]),
        ("еще", ["ru"]),
        # in other forms
        ("refund", ["en"]),
        ("orders", ["en"]),
        ("заказ", ["ru"]),
        ("отправить", ["ru"]),
        ("comandă", ["ro"]),
        ("rendelés", ["hu"]),
        # beginnings
        ("refu*", ["en"]),
        ("чемо*", ["ru"]),
        ("rendel*", ["hu"]),
        # phrases: exactly so
        ('"was refunded twice"', ["en"]),
        ('"was refund twice"', []),
        ('"заказы отправлены"', ["ru"]),
        # all of it
        ("order twice", ["en"]),
        ("order Здравствуйте", []),
        ('sorry "café bill" refu*', ["en"]),
        # redacted, and what is hidden is nowhere
        ("card number", ["card"]),
        ("[CARD_NUMBER]", ["card"]),
        ("4111111111111111", []),
        # no language of its own
        ("sorry OR order", []),
        ("NEAR", []),
        ("forms : order", []),
    ],
)
def test_words_are_found_in_all_their_forms(store, typed, where):
    if not store.searching.search("thank").items:
        for name, (language, text) in SAID.items():
            chat(store, name, text, language=language)
    assert found(store, typed) == where


@pytest.mark.parametrize("typed", ["", "   ", '""', "*", "...", "_", " ".join(map(str, range(11)))])
def test_what_holds_no_word_or_too_many_is_refused(store, typed):
    with pytest.raises(UsageError):
        store.searching.search(typed)


def test_nothing_that_is_typed_breaks_the_query(store):
    chat(store, "a", "Hello there.")
    for typed in ("'; drop", 'a"b', "a AND", "(a", "a:*", "-a", "a^2", "\\", "'a':*", "a|b", "!a"):
        store.searching.search(f"hello {typed}")


def test_turns_show_what_was_found_marked_and_which_verdict_rests_on_it(store):
    safe = chat(store, "a", "Good day.", "I was charged.", "It was refunded.", "Refunded? Good.")
    store.save_assessments("a", CARD, judge(safe, CARD))
    (one,) = store.searching.search("refund").items
    assert [(h.turn, h.items) for h in one.hits] == [(2, ("refund",)), (3, ())]
    assert [(p.text, p.marked) for p in one.hits[0].pieces] == [
        ("It was ", False), ("refunded", True), (".", False),
    ]  # fmt: skip


def test_of_many_turns_those_with_most_of_it_are_shown(store):
    chat(store, "a", *["one"] * 9, "one two")
    (one,) = store.searching.search("one two").items
    assert [h.turn for h in one.hits] == [0, 1, 9]
    assert one.more == 7


def test_a_phrase_does_not_reach_from_one_turn_into_the_next(store):
    chat(store, "a", "thank", "you")
    assert found(store, '"thank you"') == []
    assert found(store, "thank you") == ["a"]


def test_a_page_goes_on_where_it_ended_and_is_narrowed(store):
    for n in range(5):
        chat(store, f"c{n}", "hello", day=-n, project="retail" if n % 2 else "travel")
    first = store.searching.search("hello", limit=2)
    second = store.searching.search("hello", limit=9, after=first.next)
    ids = [f.summary.id for f in (*first.items, *second.items)]
    assert ids == ["c0", "c1", "c2", "c3", "c4"]
    assert second.next is None
    assert found(store, "hello", filter=Filter(project="retail")) == ["c1", "c3"]


def test_nobody_finds_what_they_may_not_read(store):
    chat(store, "a", "hello", team="north")
    chat(store, "b", "hello", team="south")
    north = Principal("1", "x", (Grant(UserRole.REVIEWER, team="north"),)).scope(Right.READ)
    assert found(store, "hello", scope=north) == ["a"]


def test_what_is_to_be_reviewed_blind_is_found_without_its_verdicts(store):
    safe = chat(store, "a", "It was refunded.")
    store.save_assessments("a", CARD, judge(safe, CARD))
    store.finish(store.claim("w", lease_s=60))
    store.draws.draw(Rule(per_agent=1), Occasion(who="root", reason="r"), seed=1)
    (one,) = store.searching.search("refund", scope=Scope((Part(),), "me", (Part(),))).items
    assert (one.summary.blind, one.summary.scores, one.hits[0].items) == (True, (), ())


def test_what_is_heard_again_replaces_what_was_indexed(store):
    chat(store, "a", "before")
    safe = make_safe([("agent", "afterwards")], id="a", language="en")
    heard = Heard(turns=make_turns([("agent", "afterwards")]), safe=safe, provenance=())
    store.save_heard("a", heard)
    assert found(store, "before") == []
    assert found(store, "afterwards") == ["a"]


def test_what_an_older_program_heard_is_indexed_by_an_upgrade(store):
    chat(store, "a", "hello")
    chat(store, "b", "")
    with database.writing(store._engine) as session:
        for row in session.exec(select(SearchableRow)):
            session.delete(row)
    assert found(store, "hello") == []
    assert store.searching.fill() == 1
    assert found(store, "hello") == ["a"]
    assert store.searching.fill() == 0


def test_a_very_long_conversation_is_found_by_its_last_words(store):
    chat(store, "a", *["word " * 4_000] * 8, "the very last words")
    assert found(store, '"very last words"') == ["a"]
