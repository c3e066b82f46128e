"""What people do that is written down for good, and the row that says so.

A row names who, what, which thing and when. It never holds a word of a conversation or a
caller's number, so it may outlive whatever it speaks of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from qa.records import Record

#: What the first row follows.
BEGINNING = "0" * 64
#: Characters of a detail's value; what is longer is cut.
LONGEST = 1000

#: Ids, numbers and words of enums.
Detail = Mapping[str, str | int]


class Act(StrEnum):
    """What somebody did."""

    #: Read the redacted text of a conversation, its scores or what was remarked on it.
    SEEN = "seen"
    #: Heard its sound, what was redacted silenced.
    HEARD = "heard"
    #: Read or heard what was said before redaction; the detail has the reason that they gave.
    ORIGINAL = "original"
    #: Searched what was said, or for moments: excerpts of many conversations.
    SEARCHED = "searched"
    #: Looked at the figures of agents, teams or projects.
    FIGURES = "figures"
    #: Changed something; the detail's `what` says in a word what.
    CHANGED = "changed"
    #: Took conversations, scores or figures out as a file.
    EXPORTED = "exported"
    #: Took recordings or chats in.
    IMPORTED = "imported"
    #: Erased something.
    ERASED = "erased"
    #: Put a legal hold on something, or took it off.
    HELD = "held"
    #: Ran, or changed, what says how long things are kept.
    RETENTION = "retention"
    #: Logged in.
    LOGGED_IN = "logged in"
    #: Logged out, here or everywhere.
    LOGGED_OUT = "logged out"
    #: Tried to log in and was refused.
    REFUSED = "refused"
    #: Read or exported these rows.
    AUDITED = "audited"


class Kind(StrEnum):
    """What kind of thing something was done to."""

    #: No single thing.
    NONE = ""
    #: A call, chat or mail, by our id.
    CONVERSATION = "conversation"
    #: An account, by name.
    ACCOUNT = "account"
    #: An API token, by its id, never itself.
    TOKEN = "token"  # noqa: S105 - a word, no secret
    #: The agents' roster.
    ROSTER = "roster"
    #: An agent, by the roster's id, whose figures were seen.
    AGENT = "agent"
    #: A team, by name.
    TEAM = "team"
    #: A project, by name.
    PROJECT = "project"
    #: A scorecard, by id.
    CARD = "card"
    #: A collection of moments, or a link to one.
    COLLECTION = "collection"
    #: A random draw for review, by number.
    DRAW = "draw"
    #: A rule of retention, by name.
    POLICY = "policy"
    #: A legal hold, by number.
    HOLD = "hold"
    #: A customer, by the keyed hash of their number or address.
    CALLER = "caller"
    #: Something of the vault, by kind and id.
    VAULT = "vault"


class Done(Record):
    """Something that was done, as it is written down."""

    at: datetime
    #: Account's name, or the machine user's; "" = nobody that is known.
    who: str
    act: Act
    kind: Kind = Kind.NONE
    object: str = ""
    detail: Mapping[str, str | int] = {}


class Entry(Record):
    """A row of the audit log."""

    #: 1, 2, 3, ... without a gap.
    seq: int
    at: datetime
    who: str
    act: Act
    kind: Kind
    object: str
    detail: Mapping[str, str | int]
    #: SHA-256 of the row before, and of this one.
    previous: str
    hash: str


class Head(Record):
    """Where the log ends: kept elsewhere, it tells later whether rows went missing."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def worded(detail: Detail) -> str:
    """Return details as they are kept: canonical JSON in ASCII, long values cut."""
    short = {
        key: value if isinstance(value, int) else _cut(str(value)) for key, value in detail.items()
    }
    return json.dumps(short, sort_keys=True, separators=(",", ":"))


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def digest(
    seq: int, at: datetime, *, who: str, act: str, kind: str, object: str, detail: str,
    previous: str,
) -> str:  # fmt: skip
    """Return the hash of a row, 64 hexadecimal digits.

    SHA-256 over a JSON array in ASCII without spaces: number, time in UTC with microseconds,
    who, act, kind, object, details as kept, hash of the row before. An array of strings has
    one spelling, so no two rows share one.
    """
    moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    fields = [seq, moment, who, act, kind, object, detail, previous]
    return hashlib.sha256(json.dumps(fields, separators=(",", ":")).encode("ascii")).hexdigest()
