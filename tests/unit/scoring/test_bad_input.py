"""Odd conversations and odd cards: a clear state or a clear message, never a crash."""

from time import process_time

import pytest

from qa.errors import ScorecardError
from qa.records import Channel, EvidenceKind, ScoreStatus, Verdict
from qa.scoring import find_card, judge, list_cards, load_scorecard
from qa.scoring.phrases import MAX_VARIANTS, compile_phrase
from qa.settings import load_settings
from qa.testing import make_safe

CARDS = [card.id for card in list_cards(load_settings())]


def judged(card, talk, **more):
    return judge(make_safe(talk, **more), find_card(card, load_settings(company=("Acme",))))


@pytest.mark.parametrize("card", CARDS)
class TestEveryStarterCard:
    def test_says_why_an_empty_conversation_has_no_score(self, card):
        [assessment] = judged(card, [])
        assert assessment.score.status is ScoreStatus.NOT_SCORABLE
        assert assessment.score.reason

    @pytest.mark.parametrize("channel", [Channel.CALL, Channel.CHAT])
    def test_takes_one_speaker_alone(self, card, channel):
        for assessment in judged(card, [("agent", "Hello? Are you there?")], channel=channel):
            assert assessment.score.total is None or 0 <= assessment.score.total <= 100
            assert assessment.score.reason or assessment.findings

    def test_does_not_guess_roles(self, card):
        [assessment] = judged(card, [("speaker-0", "Hello."), ("speaker-1", "Hi, it is broken.")])
        assert assessment.score.status is ScoreStatus.NOT_SCORABLE
        assert assessment.score.total is None

    def test_says_that_a_language_has_no_pack(self, card):
        talk = [("agent", "Buongiorno, come posso aiutarla?"), ("customer", "Non funziona.")]
        [assessment] = judged(card, talk, language="it")
        assert assessment.score.status is ScoreStatus.NOT_SCORABLE

    def test_judges_a_chat_without_times(self, card):
        talk = [("customer", "It is broken!"), ("agent", "Sorry. What is your order number?")]
        for assessment in judged(card, talk, channel=Channel.CHAT, timed=False):
            for finding in assessment.findings:
                assert "reply_seconds" not in finding.reason
                assert finding.reason or finding.verdict is not Verdict.NOT_APPLICABLE


ODD = [
    ("agent", "\u202eשלום\u202c, hello 👋🏽 and welcome!"),
    ("customer", "🤬🤬 العربية: my order [ORDER] is broken 💔"),
    ("agent", "I am so sorry 🙏 to hear that\u200b. Anything\u00a0else?"),
    ("customer", "👩\u200d👩\u200d👧 no, that is all"),
    ("agent", "\ufeffGood\u00adbye e\u0301!"),
]


def test_right_to_left_and_emoji_text_is_quoted_as_it_stands():
    safe = make_safe(ODD)
    [assessment] = judge(safe, find_card("support-standard", load_settings()))
    quotes = {}
    for finding in assessment.findings:
        for e in finding.evidence:
            if e.kind is EvidenceKind.HIT:
                assert safe.turns[e.turn].text[e.char_start : e.char_end] == e.quote
                quotes.setdefault(finding.item, e.quote)
    assert quotes["greeting"] == "hello"
    assert quotes["complaint"] == "I am so sorry"
    assert quotes["anything_else"] == "Anything else"
    assert quotes["farewell"] == "Good\u00adbye"


def test_ten_thousand_turns_take_seconds():
    talk = [
        ("agent" if i % 2 else "customer", f"I will check order {i} for you, one moment please.")
        for i in range(10_000)
    ]
    begun = process_time()
    [assessment] = judged("support-standard", talk)
    assert assessment.findings
    assert process_time() - begun < 60


def test_the_same_word_ten_thousand_times_takes_seconds():
    begun = process_time()
    [assessment] = judged("support-standard", [("agent", "thank you so much " * 2_500)])
    assert assessment.findings
    assert process_time() - begun < 60


CARD = """\
scorecard: odd
languages: [en]
lists:
  words:
    en: WORDS
sections:
  - id: only
    items:
      - id: it
        ask: Is it so?
        any: [list: words]
"""


@pytest.mark.parametrize(
    ("words", "phrases"),
    [
        ("[no, yes please]", ("no", "yes please")),
        ("[off we go, =on]", ("off we go", "=on")),
        ("[at 1:30, 12:00]", ("at 1:30", "12:00")),
        ("[null and void, ~ish]", ("null and void", "~ish")),
        ("[007, 1e3]", None),
    ],
)
def test_yaml_traps_are_words_or_are_named(words, phrases):
    text = CARD.replace("WORDS", words)
    if phrases is not None:
        assert load_scorecard(text).lists["words"]["en"] == phrases
        return
    with pytest.raises(ScorecardError, match=r"odd.yaml:5:\d+"):
        load_scorecard(text, name="odd.yaml")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("[sorry: really]", r"odd\.yaml:5:"),
        ("[sorry]\n    en: [hello]", r"odd\.yaml:6:5: not YAML: the key 'en' is there twice\."),
        ("[sorry, a\x00b]", r"odd\.yaml:5:18: not YAML: the character '\\x00' cannot stand"),
        ("[sorry\n", r"odd\.yaml:\d+:\d+: not YAML"),
        ("[{company}]", r"odd\.yaml:5:"),
        ("[(a+)+b]", r"odd\.yaml:5:.*'\+'|odd\.yaml:5:.*means nothing"),
        ("['.*.*.*=x']", r"odd\.yaml:5:"),
        (f"['{'(a b|c d) ' * 9}']", r"odd\.yaml:5:.*256 variants"),
        ("['a ... b ... c ... d ... e']", r"odd\.yaml:5:.*gaps"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_place(words, message):
    with pytest.raises(ScorecardError, match=message):
        load_scorecard(CARD.replace("WORDS", words), name="odd.yaml")


def test_the_most_that_a_phrase_may_be_is_matched_in_time(card_of):
    """A phrase at the limits, against text made to lead it astray."""
    phrase = "(a b|c d) " * 7 + "... a ... b ... a"
    assert len(compile_phrase(phrase, "en", {})) <= MAX_VARIANTS
    card = card_of(f"- id: it\n  ask: So?\n  any: ['{phrase}']")
    begun = process_time()
    [assessment] = judge(make_safe([("agent", "a b c d " * 2500), ("customer", "So.")]), card)
    assert assessment.findings[0].verdict in {Verdict.PASS, Verdict.FAIL}
    assert process_time() - begun < 30
