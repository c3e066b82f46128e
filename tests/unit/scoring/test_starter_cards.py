"""Golden conversations: every starter card is fair, in every language that has a pack."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from qa.language import load_pack
from qa.records import (
    Channel,
    EndedBy,
    Event,
    EventKind,
    ItemKind,
    Metadata,
    ScoreStatus,
    Verdict,
)
from qa.scoring import find_card, judge, list_cards
from qa.scoring.linting import warnings
from qa.scoring.trying import try_examples
from qa.settings import load_settings
from qa.testing import make_safe

GOLDEN = {
    path.stem: YAML(typ="safe", pure=True).load(path.read_text("utf-8"))
    for path in sorted(Path(__file__).with_name("golden").glob("*.yaml"))
}
CASES = [(card, language) for card, talks in GOLDEN.items() for language in talks]
SPOKEN = [(card, language) for card, language in CASES if card != "chat-etiquette"]
MUMBLED = {"en": ["Mm.", "Yes.", "Okay."], "ru": ["Угу.", "Да.", "Так."],
           "ro": ["Mda.", "Da.", "Așa."], "hu": ["Hm.", "Igen.", "Jó."]}  # fmt: skip
SETTINGS = load_settings(company=("Acme",))


def lines(card, language, part):
    return [pair for line in GOLDEN[card][language][part] for pair in line.items()]


def perfect(card, language):
    return lines(card, language, "talk") + lines(card, language, "closing")


def judged(card, talk, language, **more):
    if card == "chat-etiquette":
        more = {"channel": Channel.CHAT, "seconds_per_word": 0.001, **more}
    return judge(make_safe(talk, language=language, **more), find_card(card, SETTINGS))


def verdicts(assessment):
    return {f.item: f.verdict for f in assessment.findings}


def test_every_starter_card_has_its_conversations_here_in_every_language():
    assert {c.id for c in list_cards(load_settings())} == {*GOLDEN}
    for card, talks in GOLDEN.items():
        assert set(talks) >= set(find_card(card, SETTINGS).languages), card


@pytest.mark.parametrize("card", GOLDEN)
def test_a_starter_card_says_nothing_that_it_probably_does_not_mean(card):
    assert warnings(find_card(card, SETTINGS)) == []


@pytest.mark.parametrize(("card", "language"), CASES)
def test_a_perfect_short_conversation_is_100(card, language):
    [result] = judged(card, perfect(card, language), language)
    free = {ItemKind.BONUS, ItemKind.ADVICE}
    assert [
        f.item for f in result.findings if f.verdict is Verdict.FAIL and f.kind not in free
    ] == []
    assert (result.score.status, result.score.total) == (ScoreStatus.FINAL, 100)


@pytest.mark.parametrize(("card", "language"), CASES)
def test_a_mute_agent_is_below_20(card, language):
    customer = [t for who, t in perfect(card, language) if who == "customer"][:3]
    talk = [
        line
        for c, a in zip(customer, MUMBLED[language], strict=False)
        for line in (("customer", c), ("agent", a))
    ]
    [result] = judged(card, talk, language)
    assert result.score.total < 20


@pytest.mark.parametrize(("card", "language"), CASES)
def test_script_words_without_substance_fail(card, language):
    whole = perfect(card, language)
    customer = [t for who, t in whole if who == "customer"]
    mumbled = MUMBLED[language]
    talk = [whole[0], ("customer", customer[0]), ("agent", mumbled[0]), ("customer", customer[1])]
    if card in {
        "outbound-offer",
        "order-taking",
        "support-standard",
    }:  # their first line holds substance already
        talk[0] = ("agent", whole[0][1].split(". ")[0] + ".")
    talk += lines(card, language, "closing")
    [result] = judged(card, talk, language)
    assert result.score.passed is False
    assert result.score.total < 65


@pytest.mark.parametrize(("card", "language"), CASES)
def test_a_caller_who_hangs_up_costs_the_agent_nothing(card, language):
    hung_up = Metadata(ended_by=EndedBy.CUSTOMER)
    [result] = judged(card, lines(card, language, "talk"), language, metadata=hung_up)
    assert verdicts(result)["farewell"] is Verdict.NOT_APPLICABLE
    assert result.score.total == 100


#: What a customer may say as the last thing, before the line is dead.
PARTING = ("complaint", "threat_to_leave", "customer_insult", "undecided", "knows_better",
           "price_objection", "accuses_deceit", "customer_other_options")  # fmt: skip


@pytest.mark.parametrize(("card", "language"), SPOKEN)
def test_nor_does_what_the_caller_says_before_hanging_up(card, language):
    hung_up = Metadata(ended_by=EndedBy.CUSTOMER)
    for family in PARTING:
        said = load_pack(language).families[family].found[0]
        talk = [*lines(card, language, "talk"), ("customer", " ".join(said.split()))]
        [result] = judged(card, talk, language, metadata=hung_up)
        free = {ItemKind.BONUS, ItemKind.ADVICE}
        failed = [f.item for f in result.findings
                  if f.verdict in {Verdict.FAIL, Verdict.PARTIAL} and f.kind not in free]  # fmt: skip
        assert (failed, result.score.total) == ([], 100), (family, said)


@pytest.mark.parametrize(("card", "language"), CASES)
def test_who_takes_a_call_over_owes_no_greeting_and_who_hands_it_on_no_farewell(card, language):
    talk = [
        ("agent-2" if who == "agent" and i > 2 else who, text)
        for i, (who, text) in enumerate(perfect(card, language))
    ]
    if card == "chat-etiquette":
        made = make_safe(talk, language=language, channel=Channel.CHAT, timed=False)
    else:
        made = make_safe(talk, language=language)
    moved = made.model_copy(update={"events": (Event(kind=EventKind.TRANSFER),)})
    first, second = judge(moved, find_card(card, SETTINGS))
    assert verdicts(second)["greeting"] is Verdict.NOT_APPLICABLE
    assert verdicts(second).get("company") in {None, Verdict.NOT_APPLICABLE}
    assert verdicts(first)["farewell"] is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(("card", "language"), SPOKEN)
def test_noise_turns_fails_into_not_heard_and_passes_never_into_fails(card, language):
    whole = perfect(card, language)
    talk = [*whole[:2], ("agent", MUMBLED[language][0]), *whole[-3:]]
    [clear], [noisy] = (judged(card, talk, language, confidence=c) for c in (1.0, 0.4))
    clear, noisy = verdicts(clear), verdicts(noisy)
    said = {
        i.id for _, i in find_card(card, SETTINGS).items if i.kind in {"any", "all", "sequence"}
    }
    assert Verdict.FAIL in clear.values()
    for item in said:
        if clear[item] in {Verdict.FAIL, Verdict.PARTIAL}:
            assert noisy[item] is Verdict.REVIEW, item
        else:
            assert noisy[item] is clear[item], item
    assert [i for i in noisy if noisy[i] is Verdict.FAIL and clear[i] is not Verdict.FAIL] == []


def test_a_chat_that_waits_too_long_costs_points():
    whole = enumerate(perfect("chat-etiquette", "en"))
    talk = [("customer", "Hi.", 0.0), *((who, text, 70.0 + i * 10) for i, (who, text) in whole)]
    [result] = judged("chat-etiquette", talk, "en")
    assert verdicts(result)["first_reply"] is Verdict.PARTIAL
    late = [*talk[:5], *((who, text, at + 400) for who, text, at in talk[5:])]
    [result] = judged("chat-etiquette", late, "en")
    assert verdicts(result)["reply_gap"] is Verdict.FAIL


def test_the_clock_of_a_chat_starts_when_the_agent_was_assigned():
    whole = enumerate(perfect("chat-etiquette", "en"))
    talk = [("customer", "Hi.", 0.0), *((who, text, 600.0 + i * 10) for i, (who, text) in whole)]
    made = make_safe(talk, channel=Channel.CHAT, seconds_per_word=0.001)
    waited = made.model_copy(update={"events": (Event(kind=EventKind.ASSIGNED, start=570.0),)})
    [result] = judge(waited, find_card("chat-etiquette", SETTINGS))
    assert verdicts(result)["first_reply"] is Verdict.PASS


#: What a customer who has agreed answers when asked whether there is anything else.
NO_MORE = {
    "en": ("Is there anything else I can help you with?", "No, thanks.", "Do not call me again."),
    "ru": ("Могу я ещё чем-то помочь?", "Нет, спасибо, больше ничего не нужно.", "Не звоните мне."),
    "ro": ("Mai aveți alte întrebări?", "Nu doresc nimic, mulțumesc.", "Nu mă mai sunați."),
    "hu": ("Segíthetek még valamiben?", "Nem kérem, köszönöm.", "Nem érdekel, ne hívjanak."),
}


@pytest.mark.parametrize("language", GOLDEN["outbound-offer"])
def test_no_thanks_to_anything_else_is_no_refusal_of_the_offer(language):
    talk, closing = (lines("outbound-offer", language, part) for part in ("talk", "closing"))
    question, no, refusal = NO_MORE[language]
    asked = [("agent", question), ("customer", no)]
    [result] = judged("outbound-offer", [*talk, *asked, *closing], language)
    found = verdicts(result)
    assert (found["product"], found["next_step"]) == (Verdict.PASS, Verdict.PASS)
    assert found["respects_no"] is Verdict.NOT_APPLICABLE
    assert result.score.total == 100
    for refused in ([("customer", no), *asked], [*asked, ("agent", "Hm."), ("customer", refusal)]):
        [result] = judged("outbound-offer", [*talk, *refused, *closing], language)
        found = verdicts(result)
        assert {found["product"], found["next_step"]} == {Verdict.NOT_APPLICABLE}, refused
        assert found["respects_no"] is Verdict.PASS


COMPLAINT = [
    ("agent", "Good morning, this is Acme, my name is Anna."),
    ("customer", "You charged me twice, this is unacceptable."),
    ("agent", "What is your order number?"),
    ("customer", "[NUMBER]."),
    ("agent", "I am so sorry, I understand how annoying this is."),
    ("agent", "Thank you. Have a great day, goodbye."),
]


def test_saying_sorry_after_the_questions_is_not_the_order_asked_for():
    [result] = judged("complaint-handling", COMPLAINT, "en")
    assert verdicts(result)["flow"] is Verdict.PARTIAL


@pytest.mark.parametrize(
    ("card", "said", "item"),
    [
        ("sales-standard", "I don't really know what I need.", "keep_offering"),
        ("sales-standard", "That's not true, I read it on the internet.", "knows_better"),
        ("sales-standard", "Why is it so expensive?", "objection"),
        ("complaint-handling", "You are all incompetent.", "polite_to_rude"),
        ("complaint-handling", "You lied to me about the hidden fees.", "patience"),
    ],
)
def test_each_type_of_customer_calls_for_its_treatment(card, said, item):
    talk = perfect(card, "en")
    [calm] = judged(card, talk, "en")
    assert verdicts(calm)[item] is Verdict.NOT_APPLICABLE
    [hard] = judged(card, [*talk[:-1], ("customer", said), ("agent", "Mm."), talk[-1]], "en")
    assert verdicts(hard)[item] in {Verdict.FAIL, Verdict.PARTIAL}


def test_pressing_costs_points():
    talk = perfect("sales-standard", "en")
    said = "You have to decide right now, there are only two left."
    [result] = judged("sales-standard", [*talk[:-1], ("agent", said), talk[-1]], "en")
    assert verdicts(result)["no_scarcity"] is Verdict.FAIL
    assert result.score.total < 100


@pytest.mark.parametrize("card", GOLDEN)
def test_a_starter_card_gets_its_own_examples_right(card):
    tallies = try_examples(find_card(card, SETTINGS))
    assert {name: t.misses for name, t in tallies.items() if t.misses} == {}
    assert sum(t.n for t in tallies.values()) > len(tallies)
