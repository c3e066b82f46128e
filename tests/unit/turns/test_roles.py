"""Who is the agent: by files and maps first, else by what is said."""

import pytest

from qa.errors import UsageError
from qa.records import Direction, Layout, Metadata, Party, Role, SpeechSpan
from qa.settings import ChannelMap, Settings
from qa.testing import make_chat, make_safe_turns, make_turns
from qa.turns import assign_roles, message_turns, speech_by_party, swap_roles, swapped

CALLS = {
    "en": [
        ("agent", "Hello, this is Northwind Bank, my name is Ann, how can I help you?"),
        ("customer", "Hi, my name is Tom and I lost my debit card."),
        ("agent", "I am sorry to hear that. May I have your account number, please?"),
        ("customer", "It's four five six one."),
        ("agent", "Your card has been blocked. Is there anything else I can help you with?"),
        ("customer", "No, that's all, thank you."),
    ],
    "ru": [
        ("agent", "Здравствуйте, компания Север, меня зовут Анна, чем могу помочь?"),
        ("customer", "Здравствуйте, я потерял свою карту, у меня не получается её заблокировать."),
        ("agent", "Назовите, пожалуйста, ваш номер договора."),
        ("customer", "Сорок пять, двенадцать."),
        ("agent", "Ваша карта заблокирована. Могу ли я ещё чем-то помочь?"),
        ("customer", "Нет, спасибо, это всё."),
    ],
    "ro": [
        ("agent", "Bună ziua, ați sunat la Nord, numele meu este Ana, cu ce vă pot ajuta?"),
        ("customer", "Bună ziua, aș vrea să blochez cardul, l-am pierdut ieri."),
        ("agent", "Îmi puteți spune numele dumneavoastră, vă rog?"),
        ("customer", "Mă numesc Ion."),
        ("agent", "Cardul dumneavoastră a fost blocat. Vă mai pot ajuta cu altceva?"),
        ("customer", "Nu, mulțumesc, asta e tot."),
    ],
    "hu": [
        ("agent", "Jó napot kívánok, Észak ügyfélszolgálat, Anna vagyok, miben segíthetek?"),
        ("customer", "Jó napot, szeretném letiltani a kártyámat, elvesztettem."),
        ("agent", "Kérem, mondja meg a születési idejét az azonosításhoz."),
        ("customer", "Persze, rendben."),
        ("agent", "A kártyát letiltottam. Segíthetek még valamiben?"),
        ("customer", "Nem, köszönöm, ennyi lett volna."),
    ],
}
AS_SPEAKERS = {"agent": "speaker-1", "customer": "speaker-0"}


@pytest.fixture
def settings(tmp_path):
    return Settings(data=tmp_path)


def spoken(lines, *, names=AS_SPEAKERS, language="en"):
    return make_turns([(names.get(who, who), text) for who, text in lines], language=language)


def roles(turns, settings, *, layout=Layout.MONO, metadata=None, parties=(), sides=()):
    return assign_roles(
        turns,
        parties=parties,
        metadata=metadata or Metadata(),
        layout=layout,
        settings=settings,
        sides=sides,
    )


@pytest.mark.parametrize("language", CALLS)
@pytest.mark.parametrize("known_language", [True, False])
def test_what_is_said_tells_the_roles(language, known_language, settings):
    turns = spoken(CALLS[language], language=language if known_language else "")

    parties, named = roles(turns, settings)

    assert [turn.party for turn in named] == [who for who, _ in CALLS[language]]
    assert [turn.role for turn in named] == [Role(who) for who, _ in CALLS[language]]
    assert all(p.role_confidence > 0.9 and p.role_source == "what was said" for p in parties)


@pytest.mark.parametrize("language", CALLS)
def test_roles_are_told_by_words_and_not_by_who_speaks_first(language, settings):
    late = [("customer", {"en": "Hello?", "ru": "Алло?", "ro": "Alo?", "hu": "Halló?"}[language])]

    _, named = roles(spoken(late + CALLS[language], language=language), settings)

    assert named[1].role is Role.AGENT


def test_an_agent_who_calls_is_the_agent_though_the_customer_answers_first(settings):
    turns = spoken(
        [
            ("customer", "Hello?"),
            ("agent", "Good morning, I'm calling from Northwind about your order."),
            ("customer", "Okay, what about my order?"),
        ]
    )

    _, named = roles(turns, settings, metadata=Metadata(direction=Direction.OUTBOUND))

    assert [t.role for t in named] == [Role.CUSTOMER, Role.AGENT, Role.CUSTOMER]


def test_where_nothing_tells_the_role_is_unknown_and_the_name_stays(settings):
    turns = spoken([("customer", "Weather seems fine."), ("agent", "Very fine indeed.")])

    parties, named = roles(turns, settings)

    assert {turn.role for turn in named} == {Role.UNKNOWN}
    assert [p.id for p in parties] == ["speaker-0", "speaker-1"]
    assert all(p.role_confidence < settings.role_threshold for p in parties)


def test_the_own_companys_name_is_a_greeting(tmp_path):
    turns = spoken([("agent", "Globex."), ("customer", "Yes.")])

    _, named = roles(turns, Settings(data=tmp_path, company=("Globex",)))

    assert named[0].role is Role.AGENT


VICI = Metadata(platform="VICIdial")


def test_a_channel_map_decides_over_words_but_only_for_stereo(settings):
    turned = [
        ("speaker-0", text) if who == "customer" else ("speaker-1", text)
        for who, text in CALLS["en"]
    ]

    parties, named = roles(make_turns(turned), settings, layout=Layout.STEREO, metadata=VICI)
    _, by_words = roles(make_turns(turned), settings, layout=Layout.MONO, metadata=VICI)

    assert named[0].role is Role.CUSTOMER, "the map says that the left channel is the agent"
    assert {(p.role_source, p.role_confidence) for p in parties} == {("channel map", 1.0)}
    assert by_words[0].role is Role.AGENT


def test_a_channel_map_fits_platform_and_direction(tmp_path):
    settings = Settings(
        data=tmp_path,
        channel_maps=(ChannelMap(platform="x", direction="outbound", roles=("agent", "customer")),),
    )
    turns = make_turns([("speaker-0", "Fine."), ("speaker-1", "Fine.")])

    fits = Metadata(platform="x", direction=Direction.OUTBOUND)
    _, named = roles(turns, settings, layout=Layout.STEREO, metadata=fits)
    other = Metadata(platform="x", direction=Direction.INBOUND)
    _, unmapped = roles(turns, settings, layout=Layout.STEREO, metadata=other)

    assert [t.role for t in named] == [Role.AGENT, Role.CUSTOMER]
    assert {t.role for t in unmapped} == {Role.UNKNOWN}


def test_one_file_per_side_decides_before_the_map(settings):
    turns = make_turns([("speaker-0", "Fine."), ("speaker-1", "Fine.")])

    _, named = roles(
        turns, settings, layout=Layout.STEREO, metadata=VICI, sides=[Role.CUSTOMER, Role.AGENT]
    )

    assert [t.role for t in named] == [Role.CUSTOMER, Role.AGENT]


MENU = "Thank you for calling. For billing press one, for support press two."


def test_a_menu_on_the_agents_channel_is_a_party_of_its_own(settings):
    turns = make_turns(
        [
            ("speaker-0", MENU),
            ("speaker-0", "This call may be recorded for quality purposes."),
            ("speaker-1", "One."),
            ("speaker-0", CALLS["en"][0][1]),
            ("speaker-1", CALLS["en"][1][1]),
        ]
    )

    parties, named = roles(turns, settings, layout=Layout.STEREO)

    assert [t.party for t in named] == ["bot", "bot", "customer", "agent", "customer"]
    bot = next(p for p in parties if p.id == "bot")
    assert (bot.start, bot.end) == (turns[0].start, turns[1].end)


def test_speech_follows_the_turns_when_a_speaker_becomes_two_parties(settings):
    turns = make_turns(
        [
            ("speaker-0", MENU),
            ("speaker-0", CALLS["en"][0][1], 20.0),
            ("speaker-1", CALLS["en"][1][1]),
        ]
    )
    _, named = roles(turns, settings)
    spans = [
        SpeechSpan(speaker="speaker-0", start=20, end=24),
        SpeechSpan(speaker="speaker-0", start=0, end=4),
        SpeechSpan(speaker="speaker-9", start=50, end=51),
    ]

    found = speech_by_party(spans, turns, named)

    assert [s.speaker for s in found] == ["bot", "agent", "speaker-9"]


def test_a_transfer_has_two_agents_over_time(settings):
    turns = make_turns(
        [("a", t) if who == "agent" else ("b", t) for who, t in CALLS["en"][:3]]
        + [("a", "One moment please, I will transfer you to the card team.")]
        + [("c", "Card team, my name is Kim, how may I help you?")]
        + [("b", "I lost my card and I need a new one.")]
        + [("c", "Your new card has been sent. Is there anything else?")]
    )

    parties, named = roles(turns, settings, metadata=Metadata(transferred=True))

    assert [p.id for p in parties] == ["agent", "customer", "agent-2"]
    assert named[-1].party == "agent-2"
    assert parties[0].end < parties[2].start


def test_the_people_that_metadata_names_are_taken_over(settings):
    metadata = Metadata(agent_id="a-17", agent_name="Ann")

    parties, _ = roles(spoken(CALLS["en"]), settings, metadata=metadata)

    assert (parties[0].agent_id, parties[0].name) == ("a-17", "Ann")
    assert parties[1].name is None


def test_roles_that_are_given_are_kept(settings):
    turns = spoken(CALLS["en"])
    given = (
        Party(id="speaker-0", role=Role.AGENT, role_source="metadata"),
        Party(id="speaker-1", role=Role.CUSTOMER, role_source="metadata"),
    )

    parties, named = roles(turns, settings, parties=given)

    assert named[0].role is Role.CUSTOMER
    assert {p.role_source for p in parties} == {"metadata"}


def test_a_chat_of_undescribed_parties_is_told_by_words_and_keeps_its_names(settings):
    chat = make_chat(
        [("maria", text) if who == "agent" else ("tom", text) for who, text in CALLS["en"]]
    )
    parties, turns = message_turns(chat)

    parties, turns = roles(turns, settings, layout=None, parties=parties)

    assert {p.id: p.role for p in parties} == {"maria": Role.AGENT, "tom": Role.CUSTOMER}
    assert turns[0].role is Role.AGENT


def test_nothing_but_party_and_role_changes(settings):
    turns = spoken(CALLS["en"])

    _, named = roles(turns, settings)

    for before, after in zip(turns, named, strict=True):
        kept = {"party", "role"}
        assert before.model_dump(exclude=kept) == after.model_dump(exclude=kept)


def test_a_swap_turns_the_sides_round_and_keeps_people_with_their_role(settings):
    parties, turns = roles(spoken(CALLS["en"]), settings, metadata=Metadata(agent_name="Ann"))

    swapped_parties, swapped_turns = swap_roles(parties, turns, "kim")

    assert [t.role for t in swapped_turns[:2]] == [Role.CUSTOMER, Role.AGENT]
    agent = next(p for p in swapped_parties if p.id == "agent")
    assert (agent.name, agent.role, agent.role_source) == ("Ann", Role.AGENT, "swapped by kim")
    assert swapped(parties, turns) == ("agent", "customer")
    again = swap_roles(swapped_parties, swapped_turns, "kim")[1]
    assert [t.role for t in again] == [t.role for t in turns]


def test_a_swap_of_unknown_speakers_makes_the_first_the_agent(settings):
    turns = make_safe_turns([("speaker-0", "Weather."), ("speaker-1", "Fine.")])
    parties = (Party(id="speaker-0"), Party(id="speaker-1"))

    once = swap_roles(parties, turns, "kim")
    twice = swap_roles(*once, "kim")

    assert [t.role for t in once[1]] == [Role.AGENT, Role.CUSTOMER]
    assert [t.role for t in twice[1]] == [Role.CUSTOMER, Role.AGENT]


def test_one_voice_cannot_be_swapped(settings):
    turns = make_safe_turns([("agent", "Hello.")])

    with pytest.raises(UsageError, match="no pair"):
        swap_roles((Party(id="agent", role=Role.AGENT),), turns, "kim")
