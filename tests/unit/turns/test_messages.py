"""Messages to turns: order, edits, deletions, and who is who."""

from qa.records import Channel, Conversation, Message, Metadata, Party, Role
from qa.testing import make_chat
from qa.turns import message_turns


def chat(messages, parties=()):
    return Conversation(
        id="c",
        channel=Channel.CHAT,
        source="c.json",
        checksum="sha256:0",
        parties=parties,
        metadata=Metadata(language="en"),
        messages=tuple(messages),
    )


def test_a_message_is_a_turn_with_a_moment():
    _, turns = message_turns(make_chat([("customer", "Hello?"), ("agent", "Hi.", 30.0)]))

    assert [(t.index, t.party, t.text, t.start, t.end) for t in turns] == [
        (0, "customer", "Hello?", 0.0, 0.0),
        (1, "agent", "Hi.", 30.0, 30.0),
    ]
    assert turns[1].role is Role.AGENT
    assert turns[1].words == ()


def test_messages_are_put_in_order_of_time_only_where_all_have_one():
    late_first = [Message(party="a", text="2", at=9), Message(party="b", text="1", at=3)]

    _, by_time = message_turns(chat(late_first))
    _, as_given = message_turns(chat([*late_first, Message(party="a", text="3")]))

    assert [t.text for t in by_time] == ["1", "2"]
    assert [t.text for t in as_given] == ["2", "1", "3"]


def test_what_was_taken_back_is_no_turn_and_what_was_edited_counts_as_it_stands():
    _, turns = message_turns(
        chat(
            [
                Message(party="agent", text="wrong window, sorry", at=0, deleted=True),
                Message(party="agent", text="Your order left today.", at=5, edited=True),
            ]
        )
    )

    assert [t.text for t in turns] == ["Your order left today."]


def test_a_note_between_colleagues_is_no_turn():
    note = Message(party="agent", text="Third time she asks.", at=2, internal=True)
    _, turns = message_turns(chat([Message(party="customer", text="Hello?", at=0), note]))

    assert [t.text for t in turns] == ["Hello?"]


def test_a_file_alone_is_a_turn_and_an_empty_message_is_none():
    _, turns = message_turns(
        chat(
            [
                Message(party="agent", text="", attachments=("invoice",)),
                Message(party="agent", text=""),
            ]
        )
    )

    assert [t.text for t in turns] == ["[ATTACHMENT]"]


def test_described_parties_keep_their_roles_and_others_go_by_their_name():
    parties, turns = message_turns(
        chat(
            [
                Message(party="helper", text="I am a bot."),
                Message(party="visitor", text="Hello"),
                Message(party="kim", text="Hello"),
            ],
            parties=(Party(id="helper", role=Role.BOT),),
        )
    )

    assert [t.role for t in turns] == [Role.BOT, Role.CUSTOMER, Role.UNKNOWN]
    assert parties[2].role_confidence == 0


def test_two_agents_of_a_chat_are_there_over_time():
    parties, _ = message_turns(
        make_chat([("customer", "?", 0.0), ("agent", "a", 10.0), ("agent-2", "b", 50.0)])
    )

    assert {p.id: (p.start, p.end) for p in parties} == {
        "customer": (None, None),
        "agent": (10.0, 10.0),
        "agent-2": (50.0, 50.0),
    }
