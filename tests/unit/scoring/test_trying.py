"""Cards are tried on their own examples, families on turns that people labelled."""

import pytest

from qa.errors import ScorecardError
from qa.scoring import load_scorecard
from qa.scoring.trying import Labelled, macro_f1, try_examples, try_labels

CARD = """
scorecard: small
sections:
  - id: only
    items:
      - id: hello
        ask: Did the agent greet?
        only: {channel: chat}
        any: [hello]
        examples:
          - {text: "Hello there.", expect: pass}
          - {text: "Goodbye.", expect: fail}
          - {text: "Hello again.", expect: none}
          - {text: "Hi.", expect: hit}
      - id: no_insult
        ask: No insults?
        critical: true
        none: [idiot]
        examples:
          - {text: "You idiot!", expect: fail}
          - {text: "Dear me!", expect: pass}
          - {text: "You fool!", expect: fail}
      - id: sorry
        ask: Was sorry said on a complaint?
        only: {when: {any: [broken]}}
        any: [sorry]
      - id: bye
        ask: Did the agent say goodbye?
        any: [goodbye]
examples:
  - about: a complaint that is answered
    lines:
      - customer: It is broken.
      - agent: I am sorry.
    expect: {sorry: pass, bye: fail}
  - about: no complaint
    lines:
      - customer: Thanks.
      - agent: You are welcome.
    expect: {sorry: fail}
"""


def tallies():
    return try_examples(load_scorecard(CARD, name="small"))


def test_sentences_are_tried_whatever_the_items_conditions():
    hello = tallies()["hello"]
    assert (hello.n, hello.precision, hello.recall) == (4, 1 / 2, 1 / 2)
    assert [(m.text, m.expected, m.got) for m in hello.misses] == [
        ("Hello again.", "none", "hit"),
        ("Hi.", "hit", "none"),
    ]


def test_of_what_must_not_be_said_finding_it_is_what_counts():
    insult = tallies()["no_insult"]
    assert (insult.precision, insult.recall) == (1, 1 / 2)
    assert [m.text for m in insult.misses] == ["You fool!"]


def test_a_dialogue_is_judged_as_a_conversation_with_all_conditions():
    found = tallies()
    assert (found["sorry"].n, found["sorry"].precision) == (2, 1)
    assert [(m.text, m.expected, m.got) for m in found["sorry"].misses] == [
        ("no complaint", "fail", "not_applicable")
    ]
    assert (found["bye"].n, found["bye"].misses, found["bye"].precision) == (1, [], None)


def test_a_card_with_another_example_is_the_same_card():
    card = load_scorecard(CARD, name="small")
    other = load_scorecard(CARD.replace("Dear me!", "Dear you!"), name="small")
    assert other.hash == card.hash
    assert load_scorecard(CARD.replace("[hello]", "[hi]"), name="small").hash != card.hash


def test_a_list_that_is_called_examples_counts():
    text = CARD.replace("sections:", "lists: {examples: {en: [hello]}}\nsections:", 1)
    changed = text.replace("{en: [hello]}", "{en: [hi]}")
    assert load_scorecard(text, name="a").hash != load_scorecard(changed, name="a").hash


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("expect: hit}", "expect: maybe}", "expect"),
        ("{sorry: fail}", "{sory: fail}", "no item 'sory'; did you mean 'sorry'?"),
        ("- agent: You are welcome.", "- bot: You are welcome.", "'agent: words'"),
    ],
)
def test_a_mistake_in_an_example_is_named(was, becomes, said):
    with pytest.raises(ScorecardError, match=said.replace("?", r"\?")):
        load_scorecard(CARD.replace(was, becomes), name="small")


STRUCTURED = """
scorecard: structured
sections:
  - id: only
    items:
      - id: we_will
        ask: Does the agent say that we will do something?
        dep:
          name: we will
          pattern:
            - {RIGHT_ID: verb, RIGHT_ATTRS: {POS: VERB}}
            - {LEFT_ID: verb, REL_OP: ">", RIGHT_ID: who, RIGHT_ATTRS: {LOWER: we, DEP: nsubj}}
            - {LEFT_ID: verb, REL_OP: ">", RIGHT_ID: aux, RIGHT_ATTRS: {LEMMA: will}}
        examples:
          - {text: "We will send you a new one.", expect: pass}
          - {text: "They sent us a new one.", expect: fail}
      - id: polite
        ask: Is the agent polite?
        weight: 1
        politeness: {at_least: 0.5}
        examples:
          - {text: "Could you please give me your order number? Thank you so much!", expect: pass}
          - {text: "Отвали, дурак, ты мне надоел.", expect: fail, language: ru}
examples:
  - lines:
      - agent: We will send you a new one.
    expect: {we_will: pass}
"""


@pytest.mark.slow
def test_items_that_read_structure_are_tried_with_the_parser(parsers):
    found = try_examples(load_scorecard(STRUCTURED, name="structured"), parsers=parsers)
    assert (found["we_will"].n, found["we_will"].untried, found["we_will"].misses) == (3, 0, [])
    assert (found["polite"].n, found["polite"].untried, found["polite"].misses) == (2, 0, [])


def test_without_the_parser_they_are_counted_as_not_tried():
    found = try_examples(load_scorecard(STRUCTURED, name="structured"))
    assert (found["we_will"].n, found["we_will"].untried, found["we_will"].misses) == (0, 3, [])
    assert (found["polite"].n, found["polite"].untried) == (1, 1)


FACTS = """
scorecard: facts
sections:
  - id: only
    items:
      - id: logged
        ask: Was it written down?
        recorded: [ticket]
      - id: vip
        ask: Was a VIP recognised?
        only: {tag: vip, metadata: {tier: gold}}
        any: [regular customer]
examples:
  - lines: [agent: You are a regular customer.]
    tags: [vip]
    metadata: {ticket: T-1, tier: gold}
    expect: {logged: pass, vip: pass}
  - lines: [agent: You are a regular customer.]
    expect: {logged: not_applicable, vip: not_applicable}
"""


def test_a_dialogue_brings_facts_of_its_source():
    found = try_examples(load_scorecard(FACTS, name="facts"))
    assert {name: t.misses for name, t in found.items()} == {"logged": [], "vip": []}


LABELLED = [
    Labelled("agent", "Hello, how can I help?", frozenset({"greeting"})),
    Labelled("agent", "Goodbye, have a nice day.", frozenset({"farewell"})),
    Labelled("agent", "The parcel is blue.", frozenset({"farewell"})),
    Labelled("customer", "Goodbye.", frozenset({"customer_farewell"})),
]


def test_families_are_tried_on_the_turns_of_their_speaker():
    found = try_labels(LABELLED, language="en")
    assert (found["greeting"].n, found["greeting"].f1) == (3, 1)
    assert (found["farewell"].precision, found["farewell"].recall) == (1, 1 / 2)
    assert found["customer_farewell"].n == 1
    assert found["says_done"].f1 is None
    assert macro_f1(found) == pytest.approx((1 + 2 / 3 + 1) / 3)


def test_a_cards_own_list_takes_the_familys_place():
    card = load_scorecard(
        "scorecard: own\nlists: {farewell: {en: [blue]}}\nsections:\n"
        "  - id: a\n    items: [{id: bye, ask: Bye, any: [list: farewell]}]\n",
        name="own",
    )
    assert try_labels(LABELLED, language="en", card=card)["farewell"].recall == 1 / 2
    assert try_labels(LABELLED[2:3], language="en", card=card)["farewell"].recall == 1
