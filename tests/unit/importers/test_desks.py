"""Zendesk and Intercom: who is who, what stays between colleagues, and what happened."""

import pytest

from qa.records import Channel, EventKind, Role

START = 1_772_445_600  # 2026-03-02T10:00:00Z


def part(kind, at, author, body=None, **more):
    who = {"admin": {"type": "admin", "id": "81", "name": "Dana"}, "user": {"type": "user", "id": "c1"},
           "bot": {"type": "bot", "id": "90"}, "fin": {"type": "admin", "id": "91", "from_ai_agent": True}}[author]  # fmt: skip
    return {"part_type": kind, "body": body, "created_at": START + at, "author": who, **more}


def conversation(*parts, **source):
    first = {"type": "conversation", "body": "<p>Hello</p>", "author": {"type": "user", "id": "c1"}}
    return {
        "type": "conversation",
        "id": "1",
        "created_at": START,
        "source": first | source,
        "conversation_parts": {"conversation_parts": list(parts)},
    }


TOLD = [
    ("an answer", part("comment", 5, "admin", "Hi"), ("agent", False)),
    ("a note", part("note", 5, "admin", "Rude one"), ("agent", True)),
    ("the text of an assignment", part("assignment", 5, "admin", "Yours"), ("agent", True)),
    ("a kind that is not known", part("side_talk", 5, "admin", "Psst"), ("agent", True)),
    ("a goodbye", part("close", 5, "admin", "Bye"), ("agent", False)),
    ("a bot", part("comment", 5, "bot", "Beep"), ("bot", False)),
    ("an agent that is a machine", part("comment", 5, "fin", "Beep"), ("bot", False)),
    ("an answer that opens again", part("open", 5, "user", "Still late"), ("customer", False)),
]


@pytest.mark.parametrize(("why", "given", "expected"), TOLD, ids=[t[0] for t in TOLD])
def test_intercom_tells_what_the_customer_sees_from_what_stays_inside(
    why, given, expected, data, found
):
    data("i.json", conversation(given))
    (made,), rejected = found()
    assert not rejected
    role = {p.id: str(p.role) for p in made.parties}
    assert (role[made.messages[1].party], made.messages[1].internal) == expected


def test_intercom_assignments_start_clocks_and_teams_are_queues(data, found):
    parts = [
        part("assignment", 10, "bot", assigned_to={"type": "team", "id": "5"}),
        part("assignment", 20, "bot", assigned_to={"type": "admin", "id": "81"}),
        part("comment", 30, "admin", "Hi"),
        part("close", 40, "admin"),
        part("open", 50, "user", "Again"),
    ]
    data("i.json", conversation(*parts))
    (made,), _ = found()
    assert [(e.kind, e.start, e.party) for e in made.events] == [
        (EventKind.QUEUED, 10, None),
        (EventKind.ASSIGNED, 20, "agent"),
        (EventKind.CLOSED, 40, None),
        (EventKind.REOPENED, 50, None),
    ]


def test_intercom_keeps_that_something_was_taken_back_but_not_what(data, found):
    data("i.json", conversation(part("comment", 5, "user", "My PIN is 4711", redacted=True)))
    (made,), _ = found()
    assert (made.messages[1].deleted, made.messages[1].text) == (True, "")


def test_intercom_mail_is_mail(data, found):
    data("i.json", conversation(type="email", subject="Late"))
    (made,), _ = found()
    assert (made.channel, made.messages[0].text) == (Channel.MAIL, "Late\n\nHello")


def time(minute):
    return f"2026-03-02T10:{minute:02d}:00Z"


def comment(author, text, minute, *, public=True, channel="web"):
    via = {"channel": channel, "source": {"rel": None}}
    return {"author_id": author, "body": text, "public": public, "created_at": time(minute), "via": via}  # fmt: skip


def ticket(*comments, **more):
    return {"id": 17, "subject": "Late", "requester_id": 22, "comments": list(comments), **more}


WRITERS = [
    ("the requester", comment(22, "x", 1), Role.CUSTOMER, False),
    ("somebody else", comment(11, "x", 1), Role.AGENT, False),
    ("a private comment", comment(11, "x", 1, public=False), Role.AGENT, True),
    ("nobody", comment(-1, "x", 1), Role.SYSTEM, False),
    ("a rule", comment(22, "x", 1, channel="rule"), Role.SYSTEM, False),
    ("a user by role", comment(33, "x", 1), Role.CUSTOMER, False),
]


@pytest.mark.parametrize(("why", "given", "role", "internal"), WRITERS, ids=[w[0] for w in WRITERS])
def test_zendesk_tells_who_wrote_a_comment(why, given, role, internal, data, found):
    users = [{"id": 33, "name": "Kim", "role": "end-user"}]
    data("z.json", ticket(comment(22, "Where is it?", 0), given, users=users))
    (made,), rejected = found()
    assert not rejected
    roles = {p.id: p.role for p in made.parties}
    assert (roles[made.messages[1].party], made.messages[1].internal) == (role, internal)


def test_zendesk_audits_say_who_had_it_and_when_it_came_back(data, found):
    def change(minute, field, value, before=None):
        event = {"type": "Change", "field_name": field, "value": value, "previous_value": before}
        return {"created_at": time(minute), "author_id": -1, "events": [event]}

    said = {"type": "Comment", "body": "Where is it?", "public": True, "author_id": 22}
    audits = [
        {"created_at": time(0), "author_id": 22, "events": [said]},
        change(1, "group_id", "5"),
        change(2, "assignee_id", "11"),
        change(5, "status", "solved", "open"),
        change(6, "status", "open", "solved"),
        change(7, "assignee_id", "12", "11"),
    ]
    data("z.json", {"ticket": {"id": 17, "requester_id": 22}, "audits": audits})
    (made,), rejected = found()
    assert not rejected
    assert [(e.kind, e.start, e.party) for e in made.events] == [
        (EventKind.QUEUED, 60, None),
        (EventKind.ASSIGNED, 120, "agent"),
        (EventKind.CLOSED, 300, None),
        (EventKind.REOPENED, 360, None),
        (EventKind.ASSIGNED, 420, "agent-2"),
    ]
    assert made.metadata.transferred


def test_a_message_left_while_nobody_was_there_is_a_chat_without_an_agent(data, found):
    left = {"id": "9", "type": "offline_msg", "timestamp": time(0), "message": "Call me"}
    data("z.json", left | {"visitor": {"id": "v1", "name": "Robin"}})
    (made,), _ = found()
    assert [(p.id, p.role) for p in made.parties] == [("customer", Role.CUSTOMER)]
    assert made.channel is Channel.CHAT
