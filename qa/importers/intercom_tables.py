"""Intercom as tables: conversations, their parts, admins and contacts in a folder of CSVs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from qa.importers.base import About
from qa.importers.intercom import Intercom
from qa.importers.tables import Row, Tables, by, newest, of_id, utc
from qa.records import Channel
from qa.settings import Settings


class IntercomTables(Tables):
    """Reads the tables of Intercom."""

    about: ClassVar = About(
        title="Intercom tables (CSV, as a warehouse holds them)",
        channels=(Channel.CHAT, Channel.MAIL),
        times="turns",
        roles="the authors' types; bots apart from the agents",
        metadata="id, agent, customer reference, start, tags, rating",
        suffixes=(".csv",),
        note="All tables of a folder are read together, told apart by their columns; of a"
        " history the newest version is read. Times without a zone are UTC.",
    )
    name: ClassVar = "intercom"
    kinds: ClassVar = {
        "parts": frozenset({"conversation_id", "part_type", "body", "author_type"}),
        "conversations": frozenset({"id", "source_body", "source_author_type", "state"}),
        "contact_of": frozenset({"contact_id", "conversation_id"}),
        "contacts": frozenset({"id", "external_id", "role", "email"}),
        "admins": frozenset({"id", "job_title", "name"}),
        "tag_of": frozenset({"tag_id", "conversation_id"}),
        "names": frozenset({"id", "name", "_fivetran_deleted"}),
    }
    telling: ClassVar = ("parts", "conversations")

    def reader(self, settings: Settings) -> Intercom:
        """Return the reader of the API's JSON."""
        return Intercom(settings)

    def values(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[tuple[str, str, Any]]:
        """Yield the conversations, those of which there are parts alone among them."""
        people = {r["id"]: r for k in ("contacts", "admins") for r in newest(rows.get(k, ()))}
        parts = by(newest(rows.get("parts", ())), "conversation_id")
        contacts = by(rows.get("contact_of", ()), "conversation_id")
        tags = by(rows.get("tag_of", ()), "conversation_id")
        names = {i: r.get("name", "") for i, r in of_id(rows.get("names", ())).items()}
        known = {r["id"]: r for r in newest(rows.get("conversations", ()))}
        for name in dict.fromkeys((*known, *parts)):
            row = known.get(name)
            said = sorted(parts.get(name, ()), key=lambda p: p.get("created_at", ""))
            of_it = of_id(contacts.get(name, ()), "contact_id")
            value = {
                "type": "conversation",
                "id": name,
                **(_head(row, people) if row else {}),
                "contacts": {"contacts": [_contact(i, people) for i in of_it]},
                "tags": {
                    "tags": [{"name": names.get(i)} for i in of_id(tags.get(name, ()), "tag_id")]
                },
                "conversation_parts": {"conversation_parts": [_part(p, people) for p in said]},
            }
            yield "conversations" if row else "parts", name, value


def _contact(id: str, people: Mapping[str, Row]) -> dict[str, Any]:
    return {"id": id, "external_id": people.get(id, {}).get("external_id") or None}


def _author(kind: str | None, id: str | None, people: Mapping[str, Row]) -> dict[str, Any]:
    return {"type": kind, "id": id or None, "name": people.get(id or "", {}).get("name") or None}


def _head(row: Row, people: Mapping[str, Row]) -> dict[str, Any]:
    """Return what the table of conversations says: the first message among it."""
    rating = row.get("conversation_rating_value")
    is_admin = row.get("assignee_type") == "admin"
    return {
        "created_at": utc(row.get("created_at")),
        "admin_assignee_id": row.get("assignee_id") or None if is_admin else None,
        "conversation_rating": {"rating": rating} if rating else None,
        "source": {
            "type": row.get("source_type"),
            "subject": row.get("source_subject") or None,
            "body": row.get("source_body") or None,
            "author": _author(row.get("source_author_type"), row.get("source_author_id"), people),
        },
    }


def _part(row: Row, people: Mapping[str, Row]) -> dict[str, Any]:
    to = row.get("assigned_to_id")
    return {
        "part_type": row.get("part_type"),
        "body": row.get("body") or None,
        "created_at": utc(row.get("created_at")),
        "author": _author(row.get("author_type"), row.get("author_id"), people),
        "assigned_to": {"type": row.get("assigned_to_type"), "id": to} if to else None,
    }
