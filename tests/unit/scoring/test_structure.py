"""Items that read sentence structure: politeness, patterns, and what denies a hit."""

import pytest

from qa.errors import ScorecardError
from qa.records import EvidenceKind, ItemKind, Verdict
from qa.scoring import judge
from qa.testing import make_safe

POLITE = "- id: it\n  ask: So?\n  politeness: {at_least: 0.5}"
PATTERN = """
- id: it
  ask: Did the agent say what they send?
  dep:
    name: we_send
    pattern:
      - {RIGHT_ID: verb, RIGHT_ATTRS: {LEMMA: {IN: [send, mail]}}}
      - {LEFT_ID: verb, REL_OP: ">", RIGHT_ID: what, RIGHT_ATTRS: {DEP: dobj}}
"""
FIRST = "{RIGHT_ID: a, RIGHT_ATTRS: {}}"
KIND = "I am sorry to hear that, could you please tell me your number?"
RUDE = "Stop calling us, you idiot."


@pytest.fixture
def finding(card_of):
    def find(item, *said, language="en", parsers=None, confidence=1.0):
        talk = [("customer", "Is it here?"), *(("agent", text) for text in said)]
        safe = make_safe(talk, language=language, confidence=confidence)
        [assessment] = judge(safe, card_of(item), parsers=parsers)
        for piece in assessment.findings[0].evidence:
            if piece.quote:
                turn = safe.turns[piece.turn].text
                assert turn[piece.char_start : piece.char_end] == piece.quote
        return assessment.findings[0]

    return find


class TestWithoutTheModel:
    @pytest.mark.parametrize("item", [POLITE, PATTERN])
    def test_english_is_for_a_person_never_a_fail(self, finding, item):
        found = finding(item, RUDE)
        assert found.verdict is Verdict.REVIEW
        assert found.reason == "The English parser is not installed; qa models pull"

    def test_a_language_without_a_parser_has_no_patterns(self, finding):
        found = finding(PATTERN, "Мы отправили заказ вчера", language="ru")
        assert found.verdict is Verdict.NOT_APPLICABLE
        assert "no parser for the language 'ru'" in found.reason

    def test_politeness_of_other_languages_needs_none(self, finding):
        kind = finding(POLITE, "Не могли бы вы подождать, пожалуйста?", language="ru")
        rude = finding(POLITE, "Ты сам виноват, идиот, отстань!", language="ru")
        assert (kind.verdict, rude.verdict) == (Verdict.PASS, Verdict.FAIL)
        assert {e.quote for e in kind.evidence} >= {"Не могли бы", "пожалуйста"}
        assert "politeness: rude" in {e.rule for e in rude.evidence}

    def test_denials_are_told_by_words(self, finding):
        item = "- id: it\n  ask: So?\n  none: [your fault]\n  unless_negated: true"
        assert finding(item, "This is not your fault").verdict is Verdict.PASS


class TestPoliteness:
    def test_it_is_advice_unless_the_card_gives_it_a_weight(self, card_of):
        assert card_of(POLITE).item("it").effect is ItemKind.ADVICE
        assert card_of(POLITE + "\n  weight: 1").item("it").effect is ItemKind.EARNS

    def test_short_turns_say_too_little(self, finding):
        found = finding(POLITE, "Ждите", "Так, да", language="ru")
        assert found.verdict is Verdict.NOT_APPLICABLE

    def test_part_of_the_credit(self, finding):
        item = "- id: it\n  ask: So?\n  weight: 1\n"
        item += "  politeness: {at_least: 0.9, partial_at_least: 0.4}"
        found = finding(item, "Заказ будет готов завтра", language="ru")
        assert (found.verdict, found.value) == (Verdict.PARTIAL, 0.5)

    def test_what_was_not_heard_clearly_is_no_fail(self, finding):
        found = finding(POLITE, "Ты сам виноват, идиот!", language="ru", confidence=0.3)
        assert found.verdict is Verdict.REVIEW

    @pytest.mark.parametrize(
        ("options", "says"),
        [
            ("{at_least: 2}", "expected at most 1; found 2"),
            ("{at_least: 0.5, partial_at_least: 0.6}", "partial_at_least must be below at_least"),
            ("{at_least: 0.5, register: rude}", "'plain' or 'agent'"),
            ("{at_leest: 0.5}", "did you mean 'at_least'"),
        ],
    )
    def test_mistakes_are_named_with_their_place(self, card_of, options, says):
        with pytest.raises(ScorecardError, match=says) as caught:
            card_of(f"- id: it\n  ask: So?\n  politeness: {options}")
        assert {m.line for m in caught.value.mistakes} == {8}

    @pytest.mark.slow
    def test_english(self, finding, parsers):
        assert finding(POLITE, KIND, parsers=parsers).verdict is Verdict.PASS
        rude = finding(POLITE, RUDE, parsers=parsers)
        assert rude.verdict is Verdict.FAIL
        assert {"politeness: rude", "politeness: prohibition"} <= {e.rule for e in rude.evidence}

    @pytest.mark.slow
    def test_questions_that_the_job_asks_are_not_rude(self, finding, parsers):
        asked = "What version of the software are you running on it?"
        assert finding(POLITE, asked, parsers=parsers).verdict is Verdict.PASS


class TestPatterns:
    @pytest.mark.slow
    def test_found_and_shown(self, finding, parsers):
        found = finding(PATTERN, "So we’ll mail you the parcel [ORDER_ID].", parsers=parsers)
        assert found.verdict is Verdict.PASS
        assert found.evidence[0].quote == "mail you the parcel"
        assert found.evidence[0].rule == "dep: we_send"

    @pytest.mark.slow
    def test_an_absence_says_where_was_searched(self, finding, parsers):
        found = finding(PATTERN, "Your parcel is here.", parsers=parsers)
        assert found.verdict is Verdict.FAIL
        assert found.evidence[-1].kind is EvidenceKind.WINDOW
        assert "'we_send' not found" in found.reason

    @pytest.mark.slow
    def test_what_must_not_be_there_deducts(self, finding, parsers):
        found = finding(PATTERN + "  at_most: 0", "We send it today.", parsers=parsers)
        assert (found.verdict, found.kind) == (Verdict.FAIL, ItemKind.DEDUCTS)

    @pytest.mark.parametrize(
        ("pattern", "says"),
        [
            ("{RIGHT_ID: a, RIGHT_ATTRS: {LEMA: x}}", "a word has no 'LEMA'; known: DEP"),
            ("{RIGHT_ID: a, RIGHT_ATTRS: {LEMMA: {REGEX: '(a+)+$'}}}", "'LEMMA' needs a text"),
            ("{RIGHT_ID: a, RIGHT_ATTRS: {IS_ALPHA: 1}}", "needs true or false"),
            ("{RIGHT_ATTRS: {}}", "RIGHT_ID"),
            ("{RIGHT_ID: a, RIGHT_ATTRS: {}, LEFT_ID: b}", "neither LEFT_ID nor REL_OP"),
            ("{RIGHT_ID: a, RIGHT_ATTRS: {}}, {RIGHT_ID: b, RIGHT_ATTRS: {}}", "needs REL_OP"),
            (
                FIRST + ", {LEFT_ID: z, REL_OP: '>', RIGHT_ID: b, RIGHT_ATTRS: {}}",
                "LEFT_ID of a word before it",
            ),
            (
                FIRST + ", {LEFT_ID: a, REL_OP: '=>', RIGHT_ID: b, RIGHT_ATTRS: {}}",
                "REL_OP",
            ),
        ],
    )
    def test_mistakes_are_named_with_their_place(self, card_of, pattern, says):
        with pytest.raises(ScorecardError, match=says) as caught:
            card_of(f"- id: it\n  ask: So?\n  dep: {{name: it, pattern: [{pattern}]}}")
        assert all(m.line == 8 and m.column > 8 for m in caught.value.mistakes)


DENIED = "- id: it\n  ask: So?\n  none: [your fault, idiot]\n  unless_negated: true\n"
WITH_STRUCTURE = DENIED + "- id: other\n  ask: So?\n  politeness: {at_least: 0.1}\n"


@pytest.mark.slow
class TestDenial:
    @pytest.mark.parametrize(
        ("said", "verdict"),
        [
            ("This is your fault.", Verdict.FAIL),
            ("This is not your fault.", Verdict.PASS),
            ("I do not think for a moment that this was in any way your fault.", Verdict.PASS),
            ("No, this is your fault.", Verdict.FAIL),
            ("It is your fault, not mine.", Verdict.FAIL),
            ("Don't shout, you idiot.", Verdict.FAIL),
            ("I never said it was your fault.", Verdict.PASS),
        ],
    )
    def test_it_is_told_by_structure(self, finding, parsers, said, verdict):
        assert finding(WITH_STRUCTURE, said, parsers=parsers).verdict is verdict

    def test_cards_that_need_no_structure_load_no_parser(self, finding):
        class Untouchable:
            def __getattr__(self, name):
                raise AssertionError(name)

        found = finding(DENIED, "This is not your fault.", parsers=Untouchable())
        assert found.verdict is Verdict.PASS


@pytest.mark.slow
def test_the_same_call_gives_identical_bytes_and_names_the_parser(card_of, parsers):
    safe = make_safe([("customer", "Is it here?"), ("agent", KIND), ("agent", RUDE)])
    card = card_of(POLITE)
    first, again = (judge(safe, card, parsers=parsers)[0].model_dump_json() for _ in range(2))
    assert first == again
    assert '"parser_en":"en_core_web_sm' in first
