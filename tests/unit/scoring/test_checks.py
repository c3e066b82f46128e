"""Each check kind as a table: what passes, what fails, what does not apply, what nearly does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.errors import ScorecardError
from qa.records import Channel, Event, EventKind, EvidenceKind, Metadata, Verdict
from qa.scoring import judge
from qa.scoring.checks.bands import Band, credit, most
from qa.testing import make_safe

PASS, PARTIAL, FAIL = Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL
NA, REVIEW = Verdict.NOT_APPLICABLE, Verdict.REVIEW

TALK = [
    ("agent", "Good morning, this is Acme."),
    ("customer", "It is too expensive for me."),
    ("agent", "I see. We have a cheaper model, and a discount."),
    ("customer", "Still too expensive."),
    ("agent", "There are two other models and one more."),
    ("customer", "Then I will think about it, thanks."),
    ("agent", "Of course. Call us when you have decided. Goodbye."),
]


@pytest.fixture(name="answer")
def _answer(card_of):
    """Judge one item, given as YAML, and return its finding."""

    def answer(item, talk=TALK, **more):
        body = "\n".join("  " + line for line in item.strip("\n").splitlines())
        [assessment] = judge(make_safe(talk, **more), card_of(f"- id: it\n  ask: So?\n{body}"))
        return assessment.findings[0]

    return answer


def response(any_, *, to="[too expensive]", more=""):
    return f"response:\n  to: {{any: {to}}}\n  any: {any_}\n{more}"


@pytest.mark.parametrize(
    ("item", "verdict", "value"),
    [
        pytest.param(response("[cheaper, other model]"), PASS, 1, id="every trigger answered"),
        pytest.param(response("[cheaper]"), FAIL, 0, id="one of two unanswered"),
        pytest.param(response("[cheaper]", more="partial: true"), PARTIAL, 0.5, id="half of them"),
        pytest.param(response("[goodbye]"), FAIL, 0, id="too late for the first"),
        pytest.param(response("[goodbye]", more="  within_turns: 3"), PASS, 1, id="more turns"),
        pytest.param(
            response("[goodbye]", more="  within_turns: 9\n  within_seconds: 2"), FAIL, 0,
            id="too late by the clock",
        ),
        pytest.param(response("[good morning]"), FAIL, 0, id="before is no answer"),
        pytest.param(response("[cheaper]", to="[broken]"), NA, None, id="no trigger"),
        pytest.param(response("[cheapr, other modls]"), PASS, 1, id="misheard"),
        pytest.param(
            "who: customer\n" + response("[thanks]", to="[one more]"), PASS, 1,
            id="of the customer, to the agent",
        ),
    ],
)  # fmt: skip
def test_response(answer, item, verdict, value):
    finding = answer(item)
    assert (finding.verdict, finding.value) == (verdict, value)
    assert finding.reason or verdict is PASS


def test_an_open_trigger_shows_itself_and_the_turns_after_it(answer):
    finding = answer(response("[cheaper]"))
    hits = [e for e in finding.evidence if e.kind is EvidenceKind.HIT]
    [window] = [e for e in finding.evidence if e.kind is EvidenceKind.WINDOW]
    assert [e.quote for e in hits] == ["too expensive", "cheaper", "too expensive"]
    assert (window.turn, window.last_turn) == (4, 6)
    assert "1 of 2 not answered" in finding.reason


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        pytest.param("near: {any: [cheaper], to: [discount]}", PASS, id="near"),
        pytest.param("near: {any: [discount], to: [cheaper]}", PASS, id="in either order"),
        pytest.param("near: {any: [cheaper], to: [discount], within_words: 2}", FAIL, id="apart"),
        pytest.param("near: {any: [cheaper], to: [discount], within_words: 3}", PASS, id="just"),
        pytest.param("near: {any: [cheaper], to: [goodbye]}", FAIL, id="in other turns"),
        pytest.param("near: {any: [cheaper], to: [refund]}", FAIL, id="one missing"),
        pytest.param("near: {any: [cheapr], to: [discont]}", PASS, id="misheard"),
        pytest.param("near: {any: [discount], to: [a discount]}", FAIL, id="not to itself"),
        pytest.param("only: {channel: chat}\nnear: {any: [a], to: [b]}", NA, id="elsewhere"),
    ],
)
def test_near(answer, item, verdict):
    assert answer(item).verdict is verdict


def count(any_):
    return (
        f"count:\n  any: {any_}\n  bands:\n    - {{at_least: 3, at_most: 4, credit: 1}}\n"
        "    - {at_least: 2, credit: 0.5}\n"
    )


@pytest.mark.parametrize(
    ("item", "verdict", "value"),
    [
        pytest.param(count("[cheaper, other model, one more]"), PASS, 1, id="three"),
        pytest.param(count("[cheaper, other model]"), PARTIAL, 0.5, id="two"),
        pytest.param(count("[cheaper]"), FAIL, 0, id="one"),
        pytest.param(
            count("[morning, acme, cheaper, discount, two, goodbye]"), PARTIAL, 0.5, id="too many"
        ),
        pytest.param("only: {channel: chat}\n" + count("[a]"), NA, None, id="elsewhere"),
        pytest.param(count("[cheapr, discont, goodby]"), PASS, 1, id="misheard"),
    ],
)
def test_count(answer, item, verdict, value):
    finding = answer(item)
    assert (finding.verdict, finding.value) == (verdict, value)


def test_too_few_heard_is_not_too_few_said(answer):
    assert answer(count("[cheaper]"), confidence=0.4).verdict is REVIEW
    many = count("[morning, acme, cheaper, discount, two, goodbye]")
    assert answer(many, confidence=0.4).verdict is PARTIAL


@pytest.mark.parametrize(
    ("bands", "unsure"),
    [
        ("[{at_least: 20, credit: 1}]", REVIEW),
        ("[{at_least: 1, at_most: 2, credit: 0.5}, {at_least: 200.5, credit: 1}]", REVIEW),
        ("[{at_most: 40, credit: 0}, {at_most: 50, credit: 1}]", REVIEW),
        ("[{at_most: 1, credit: 0.5}, {at_least: 20, credit: 0.5}]", PARTIAL),
        ("[{at_most: 0, credit: 1}, {at_least: 9, credit: 0}]", FAIL),
    ],
)
def test_more_of_it_may_have_been_said_however_many_are_asked_for(answer, bands, unsure):
    item = f"count:\n  any: [cheaper]\n  bands: {bands}"
    assert answer(item, confidence=0.4).verdict is unsure
    assert answer(item).verdict in {PARTIAL, FAIL}


@given(st.data())
def test_the_most_that_a_count_could_have_come_to_is_what_counting_on_finds(data):
    edge = st.none() | st.integers(-2, 30) | st.floats(-2, 30)
    ends = st.tuples(edge, edge, st.floats(0, 1)).filter(lambda e: e[:2] != (None, None))
    ordered = ends.filter(lambda e: None in e[:2] or e[0] <= e[1])
    made = data.draw(st.lists(ordered, min_size=1, max_size=4))
    bands = [Band(at_least=low, at_most=high, credit=worth) for low, high, worth in made]
    count = data.draw(st.integers(0, 35))
    assert most(bands, count) == max(credit(bands, n) for n in range(count, 99))


def test_part_of_what_was_asked_for_is_not_heard_either_where_words_are_unsure(answer):
    item = "any: [cheaper, other model]\nat_least: 4\npartial: true"
    assert answer(item).verdict is PARTIAL
    assert answer(item, confidence=0.4).verdict is REVIEW


CHOICE = """
choice:
  - {answer: offered another, any: [cheaper, other model], credit: 1}
  - {answer: let go, any: [of course], credit: 0.25}
  - {answer: neither, credit: 0}
"""


@pytest.mark.parametrize(
    ("talk", "verdict", "value", "reason"),
    [
        pytest.param(TALK, PASS, 1, "offered another", id="the first that fits"),
        pytest.param(TALK[:1] + TALK[5:], PARTIAL, 0.25, "let go", id="the second"),
        pytest.param(TALK[:2], FAIL, 0, "neither", id="what is left"),
        pytest.param([("agent", "A cheapper one.")], PASS, 1, "offered another", id="misheard"),
        pytest.param([("customer", "cheaper"), ("agent", "No.")], FAIL, 0, "neither", id="others"),
    ],
)
def test_choice(answer, talk, verdict, value, reason):
    finding = answer(CHOICE, talk)
    assert (finding.verdict, finding.value) == (verdict, value)
    assert reason in finding.reason


def test_a_choice_that_was_not_heard_is_for_a_person(answer):
    assert answer(CHOICE, TALK[:2], confidence=0.4).verdict is REVIEW


def test_a_choice_without_a_rest_fails_by_absence(answer):
    two = (
        "choice:\n  - {answer: a, any: [xyz], credit: 1}\n  - {answer: b, any: [uvw], credit: 0.5}"
    )
    finding = answer(two)
    assert finding.verdict is FAIL
    assert finding.evidence[0].kind is EvidenceKind.WINDOW


METRIC = """
metric:
  words_per_turn:
    bands:
      - {at_most: 5, credit: 1}
      - {at_most: 7.5, credit: 0.8}
      - {at_most: 12, credit: 0.3}
"""


@pytest.mark.parametrize(
    ("words", "verdict", "value"),
    [(5, PASS, 1), (7, PARTIAL, 0.8), (8, PARTIAL, 0.3), (13, FAIL, 0)],
)
def test_a_figure_by_bands(answer, words, verdict, value):
    finding = answer(METRIC, [("agent", "word " * words), ("customer", "So.")])
    assert (finding.verdict, finding.value) == (verdict, value)


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        pytest.param("any: [goodbye]\nafter: {any: [cheaper]}", PASS, id="after"),
        pytest.param("any: [good morning]\nafter: {any: [cheaper]}", FAIL, id="only before"),
        pytest.param("any: [cheaper]\nafter: {any: [cheaper]}", FAIL, id="itself does not count"),
        pytest.param("any: [goodbye]\nafter: {any: [refund]}", NA, id="never said"),
        pytest.param(
            "any: [discount]\nafter: {who: customer, any: [too expensive]}\n"
            "before: {who: customer, any: [still]}",
            PASS,
            id="between",
        ),
        pytest.param(
            "any: [goodbye]\nafter: {any: [cheaper]}\nbefore: {who: customer, any: [thanks]}",
            FAIL,
            id="not between",
        ),
        pytest.param("any: [goodbye, thanks]\nwho: any\nat_least: 2", PASS, id="of anybody"),
        pytest.param("any: [acme]\nwhere: {last_share: 0.5}", FAIL, id="a share of the call"),
        pytest.param("any: [goodbye]\nwhere: {last_share: 0.25}", PASS, id="its last quarter"),
    ],
)
def test_what_must_come_after(answer, item, verdict):
    assert answer(item).verdict is verdict


DONE = (
    Event(kind=EventKind.ACTION, note="open-account", start=4.0),
    Event(kind=EventKind.ACTION, note="refund", start=None),
    Event(kind=EventKind.HOLD, note="hold", start=1.0),
)


@pytest.mark.parametrize(
    ("item", "verdict", "reason"),
    [
        pytest.param("any: [acme]\nbefore: {action: open-account}", PASS, "", id="before it"),
        pytest.param("any: [cheaper]\nbefore: {action: open-account}", FAIL, "Not", id="too late"),
        pytest.param("any: [cheaper]\nafter: {action: open-account}", PASS, "", id="after it"),
        pytest.param("any: [acme]\nafter: {action: [close, open-account]}", FAIL, "Not", id="any of"),
        pytest.param("any: [acme]\nbefore: {action: hold}", NA, "never done", id="no action"),
        pytest.param("any: [acme]\nbefore: {action: refund}", NA, "not known when", id="untimed"),
    ],
)  # fmt: skip
def test_before_and_after_what_the_system_did(card_of, item, verdict, reason):
    safe = make_safe(TALK).model_copy(update={"events": DONE})
    body = "\n".join("  " + line for line in item.splitlines())
    [assessment] = judge(safe, card_of(f"- id: it\n  ask: So?\n{body}"))
    [finding] = assessment.findings
    assert finding.verdict is verdict
    assert reason in finding.reason
    if verdict is FAIL:
        assert finding.evidence[0].rule == "action: open-account"
        assert finding.evidence[0].start == 4.0


TWO = """
- id: price
  ask: Was it too dear?
  who: customer
  any: [too expensive]
- id: it
  ask: Was a cheaper one offered after that?
  any: [{}]
  {}: {{item: price}}
"""


@pytest.mark.parametrize(
    ("phrase", "key", "verdict"),
    [
        ("cheaper", "after", PASS),
        ("good morning", "after", FAIL),
        ("good morning", "before", PASS),
        ("cheaper", "before", FAIL),
    ],
)
def test_before_and_after_what_another_item_found(card_of, phrase, key, verdict):
    card = card_of(TWO.format(phrase, key))
    [assessment] = judge(make_safe(TALK), card)
    assert assessment.findings[1].verdict is verdict
    [assessment] = judge(make_safe(TALK[:1]), card)
    assert assessment.findings[1].verdict is NA
    assert "'price'" in assessment.findings[1].reason


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ("{item: it}", "no item 'it' further up in the card"),
        ("{item: prize}", "no item 'prize' further up in the card; did you mean 'price'?"),
        ("{item: price, any: [a]}", "expected one of 'any', 'action' and 'item'"),
        ("{}", "expected one of 'any', 'action' and 'item'"),
        ("{acton: x}", "did you mean 'action'?"),
    ],
)
def test_a_mark_that_cannot_be_is_named_where_it_stands(card_of, mark, message):
    with pytest.raises(ScorecardError) as caught:
        card_of(TWO.format("a", "after").replace("{item: price}", mark))
    assert message in str(caught.value)
    assert "small.yaml:13:" in str(caught.value)


@pytest.mark.parametrize(
    ("metadata", "verdict", "reason"),
    [
        (Metadata(ticket="T-100"), PASS, "Recorded: ticket."),
        (Metadata(ticket="", disposition="solved"), PASS, "Recorded: disposition."),
        (Metadata(extra={"case": "17"}), PASS, "Recorded: case."),
        (Metadata(ticket=""), FAIL, "Left empty: ticket."),
        (Metadata(disposition=" "), FAIL, "Left empty: disposition."),
        (Metadata(), NA, "No ticket or disposition or case came with the conversation."),
    ],
)
def test_recorded(answer, metadata, verdict, reason):
    finding = answer("recorded: [ticket, disposition, case]", metadata=metadata)
    assert (finding.verdict, finding.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("only", "verdict"),
    [
        ("{metadata: {ticket: true}}", PASS),
        ("{metadata: {disposition: true}}", NA),
        ("{metadata: {disposition: false, ticket: [T-100]}}", PASS),
        ("{metadata: {ticket: false}}", NA),
    ],
)
def test_only_where_a_fact_is_known(answer, only, verdict):
    finding = answer(f"any: [goodbye]\nonly: {only}", metadata=Metadata(ticket="T-100"))
    assert finding.verdict is verdict


@pytest.mark.parametrize(
    ("only", "verdict"),
    [
        ("{project: north}", PASS),
        ("{project: [south, east]}", NA),
        ("{metadata: {tier: vip}}", PASS),
        ("{metadata: {tier: [gold, vip], team: blue}}", PASS),
        ("{metadata: {tier: gold}}", NA),
        ("{metadata: {unheard_of: x}}", NA),
    ],
)
def test_only_where_the_facts_are_so(answer, only, verdict):
    metadata = Metadata(project="north", team="blue", extra={"tier": "vip"})
    finding = answer(f"any: [goodbye]\nonly: {only}", metadata=metadata)
    assert finding.verdict is verdict
    assert finding.reason or verdict is PASS


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ("response: {any: [a]}", "'to' is missing"),
        ("response: {to: {any: [a]}, any: [b], within: 2}", "unknown key 'within'"),
        ("near: {any: [a], to: [list: nowhere]}", "no list or family named 'nowhere'"),
        ("near: {any: [a], to: ['b (']}", "never closed"),
        ("count: {any: [a], bands: [{credit: 1}]}", "at_least or at_most"),
        ("count: {any: [a], bands: [{at_least: 3, at_most: 2, credit: 1}]}", "above its at_most"),
        ("count: {any: [a], bands: [{at_least: 3, credit: 2}]}", "expected at most 1; found 2"),
        ("choice: [{answer: a, credit: 1}, {answer: b, any: [x], credit: 0}]", "only the last"),
        ("choice: [{answer: a, any: [x], credit: 1}, {answer: a, credit: 0}]", "same name"),
        ("metric: {talk_ratio: {}}", "or bands"),
    ],
)
def test_mistakes_in_a_check_are_named_where_they_stand(card_of, item, message):
    with pytest.raises(ScorecardError) as caught:
        card_of(f"- id: it\n  ask: So?\n  {item}")
    assert message in str(caught.value)
    assert "small.yaml:8:" in str(caught.value)


def test_a_chat_without_times_answers_all_that_needs_none(answer):
    more = {"channel": Channel.CHAT, "timed": False}
    assert answer(response("[cheaper, other model]"), **more).verdict is PASS
    timed = response("[cheaper, other model]", more="  within_seconds: 1")
    assert answer(timed, **more).verdict is PASS
