"""Zendesk as tables: tickets, comments, users, field history and chats in a folder of CSVs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from qa.importers.base import About
from qa.importers.tables import Row, Tables, by, of_id, utc, yes
from qa.importers.zendesk import Zendesk
from qa.importers.zendesk_chat import KINDS, from_bot
from qa.records import Channel
from qa.settings import Settings


class ZendeskTables(Tables):
    """Reads the tables of Zendesk."""

    about: ClassVar = About(
        title="Zendesk tables (CSV, as a warehouse holds them)",
        channels=(Channel.MAIL, Channel.CHAT),
        times="turns",
        roles="the users' roles, else the requester and everybody else; bots apart",
        metadata="ticket, agent, queue, customer reference, start, tags, status",
        suffixes=(".csv",),
        note="All tables of a folder are read together, told apart by their columns; times"
        " without a zone are UTC.",
    )
    name: ClassVar = "zendesk"
    kinds: ClassVar = {
        "comments": frozenset({"ticket_id", "user_id", "body", "public"}),
        "chat_events": frozenset({"chat_id", "actor_id", "message", "type"}),
        "chats": frozenset({"chat_id", "visitor_id", "ticket_id"}),
        "tickets": frozenset({"id", "requester_id", "subject", "status"}),
        "history": frozenset({"field_name", "ticket_id", "value", "updated"}),
        "users": frozenset({"id", "role", "name", "email", "time_zone"}),
        "tags": frozenset({"ticket_id", "tag"}),
    }
    telling: ClassVar = ("comments", "chat_events", "tickets")

    def reader(self, settings: Settings) -> Zendesk:
        """Return the reader of the API's JSON."""
        return Zendesk(settings)

    def values(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str, Any]]:
        """Yield the tickets, then the chats."""
        users = {i: _user(row) for i, row in of_id(rows.get("users", ())).items()}
        yield from _tickets(rows, users)
        chats = of_id(rows.get("chats", ()), "chat_id")
        for name, events in by(rows.get("chat_events", ()), "chat_id").items():
            yield "chat_events", name, _chat(name, events, chats.get(name, {}), users)


def _user(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "name": row.get("name"), "role": row.get("role")}


def _tickets(
    rows: Mapping[str, Sequence[Row]], users: Mapping[str, Any]
) -> Iterator[tuple[str, str, Any]]:
    comments = by(rows.get("comments", ()), "ticket_id")
    history = by(rows.get("history", ()), "ticket_id")
    tags = by(rows.get("tags", ()), "ticket_id")
    tickets = of_id(rows.get("tickets", ()))
    for name in dict.fromkeys((*tickets, *comments)):
        row, said = tickets.get(name, {}), comments.get(name, [])
        changes = history.get(name, [])
        ids = [*(c.get("user_id") for c in said), row.get("requester_id"), row.get("assignee_id")]
        ids += [c.get("value") for c in changes if c.get("field_name") == "assignee_id"]
        found = [users[i] for i in dict.fromkeys(ids) if i and i in users]
        value = {
            "id": name,
            **{key: row.get(key) or None for key in _KEPT},
            "created_at": utc(row.get("created_at")),
            "via": {"channel": row.get("via_channel")} if row.get("via_channel") else None,
            "tags": list(dict.fromkeys(t["tag"] for t in tags.get(name, ()) if t.get("tag"))),
            "users": found,
            "comments": [_comment(c) for c in sorted(said, key=lambda c: c.get("created", ""))],
            "audits": _audits(changes),
        }
        yield "comments" if said else "tickets", name, value


_KEPT = ("subject", "description", "status", "requester_id", "assignee_id", "group_id")


def _comment(row: Row) -> dict[str, Any]:
    return {
        "body": row.get("body"),
        "public": yes(row.get("public")),
        "author_id": row.get("user_id"),
        "created_at": utc(row.get("created") or row.get("created_at")),
    }


def _audits(changes: Sequence[Row]) -> list[Any]:
    before: dict[str, str] = {}
    audits = []
    for row in sorted(changes, key=lambda c: c.get("updated", "")):
        field, value = row.get("field_name", ""), row.get("value", "")
        change = {"type": "Change", "field_name": field, "value": value or None}
        change["previous_value"] = before.get(field)
        before[field] = value
        audits.append({"created_at": utc(row.get("updated")), "events": [change]})
    return audits


def _chat(name: str, events: Sequence[Row], chat: Row, users: Mapping[str, Any]) -> dict[str, Any]:
    ordered = sorted(events, key=lambda e: (e.get("created_at", ""), e.get("chat_index", "")))
    return {
        "id": name,
        "type": "chat",
        "visitor": {"id": chat.get("visitor_id")},
        "zendesk_ticket_id": chat.get("ticket_id") or None,
        "history": [_entry(row, users) for row in ordered],
    }


def _entry(row: Row, users: Mapping[str, Any]) -> dict[str, Any]:
    kind, _, number = (row.get("actor_id") or "").rpartition(":")
    user = users.get(number, {})
    sender = {"agent": "Agent", "visitor": "Visitor"}.get(kind, "")
    if _answered_by_bot(row):
        sender = "Bot"
    elif number.startswith("__"):
        sender = "System"
    elif not sender and user.get("role"):
        sender = "Visitor" if user["role"] == "end-user" else "Agent"
    filename = row.get("filename")
    return {
        "type": KINDS.get(row.get("type", ""), row.get("type", "")),
        "timestamp": utc(row.get("created_at")),
        "sender_type": sender or None,
        "name": user.get("name"),
        "agent_id": number or None,
        "msg": row.get("message"),
        "attachment": {"name": filename} if filename else None,
    }


def _answered_by_bot(row: Row) -> bool:
    """Say whether the message as the messenger sent it names the answering machine."""
    try:
        return from_bot(json.loads(row.get("original_message") or "{}"))
    except (ValueError, RecursionError):
        return False
