"""From turns to verdicts: each check kind, its evidence, and when it asks a human."""

from importlib.metadata import version

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.language import load_pack
from qa.records import (
    Channel,
    EndedBy,
    Event,
    EventKind,
    Evidence,
    EvidenceKind,
    Layout,
    Metadata,
    Party,
    Role,
    ScoreStatus,
    SpeechSpan,
    Triage,
    Verdict,
)
from qa.scoring import Document, find_card, judge, politeness
from qa.settings import load_settings
from qa.testing import make_safe, make_safe_turns

PASS, PARTIAL, FAIL = Verdict.PASS, Verdict.PARTIAL, Verdict.FAIL
NA, REVIEW = Verdict.NOT_APPLICABLE, Verdict.REVIEW

TALK = [
    ("agent", "Good morning, Acme, Anna speaking."),
    ("customer", "Hello, my screen is broken and I am angry."),
    ("agent", "I am sorry to hear that. What is your order number?"),
    ("customer", "It is 4 5 6 7."),
    ("agent", "Thank you. I have sent a new one, it comes within two days."),
    ("customer", "Great."),
    ("agent", "Anything else? No? Goodbye then."),
]


@pytest.fixture(name="answer")
def _answer(card_of):
    """Judge one item, given as YAML, and return its finding."""

    def answer(item, talk=TALK, **more):
        top = more.pop("top", {})
        card = card_of(f"- id: it\n  ask: Is it so?\n{_indent(item)}", **top)
        [assessment] = judge(make_safe(talk, **more), card)
        return assessment.findings[0]

    return answer


def _indent(text):
    return "\n".join("  " + line for line in text.strip("\n").splitlines())


def quotes(finding, kind=EvidenceKind.HIT):
    return [e.quote for e in finding.evidence if e.kind is kind]


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        pytest.param("any: [good morning]", PASS, id="any: said"),
        pytest.param("any: [good evening]", FAIL, id="any: not said"),
        pytest.param("any: [screen is broken]", FAIL, id="any: said by the other side"),
        pytest.param("any: [screen is broken]\nwho: customer", PASS, id="any: of the customer"),
        pytest.param("any: [hello, goodbye]\nwho: any", PASS, id="any: of anybody"),
        pytest.param("any: [sorry, thank you]\nat_least: 2", PASS, id="any: twice"),
        pytest.param("any: [sorry, thank you]\nat_least: 3", FAIL, id="any: not often enough"),
        pytest.param(
            "any: [sorry, thank you]\nat_least: 3\npartial: true", PARTIAL, id="any: part"
        ),
        pytest.param("any: [sorry, thank you]\nat_most: 1", FAIL, id="any: too often"),
        pytest.param("any: [sorry]\nat_most: 1", PASS, id="any: not too often"),
        pytest.param("any: [nothing of it]\nat_most: 1", PASS, id="any: at most, never said"),
        pytest.param("all: [sorry, [thanks, thank you]]", PASS, id="all: every group"),
        pytest.param("all: [sorry, welcome]", FAIL, id="all: one missing"),
        pytest.param("all: [sorry, welcome]\npartial: true", PARTIAL, id="all: half"),
        pytest.param("none: [shut up]", PASS, id="none: not said"),
        pytest.param("none: [goodbye]", FAIL, id="none: said"),
        pytest.param("none: [goodbye]\nat_most: 1", PASS, id="none: once is forgiven"),
        pytest.param("none: [angry]", PASS, id="none: the customer may"),
        pytest.param("none: [god bye]", PASS, id="none: what only sounds alike is not said"),
        pytest.param(
            "any: [god bye]\nwhere: {last_turns: 1}\nstrictness: exact", FAIL, id="any: exact"
        ),
        pytest.param("any: [list: apology]", PASS, id="a family of the pack"),
        pytest.param("any: [family: anything_else]", PASS, id="a family by name"),
        pytest.param("human: Look at the tone.", REVIEW, id="human"),
    ],
)
def test_verdicts(answer, item, verdict):
    assert answer(item).verdict is verdict


SEQUENCE = """
sequence:
  - any: [sorry]
  - any: ["(what|which) is your"]
  - {who: customer, any: ["<NUMBER>"]}
  - any: [list: says_done]
"""


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        pytest.param(SEQUENCE, PASS, id="in order"),
        pytest.param("sequence: [{any: [goodbye]}, {any: [sorry]}]", FAIL, id="out of order"),
        pytest.param("sequence: [{any: [sorry]}, {any: [never said]}]", FAIL, id="a step missing"),
        pytest.param(
            "partial: true\nsequence: [{any: [sorry]}, {any: [never said]}]", PARTIAL, id="part of it"
        ),
        pytest.param(
            "sequence: [{any: [sorry]}, {any: [never said], optional: true}, {any: [goodbye]}]", PASS,
            id="an optional step",
        ),
        pytest.param(
            "sequence: [{any: [sorry]}, {any: [goodbye], optional: true}, {any: [thank you]}]", PASS,
            id="an optional step that comes late takes nothing away",
        ),
        pytest.param("within_turns: 2\nsequence: [{any: [sorry]}, {any: [thank you]}]", PASS, id="near"),
        pytest.param("within_turns: 2\nsequence: [{any: [sorry]}, {any: [goodbye]}]", FAIL, id="too far"),
        pytest.param(
            "within_seconds: 2\nsequence: [{any: [sorry]}, {any: [goodbye]}]", FAIL, id="too late"
        ),
        pytest.param(
            "sequence: [{any: [thank you]}, {any: [anything else]}, {any: [goodbye]}]", PASS,
            id="two steps in one turn",
        ),
    ],
)  # fmt: skip
def test_sequences(answer, item, verdict):
    assert answer(item).verdict is verdict


def test_a_step_that_came_late_costs_itself_and_not_those_before_it(answer):
    steps = ["sorry", "goodbye", "thank you", "anything else"]
    item = "partial: true\nsequence: [" + ", ".join(f"{{any: [{s}]}}" for s in steps) + "]"
    finding = answer(item)
    assert (finding.verdict, finding.value) == (PARTIAL, 0.75)
    assert quotes(finding) == ["sorry", "Thank you", "Anything else"]


ANGRY = [("agent", "Good morning."), ("customer", "A lamp."), ("agent", "Yes."),
         ("customer", "This is unacceptable!")]  # fmt: skip
SORRY = "any: [family: apology]"


@pytest.mark.parametrize(
    "item",
    [
        f"only: {{seen: complaint}}\n{SORRY}",
        f"only: {{seen: complaint}}\nwhere: {{after_trigger: true}}\n{SORRY}",
        f"after: {{who: customer, any: [family: complaint]}}\n{SORRY}",
        "response: {to: {any: [family: complaint]}, any: [family: apology]}",
        "only: {seen: complaint}\nsequence: [{who: customer, any: [family: complaint]}, {any: [sorry]}]",
    ],
)
class TestTheLastWordsOfACustomer:
    @pytest.mark.parametrize(
        ("ended_by", "verdict"),
        [
            (EndedBy.CUSTOMER, NA),
            (EndedBy.RECORDING_CUT, NA),
            (EndedBy.AGENT, FAIL),
            (EndedBy.UNKNOWN, FAIL),
        ],
    )
    def test_cannot_be_answered_by_who_was_hung_up_on(self, answer, item, ended_by, verdict):
        assert answer(item, ANGRY, metadata=Metadata(ended_by=ended_by)).verdict is verdict

    def test_are_not_the_last_if_the_agent_went_on(self, answer, item):
        talk = [*ANGRY, ("agent", "Hm.")]
        assert answer(item, talk, metadata=Metadata(ended_by=EndedBy.CUSTOMER)).verdict is FAIL

    def test_are_not_owed_an_answer_by_who_has_handed_on(self, card_of, item):
        talk = [*ANGRY, ("agent-2", "This is Boris."), ("customer", "Well."), ("agent-2", "Yes.")]
        first, _ = judge(make_safe(talk), card_of(f"- id: it\n  ask: Is it so?\n{_indent(item)}"))
        assert first.findings[0].verdict is NA
        assert first.findings[0].reason


def test_what_must_not_be_said_counts_whoever_ends_the_call(answer):
    item = "only: {seen: complaint}\nnone: [=lamp, =yes]"
    hung_up = Metadata(ended_by=EndedBy.CUSTOMER)
    assert answer(item, ANGRY, metadata=hung_up).verdict is FAIL


def test_asking_is_not_verifying(answer):
    item = SEQUENCE.replace("sorry", "=hello there").replace("  - any: [=hello there]\n", "")
    talk = [t if t[0] != "customer" else ("customer", "I have none.") for t in TALK]
    assert answer(item).verdict is PASS
    assert answer(item, talk).verdict is FAIL


@pytest.mark.parametrize(
    ("only", "verdict", "reason"),
    [
        ("{channel: call}", PASS, ""),
        ("{channel: chat}", NA, "Only for channel chat; here: call."),
        ("{channel: [chat, call]}", PASS, ""),
        ("{language: ru}", NA, "Only for language ru; here: en."),
        ("{topic: billing}", PASS, ""),
        ("{topic: account}", NA, "Only for topic account; here: billing."),
        ("{ended_by: [agent, unknown]}", NA, "Only for ended by agent or unknown; here: customer."),
        ("{has_times: true}", PASS, ""),
        ("{has_times: false}", NA, "has times"),
        ("{first_agent: true, last_agent: true}", PASS, ""),
        ("{queue: vip}", NA, "here: unknown"),
        ("{action: refund}", PASS, ""),
        ("{action: cancel}", NA, "action"),
        ("{metric: {turns_agent: {at_least: 4}}}", PASS, ""),
        ("{metric: {turns_agent: {at_least: 4, at_most: 4}}}", PASS, ""),
        (
            "{metric: {turns_agent: {at_least: 5}}}",
            NA,
            "Only where turns_agent is at least 5; here: 4.",
        ),
        ("{metric: {turns_agent: {at_most: 3}}}", NA, "turns_agent is at most 3; here: 4."),
        (
            "{metric: {turns_agent: {at_least: 1, at_most: 3}}}",
            NA,
            "is at least 1 and at most 3; here",
        ),
        ("{metric: {talk_ratio: {at_most: 0.1}}}", NA, "talk_ratio is at most 0.1; here: 0.6"),
        ("{metric: {turns_agent: {at_least: 4}, turns_customer: {at_least: 4}}}", NA, "here: 3."),
        ("{metric: {ring_seconds: {at_least: 1}}}", NA, "does not say how long it rang"),
        ("{seen: complaint}", PASS, ""),
        ("{seen: threat_to_leave}", NA, "'threat_to_leave' was not seen."),
        ("{seen: rage, when: {any: [angry]}}", PASS, ""),
        ("{seen: rage, when: {any: [furious beyond words]}}", NA, "'rage' was not seen."),
        ("{when: {who: agent, any: [goodbye]}}", PASS, ""),
    ],
)
def test_when_an_item_applies(answer, only, verdict, reason):
    metadata = Metadata(ended_by=EndedBy.CUSTOMER, topics=("billing",))
    safe = make_safe(TALK, metadata=metadata).model_copy(
        update={"events": (Event(kind=EventKind.ACTION, note="refund"),)}
    )
    finding = (
        answer(f"any: [sorry]\nonly: {only}", TALK, metadata=metadata)
        if "action" not in only
        else None
    )
    if finding is None:
        from tests.unit.scoring.conftest import card_of

        [assessment] = judge(safe, card_of(f"- id: it\n  ask: So?\n  any: [sorry]\n  only: {only}"))
        finding = assessment.findings[0]
    assert finding.verdict is verdict
    assert reason in finding.reason


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        ("any: [welcome]\nnot_if: {any: [sorry]}", NA),
        ("any: [welcome]\nnot_if: {any: [never]}", FAIL),
        ("any: [welcome]\nor_if: {who: customer, any: [great]}", PASS),
        ("any: [welcome]\nor_if: {who: customer, any: [never]}", FAIL),
        ("any: [sorry]\nbefore: {any: [i have sent]}", PASS),
        ("any: [goodbye]\nbefore: {any: [i have sent]}", FAIL),
        ("any: [sorry]\nbefore: {any: [never said]}", NA),
        ("any: [hello, good morning]\nonly: {seen: complaint}\nwhere: {after_trigger: true}", FAIL),
        ("any: [sorry]\nonly: {seen: complaint}\nwhere: {after_trigger: true}", PASS),
    ],
)
def test_waivers_escapes_and_what_comes_before(answer, item, verdict):
    assert answer(item).verdict is verdict


ASKED = "unless_answering: {any: [anything else]}"


@pytest.mark.parametrize(
    ("talk", "verdict"),
    [
        pytest.param(["a: Anything else?", "c: No, thanks."], FAIL, id="no more"),
        pytest.param(
            ["a: Anything else?", "a: Hello?", "c: No.", "c: No, thanks."], FAIL, id="turns"
        ),
        pytest.param(["c: No, thanks.", "a: Anything else?", "c: Yes."], NA, id="said before"),
        pytest.param(
            ["a: Anything else?", "c: Yes.", "a: A lamp?", "c: No, thanks."], NA, id="said later"
        ),
        pytest.param(["a: Would you like a lamp?", "c: No, thanks."], NA, id="of something else"),
        pytest.param(["a: Hm.", "c: Anything else? No, thanks."], NA, id="nobody asked them"),
    ],
)
@pytest.mark.parametrize("where", ["", "\nwhere: {last_turns: 1}", "\nwhere: {first_turns: 1}"])
def test_an_answer_to_one_thing_is_none_to_another(answer, talk, verdict, where):
    lines = [({"a": "agent", "c": "customer"}[who], text) for who, text in
             (line.split(": ", 1) for line in talk)]  # fmt: skip
    waived = f"not_if: {{who: customer, where: {{last_share: 1}}, any: [no thanks], {ASKED}}}"
    assert answer(f"any: [welcome]\n{waived}{where}", lines).verdict is verdict
    seen = f"only: {{seen: refusal, when: {{any: [no thanks], {ASKED}}}}}"
    assert answer(f"any: [welcome]\n{seen}", lines).verdict is (NA if verdict is FAIL else FAIL)


@pytest.mark.parametrize(
    ("where", "verdict"),
    [
        ("{first_turns: 1}", FAIL),
        ("{first_turns: 2}", PASS),
        ("{last_turns: 2}", FAIL),
        ("{last_turns: 3}", PASS),
        ("{first_turns: 1, last_turns: 3}", PASS),
        ("{first_share: 0.25}", FAIL),
        ("{first_share: 0.5}", PASS),
    ],
)
def test_windows_count_the_speakers_own_turns(answer, where, verdict):
    assert answer(f"any: [sorry]\nwhere: {where}").verdict is verdict


def test_windows_in_seconds_go_by_the_words_and_from_the_first_speech(answer):
    talk = [
        ("bot", "Please wait for an agent.", 0.0),
        ("agent", "one two three four five six sorry", 60.0),
    ]
    # "sorry" begins 6 * 0.3 = 1.8 s after the first human word, within one turn
    assert answer("any: [sorry]\nwhere: {first_seconds: 1.5}", talk).verdict is FAIL
    assert answer("any: [sorry]\nwhere: {first_seconds: 2.0}", talk).verdict is PASS
    assert answer("any: [one]\nwhere: {last_seconds: 1.0}", talk).verdict is FAIL
    assert answer("any: [sorry]\nwhere: {last_seconds: 1.0}", talk).verdict is PASS


SLOW = [("agent", "Hello.", 0.0), ("customer", "Broken.", 2.0), ("agent", "I see. Sorry.", 99.0)]


@pytest.mark.parametrize(
    ("where", "call", "chat"),
    [
        ("{first_share: 0.5}", FAIL, FAIL),
        ("{first_share: 1}", PASS, PASS),
        ("{last_share: 0.02}", PASS, PASS),
        ("{last_share: 0.5}", PASS, PASS),
    ],
)
def test_a_share_of_a_call_goes_by_its_words_times_and_of_a_chat_by_turns(
    answer, where, call, chat
):
    assert answer(f"any: [sorry]\nwhere: {where}", SLOW).verdict is call
    assert answer(f"any: [sorry]\nwhere: {where}", SLOW, channel=Channel.CHAT).verdict is chat
    assert answer(f"any: [sorry]\nwhere: {where}", SLOW, timed=False).verdict is chat


def test_a_share_of_a_call_cuts_within_a_turn(answer):
    monologue = [("agent", "one two three four five six seven eight nine sorry")]
    assert answer("any: [sorry]\nwhere: {first_share: 0.8}", monologue).verdict is FAIL
    assert answer("any: [sorry]\nwhere: {first_share: 0.95}", monologue).verdict is PASS
    assert answer("any: [one]\nwhere: {last_share: 0.5}", monologue).verdict is FAIL


def test_windows_in_seconds_need_times(answer):
    finding = answer("any: [sorry]\nwhere: {first_seconds: 30}", channel=Channel.CHAT, timed=False)
    assert finding.verdict is NA
    assert "times" in finding.reason
    both = answer(
        "any: [sorry]\nwhere: {first_turns: 2, first_seconds: 3}", channel=Channel.CHAT, timed=False
    )
    assert both.verdict is PASS


class TestEvidence:
    def test_is_exactly_what_the_turn_says(self, answer):
        finding = answer("any: [i be sorry, list: thanks]")
        assert quotes(finding) == ["I am sorry", "Thank you"]
        safe = make_safe(TALK)
        for e in finding.evidence:
            turn = safe.turns[e.turn]
            assert e.quote == turn.text[e.char_start : e.char_end]
            assert (e.start, e.end) == turn.seconds(e.char_start, e.char_end)
            assert e.score == 1.0

    def test_of_an_absence_is_the_window_and_the_nearest_miss(self, answer):
        finding = answer("any: [order reference]\nwhere: {first_turns: 3}")
        assert finding.verdict is FAIL
        window, near = finding.evidence
        assert (window.kind, window.turn, window.last_turn) == (EvidenceKind.WINDOW, 0, 4)
        assert window.start == 0.0
        assert window.rule == "order reference"
        assert near.kind is EvidenceKind.NEAR_MISS
        assert "order" in near.quote
        assert 0 < near.score < 1
        assert "3 turns of the agent" in finding.reason

    def test_of_an_empty_window(self, answer):
        finding = answer("any: [hi]\nwho: customer", [("agent", "Hello?")])
        assert finding.evidence == (Evidence(kind=EvidenceKind.WINDOW, rule="hi"),)

    def test_says_what_was_searched_even_when_nothing_bad_was_said(self, answer):
        [window] = answer("none: [shut up]").evidence
        assert (window.kind, window.turn, window.last_turn) == (EvidenceKind.WINDOW, 0, 6)


class TestNotHeard:
    def test_is_not_a_fail(self, answer):
        finding = answer("any: [welcome]", confidence=0.4)
        assert finding.verdict is REVIEW
        assert "Not heard clearly" in finding.reason

    def test_what_was_heard_all_the_same_passes(self, answer):
        assert answer("any: [sorry]", confidence=0.4).verdict is PASS

    def test_the_threshold_is_the_items_or_the_cards(self, answer):
        assert answer("any: [welcome]\nmin_confidence: 0.3", confidence=0.4).verdict is FAIL
        assert (
            answer("any: [welcome]", confidence=0.7, top={"min_confidence": 0.8}).verdict is REVIEW
        )

    def test_a_chat_is_always_clear(self, answer):
        assert answer("any: [welcome]", channel=Channel.CHAT, timed=False).verdict is FAIL

    def test_speech_without_words_is_not_silence(self, card_of):
        """Somebody spoke for a minute and nothing was recognised: no ground for a fail."""
        safe = make_safe([("customer", "Hello?"), ("agent", "Hm.")])
        heard = SpeechSpan(speaker="agent", start=1, end=61)
        card = card_of("- id: it\n  ask: So?\n  any: [welcome]")
        [assessment] = judge(safe.model_copy(update={"speech": (*safe.speech, heard)}), card)
        assert assessment.findings[0].verdict is REVIEW

    def test_a_turn_of_nobody_known_may_have_been_the_agents(self, answer):
        talk = [("agent", "Yes."), ("speaker-1", "You are welcome, sir.")]
        finding = answer("any: [you are welcome]", talk)
        assert finding.verdict is REVIEW
        assert "by whom" in finding.reason

    def test_a_bad_word_that_was_not_heard_clearly_is_for_a_human(self, answer):
        finding = answer("none: [goodbye]", confidence=0.45)
        assert finding.verdict is REVIEW
        assert quotes(finding) == ["Goodbye"]

    def test_a_bad_word_of_an_unsure_speaker_is_for_a_human(self, card_of):
        card = card_of("- id: it\n  ask: So?\n  none: [goodbye]")
        safe = make_safe(TALK)
        unsure = tuple(
            p.model_copy(update={"role_confidence": 0.65}) if p.role is Role.AGENT else p
            for p in safe.parties
        )
        [assessment] = judge(safe.model_copy(update={"parties": unsure}), card)
        assert assessment.findings[0].verdict is REVIEW

    def test_one_sure_bad_word_is_enough(self, card_of):
        clear = make_safe_turns([("agent", "Goodbye.")], confidence=1.0)[0]
        vague = make_safe_turns([("agent", "Goodbye.")], confidence=0.2)[0].model_copy(
            update={"index": 1}
        )
        [assessment] = judge(
            make_safe((clear, vague)), card_of("- id: it\n  ask: So?\n  none: [goodbye]")
        )
        assert assessment.findings[0].verdict is FAIL


class TestLanguages:
    def test_each_turn_is_read_in_its_own(self, card_of):
        ru = make_safe_turns(
            [("agent", "Добрый день"), ("customer", "Здравствуйте, у меня вопрос")], language="ru"
        )
        en = make_safe_turns([("agent", "I can also speak English with you")])
        turns = (*ru, en[0].model_copy(update={"index": 2}))
        card = card_of(
            "- id: it\n  ask: So?\n  any: [list: greeting]\n- id: en\n  ask: So?\n  any: [speak english]"
        )
        [assessment] = judge(make_safe(turns), card)
        assert [f.verdict for f in assessment.findings] == [PASS, PASS]

    def test_a_chat_nobody_named_a_language_for_is_guessed(self, card_of):
        talk = [("agent", "Здравствуйте! Чем могу помочь?"), ("customer", "Где мой заказ?")]
        safe = make_safe(talk, language="", channel=Channel.CHAT, timed=False)
        [assessment] = judge(safe, card_of("- id: it\n  ask: So?\n  any: [list: greeting]"))
        assert assessment.findings[0].verdict is PASS

    def test_a_list_without_the_language_does_not_apply(self, card_of):
        card = card_of("- id: it\n  ask: So?\n  any: [list: mine]", lists="{mine: {en: [hello]}}")
        [assessment] = judge(make_safe([("agent", "Привет")], language="ru"), card)
        assert assessment.findings[0].verdict is NA
        assert "ru" in assessment.findings[0].reason


class TestNotScorable:
    @pytest.mark.parametrize(
        ("safe", "reason"),
        [
            (make_safe(TALK, triage=Triage.VOICEMAIL), "voicemail"),
            (make_safe([("speaker-0", "hello"), ("speaker-1", "hi")]), "who the agent is"),
            (make_safe([("agent", "salve amice")], language="la"), "No language pack.*la"),
            (make_safe([]), "who the agent is"),
        ],
    )
    def test_says_why(self, safe, reason, card_of):
        import re

        [assessment] = judge(safe, card_of("- id: it\n  ask: So?\n  any: [hi]"))
        assert assessment.score.status is ScoreStatus.NOT_SCORABLE
        assert assessment.score.total is None
        assert assessment.findings == ()
        assert re.search(reason, assessment.score.reason)

    def test_a_card_for_other_channels_or_languages(self, card_of):
        item = "- id: it\n  ask: So?\n  any: [hi]"
        for top in ({"channels": "[chat]"}, {"languages": "[ru]"}):
            [assessment] = judge(make_safe(TALK), card_of(item, **top))
            assert assessment.score.status is ScoreStatus.NOT_SCORABLE

    def test_one_good_message_is_a_scorable_chat(self, card_of):
        card = card_of("- id: it\n  ask: So?\n  any: [list: greeting]")
        [assessment] = judge(
            make_safe([("agent", "Hello!")], channel=Channel.CHAT, timed=False), card
        )
        assert assessment.score.total == 100


TRANSFERRED = [
    ("agent", "Hello, this is Anna. I am sorry."),
    ("customer", "My screen is broken."),
    ("agent", "I will transfer you."),
    ("agent-2", "Boris here, I have sent a new one."),
    ("customer", "Thanks."),
    ("agent-2", "Goodbye."),
]


class TestSeveralAgents:
    def test_each_is_scored_on_their_part(self, card_of):
        card = card_of(
            "- id: hello\n  ask: So?\n  any: [list: greeting]\n  only: {first_agent: true}\n"
            "- id: bye\n  ask: So?\n  any: [list: farewell]\n  only: {last_agent: true}\n"
            "- id: sorry\n  ask: So?\n  any: [list: apology]\n  only: {seen: complaint}"
        )
        first, second = judge(make_safe(TRANSFERRED), card)
        assert (first.party, second.party) == ("agent", "agent-2")
        assert [f.verdict for f in first.findings] == [PASS, NA, PASS]
        assert [f.verdict for f in second.findings] == [NA, PASS, NA]
        assert first.score.total == second.score.total == 100

    def test_who_never_spoke_is_not_scored_beside_one_who_did(self, card_of):
        safe = make_safe(TALK)
        idle = Party(id="agent-9", role=Role.AGENT)
        card = card_of("- id: it\n  ask: So?\n  any: [hi]")
        assert [
            a.party for a in judge(safe.model_copy(update={"parties": (*safe.parties, idle)}), card)
        ] == ["agent"]


class TestReplay:
    def test_the_same_input_gives_identical_bytes(self):
        card = find_card("support-standard", load_settings())
        first, again = (judge(make_safe(TALK), card)[0].model_dump_json() for _ in range(2))
        assert first == again

    def test_a_document_serves_many_cards(self, card_of):
        document = Document(make_safe(TALK))
        card = card_of("- id: it\n  ask: So?\n  any: [sorry]")
        assert judge(document, card) == judge(make_safe(TALK), card)

    def test_a_score_names_what_made_it(self, card_of):
        card = card_of("- id: it\n  ask: So?\n  any: [sorry]")
        [assessment] = judge(make_safe(TALK), card)
        assert assessment.card == card.ref
        assert assessment.provenance.options["pack_en"] == str(load_pack("en").version)

    def test_and_everything_else_that_it_hangs_on(self, card_of):
        plain = "- id: it\n  ask: So?\n  any: [sorry]"
        polite = f"{plain}\n- id: kind\n  ask: So?\n  politeness: {{at_least: 0.5}}"
        russian = [("agent", "Здравствуйте, чем могу помочь?")]

        def made(text, talk, **more):
            [assessment] = judge(make_safe(talk, **more), card_of(text))
            return assessment.provenance.options

        assert set(made(plain, TALK)) == {"card", "hearing", "likeness", "pack_en", "lemmas_en"}
        assert made(plain, TALK)["lemmas_en"] == f"simplemma {version('simplemma')}"
        assert made(plain, TALK)["likeness"] == f"rapidfuzz {version('rapidfuzz')}"
        found = made(polite, russian, language="ru")
        assert found["lemmas_ru"].startswith(f"pymorphy3 {version('pymorphy3')}")
        assert found["politeness"] == str(politeness.table().version)
        assert found["politeness_ru"] == str(politeness.lexicon("ru").words.version)

    def test_a_changed_list_of_polite_words_shows(self, card_of, monkeypatch):
        card = card_of("- id: kind\n  ask: So?\n  politeness: {at_least: 0.5}")
        [before] = judge(make_safe(TALK), card)
        lists = politeness.lexicon("en")
        changed = lists.words.model_copy(update={"version": lists.words.version + 1})
        monkeypatch.setattr(lists, "words", changed)
        [after] = judge(make_safe(TALK), card)
        assert before.provenance != after.provenance

    def test_so_does_the_maker_of_a_check_kind_that_is_not_ours(self, card_of, monkeypatch):
        monkeypatch.setattr("qa.scoring.judging.made_by", {"any": "mine 1.2"}.get)
        [assessment] = judge(make_safe(TALK), card_of("- id: it\n  ask: So?\n  any: [sorry]"))
        assert assessment.provenance.options["check_any"] == "mine 1.2"

    def test_no_word_of_the_conversation_is_in_a_reason(self):
        card = find_card("support-standard", load_settings())
        talk = [("agent", "xylophone"), ("customer", "zebra"), ("agent", "quagga")]
        [assessment] = judge(make_safe(talk), card)
        reasons = " ".join(f.reason for f in assessment.findings) + assessment.score.reason
        assert not {"xylophone", "zebra", "quagga"} & set(reasons.lower().split())


SPOKEN = st.lists(
    st.sampled_from(
        [
            "hello",
            "thanks",
            "thank",
            "you",
            "sorry",
            "sory",
            "anything",
            "else",
            "—",
            "bye",
            "[PHONE]",
            "не",
            "извините",
            "ё’",
            "shut",
            "up",
            "😀",
            "is",
        ]
    ),
    min_size=1,
    max_size=12,
)


@given(st.lists(st.tuples(st.sampled_from(["agent", "customer", "speaker-1"]), SPOKEN), max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_quote_is_cut_out_of_its_turn(talk):
    safe = make_safe([(who, " ".join(words)) for who, words in talk])
    for assessment in judge(safe, find_card("support-standard", load_settings())):
        for finding in assessment.findings:
            for e in finding.evidence:
                if e.char_start is not None:
                    turn = safe.turns[e.turn]
                    assert e.quote == turn.text[e.char_start : e.char_end] != ""
                    assert (e.start, e.end) == turn.seconds(e.char_start, e.char_end)
                if finding.verdict in {NA, REVIEW}:
                    assert finding.reason


def test_odd_text_is_judged_like_any(card_of):
    card = card_of(
        "- id: it\n  ask: So?\n  any: [list: greeting]\n- id: n\n  ask: So?\n  none: [list: insult]"
    )
    talk = [
        ("agent", "😀 \u202eمرحبا\u202c 👩\u200d👩\u200d👧 hello‼️"),
        ("customer", "שלום \ud7ff"),
        ("agent", "— … —"),
    ]
    [assessment] = judge(make_safe(talk), card)
    [hit] = [e for e in assessment.findings[0].evidence if e.kind is EvidenceKind.HIT]
    assert hit.quote == "hello"


def test_ten_thousand_turns(card_of):
    talk = [
        ("agent" if i % 2 else "customer", f"words number {i} of many more") for i in range(10_000)
    ]
    card = card_of("- id: it\n  ask: So?\n  any: [list: farewell, welcome back]")
    [assessment] = judge(make_safe(talk, layout=Layout.MONO), card)
    assert assessment.findings[0].verdict is FAIL
