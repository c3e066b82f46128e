"""Tables of Zendesk and Intercom: put together by their columns, read as the API's JSON."""

from qa.records import EventKind, Role

TICKETS = """id,requester_id,assignee_id,subject,status,created_at,via_channel
17,22,11,Late,solved,2026-03-02 10:00:00,email
"""
COMMENTS = """id,ticket_id,user_id,body,public,created
1,17,22,Where is it?,TRUE,2026-03-02 10:00:00
3,17,11,It leaves today.,TRUE,2026-03-02 10:30:00
2,17,11,"Carrier, lost",FALSE,2026-03-02 10:20:00
"""
USERS = """id,role,name,email,time_zone
11,agent,Dana,dana@acme.example,UTC
22,end-user,Robin,robin@acme.example,UTC
"""
HISTORY = """field_name,ticket_id,value,updated
assignee_id,17,11,2026-03-02 10:10:00
status,17,open,2026-03-02 10:10:00
status,17,solved,2026-03-02 10:40:00
"""
EVENTS = """chat_id,actor_id,chat_index,created_at,type,message,original_message
5.a,visitor:9,0,2026-03-02 10:00:00.000000,ChatMessage,Hello,
5.a,agent:11,1,2026-03-02 10:00:10.000000,ChatMessage,Beep,"{""source"": {""type"": ""zd:answerBot""}}"
5.a,agent:11,2,2026-03-02 10:01:00.000000,ChatJoin,,
5.a,agent:11,3,2026-03-02 10:01:30.000000,ChatMessage,Dana here,
5.a,__system,4,2026-03-02 10:02:00.000000,ChatMessage,Chat ended,
"""


def test_tickets_are_put_together_from_their_tables(data, found):
    for name, text in {"t": TICKETS, "c": COMMENTS, "u": USERS, "h": HISTORY}.items():
        data(f"{name}.csv", text)
    (made,), rejected = found()
    assert not rejected
    assert [(m.party, m.text, m.at, m.internal) for m in made.messages] == [
        ("customer", "Where is it?", 0, False),
        ("agent", "Carrier, lost", 1200, True),
        ("agent", "It leaves today.", 1800, False),
    ]
    assert [(e.kind, e.start) for e in made.events] == [
        (EventKind.ASSIGNED, 600),
        (EventKind.CLOSED, 2400),
    ]
    assert made.source.endswith("c.csv#17")
    assert made.metadata.started_at.isoformat() == "2026-03-02T10:00:00+00:00"


def test_a_table_alone_says_what_it_knows(data, found):
    data("comments.csv", COMMENTS)
    (made,), _ = found()
    assert {p.role for p in made.parties} == {Role.UNKNOWN}


def test_chats_tell_the_bot_from_the_agent_of_the_same_number(data, found):
    data("events.csv", EVENTS)
    data("users.csv", USERS)
    (made,), rejected = found()
    assert not rejected
    assert [m.party for m in made.messages] == ["customer", "bot", "agent", "system"]
    assert [(e.kind, e.start, e.party) for e in made.events] == [(EventKind.ASSIGNED, 60, "agent")]


def test_a_table_that_tells_of_no_conversation_is_left_to_others(data, found):
    data("users.csv", USERS)
    data("chat.txt", "Agent: Hello\nCustomer: Hi\n")
    (made,), rejected = found()
    assert not rejected
    assert made.source.endswith("chat.txt")


PARTS = """id,conversation_id,part_type,body,author_type,author_id,created_at,updated_at
1,7,comment,Old,admin,81,2026-03-02 10:01:00,2026-03-02 10:01:00
1,7,comment,New,admin,81,2026-03-02 10:01:00,2026-03-02 10:05:00
2,7,note,Between us,admin,81,2026-03-02 10:02:00,2026-03-02 10:02:00
3,8,close,,admin,81,2026-03-02 10:02:00,2026-03-02 10:02:00
"""
CONVERSATIONS = """id,source_body,source_author_type,source_author_id,state,created_at
7,<p>Hello</p>,user,c1,open,2026-03-02 10:00:00
"""


def test_of_an_intercom_history_the_newest_version_is_read(data, found):
    data("parts.csv", PARTS)
    data("conversations.csv", CONVERSATIONS)
    (made,), (rejected,) = found()
    assert [(m.party, m.text, m.internal) for m in made.messages] == [
        ("customer", "Hello", False),
        ("agent", "New", False),
        ("agent", "Between us", True),
    ]
    assert "conversation 8" in rejected.error.reason
    assert "no message" in rejected.error.reason


def test_a_short_row_costs_itself_alone(data, found):
    data("t.csv", TICKETS + "\n18\n")
    data("u.csv", USERS + "33\n")
    conversations, rejected = found()
    assert [c.external_id for c in conversations] == ["17"]
    assert ["conversation 18" in r.error.reason for r in rejected] == [True]
