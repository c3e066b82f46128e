"""What is counted and not scored."""

import pytest

from qa.records import Channel, Direction, EndedBy, Metadata, Party, Role, Triage
from qa.testing import make_facts, make_safe
from qa.turns import triage

GOOD = [
    ("agent", "Northwind Bank, how can I help you?"),
    ("customer", "I lost my card and need a new one."),
    ("agent", "It is on its way. Goodbye."),
    ("customer", "Thank you, goodbye."),
]


def kind(lines, **options):
    found = triage(make_safe(lines, **{"duration": 20.0, **options}))
    return found[0] if found else None


def test_a_conversation_of_both_sides_is_scored():
    assert kind(GOOD) is None


def test_one_good_agent_message_is_a_scorable_chat():
    chat = [("customer", "Where is my order?"), ("agent", "It arrives tomorrow.")]

    assert kind(chat, channel=Channel.CHAT) is None


@pytest.mark.parametrize(
    ("language", "greeting"),
    [
        ("en", "Hi, you've reached Tom, please leave a message after the beep."),
        ("ru", "Абонент временно недоступен, оставьте сообщение после сигнала."),
        ("ro", "Abonatul nu poate fi contactat, lăsați un mesaj după semnalul sonor."),
        ("hu", "A hívott szám nem elérhető, hagyjon üzenetet a sípszó után."),
    ],
)
@pytest.mark.parametrize("heard_as", ["bot", "customer", "speaker-0"])
def test_a_voicemail_is_one_though_the_agent_leaves_a_message(language, greeting, heard_as):
    lines = [(heard_as, greeting), ("agent", "Hello this is Northwind please call us back")]

    assert kind(lines, language=language) is Triage.VOICEMAIL
    assert kind(lines[:1], language=language) is Triage.VOICEMAIL


def test_an_agent_who_speaks_of_a_voicemail_is_no_voicemail():
    assert kind([*GOOD, ("agent", "You can leave a message after the beep any time.")]) is None


def test_a_menu_that_nobody_follows_is_ivr_only():
    lines = [("bot", "For billing press one, for support press two."), ("customer", "One.")]

    assert kind(lines) is Triage.IVR_ONLY


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("agent", "Hello? Is anybody there? I will hang up now.")], Triage.NO_CUSTOMER),
        ([("customer", "Hello? I have been waiting for an hour now.")], Triage.NO_AGENT),
        ([("agent", "Northwind Bank, how can I help?"), ("customer", "Sorry.")], Triage.DROPPED),
        ([], Triage.SILENT),
    ],
)
def test_a_missing_side_has_a_name(lines, expected):
    assert kind(lines) is expected


def test_a_side_that_nobody_can_name_is_not_missing():
    assert kind([("agent", "Hello, how are you?"), ("speaker-1", "Fine thank you.")]) is None


def test_short_and_silent_recordings_are_told_by_the_recording():
    assert kind(GOOD, duration=1.0) is Triage.TOO_SHORT
    silent = make_safe([], duration=30.0)
    silent = silent.model_copy(
        update={"audio": make_facts(duration=30.0).model_copy(update={"all_silent": True})}
    )
    assert triage(silent)[0] is Triage.SILENT


def test_a_recording_that_breaks_off_at_once_was_dropped():
    cut = Metadata(ended_by=EndedBy.RECORDING_CUT)

    assert kind(GOOD[:2], metadata=cut) is Triage.DROPPED
    assert kind(GOOD, metadata=cut) is None


def test_a_chat_that_nobody_answered_is_unanswered_even_if_a_bot_did():
    lines = [("customer", "Hello?"), ("bot", "An agent will be with you.")]

    assert kind(lines, channel=Channel.CHAT) is Triage.UNANSWERED
    assert kind(lines[:1], channel=Channel.CHAT) is Triage.UNANSWERED
    assert kind([("agent", "Hello?")], channel=Channel.CHAT) is Triage.NO_CUSTOMER


def test_tags_and_direction_keep_the_houses_own_calls_out():
    assert kind(GOOD, metadata=Metadata(tags=("Test",))) is Triage.TEST
    assert kind(GOOD, metadata=Metadata(tags=("internal",))) is Triage.INTERNAL
    assert kind(GOOD, metadata=Metadata(direction=Direction.INTERNAL)) is Triage.INTERNAL


def test_the_reason_quotes_nobody():
    for lines in ([GOOD[0]], [GOOD[1]], GOOD[:2]):
        found = triage(make_safe(lines, metadata=Metadata(ended_by=EndedBy.RECORDING_CUT)))
        assert found
        assert "northwind" not in found[1].lower()
        assert "card" not in found[1].lower()


def test_parties_without_turns_do_not_count():
    safe = make_safe(
        [("agent", "Hello, is anybody there at all?")],
        duration=20.0,
        parties=(Party(id="agent", role=Role.AGENT), Party(id="customer", role=Role.CUSTOMER)),
    )

    assert triage(safe)[0] is Triage.NO_CUSTOMER
